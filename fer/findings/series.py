"""One number over time: a face's expression, or its valence, on a regular grid; gaps stay gaps."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from fer.constants import EMOTIONS, UNSURE
from fer.errors import InputError
from fer.timeline.markers import Marker, inside
from fer.timeline.timeline import Timeline

VALENCE = "valence"
MEASURES = (*EMOTIONS, VALENCE, UNSURE)
"""What can be compared: the probability of an expression, valence (-1..1), whether the answer is "unsure"."""

NEGATIVE = ("sad", "angry", "fear", "disgust")
MAX_STEPS = 500_000
"""Longer recordings are averaged over longer steps."""


@dataclass(frozen=True, eq=False)
class Series:
    """A measure over time.

    Args:
        values: (n,) float64 on a regular grid; NaN where nothing was read.
        start_s: Time of the first, in seconds.
        step_s: Time between two, in seconds.
    """

    values: np.ndarray
    start_s: float
    step_s: float

    def __len__(self) -> int:
        return len(self.values)

    @property
    def time_s(self) -> np.ndarray:
        """(n,) float64 seconds."""
        return self.start_s + self.step_s * np.arange(len(self.values))

    @property
    def read_s(self) -> float:
        """Seconds in which it was read."""
        return float(np.isfinite(self.values).sum() * self.step_s)

    @property
    def mean(self) -> float:
        """Over what was read; NaN where nothing was."""
        read = self.values[np.isfinite(self.values)]
        return float(read.mean()) if len(read) else float("nan")

    @property
    def deviation(self) -> float:
        """Standard deviation over what was read; NaN for fewer than two values."""
        read = self.values[np.isfinite(self.values)]
        return float(read.std(ddof=1)) if len(read) > 1 else float("nan")

    def within(self, ranges: Iterable[Marker]) -> "Series":
        """Only what lies in the ranges, put one behind the other in the order of time."""
        # Half a step: a mark that was set on a frame holds that frame, whatever the last bits say.
        return replace(self, values=self.values[inside(self.time_s + self.step_s / 1000, ranges)])


def largest_change(measure: str) -> float:
    """How far two means of a measure can lie apart; infinite for a measure that is not one of `MEASURES`."""
    if measure == VALENCE:
        return 2.0
    return 1.0 if measure in MEASURES else math.inf


def valence(probs: np.ndarray) -> np.ndarray:
    """Happy minus the strongest of sad, angry, fear and disgust: an index that nobody has validated here.

    It says which of the network's answers outweighs the other, not how pleasant anything was.

    Args:
        probs: (..., 7) probabilities in the order of `EMOTIONS`.

    Returns:
        (...,) -1 to 1.

    Reference:
        The rule that Noldus has published for FaceReader's valence.
    """
    negative = [EMOTIONS.index(name) for name in NEGATIVE]
    return probs[..., EMOTIONS.index("happy")] - probs[..., negative].max(axis=-1)


def series_of(timeline: Timeline, face_id: int, measure: str) -> Series:
    """A measure of one face.

    Args:
        timeline: Of a video or a live session; unsmoothed, so that neighbours are not more alike than read.
        face_id: Whose.
        measure: One of `MEASURES`.

    Returns:
        From the recording's first frame to its last; only usable rows count.

    Raises:
        InputError: The measure is unknown, or they are photos.
    """
    if measure not in MEASURES:
        raise InputError(f"The measure {measure[:20]!r} is unknown: choose one of {', '.join(MEASURES)}.")
    if timeline.is_photos:
        raise InputError("Photos have no time: findings need a video or a live session.")
    times = timeline.frame_times_s
    if not len(times):
        return Series(np.zeros(0), 0.0, 1.0)
    step_s = max(timeline.step_s, (times[-1] - times[0]) / MAX_STEPS)
    cells = np.rint((times - times[0]) / step_s).astype(np.int64)
    rows = np.flatnonzero(timeline.usable & (timeline.face_of_row == face_id))
    where = cells[timeline.frame_of_row[rows]]
    n = int(cells.max()) + 1
    total = np.bincount(where, _measured(timeline, rows, measure), n)
    seen = np.bincount(where, minlength=n)
    values = np.divide(total, seen, out=np.full(n, np.nan), where=seen > 0)
    return Series(_bridged(values), float(times[0]), float(step_s))


def _measured(timeline: Timeline, rows: np.ndarray, measure: str) -> np.ndarray:
    if measure == VALENCE:
        return valence(timeline.probs[rows])
    if measure == UNSURE:
        return (timeline.table["emotion"].to_numpy(object)[rows] == UNSURE).astype(np.float64)
    return timeline.table[measure].to_numpy(np.float64)[rows]


def _bridged(values: np.ndarray) -> np.ndarray:
    """Single empty cells between two full ones filled: frame times that jitter leave some cells out."""
    hole = np.zeros(len(values), bool)
    hole[1:-1] = np.isnan(values[1:-1]) & ~np.isnan(values[:-2]) & ~np.isnan(values[2:])
    filled = values.copy()
    k = np.flatnonzero(hole)
    filled[k] = (values[k - 1] + values[k + 1]) / 2
    return filled
