"""Markers: events, ranges and exclusion ranges of a recording, and their CSV (a stimulus list)."""

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Literal, get_args

import numpy as np

from fer.constants import EXCLUDED
from fer.errors import DamagedInputError, InputError
from fer.io.csv import unescape_formula
from fer.io.spreadsheet import Sheet, as_csv
from fer.io.table import Columns, Numbers, column_name, read_columns, why_no_number
from fer.text import clock, count
from fer.timeline.timeline import Timeline

MarkerKind = Literal["event", "range", "exclusion"]
MARKER_KINDS: tuple[MarkerKind, ...] = get_args(MarkerKind)

MARKER_COLUMNS = ("name", "start_s", "end_s", "kind", "colour")
MAX_MARKERS = 10_000
MAX_MARKER_NAME = 200
MAX_TIME_S = 1e7

_COLOR = re.compile("#[0-9a-f]{6}")


@dataclass(frozen=True)
class Marker:
    """A moment or a stretch that somebody has marked.

    Args:
        name: What is there; several markers may share a name: they are one stimulus, shown several times.
        start_s: Seconds from the recording's start.
        end_s: Seconds; an event ends where it starts.
        kind: ``"event"`` (a moment), ``"range"``, or ``"exclusion"``: left out of every figure.
        color: ``#rrggbb``; empty for none.

    Raises:
        InputError: A value is out of range.
    """

    name: str
    start_s: float
    end_s: float
    kind: MarkerKind = "range"
    color: str = ""

    def __post_init__(self) -> None:
        if self.kind not in MARKER_KINDS:
            raise InputError(f"The kind {self.kind[:20]!r} is unknown: write {', '.join(MARKER_KINDS)}.")
        if not self.name.strip() or len(self.name) > MAX_MARKER_NAME:
            raise InputError(f"A marker needs a name of at most {MAX_MARKER_NAME} characters.")
        if not all(math.isfinite(t) and abs(t) <= MAX_TIME_S for t in (self.start_s, self.end_s)):
            raise InputError("A marker needs a time in seconds.")
        if self.kind == "event" and self.end_s != self.start_s:
            raise InputError("An event is a moment: its end has to be empty or the same as its start.")
        if self.kind != "event" and self.end_s <= self.start_s:
            raise InputError(f"The end ({self.end_s:g} s) has to lie after the start ({self.start_s:g} s).")
        if self.color and not _COLOR.fullmatch(self.color):
            raise InputError(f"The colour {self.color[:20]!r} is none: write it as #rrggbb.")

    @classmethod
    def event(cls, name: str, time_s: float, color: str = "") -> "Marker":
        """A marked moment."""
        return cls(name, time_s, time_s, "event", color)

    @property
    def duration_s(self) -> float:
        """Its length in seconds; 0 for an event."""
        return self.end_s - self.start_s


def read_markers(path: bytes | str | Path) -> tuple[Marker, ...]:
    """Read a stimulus list: a CSV with the columns ``name``, ``start_s``, and if wanted ``end_s``, ``kind``
    and ``colour``.

    Without a kind, a line with an end is a range and one without an end is an event. Further columns are
    passed over. The same file may be applied to many recordings.

    Args:
        path: A path, or the file's bytes.

    Returns:
        The markers, by start.

    Raises:
        InputError: The file cannot be read or a line is wrong; says which line and why.
    """
    read = read_columns(path, max_rows=MAX_MARKERS, label="The stimulus list")
    names = [column_name(name).casefold() for name in read.texts]
    for name in MARKER_COLUMNS:
        if names.count(name) > 1:
            raise DamagedInputError(f"The stimulus list has the column {name!r} twice: remove one of them.")
    cells = dict(zip(names, read.texts.values(), strict=True))
    cells.setdefault("colour", cells.get("color", [""] * len(read)))
    for name in ("name", "start_s"):
        if name not in cells:
            raise DamagedInputError(f"The stimulus list has no column {name!r}: it needs name and start_s.")
    numbers = Numbers(read.delimiter)
    return in_order(_marker(read, k, cells, numbers) for k in range(len(read)))


def in_order(markers: Iterable[Marker]) -> tuple[Marker, ...]:
    """The markers by start, then end, then name."""
    return tuple(sorted(markers, key=lambda m: (m.start_s, m.end_s, m.name, m.kind)))


def _marker(read: Columns, k: int, cells: dict[str, list[str]], numbers: Numbers) -> Marker:
    """The marker of one line."""

    def _cell(name: str) -> str:
        return unescape_formula(cells[name][k]).strip() if name in cells else ""

    try:
        start_s, end_s = _seconds("start_s", _cell, numbers), _seconds("end_s", _cell, numbers)
        kind = _cell("kind").casefold() or ("event" if math.isnan(end_s) else "range")
        end_s = start_s if kind == "event" and math.isnan(end_s) else end_s
        if kind != "event" and math.isnan(end_s) and not math.isnan(start_s):
            raise InputError("A range needs an end: fill in end_s, or write event as its kind.")
        return Marker(_cell("name"), start_s, end_s, kind, _cell("colour").casefold())  # type: ignore[arg-type]
    except InputError as exc:
        raise DamagedInputError(f"Line {read.lines[k]} of the stimulus list: {exc.message}") from exc


def _seconds(name: str, cell, numbers: Numbers) -> float:
    try:
        return numbers(cell(name))
    except ValueError as exc:
        raise InputError(
            f"{name} holds {cell(name)[:20]!r}, which is no number of seconds{why_no_number(exc)}."
        ) from exc


def markers_to_csv(markers: Sequence[Marker]) -> str:
    """The stimulus list that `read_markers` reads; times keep every digit."""
    return as_csv(markers_sheet(markers))


def markers_sheet(markers: Sequence[Marker], title: str = "Markers") -> Sheet:
    """The same as a table.

    Args:
        markers: Any.
        title: Of the sheet.
    """
    rows = [
        [m.name, repr(float(m.start_s)), "" if m.kind == "event" else repr(float(m.end_s)), m.kind, m.color]
        for m in in_order(markers)
    ]
    return Sheet(MARKER_COLUMNS, rows, frozenset({"name", "kind", "colour"}), title)


def inside(time_s: np.ndarray, markers: Iterable[Marker]) -> np.ndarray:
    """(n,) bool: which times (n,), in seconds, lie in one of the ranges: the start does, the end not."""
    found = np.zeros(len(time_s), bool)
    for marker in markers:
        found |= (time_s >= marker.start_s) & (time_s < marker.end_s)
    return found


def exclude(timeline: Timeline, markers: Iterable[Marker]) -> Timeline:
    """The timeline without what lies in exclusion ranges: no figure counts it, and the summary says so.

    Rows of faces there get the quality ``"excluded"``; the time there stands for nothing. Nothing is deleted:
    the timeline that was given is as before. Exclude last: steps of `fer.timeline.edits` begin from what was
    analysed, without exclusions.

    Args:
        timeline: Unsmoothed, so that smoothing does not reach over an exclusion either.
        markers: Any; only exclusions count.

    Raises:
        InputError: They are photos, which have no time.
    """
    ranges = [m for m in markers if m.kind == "exclusion"]
    if not ranges:
        return timeline
    if timeline.is_photos:
        raise InputError("Photos have no time, so no stretch of it can be left out.")
    rows = inside(timeline.table["time_s"].to_numpy(np.float64), ranges) & timeline.has_face
    quality = timeline.table["quality"].mask(rows, EXCLUDED)
    stretches = tuple((m.start_s, m.end_s) for m in ranges)
    return replace(
        timeline, table=timeline.table.assign(quality=quality), excluded_s=timeline.excluded_s + stretches
    )


def with_markers(timeline: Timeline, markers: Iterable[Marker]) -> Timeline:
    """The timeline with its markers, and without what they exclude; the last step before it is smoothed.

    Args:
        timeline: Unsmoothed, without markers.
        markers: In any order.

    Raises:
        InputError: They are photos, or there are too many.
    """
    ordered = in_order(markers)
    if not ordered:
        return timeline
    if timeline.is_photos:
        raise InputError("Photos have no time, so nothing can be marked in them: give a video.")
    if len(ordered) > MAX_MARKERS:
        raise InputError(f"More than {MAX_MARKERS:,} markers are too many: delete some.")
    return replace(exclude(timeline, ordered), markers=ordered)


def marker_values(markers: Iterable[Marker]) -> list[dict]:
    """Markers as plain values, for JSON."""
    return [asdict(marker) for marker in markers]


def markers_of(values: Iterable[dict]) -> tuple[Marker, ...]:
    """What `marker_values` has made.

    Raises:
        InputError: A value is out of range.
        TypeError: It is something else.
    """
    return in_order(Marker(**value) for value in values)


def fit_text(timeline: Timeline, markers: Sequence[Marker]) -> str:
    """One sentence on markers that do not lie within a recording; empty where all do."""
    out = [m for m in markers if m.end_s < timeline.start_s or m.start_s > timeline.end_s]
    if not out:
        return ""
    lie = "lies" if len(out) == 1 else "lie"
    return (
        f"{count(len(out), 'marker')} of {len(markers):,} {lie} outside of {timeline.source.name} "
        f"({clock(timeline.start_s)} to {clock(timeline.end_s)}) and found nothing there."
    )
