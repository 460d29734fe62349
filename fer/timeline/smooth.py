"""Smoothing of probabilities over time without a delay."""

from dataclasses import replace
from numbers import Real

import numpy as np

from fer.constants import EMOTIONS
from fer.errors import SettingsError
from fer.given import check_is
from fer.timeline.timeline import MAX_STEP_S, Timeline, with_verdicts

NEGLIGIBLE = 1e-9
"""A frame that counts less than this beside its neighbour is not summed."""


def smooth(timeline: Timeline, half_life_s: float) -> Timeline:
    """Average each face's probabilities over its neighbours in time.

    A neighbour that is ``t`` seconds away, before or after, counts ``2 ** (-t / half_life_s)``: a filter
    that looks forward and backward alike, so that nothing is delayed. Only usable rows count and
    change; nothing crosses a gap of more than 1 s; rows sum to 1 again. `emotion`, `confidence` and
    `plausible` follow.

    Args:
        timeline: Per-frame probabilities.
        half_life_s: Seconds after which a neighbour counts half; 0 changes nothing.

    Returns:
        A new timeline.

    Raises:
        SettingsError: The half-life is negative or no finite number.
        TypeError: It is no `Timeline`; says where one is.
    """
    check_is("smooth(timeline)", timeline, Timeline)
    rows = np.flatnonzero(timeline.usable & (timeline.face_of_row >= 0))
    if not isinstance(half_life_s, Real) or not 0 <= half_life_s < float("inf"):
        raise SettingsError(
            f"The half-life {half_life_s!r} is out of range: give seconds, 0 switches it off."
        )
    if not half_life_s or timeline.is_photos or not len(rows):
        return timeline
    face, time_s = timeline.face_of_row[rows], timeline.table["time_s"].to_numpy()[rows]
    order = np.lexsort((time_s, face))
    rows, face, time_s = rows[order], face[order], time_s[order]
    probs = timeline.probs.copy()
    probs[rows] = _two_sided(probs[rows], time_s, _stretches(face, time_s), half_life_s)
    table = timeline.table.assign(**dict(zip(EMOTIONS, probs.T, strict=True)))
    return replace(timeline, table=with_verdicts(table, timeline.settings, timeline.sets))


def _stretches(face: np.ndarray, time_s: np.ndarray) -> np.ndarray:
    """(n,) int: number of the stretch of one face without a gap; rows sorted by face and time."""
    return np.cumsum(np.r_[True, (np.diff(face) != 0) | (np.diff(time_s) > MAX_STEP_S)])


def _two_sided(values: np.ndarray, time_s: np.ndarray, stretch: np.ndarray, half_life_s: float) -> np.ndarray:
    """Both running sums, the row itself counted once, divided by their weights."""
    weighted = np.column_stack([values, np.ones(len(values))])
    before = _running_sum(weighted, time_s, stretch, half_life_s)
    after = _running_sum(weighted[::-1], -time_s[::-1], stretch[::-1], half_life_s)[::-1]
    total = before + after - weighted
    smoothed = total[:, :-1] / total[:, -1:]
    return smoothed / smoothed.sum(axis=1, keepdims=True)


def _running_sum(
    values: np.ndarray, time_s: np.ndarray, stretch: np.ndarray, half_life_s: float
) -> np.ndarray:
    """Sum over all earlier rows of the stretch, each decayed by its distance.

    By doubling: after each turn a row holds the sum over a window twice as long, so that n rows take log2(n)
    vector operations whatever the time steps are.
    """
    total, shift = values.copy(), 1
    while shift < len(total):
        together = stretch[:-shift] == stretch[shift:]
        distance_s = np.where(together, time_s[shift:] - time_s[:-shift], np.inf)
        decay = np.exp2(-distance_s / half_life_s)
        if decay.max() < NEGLIGIBLE:
            break
        total[shift:] = total[shift:] + decay[:, None] * total[:-shift]
        shift *= 2
    return total
