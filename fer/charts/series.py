"""From a timeline to the few thousand numbers that a chart draws."""

from dataclasses import dataclass

import numpy as np

from fer.constants import QUALITY_OK
from fer.timeline.summary import STATES
from fer.timeline.timeline import NO_FACE, Timeline
from fer.verdict import answer_words, plausible, verdicts

MAX_POINTS = 2000
"""More points than this nobody sees, and the browser becomes slow."""

LINE_GAP_S = 0.5
"""Two points of a line further apart are not joined."""

SHARE_BINS = 80
BIN_STEPS_S = (0.25, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600)

MIXED = "mixed"
"""State of a frame in which some faces are usable and some are not."""


@dataclass(frozen=True, eq=False)
class Lines:
    """A face's probabilities for drawing.

    Args:
        time_s: (n,) seconds; NaN between stretches that are not joined.
        probs: (n, 7) in the order of `EMOTIONS`; NaN likewise.
        verdict: n states, empty at breaks.
        confidence: (n,) the highest probability.
        words: n, what people read of the verdict; empty at breaks.
    """

    time_s: np.ndarray
    probs: np.ndarray
    verdict: list[str]
    confidence: np.ndarray
    words: list[str]


@dataclass(frozen=True)
class Segment:
    """A stretch of time in one state.

    Args:
        state: What holds.
        start_s: From here,
        end_s: to here.
    """

    state: str
    start_s: float
    end_s: float


def line_data(
    timeline: Timeline,
    face_id: int,
    *,
    max_points: int = MAX_POINTS,
    view_s: tuple[float, float] | None = None,
) -> Lines:
    """The usable rows of one face, averaged in bins where there are more than `max_points`.

    Args:
        timeline: Not of photos.
        face_id: Whose.
        max_points: Most points.
        view_s: (start, end): only what lies there, and a little beyond so that lines reach the edges.
    """
    time_s = timeline.table["time_s"].to_numpy(np.float64)
    shown = timeline.usable & (timeline.face_of_row == face_id)
    if view_s is not None:
        beyond = max(LINE_GAP_S, 1.5 * timeline.step_s)
        shown = shown & (time_s >= view_s[0] - beyond) & (time_s <= view_s[1] + beyond)
    rows = np.flatnonzero(shown)
    time_s, probs = time_s[rows], timeline.probs[rows]
    if not len(rows):
        return Lines(time_s, probs, [], np.zeros(0), [])
    limit = max(LINE_GAP_S, 1.5 * timeline.step_s)
    stretch = np.cumsum(np.r_[0, np.diff(time_s) > limit])
    if len(rows) > max_points:
        bins = ((time_s - time_s[0]) / ((time_s[-1] - time_s[0]) / max_points)).astype(np.int64)
        starts = np.flatnonzero(np.r_[True, (np.diff(bins) != 0) | (np.diff(stretch) != 0)])
        sizes = np.diff(np.r_[starts, len(rows)])
        time_s = np.add.reduceat(time_s, starts) / sizes
        probs = np.add.reduceat(probs, starts) / sizes[:, None]
        stretch = stretch[starts]
    names, confidence = verdicts(probs, timeline.unsure_below)
    sets = plausible(probs, timeline.unsure_below, timeline.sets)
    words = [answer_words(*one) for one in zip(names, sets, strict=True)]
    breaks = np.flatnonzero(np.diff(stretch)) + 1
    return Lines(
        np.insert(time_s, breaks, np.nan),
        np.insert(probs, breaks, np.nan, axis=0),
        list(np.insert(np.array(names, object), breaks, "")),
        np.insert(confidence, breaks, np.nan),
        list(np.insert(np.array(words, object), breaks, "")),
    )


def share_bins(
    timeline: Timeline, rows: np.ndarray, view_s: tuple[float, float] | None = None
) -> tuple[np.ndarray, float, np.ndarray]:
    """Shares of the states in equal bins of time.

    Args:
        timeline: Not of photos.
        rows: (rows,) bool, which rows count (usable ones only).
        view_s: (start, end) of what is drawn, by which the bins are as wide as they are; None: everything.

    Returns:
        start_s: (b,) start of every bin that holds a row.
        width_s: Width of a bin, a round number of seconds.
        shares: (b, 8) in the order of `STATES`; rows sum to 1.
    """
    start_s, end_s = view_s or (timeline.start_s, timeline.end_s)
    length = max(end_s - start_s, 0.1)
    finest = max(length / SHARE_BINS, timeline.step_s)
    width = next((s for s in BIN_STEPS_S if s >= finest * (1 - 1e-9)), BIN_STEPS_S[-1])
    # The tiny shift keeps a frame at 2.9999999 s out of the bin before 3 s.
    bins = np.floor(timeline.table["time_s"].to_numpy(np.float64)[rows] / width + 1e-6).astype(np.int64)
    state = np.array([STATES.index(name) for name in timeline.table["emotion"].to_numpy()[rows]], np.int64)
    if not len(bins):
        return np.zeros(0), width, np.zeros((0, len(STATES)))
    first = bins.min()
    flat = (bins - first) * len(STATES) + state
    weight = np.bincount(flat, timeline.weights_s[rows], (bins.max() - first + 1) * len(STATES))
    weight = weight.reshape(-1, len(STATES))
    total = weight.sum(axis=1)
    there = total > 0
    return (np.flatnonzero(there) + first) * width, width, weight[there] / total[there, None]


def frame_states(timeline: Timeline) -> list[Segment]:
    """What became of every frame: "ok", "mixed", "no_face" or the codes of a face that was left out."""
    frames = len(timeline.frame_times_s)
    found = np.bincount(timeline.frame_of_row, timeline.has_face, frames)
    usable = np.bincount(timeline.frame_of_row, timeline.usable, frames)
    left_out = np.full(frames, NO_FACE, object)
    rows = timeline.has_face & ~timeline.usable
    left_out[timeline.frame_of_row[rows]] = timeline.table["quality"].to_numpy(object)[rows]
    states = np.where(usable == 0, left_out, np.where(usable == found, QUALITY_OK, MIXED))
    return segments(timeline, timeline.frame_times_s, timeline.frame_weights_s, states)


def left_out_segments(timeline: Timeline, face_id: int) -> list[Segment]:
    """Stretches in which a face was seen but left out, by its quality codes."""
    rows = (timeline.face_of_row == face_id) & ~timeline.usable
    return segments(
        timeline,
        timeline.table["time_s"].to_numpy(np.float64)[rows],
        timeline.weights_s[rows],
        timeline.table["quality"].to_numpy(object)[rows],
    )


def segments(
    timeline: Timeline, time_s: np.ndarray, weight_s: np.ndarray, states: np.ndarray
) -> list[Segment]:
    """Runs of equal states; of each bin of a long timeline only the first state is looked at."""
    if not len(time_s):
        return []
    if len(time_s) > MAX_POINTS:
        bins = ((time_s - time_s[0]) / ((time_s[-1] - time_s[0]) / MAX_POINTS)).astype(np.int64)
        firsts = np.flatnonzero(np.r_[True, np.diff(bins) != 0])
        end_s = np.maximum.reduceat(time_s + weight_s, firsts)
        time_s, states = time_s[firsts], states[firsts]
    else:
        end_s = time_s + weight_s
    gap = time_s[1:] - end_s[:-1] > 0.5 * timeline.step_s
    starts = np.flatnonzero(np.r_[True, gap | (states[1:] != states[:-1])])
    lasts = np.r_[starts[1:] - 1, len(states) - 1]
    return [
        Segment(str(states[a]), float(time_s[a]), float(end_s[b])) for a, b in zip(starts, lasts, strict=True)
    ]
