"""Why an episode was read that way: what its Action Units say, frame by frame taken together."""

from collections import Counter

import numpy as np

from fer.action_units.intensity import CANNOT_TELL, NOT_SEEN
from fer.action_units.prototypes import (
    CONTRADICTED,
    NOT_CHECKABLE,
    SUPPORTED,
    Verdict,
    missing_units,
    supporting,
)
from fer.action_units.table import CODES
from fer.summary import Episode
from fer.timeline import Timeline

MOST = 0.5
"""A verdict or a unit that holds in this share of an episode's frames holds for the episode."""


def explain(timeline: Timeline, face_id: int, episode: Episode) -> Verdict:
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
        return Verdict(episode.emotion, NOT_CHECKABLE)
    kinds = table["au_verdict"].to_numpy(object)[rows]
    fits = Counter(word for word in table["au_fits"].to_numpy(object)[rows] if word)
    best = fits.most_common(1)[0][0] if fits else ""
    seen = _seen(timeline, rows)
    absent = (timeline.presences[rows] == 0).mean(axis=0) >= MOST
    missing = missing_units(episode.emotion, np.where(absent, NOT_SEEN, CANNOT_TELL))
    if missing and (kinds == CONTRADICTED).mean() >= MOST:
        return Verdict(episode.emotion, CONTRADICTED, fits=best, missing=missing)
    for kind, spoken_for in ((SUPPORTED, episode.emotion), (CONTRADICTED, best)):
        if (kinds == kind).mean() >= MOST:
            backing = tuple(entry for entry in seen if entry[0] in supporting(spoken_for))
            return Verdict(episode.emotion, kind, fits=best, seen=backing)
    return Verdict(episode.emotion, NOT_CHECKABLE, fits=best, seen=seen)


def _seen(timeline: Timeline, rows: np.ndarray) -> tuple[tuple[str, float], ...]:
    """(code, median intensity) of the units that are seen in most of the rows, the strongest first."""
    present, values = timeline.presences[rows], timeline.intensities[rows]
    found = [
        (code, float(np.median(values[present[:, k] == 1, k])))
        for k, code in enumerate(CODES)
        if code != "AU45" and (present[:, k] == 1).mean() >= MOST
    ]
    return tuple(sorted(found, key=lambda entry: -entry[1]))
