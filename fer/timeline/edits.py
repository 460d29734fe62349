"""Steps of `fer.timeline.persons` applied to a timeline, from its stored rows alone."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import numpy as np

from fer.errors import InputError
from fer.text import clock
from fer.timeline.neutral_faces import judged_again
from fer.timeline.persons import MAX_EDITS, Edit, Persons
from fer.timeline.timeline import NO_FACE, NUMBER_COLUMNS, UNIT_NUMBERS, UNIT_WORDS, Timeline

ONE_FACE_FROM = 0.3
"""Two boxes in one frame that overlap by more (intersection over union) are one face found twice."""

HALF_A_MICROSECOND = 5e-7
"""Times in files have six decimals."""


def with_edits(timeline: Timeline, edits: Iterable[Edit]) -> Timeline:
    """The timeline under a list of steps, in place of those that it has; without any it is as analysed.

    Ids change where people are joined or split, and their Action Units are judged again from what was
    measured. Rows of a face that is no person are left out. Neutral faces are to be chosen afterwards.

    Args:
        timeline: As analysed, or already under other steps.
        edits: In order; each speaks of the ids that the ones before have left.

    Raises:
        InputError: A step does not fit, with its number.

    Example:
        >>> named = with_edits(timeline, [Edit("rename", 2, name="Anna")])     # doctest: +SKIP
        >>> undone = with_edits(named, named.persons.edits[:-1])               # doctest: +SKIP
    """
    edits, analyzed = tuple(edits), timeline.persons.analyzed or timeline
    if len(edits) > MAX_EDITS:
        raise InputError(f"More than {MAX_EDITS:,} steps are too many: start anew.")
    if not edits:
        return replace(analyzed, source=timeline.source)
    work = _Work.on(analyzed)
    for number, edit in enumerate(edits, 1):
        try:
            work.take(edit)
        except InputError as exc:
            raise InputError(f"Step {number} does not fit this analysis. {exc.message}") from exc
    persons = Persons(edits, dict(work.colors), analyzed, frozenset(work.apart))
    return replace(work.finished(), source=timeline.source, persons=persons)


def ids_after(timeline: Timeline) -> np.ndarray:
    """Who each row of the analysed timeline belongs to now.

    Args:
        timeline: Under steps.

    Returns:
        (rows of the analysed timeline,) int: the id; -1 without a face, or where it is no person.
    """
    analyzed = timeline.persons.analyzed or timeline
    work = _Work.on(analyzed)
    for edit in timeline.persons.edits:
        work.take(edit)
    return np.where(work.removed, -1, work.ids)


@dataclass(eq=False)
class _Work:
    """A timeline's rows while steps are taken.

    Args:
        analyzed: Before the first step.
        ids: (rows,) int, -1 without a face.
        names: (rows,) texts.
        removed: (rows,) bool.
        highest: The highest id that was ever given.
        colors: Chosen ones by id.
        apart: Pairs of ids that were said to be two.
    """

    analyzed: Timeline
    ids: np.ndarray
    names: np.ndarray
    removed: np.ndarray
    highest: int
    colors: dict[int, str] = field(default_factory=dict)
    apart: set[frozenset[int]] = field(default_factory=set)

    @classmethod
    def on(cls, analyzed: Timeline) -> "_Work":
        """Before the first step."""
        ids = analyzed.face_of_row.copy()
        names = analyzed.table["person"].to_numpy(object).copy()
        return cls(analyzed, ids, names, np.zeros(len(ids), bool), int(max(ids, default=0)))

    def take(self, edit: Edit) -> None:
        """One more step."""
        if bool(edit.photo) is not self.analyzed.is_photos:
            raise InputError("It belongs to photos." if edit.photo else "It does not name a photo.")
        if edit.photo and edit.kind not in ("rename", "remove"):
            raise InputError("In photos, people of one name are one person.")
        rows = self._rows(edit)
        if edit.kind == "rename":
            self._rename(edit, rows)
        elif edit.kind == "same":
            self._join(edit, rows, self._rows_of(edit.other))
        elif edit.kind == "different":
            self._rows_of(edit.other)
            self.apart.add(frozenset((edit.face, edit.other)))
        elif edit.kind == "split":
            self._split(edit, rows)
        elif edit.kind == "remove":
            self.removed |= rows
            self.colors.pop(edit.face, None)
        else:
            self.colors[edit.face] = edit.color

    def _rows(self, edit: Edit) -> np.ndarray:
        """(rows,) bool: those of the step's face."""
        if not edit.photo:
            return self._rows_of(edit.face)
        table = self.analyzed.table
        there = (table["source"] == edit.photo).to_numpy(bool)
        if len(table.loc[there, "frame"].unique()) > 1:
            there = there & (table["frame"] == edit.photo_index).to_numpy(bool)
        return self._rows_of(edit.face, there)

    def _rows_of(self, face: int, among: np.ndarray | None = None) -> np.ndarray:
        rows = (self.ids == face) & ~self.removed
        rows = rows if among is None else rows & among
        if not rows.any():
            raise InputError(
                f"There is no face {face}: was it made with other settings, or for another source?"
            )
        return rows

    def _rename(self, edit: Edit, rows: np.ndarray) -> None:
        others = set(self.names[~rows & ~self.removed]) if edit.name and not edit.photo else set()
        if edit.name in others:
            raise InputError(
                f"Somebody here is called {edit.name} already: give another name, or say that they are "
                "the same person."
            )
        self.names[rows] = edit.name

    def _join(self, edit: Edit, rows: np.ndarray, others: np.ndarray) -> None:
        """Make one of two; of a face that was found twice in a frame the better box stays."""
        doubles = self._doubles(rows, others, edit)
        name = self.names[others][0] or self.names[rows][0]
        color = self.colors.pop(edit.other, "") or self.colors.pop(edit.face, "")
        stays = min(edit.face, edit.other)
        self.colors.pop(edit.face, None)
        both = rows | others
        self.ids[both], self.names[both] = stays, name
        self.removed[doubles] = True
        gone = max(edit.face, edit.other)
        pairs = (frozenset(stays if face == gone else face for face in pair) for pair in self.apart)
        self.apart = {pair for pair in pairs if len(pair) > 1}
        if color:
            self.colors[stays] = color

    def _doubles(self, rows: np.ndarray, others: np.ndarray, edit: Edit) -> np.ndarray:
        """Row numbers that go, where both are in one frame."""
        first, second = np.flatnonzero(rows), np.flatnonzero(others)
        frames = self.analyzed.frame_of_row
        _, a, b = np.intersect1d(frames[first], frames[second], return_indices=True)
        first, second = first[a], second[b]
        if not len(first):
            return first
        boxes = self.analyzed.table[["x", "y", "width", "height"]].to_numpy(np.float64)
        apart = _overlap(boxes[first], boxes[second]) < ONE_FACE_FROM
        if apart.any():
            time_s = float(self.analyzed.table["time_s"].iloc[first[apart.argmax()]])
            raise InputError(
                f"Face {edit.face} and Face {edit.other} are in the picture side by side at "
                f"{clock(time_s, tenths=True)}, so they are two people: split one of them there first."
            )
        score = self.analyzed.table["detection_score"].to_numpy(np.float64)
        return np.where(score[first] >= score[second], second, first)

    def _split(self, edit: Edit, rows: np.ndarray) -> None:
        later = rows & (self.analyzed.table["time_s"].to_numpy() >= edit.time_s - HALF_A_MICROSECOND)
        if not later.any() or later.sum() == rows.sum():
            raise InputError(
                f"Face {edit.face} is not there both before and after {clock(edit.time_s, tenths=True)}: "
                "choose a moment in between."
            )
        self.highest += 1
        self.ids[later], self.names[later] = self.highest, ""
        self.apart.add(frozenset((edit.face, self.highest)))

    def finished(self) -> Timeline:
        """The timeline as it is now."""
        timeline = self.analyzed
        frames = timeline.frame_of_row
        starts = np.r_[True, np.diff(frames) > 0] if len(frames) else np.zeros(0, bool)
        blank = starts & ~np.isin(frames, frames[~self.removed])
        keep = ~self.removed | blank
        table = timeline.table.assign(face_id=self._id_column(), person=self.names)
        table = table.astype({"person": "str"})
        _blank_out(table, blank)
        measures = timeline.measures
        if measures is not None:
            measures = np.where(blank[:, None], np.nan, measures)[keep].astype(np.float32)
        table = table[keep].reset_index(drop=True)
        made = replace(timeline, table=table, measures=measures)
        changed = (self.ids != timeline.face_of_row) & ~self.removed
        touched = {*self.ids[changed].tolist(), *timeline.face_of_row[changed].tolist()}
        if measures is None or not touched:
            return made
        return judged_again(made, {}, faces=touched)

    def _id_column(self):
        column = self.analyzed.table["face_id"].copy()
        column[self.ids >= 0] = self.ids[self.ids >= 0]
        return column


def _blank_out(table, rows: np.ndarray) -> None:
    """Make rows into frames without a face, in place."""
    if not rows.any():
        return
    numbers = [c for c in (*NUMBER_COLUMNS, *UNIT_NUMBERS) if c in table.columns and c != "time_s"]
    words = [c for c in ("person", "emotion", *UNIT_WORDS) if c in table.columns]
    table.loc[rows, numbers] = np.nan
    table.loc[rows, words] = ""
    table.loc[rows, "face_id"] = None
    table.loc[rows, "quality"] = NO_FACE


def _overlap(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """(n,) intersection over union of boxes (n, 4) as x, y, width, height."""
    low = np.maximum(a[:, :2], b[:, :2])
    high = np.minimum(a[:, :2] + a[:, 2:], b[:, :2] + b[:, 2:])
    shared = np.clip(high - low, 0, None).prod(axis=1)
    union = a[:, 2:].prod(axis=1) + b[:, 2:].prod(axis=1) - shared
    return shared / np.maximum(union, 1e-9)
