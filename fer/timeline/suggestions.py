"""Pieces of a timeline that may be one person: found in its rows, for a person to decide."""

from dataclasses import dataclass

import numpy as np

from fer.records import Suggestion
from fer.timeline.timeline import Timeline

WITHIN_S = 20.0
"""Somebody who was away longer may come back anywhere."""
NEAR = 1.5
"""How far a face may have gone, in widths of the face."""
MAX_GROWTH = 1.7
"""How much larger or smaller it may have become."""


def suggestions(timeline: Timeline) -> tuple[Suggestion, ...]:
    """Who may be who, in order of time.

    First the pairs that the analysis itself was not sure of, then those that the rows show: a face goes, and
    soon one of its size comes near the same place. Nobody is named twice as the one who comes back. A pair is
    left out once a step of `fer.timeline.persons` says that they are two, as a split does, or both have
    names.

    Args:
        timeline: Of a video or a live session; photos give none.
    """
    if timeline.is_photos:
        return ()
    told, there = timeline.persons.apart, set(timeline.face_ids)
    found: dict[int, Suggestion] = {}
    for suggested in (*timeline.suggestions, *_in_rows(timeline)):
        pair = frozenset((suggested.first, suggested.second))
        if pair <= there and pair not in told and not pair <= timeline.names.keys():
            found.setdefault(suggested.second, suggested)
    return tuple(sorted(found.values(), key=lambda s: (s.came_s, s.second)))


def _in_rows(timeline: Timeline) -> list[Suggestion]:
    """Pairs by time, place and size; each face that goes comes back once."""
    ends = [_Ends.of(timeline, face_id) for face_id in timeline.face_ids]
    found: dict[int, Suggestion] = {}
    for later in sorted(ends, key=lambda e: (e.first_s, e.face_id)):
        before = [e for e in ends if e.last_s < later.first_s and e.continues_as(later)]
        if before:
            nearest = max(before, key=lambda e: e.last_s)
            suggested = Suggestion(nearest.face_id, later.face_id, nearest.last_s, later.first_s)
            found.setdefault(nearest.face_id, suggested)
    return list(found.values())


@dataclass(frozen=True, eq=False)
class _Ends:
    """Where a face was first and last: seconds and boxes (4,) as x, y, width, height."""

    face_id: int
    first_s: float
    last_s: float
    first_box: np.ndarray
    last_box: np.ndarray

    @classmethod
    def of(cls, timeline: Timeline, face_id: int) -> "_Ends":
        """Of one face of the timeline."""
        rows = np.flatnonzero(timeline.face_of_row == face_id)[[0, -1]]
        table = timeline.table.iloc[rows]
        first, last = table["time_s"].tolist()
        boxes = table[["x", "y", "width", "height"]].to_numpy(np.float64)
        return cls(face_id, first, last, boxes[0], boxes[1])

    def continues_as(self, later: "_Ends") -> bool:
        """The other may be the same, by time, size and place."""
        size, its_size = self.last_box[2:].mean(), later.first_box[2:].mean()
        if later.first_s - self.last_s > WITHIN_S or not size > 0 or not its_size > 0:
            return False
        if max(size, its_size) > MAX_GROWTH * min(size, its_size):
            return False
        centers = [box[:2] + box[2:] / 2 for box in (self.last_box, later.first_box)]
        return bool(np.hypot(*(centers[0] - centers[1])) <= NEAR * max(size, its_size))
