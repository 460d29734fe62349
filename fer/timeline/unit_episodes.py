"""Why an episode was read that way: what its Action Units say, frame by frame taken together."""

from collections import Counter

import numpy as np

from fer.action_units.blinks import LEAST_S, BlinkCounter
from fer.action_units.intensity import CANNOT_TELL, NOT_SEEN
from fer.action_units.prototypes import missing_units, supporting
from fer.action_units.table import CODES, INDEX
from fer.constants import CONTRADICTED, NOT_CHECKABLE, SUPPORTED
from fer.records import UnitVerdict
from fer.text import count, span
from fer.timeline.summary import Episode
from fer.timeline.timeline import Timeline

MOST = 0.5
"""A verdict or a unit that holds in this share of an episode's frames holds for the episode."""

BLINK_STEP_S = 0.11
"""With longer steps between frames, blinks fall between them."""


def explain(timeline: Timeline, face_id: int, episode: Episode) -> UnitVerdict:
    """The verdict of an episode.

    Args:
        timeline: Unsmoothed, with Action Units.
        face_id: Whose episode.
        episode: From the summary; frames whose own answer differs do not count.
    """
    table = timeline.table
    time_s = table["time_s"].to_numpy(np.float64)
    rows = timeline.usable & (timeline.face_of_row == face_id)
    rows &= (time_s >= episode.start_s) & (time_s < episode.end_s)
    rows &= (table["emotion"] == episode.emotion).to_numpy(bool)
    if not rows.any() or not timeline.has_units:
        return UnitVerdict(episode.emotion, NOT_CHECKABLE)
    kinds = table["au_verdict"].to_numpy(object)[rows]
    fits = Counter(word for word in table["au_fits"].to_numpy(object)[rows] if word)
    best = fits.most_common(1)[0][0] if fits else ""
    seen = _seen(timeline, rows)
    absent = (timeline.presences[rows] == 0).mean(axis=0) >= MOST
    missing = missing_units(episode.emotion, np.where(absent, NOT_SEEN, CANNOT_TELL))
    if missing and (kinds == CONTRADICTED).mean() >= MOST:
        return UnitVerdict(episode.emotion, CONTRADICTED, fits=best, missing=missing)
    for kind, spoken_for in ((SUPPORTED, episode.emotion), (CONTRADICTED, best)):
        if (kinds == kind).mean() >= MOST:
            backing = tuple(entry for entry in seen if entry[0] in supporting(spoken_for))
            return UnitVerdict(episode.emotion, kind, fits=best, seen=backing)
    return UnitVerdict(episode.emotion, NOT_CHECKABLE, fits=best, seen=seen)


def blinks(timeline: Timeline, face_id: int) -> tuple[int, float] | None:
    """How often a face blinked, and in how many seconds that could be told.

    Args:
        timeline: With Action Units.
        face_id: Whose.

    Returns:
        None where it cannot be counted: too short, or with too few frames a second.
    """
    if not timeline.has_units or timeline.is_photos or timeline.step_s > BLINK_STEP_S:
        return None
    shut, counter = timeline.presences[:, INDEX["AU45"]], BlinkCounter(np.inf)
    rows = np.flatnonzero(timeline.usable & (timeline.face_of_row == face_id) & np.isfinite(shut))
    seconds = float(timeline.weights_s[rows].sum())
    if seconds < LEAST_S:
        return None
    for time_s, closed in zip(timeline.table["time_s"].to_numpy()[rows], shut[rows], strict=True):
        counter.add(float(time_s), bool(closed == 1))
    return counter.count, seconds


def blink_words(timeline: Timeline, face_id: int) -> str:
    """ "3 blinks in 12 s, 15 a minute."; empty where they cannot be counted."""
    found = blinks(timeline, face_id)
    if found is None:
        return ""
    number, seconds = found
    return f"{count(number, 'blink')} in {span(seconds)}, {60 * number / seconds:.0f} a minute."


def _seen(timeline: Timeline, rows: np.ndarray) -> tuple[tuple[str, float], ...]:
    """(code, median intensity) of the units that are seen in most of the rows, the strongest first."""
    present, values = timeline.presences[rows], timeline.intensities[rows]
    found = [
        (code, float(np.median(values[present[:, k] == 1, k])))
        for k, code in enumerate(CODES)
        if code != "AU45" and (present[:, k] == 1).mean() >= MOST
    ]
    return tuple(sorted(found, key=lambda entry: -entry[1]))
