"""The moments worth looking at: for each person and expression the strongest, the longest and the first."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from fer.constants import EMOTIONS, UNSURE
from fer.timeline.summary import STATES, Episode, FaceSummary, Summary
from fer.timeline.timeline import Timeline

PeakKind = Literal["strongest", "longest", "first"]


@dataclass(frozen=True)
class Peak:
    """One moment.

    Args:
        face_id: Whose.
        person: The name that people read.
        emotion: One of `fer.timeline.summary.STATES`, "unsure" too.
        kind: ``"strongest"``, ``"longest"`` or ``"first"``.
        time_s: The moment itself: of the strongest its peak, else the start of the episode; seconds.
        start_s: Where its episode starts, in seconds.
        end_s: Where its episode ends, in seconds.
        value: Probability of the expression at `time_s` for the strongest, else the episode's mean
            confidence, 0..1. The strongest of "unsure" is the least confident moment.
    """

    face_id: int
    person: str
    emotion: str
    kind: PeakKind
    time_s: float
    start_s: float
    end_s: float
    value: float

    @property
    def duration_s(self) -> float:
        """Length of its episode in seconds."""
        return self.end_s - self.start_s


def peaks(smoothed: Timeline, summary: Summary) -> tuple[Peak, ...]:
    """The strongest, longest and first moment of each person and expression that occurs.

    A moment always lies in one of the summary's episodes, so what was taken for noise there is none here.

    Args:
        smoothed: The timeline that `summary` was counted from.
        summary: Its summary.

    Returns:
        By person, in the order of `STATES`, strongest before longest before first; empty for photos.
    """
    if smoothed.is_photos:
        return ()
    return tuple(
        peak
        for face in summary.faces
        for state in STATES
        if (episodes := [e for e in face.episodes if e.emotion == state])
        for peak in _of_state(smoothed, face, episodes)
    )


def _of_state(smoothed: Timeline, face: FaceSummary, episodes: list[Episode]) -> list[Peak]:
    longest, first = face.longest[episodes[0].emotion], episodes[0]
    return [
        _strongest(smoothed, face, episodes),
        _peak(face, longest, "longest", longest.start_s, longest.confidence),
        _peak(face, first, "first", first.start_s, first.confidence),
    ]


def _strongest(smoothed: Timeline, face: FaceSummary, episodes: list[Episode]) -> Peak:
    """The frame of the highest probability (of "unsure": the lowest confidence), the earlier of equals."""
    state = episodes[0].emotion
    rows = smoothed.usable & (smoothed.face_of_row == face.face_id)
    rows &= (smoothed.table["emotion"] == state).to_numpy(bool)
    time_s = smoothed.table["time_s"].to_numpy(np.float64)[rows]
    values = (
        smoothed.probs[rows].max(axis=1) if state == UNSURE else smoothed.probs[rows, EMOTIONS.index(state)]
    )
    starts = np.array([e.start_s for e in episodes])
    which = np.searchsorted(starts, time_s, side="right") - 1
    ends = np.array([e.end_s for e in episodes])
    within = (which >= 0) & (time_s < ends[which] + 5e-7)
    ranked = np.where(within, -values if state == UNSURE else values, -np.inf)
    best = int(ranked.argmax())
    return _peak(face, episodes[which[best]], "strongest", float(time_s[best]), float(values[best]))


def _peak(face: FaceSummary, episode: Episode, kind: PeakKind, time_s: float, value: float) -> Peak:
    return Peak(
        face_id=face.face_id or 0,
        person=face.name,
        emotion=episode.emotion,
        kind=kind,
        time_s=time_s,
        start_s=episode.start_s,
        end_s=episode.end_s,
        value=value,
    )
