"""Action Units for tests: a face deformed by hand, a reader with fixed eyes, units with known values."""

from dataclasses import replace

import numpy as np

from fer.action_units.alignment import ANCHORS
from fer.action_units.population import population
from fer.action_units.reader import ActionUnitReader
from fer.action_units.table import BY_CODE, CODES, INDEX
from fer.records import MEASURES, ActionUnits, Faces, Frame, Observations, UnitVerdict
from fer.settings import Settings
from fer.timeline.timeline import TimelineBuilder
from tests.helpers.factories import make_faces, make_observations, make_source, probs_of

OPEN_LIDS = np.array([[[0.2, -0.11], [0.2, -0.11]]])


KNOWN = population()


FRAME = Frame(np.zeros((480, 640, 3), np.uint8))


def picture_of(points: np.ndarray) -> np.ndarray:
    """(468, 3) px: a face of the canonical frame as a camera sees it."""
    return points * [200.0, -200.0, -200.0] + [320.0, 240.0, 0.0]


def deformed(code: str, by: float) -> tuple[np.ndarray, np.ndarray]:
    """The canonical face with a unit's own points moved the way its formula rises."""
    unit, points, lids = BY_CODE[code], KNOWN.canonical.copy(), OPEN_LIDS.copy()
    for factor, chosen in unit.heights:
        moving = [p for p in chosen if p not in ANCHORS]
        points[moving, 1] += np.sign(factor) * by
    for factor, a, b in unit.distances:
        across = points[b] - points[a]
        across /= np.linalg.norm(across)
        points[b] += np.sign(factor) * by / 2 * across
        points[a] -= np.sign(factor) * by / 2 * across
    lids += np.array(unit.lids) * by
    return points, lids


def faces_of(points: np.ndarray, ids=(1,)) -> Faces:
    landmarks = np.tile(picture_of(points).astype(np.float32), (len(ids), 1, 1))
    return replace(make_faces(ids), landmarks=landmarks)


class FixedEyes:
    """Stands in for the iris model."""

    def __init__(self, lids: np.ndarray = OPEN_LIDS) -> None:
        self.value = lids

    def lids(self, patches: np.ndarray) -> np.ndarray:
        return np.repeat(self.value, len(patches), axis=0)


def reader_of(**more) -> ActionUnitReader:
    return ActionUnitReader(FixedEyes(), unsure_below=0.4, **more)


def read(reader: ActionUnitReader, points: np.ndarray, time_s: float = 0.0, emotion: str = "happy", **more):
    frame = replace(FRAME, timestamp_s=time_s)
    usable = more.get("usable", np.ones(1, bool))
    return read_faces(reader, frame, faces_of(points), np.array([probs_of(emotion)]), usable)


def read_faces(reader: ActionUnitReader, frame, faces: Faces, probs: np.ndarray, usable: np.ndarray):
    """Both steps of the reader."""
    return reader.read(frame.timestamp_s, faces, reader.measure([(frame, faces)]), probs, usable)


def units_of(kind: str, fits: str = "", **strong: float) -> ActionUnits:
    """One face: the named units at these intensities and seen, AU25 not seen, the rest can't tell."""
    intensity = np.full((1, len(CODES)), np.nan, np.float32)
    intensity[0, INDEX["AU25"]] = 0.0
    for code, value in strong.items():
        intensity[0, INDEX[code]] = value
    told = ~np.isnan(intensity)
    state = np.where(told, intensity > 1, -1).astype(np.int8)
    present = np.where(told, np.clip(intensity / 5, 0, 1), np.nan).astype(np.float32)
    verdict = UnitVerdict("happy", kind, fits=fits)
    none = np.zeros(1, np.float32)
    return ActionUnits(
        intensity,
        np.ones_like(intensity),
        present,
        state,
        (verdict,),
        none.astype(bool),
        none,
        np.full((1, MEASURES), np.nan, np.float32),
    )


FPS = 15


def clip_of(fps: int = FPS):
    """A face whose brows lie high by nature, relaxed and then raised; an empty frame at the end."""
    builder, reader = TimelineBuilder(), reader_of()
    own, more = (deformed("AU02", by)[0] for by in (0.03, 0.09))
    for k in range(4 * fps):
        relaxed = k < 2 * fps
        points, emotion = (own, "neutral") if relaxed else (more, "surprise")
        units = read(reader, points, k / fps, emotion)
        probs = np.array([probs_of(emotion)])
        builder.add(Observations(k, k / fps, faces_of(points), probs, ("ok",), units))
    builder.add(make_observations([], time_s=4.0, index=4 * fps))
    return builder.build(make_source(), Settings(unsure_below=0.4))
