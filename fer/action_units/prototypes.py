"""From units to words: does the face's geometry speak for the network's answer, or against it?

The network's answer is never changed. A naive Bayes comparison of EMFACS-style prototypes with a face's
base rates; most faces give too little to decide, and then the verdict says so.

References:
    Ekman & Friesen 1983, EMFACS. Du, Tao & Martinez 2014, PNAS 111:E1454. Lucey et al. 2010 (CK+).
"""

import math
from dataclasses import dataclass

import numpy as np

from fer.action_units.intensity import NOT_SEEN, SEEN
from fer.action_units.table import BY_CODE, CODES, GOOD, INDEX, MERGED, TABLE
from fer.constants import CONTRADICTED, EMOTIONS, NOT_CHECKABLE, SUPPORTED, UNSURE
from fer.records import UnitVerdict
from fer.text import join

CORE_RATE, OPTIONAL_RATE, AGAINST_RATE = 0.8, 0.5, 0.05
"""How often a unit is present in a face that shows the expression."""

SUPPORTED_FROM, CONTRADICTED_TO = 0.75, -0.5
"""Log-likelihood ratios of a verdict; chosen on PublicTest."""

VERDICT_TEXT = {SUPPORTED: "supported", CONTRADICTED: "contradicted", NOT_CHECKABLE: "undecided"}

WARNED = ("happy",)
"""A contradiction is shown as a warning only here: on PublicTest the network is right on 95% of the supported
and 62% of the contradicted faces that it calls happy. Elsewhere contradictions are too rare to be trusted."""

CONTRADICTION_TEXT = (
    "A contradiction says something only of “happy”, and only there it is a warning; of other expressions it "
    "says next to nothing."
)


@dataclass(frozen=True)
class Prototype:
    """What an expression is made of; each entry is a unit, or units of which the most visible counts.

    Args:
        core: Present in most faces that show it.
        optional: Present in about half.
        against: Hardly ever present.
    """

    core: tuple[tuple[str, ...], ...] = ()
    optional: tuple[tuple[str, ...], ...] = ()
    against: tuple[tuple[str, ...], ...] = ()

    def rates(self) -> list[tuple[tuple[str, ...], float]]:
        """(units, how often they are present), for all entries."""
        parts = ((self.core, CORE_RATE), (self.optional, OPTIONAL_RATE), (self.against, AGAINST_RATE))
        return [(units, rate) for entries, rate in parts for units in entries]


def _entries(text: str) -> tuple[tuple[str, ...], ...]:
    """ "1 25/26" as (("AU01",), ("AU25", "AU26"))."""
    return tuple(tuple(f"AU{int(n):02d}" for n in entry.split("/")) for entry in text.split())


PROTOTYPES = {
    "happy": Prototype(_entries("12"), _entries("25 6"), _entries("15 4 9")),
    "sad": Prototype(_entries("1 4 15"), _entries("6 17"), _entries("12 5 26")),
    "fear": Prototype(_entries("1 2 4 5 20 25/26"), (), _entries("12 9")),
    "angry": Prototype(_entries("4 7"), _entries("10 17 5"), _entries("1 2 12")),
    "surprise": Prototype(_entries("1 2 25 26"), _entries("5"), _entries("4 12 9")),
    "disgust": Prototype(_entries("9/10"), _entries("17 4"), _entries("1 2 5")),
    "neutral": Prototype((), (), _entries("1 2 4 5 6 7 9/10 12 15 17 20 25 26")),
}
"""Units that geometry cannot tell (AU23, AU24) are left out."""

_RATES = [
    [(tuple(INDEX[code] for code in units), rate) for units, rate in PROTOTYPES[name].rates()]
    for name in EMOTIONS
]
"""For each expression: (rows of units, how often they are present)."""

_UNTOLD = -1.0
"""In place of the presence of a unit that cannot be told."""


def is_warning(verdict: UnitVerdict) -> bool:
    """True where a person should be warned."""
    return verdict.kind == CONTRADICTED and verdict.emotion in WARNED


def verdict_sentence(verdict: UnitVerdict, confidence: float | None = None) -> str:
    """What a person reads, as in "Happy 86%, supported by AU12 lip corner puller 3.4 and AU25".

    Where units are seen and decide nothing, it says so; "cannot check" is said only where nothing is seen.
    """
    head = verdict.emotion.capitalize() + (f" {confidence:.0%}" if confidence is not None else "")
    units = describe_units(verdict.seen)
    if verdict.kind == SUPPORTED:
        return f"{head}, supported by {units}" if units else f"{head}, supported: no unit is seen"
    if verdict.kind == CONTRADICTED and verdict.missing:
        absent = join([BY_CODE[code].shown for code in verdict.missing])
        return f"{head}, contradicted: {absent} is not seen"
    if verdict.kind == CONTRADICTED:
        return f"{head}, contradicted: {units} fits {verdict.fits} better"
    if verdict.emotion == UNSURE:
        return f"{head}, so there is no answer to check" + (f"; seen: {units}" if units else "")
    if units:
        return f"{head}, neither supported nor contradicted by {units}"
    return f"{head}; the geometry cannot check it"


def describe_units(seen: tuple[tuple[str, float], ...]) -> str:
    """ "AU12 lip corner puller 3.4 and AU25 lips part 1.2"; the first two by name."""
    strongest: dict[str, tuple[str, float]] = {}
    for code, value in seen:
        host = MERGED.get(code, code)
        if host not in strongest or value > strongest[host][1]:
            strongest[host] = (code, value)
    parts = []
    for k, (code, value) in enumerate(strongest.values()):
        unit = BY_CODE[code]
        parts.append(f"{unit.shown if k < 2 else unit.shown_number} {value:.1f}")
    return join(parts)


def log_ratios(present: np.ndarray, base_rate: np.ndarray) -> np.ndarray:
    """How much more likely the units are under each expression than in any face.

    Args:
        present: (k,) probability of presence; NaN: can't tell, counts nothing.
        base_rate: (k,) mean probability of presence.

    Returns:
        (7,) in the order of `EMOTIONS`.
    """
    # Plain numbers: NumPy's take three times as long here, for every face of every frame.
    seen = [_UNTOLD if math.isnan(value) else value for value in present.tolist()]
    usual = base_rate.tolist()
    return np.array([_log_ratio(rates, seen, usual) for rates in _RATES])


def _log_ratio(
    rates: list[tuple[tuple[int, ...], float]], present: list[float], base_rate: list[float]
) -> float:
    total = 0.0
    for units, rate in rates:
        k = units[0] if len(units) == 1 else max(units, key=present.__getitem__)
        seen, usual = present[k], base_rate[k]
        if seen != _UNTOLD:
            share = (seen * rate + (1 - seen) * (1 - rate)) / (seen * usual + (1 - seen) * (1 - usual))
            total += TABLE[k].reliability * math.log(share)
    return total


def judge(
    emotion: str, present: np.ndarray, intensity: np.ndarray, states: np.ndarray, base_rate: np.ndarray
) -> UnitVerdict:
    """Compare an answer with the units.

    Args:
        emotion: The network's answer, or "unsure".
        present: (k,) probability of presence; NaN: can't tell.
        intensity: (k,) 0..5; NaN: can't tell.
        states: (k,) seen, not seen, can't tell.
        base_rate: (k,) see `Population`.
    """
    seen_rows = [k for k in np.flatnonzero(states == SEEN) if CODES[k] != "AU45"]
    seen_rows.sort(key=lambda k: -TABLE[k].reliability * intensity[k])
    seen = tuple((CODES[k], float(intensity[k])) for k in seen_rows)
    if emotion == UNSURE or not np.isfinite(present).any():
        return UnitVerdict(emotion, NOT_CHECKABLE, seen=seen)
    ratios = log_ratios(present, base_rate)
    own, best = float(ratios[EMOTIONS.index(emotion)]), int(ratios.argmax())
    fits = EMOTIONS[best] if ratios[best] >= SUPPORTED_FROM else ""
    backing = tuple(s for s in seen if s[0] in supporting(emotion))
    if own >= SUPPORTED_FROM and (backing or (emotion == "neutral" and not seen)):
        return UnitVerdict(emotion, SUPPORTED, own, fits, backing)
    proof = tuple(s for s in seen if fits and s[0] in supporting(fits))
    strong = any(BY_CODE[code].reliability == GOOD for code, _ in proof)
    if own <= CONTRADICTED_TO and fits != emotion and strong:
        return UnitVerdict(emotion, CONTRADICTED, own, fits, proof)
    missing = missing_units(emotion, states)
    if own <= CONTRADICTED_TO and missing:
        return UnitVerdict(emotion, CONTRADICTED, own, fits, missing=missing)
    return UnitVerdict(emotion, NOT_CHECKABLE, own, fits, seen)


def missing_units(emotion: str, states: np.ndarray) -> tuple[str, ...]:
    """The core of an expression, where geometry sees all of it well and sees none of it; else nothing.

    Args:
        emotion: The answer.
        states: (k,) seen, not seen, can't tell.
    """
    core = [code for entry in PROTOTYPES[emotion].core for code in entry]
    if not core or any(BY_CODE[code].reliability < GOOD or states[INDEX[code]] != NOT_SEEN for code in core):
        return ()
    return tuple(core)


def supporting(emotion: str) -> set[str]:
    """Codes that speak for an expression."""
    prototype = PROTOTYPES[emotion]
    return {code for entry in (*prototype.core, *prototype.optional) for code in entry}
