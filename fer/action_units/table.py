"""The Action Units that are measured, as data: name, muscle, formula, scale, and how well geometry sees them.

A formula is a sum of heights, distances and lid heights of a face that was brought to the canonical frame
(`fer.action_units.alignment`): y points up, 1 is the distance of the outer eye corners. It rises with the
unit. The values are relative intensities, not FACS coding.

References:
    Ekman & Friesen 1978, Facial Action Coding System.
    Lucey et al. 2010, The Extended Cohn-Kanade Dataset (CK+).
"""

from dataclasses import dataclass

from fer.constants import AU_CODES

GOOD, FAIR, POOR = 1.0, 0.5, 0.2
"""How far geometry can be believed; the weight of a unit in `fer.action_units.prototypes`."""

MERGED = {"AU10": "AU09"}
"""Geometry cannot tell these two apart: the upper lip rises with the wings of the nose. People see one row,
the stronger of both; files keep both columns, as other programs do."""
MERGED_NUMBER, MERGED_NAME = "AU9/10", "nose or lip raiser"

EYE_CORNERS = (33, 133, 362, 263)
INNER_CORNERS = (133, 362)
INNER_BROW = (55, 107, 285, 336)
MOUTH_CORNERS = (61, 291)
NOSE_BASE = (2,)


@dataclass(frozen=True)
class ActionUnit:
    """One unit and how it is measured.

    Args:
        code: ``"AU01"``, as OpenFace writes it.
        name: Its name in FACS.
        muscle: What moves, in Latin.
        moves: What a person sees.
        emotions: Where it appears, in a few words.
        scale: Change of the formula that stands for intensity 5, in eye distances (lids: eye widths).
        reliability: `GOOD`, `FAIR` or `POOR`.
        heights: (factor, mesh points): factor times their mean height.
        distances: (factor, point, point).
        lids: Factors of the upper and the lower lid's height over the line of the eye's corners.
        minus: (factor, code): another unit's formula, subtracted.
        needs_neutral: Without a captured neutral face it is not judged.
        needs: Code of a unit that must be seen too.
        crosstalk: (code, share): how much of that unit's intensity leaks into this one.
    """

    code: str
    name: str
    muscle: str
    moves: str
    emotions: str
    scale: float
    reliability: float
    heights: tuple[tuple[float, tuple[int, ...]], ...] = ()
    distances: tuple[tuple[float, int, int], ...] = ()
    lids: tuple[float, float] = (0.0, 0.0)
    minus: tuple[tuple[float, str], ...] = ()
    needs_neutral: bool = False
    needs: str | None = None
    crosstalk: tuple[tuple[str, float], ...] = ()

    @property
    def number(self) -> str:
        """The code without a leading zero, as people write it: ``AU1``."""
        return f"AU{int(self.code[2:])}"

    @property
    def merged(self) -> bool:
        """It is shown together with another unit."""
        return self.code in MERGED or self.code in MERGED.values()

    @property
    def shown_number(self) -> str:
        """`number` where measured values stand."""
        return MERGED_NUMBER if self.merged else self.number

    @property
    def shown(self) -> str:
        """Number and name where measured values stand: ``AU12 lip corner puller``."""
        return f"{self.shown_number} {MERGED_NAME if self.merged else self.name}"

    @property
    def of_the_eyes(self) -> bool:
        """Measured with the iris model."""
        return any(self.lids)


TABLE = (
    ActionUnit(
        "AU01", "inner brow raiser", "frontalis, pars medialis",
        "The inner ends of the brows go up; the forehead wrinkles in its middle.",
        "sad and fear, with the whole brow also surprise", 0.051, POOR,
        heights=((1.0, INNER_BROW), (-1.0, INNER_CORNERS)), minus=((0.6, "AU02"),), needs_neutral=True,
    ),
    ActionUnit(
        "AU02", "outer brow raiser", "frontalis, pars lateralis",
        "The outer ends of the brows go up.",
        "surprise and fear; raised alone it is often emphasis in speech", 0.070, FAIR,
        heights=((1.0, (46, 70, 63, 276, 300, 293)), (-1.0, (33, 263))), needs_neutral=True,
    ),
    ActionUnit(
        "AU04", "brow lowerer", "corrugator supercilii, depressor supercilii",
        "The brows come down and together; lines stand between them.",
        "angry, sad and fear; also effort and bright light", 0.060, POOR,
        heights=((-1.0, (52, 105, 66, 282, 334, 296)), (1.0, EYE_CORNERS)),
        distances=((-0.25, 55, 285), (-0.25, 107, 336)), needs_neutral=True, crosstalk=(("AU02", -1.3),),
    ),
    ActionUnit(
        "AU05", "upper lid raiser", "levator palpebrae superioris",
        "The upper lid goes up; white may show above the iris.",
        "surprise and fear, a hard stare in anger", 0.035, FAIR, lids=(1.0, 0.0),
    ),
    ActionUnit(
        "AU06", "cheek raiser", "orbicularis oculi, pars orbitalis",
        "The cheeks go up and narrow the eyes; lines at the outer corners.",
        "a broad smile; also pain", 0.052, POOR,
        heights=((1.0, (50, 117, 118, 101, 280, 346, 347, 330)), (-1.0, EYE_CORNERS)),
        needs_neutral=True, needs="AU12", crosstalk=(("AU12", 0.75),),
    ),
    ActionUnit(
        "AU07", "lid tightener", "orbicularis oculi, pars palpebralis",
        "The lower lid goes up and the opening of the eye narrows.",
        "angry and fear; also squinting", 0.019, FAIR, lids=(0.0, 1.0), crosstalk=(("AU45", 0.5),),
    ),
    ActionUnit(
        "AU09", "nose wrinkler", "levator labii superioris alaeque nasi",
        "The wings of the nose go up and its root wrinkles.",
        "disgust", 0.098 * 0.55, FAIR,
        heights=((1.0, (129, 48, 64, 358, 278, 294)), (-1.0, (168,)), (-0.3, INNER_BROW),
                 (0.3, INNER_CORNERS)), crosstalk=(("AU12", 0.8),),
    ),
    ActionUnit(
        "AU10", "upper lip raiser", "levator labii superioris",
        "The upper lip goes up in its middle; the fold beside the nose deepens.",
        "disgust; also contempt and pain", 0.063 * 0.29, FAIR,
        heights=((1.0, (0, 37, 267, 39, 269)), (-1.0, NOSE_BASE)), crosstalk=(("AU09", 0.8), ("AU12", 2.5)),
    ),
    ActionUnit(
        "AU12", "lip corner puller", "zygomaticus major",
        "The corners of the mouth go back and up.",
        "happy; also politeness and embarrassment", 0.186 * 0.91, GOOD,
        heights=((1.0, MOUTH_CORNERS), (-1.0, NOSE_BASE)), distances=((0.5, 61, 291),),
    ),
    ActionUnit(
        "AU15", "lip corner depressor", "depressor anguli oris",
        "The corners of the mouth go down.",
        "sad", 0.042, POOR,
        heights=((-1.0, MOUTH_CORNERS), (1.0, (0, 17, 37, 267, 84, 314))),
        needs_neutral=True, crosstalk=(("AU12", -1.7),),
    ),
    ActionUnit(
        "AU17", "chin raiser", "mentalis",
        "The boss of the chin and the lower lip go up; the chin wrinkles.",
        "sad and disgust; also doubt", 0.121, POOR,
        heights=((1.0, (18, 199, 200)), (-1.0, NOSE_BASE)),
        needs_neutral=True, crosstalk=(("AU26", -2.7),),
    ),
    ActionUnit(
        "AU20", "lip stretcher", "risorius with platysma",
        "The corners of the mouth go straight to the sides.",
        "fear", 0.088, POOR,
        heights=((-0.5, MOUTH_CORNERS), (0.5, NOSE_BASE)), distances=((0.5, 61, 291),), needs_neutral=True,
    ),
    ActionUnit(
        "AU25", "lips part", "depressor labii inferioris; orbicularis oris relaxes",
        "The lips come apart.",
        "a broad smile, surprise, fear; also speech", 0.356 * 0.62, GOOD,
        distances=((1.0, 13, 14),),
    ),
    ActionUnit(
        "AU26", "jaw drop", "masseter and temporalis relax",
        "The jaw falls.",
        "surprise and fear; also speech", 0.283, FAIR,
        heights=((1.0, NOSE_BASE), (-1.0, (148, 152, 377))), needs="AU25",
    ),
    ActionUnit(
        "AU45", "blink", "levator palpebrae relaxes; orbicularis oculi, pars palpebralis",
        "The eyes close for a moment.",
        "every face, 10 to 20 times a minute", 0.160, GOOD, lids=(-1.0, 1.0),
    ),
)  # fmt: skip

CODES = AU_CODES
"""Codes of the table in its order."""

BY_CODE = {unit.code: unit for unit in TABLE}
SHOWN_CODES = tuple(code for code in CODES if code not in MERGED)
"""Codes of the rows that people see."""

INDEX = {code: k for k, code in enumerate(CODES)}
