"""Steps about people taken over into another analysis of the same source, in which ids may have changed.

Not the steps but what they led to is carried: who is who is found again by place and time, and new steps are
made that say the same of the new ids.
"""

from collections import Counter
from dataclasses import dataclass, field

import numpy as np

from fer.errors import InputError
from fer.faces.detectors.base import intersection_over_union
from fer.timeline.edits import ids_after, with_edits
from fer.timeline.persons import Edit
from fer.timeline.timeline import Timeline

SAME_PLACE_IOU = 0.3
"""Boxes of two analyses that overlap this much are one face."""

NOBODY, REMOVED = -1, -2
"""Who a row of the new analysis belongs to: nobody who was known; somebody who was said to be no person."""


@dataclass(frozen=True)
class Carried:
    """What could be taken over.

    Args:
        edits: Steps for the new analysis.
        lost: Names of people who were not found in it.
    """

    edits: tuple[Edit, ...] = ()
    lost: tuple[str, ...] = ()


def carried(before: Timeline, fresh: Timeline) -> Carried:
    """Names, joins, splits, removals and colors of one analysis as steps for another.

    Args:
        before: Under its steps.
        fresh: Another analysis of the same source, without steps.

    Example:
        >>> again = with_edits(fresh, carried(named, fresh).edits)             # doctest: +SKIP
    """
    if not before.persons.edits:
        return Carried()
    work = _Carrying(before, fresh, _owners(before, fresh))
    return work.photos() if fresh.is_photos else work.stream()


def _owners(before: Timeline, fresh: Timeline) -> np.ndarray:
    """(rows of fresh,) int: the id that a row's face had before; `NOBODY` or `REMOVED`.

    In photos the ids of one photo; elsewhere those under the steps.
    """
    analyzed = before.persons.analyzed or before
    there, now = analyzed.face_of_row, ids_after(before)
    old_id = np.where((there >= 0) & (now < 0), REMOVED, there if before.is_photos else now)
    boxes, old_boxes = _boxes(fresh), _boxes(analyzed)
    found = np.full(len(fresh.table), NOBODY)
    for rows, old_rows in _together(fresh, analyzed):
        overlap = intersection_over_union(boxes[rows], old_boxes[old_rows])
        best = overlap.argmax(1)
        same = overlap[np.arange(len(rows)), best] >= SAME_PLACE_IOU
        found[rows[same]] = old_id[old_rows[best[same]]]
    return found


def _together(fresh: Timeline, analyzed: Timeline):
    """Rows with faces of each frame, and those of the other analysis at the same time."""
    clocks = [_moments(timeline) for timeline in (fresh, analyzed)]
    faces = [np.flatnonzero(timeline.face_of_row >= 0) for timeline in (fresh, analyzed)]
    moments = [moment[rows] for moment, rows in zip(clocks, faces, strict=True)]
    if not all(len(rows) for rows in faces):
        return
    apart = 0.1 if fresh.is_photos else 0.6 * max(fresh.step_s, analyzed.step_s)
    old_moments = np.unique(moments[1])
    for moment in np.unique(moments[0]):
        nearest = old_moments[np.abs(old_moments - moment).argmin()]
        if abs(nearest - moment) <= apart:
            yield faces[0][moments[0] == moment], faces[1][moments[1] == nearest]


def _moments(timeline: Timeline) -> np.ndarray:
    """(rows,) seconds; for photos their numbers."""
    return timeline.table["frame" if timeline.is_photos else "time_s"].to_numpy(np.float64)


def _boxes(timeline: Timeline) -> np.ndarray:
    """(rows, 4) xyxy px."""
    xywh = timeline.table[["x", "y", "width", "height"]].to_numpy(np.float64)
    return np.concatenate([xywh[:, :2], xywh[:, :2] + xywh[:, 2:]], axis=1)


@dataclass(eq=False)
class _Carrying:
    """The new steps while they are made."""

    before: Timeline
    fresh: Timeline
    owners: np.ndarray
    edits: list[Edit] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)

    def photos(self) -> Carried:
        """Names and removals, photo by photo: the numbers of faces may have changed."""
        table, ids = self.fresh.table, self.fresh.face_of_row
        for edit in self.before.persons.edits:
            here = (table["source"] == edit.photo).to_numpy(bool)
            if len(table.loc[here, "frame"].unique()) > 1:
                here &= (table["frame"] == edit.photo_index).to_numpy(bool)
            wanted = (edit.face, REMOVED) if edit.kind == "remove" else (edit.face,)
            rows = np.flatnonzero(here & (ids >= 0) & np.isin(self.owners, wanted))
            taken = len(rows) and self._take(
                Edit(
                    edit.kind,
                    int(ids[rows[0]]),
                    name=edit.name,
                    photo=edit.photo,
                    photo_index=edit.photo_index,
                )
            )
            if not taken and edit.name:
                self.lost.append(edit.name)
        return self._made()

    def stream(self) -> Carried:
        """Everything, of a video or a live session."""
        for edit in self.before.persons.edits:
            if edit.kind == "split":
                self._split(edit.time_s)
        for face, owner in self._faces().items():
            if owner == REMOVED:
                self._take(Edit("remove", face))
        for person in sorted(self._joined()):
            first, *others = sorted(f for f, owner in self._faces().items() if owner == person) or [0]
            for other in others:
                self._take(Edit("same", first, other=other))
        for person, name in self.before.names.items():
            face = self._face_of(person)
            if face is None or not self._take(Edit("rename", face, name=name)):
                self.lost.append(name)
        for person, color in self.before.persons.colors.items():
            if (face := self._face_of(person)) is not None:
                self._take(Edit("color", face, color=color))
        for edit in self.before.persons.edits:
            if edit.kind == "different":
                one, other = self._face_of(edit.face), self._face_of(edit.other)
                if one is not None and other is not None and one != other:
                    self._take(Edit("different", one, other=other))
        return self._made()

    def _made(self) -> Carried:
        return Carried(tuple(self.edits), tuple(dict.fromkeys(self.lost)))

    def _take(self, edit: Edit) -> bool:
        """One more step, if it fits."""
        try:
            with_edits(self.fresh, (*self.edits, edit))
        except InputError:
            return False
        self.edits.append(edit)
        return True

    def _ids(self) -> np.ndarray:
        """Who each row belongs to under the new steps."""
        return ids_after(with_edits(self.fresh, self.edits)) if self.edits else self.fresh.face_of_row

    def _faces(self) -> dict[int, int]:
        """Face -> who it mostly was before."""
        ids = self._ids()
        return {int(k): _mostly(self.owners[ids == k]) for k in np.unique(ids[ids >= 0])}

    def _face_of(self, person: int) -> int | None:
        """The face that shows most of somebody."""
        ids = self._ids()
        faces = Counter(ids[(self.owners == person) & (ids >= 0)].tolist())
        mine = [face for face, _ in faces.most_common() if self._faces().get(face) == person]
        return int(mine[0]) if mine else None

    def _split(self, time_s: float) -> None:
        """Where a face was somebody else before that time than after it, and still is one."""
        ids, later = self._ids(), _moments(self.fresh) >= time_s - 5e-7
        for face in np.unique(ids[ids >= 0]):
            sides = [_mostly(self.owners[(ids == face) & side]) for side in (~later, later)]
            if sides[0] != sides[1] and NOBODY not in sides:
                self._take(Edit("split", int(face), time_s=time_s))

    def _joined(self) -> set[int]:
        """Ids that the steps have made of several."""
        analyzed, now = self.before.persons.analyzed or self.before, ids_after(self.before)
        pairs = {(int(k), int(old)) for k, old in zip(now, analyzed.face_of_row, strict=True) if k >= 0}
        return {k for k, n in Counter(k for k, _ in pairs).items() if n > 1}


def _mostly(owners: np.ndarray) -> int:
    """The most frequent of those who are known; `NOBODY` where there is none."""
    known = Counter(owners[owners != NOBODY].tolist())
    return int(known.most_common(1)[0][0]) if known else NOBODY
