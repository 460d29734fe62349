"""The tidy timeline: one row per face and analysed frame. Every chart, report and export is a view of it."""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from fer.action_units.intensity import told
from fer.action_units.table import CODES
from fer.constants import EMOTIONS, QUALITY_CODES, QUALITY_OK
from fer.given import check_time
from fer.records import MEASURES, ActionUnits, Observations, SourceInfo, Suggestion
from fer.settings import Settings
from fer.timeline.persons import Persons
from fer.verdict import NO_SETS, SetRule, plausible, verdicts

if TYPE_CHECKING:
    from fer.timeline.markers import Marker

COLUMNS = (
    "source",
    "frame",
    "time_s",
    "face_id",
    "person",
    *("x", "y", "width", "height"),
    "detection_score",
    *EMOTIONS,
    *("emotion", "confidence", "plausible"),
    *("yaw", "pitch", "roll"),
    "quality",
)
"""The CSV contract. `UNIT_COLUMNS` may follow `quality`."""

LATER_COLUMNS = ("person", "plausible")
"""Columns that older files do not have."""

INTENSITY_COLUMNS = tuple(f"{code}_r" for code in CODES)
PRESENCE_COLUMNS = tuple(f"{code}_c" for code in CODES)
UNIT_NUMBERS = (*INTENSITY_COLUMNS, *PRESENCE_COLUMNS)
UNIT_WORDS = ("au_verdict", "au_fits")
UNIT_COLUMNS = (*UNIT_NUMBERS, *UNIT_WORDS)
"""Columns that follow where Action Units were measured, named as OpenFace names them: intensity 0 to 5,
presence 0 or 1, both empty for "can't tell". ``au_verdict`` says whether the units support or contradict the
row's `emotion`, ``au_fits`` which expression they speak for."""

TEXT_COLUMNS = ("source", "person", "emotion", "plausible", "quality", *UNIT_WORDS)
NUMBER_COLUMNS = tuple(c for c in COLUMNS if c not in (*TEXT_COLUMNS, "frame", "face_id"))
"""The float64 columns; NaN where a frame has no face."""

NO_FACE = QUALITY_CODES[0]
MAX_STEP_S = 1.0
"""A longer pause between two frames is a gap and stands for no time."""


@dataclass(frozen=True, eq=False)
class Timeline:
    """What was read from a whole source.

    Args:
        table: `COLUMNS`, one row per face and analysed frame, frames in order; calibrated probabilities,
            unsmoothed as the pipeline makes it. A frame without a face is one row with `face_id` <NA> and
            quality ``"no_face"``.
        frame_times_s: (f,) float64, time of every analysed frame in seconds.
        source: What the frames came from.
        settings: What they were analysed with; `unsure_below` is the threshold that was used.
        measures: (rows, `fer.records.MEASURES`) float32, what Action Units are judged from; NaN
            where nothing was told. None where it is not known, as after reading a CSV.
        own_neutral: The Action Units were judged over neutral faces that were chosen for this clip.
        suggestions: Pairs of face ids that may be one person.
        persons: The steps by which people were named and put right; see `fer.timeline.edits`.
        excluded_s: (start, end) of stretches that stand for no time; see `fer.timeline.markers.exclude`.
        markers: What somebody has marked; see `fer.timeline.markers.with_markers`.
        sets: By which `plausible` was made; `NO_SETS` where it is not known, as after reading a CSV.

    Raises:
        ValueError: Columns or the number of frames do not fit.
    """

    table: pd.DataFrame
    frame_times_s: np.ndarray
    source: SourceInfo
    settings: Settings
    measures: np.ndarray | None = None
    own_neutral: bool = False
    suggestions: tuple[Suggestion, ...] = ()
    persons: Persons = field(default_factory=Persons)
    excluded_s: tuple[tuple[float, float], ...] = ()
    markers: "tuple[Marker, ...]" = ()
    sets: SetRule = NO_SETS

    def __post_init__(self) -> None:
        columns = tuple(self.table.columns)
        if columns[: len(COLUMNS)] != COLUMNS:
            raise ValueError(f"Timeline.table: wanted columns {COLUMNS}, got {columns}")
        frames = int(self.frame_of_row[-1]) + 1 if len(self.table) else 0
        if frames != len(self.frame_times_s):
            raise ValueError(f"Timeline.frame_times_s: wanted {frames} times, got {len(self.frame_times_s)}")
        if self.measures is not None and self.measures.shape != (len(self.table), MEASURES):
            shape = self.measures.shape
            raise ValueError(f"Timeline.measures: wanted ({len(self.table)}, {MEASURES}), got {shape}")

    def __len__(self) -> int:
        return len(self.table)

    @property
    def is_photos(self) -> bool:
        """True where the frames are photos: then there is no time, and ids mean nothing beyond one photo."""
        return self.source.kind == "photos"

    @property
    def unsure_below(self) -> float:
        """The threshold of "unsure"; 0 where none is known."""
        return self.settings.unsure_below or 0.0

    @property
    def has_units(self) -> bool:
        """True where Action Units were measured."""
        return set(UNIT_COLUMNS) <= set(self.table.columns)

    @property
    def intensities(self) -> np.ndarray:
        """(rows, k) float64 in the order of `CODES`, 0..5; NaN: can't tell. Check `has_units` first."""
        # A CSV of before, or of another program, may hold numbers in doubt.
        return told(self.table[list(INTENSITY_COLUMNS)].to_numpy(np.float64), self.presences)

    @property
    def presences(self) -> np.ndarray:
        """(rows, k) float64: 1 seen, 0 not seen, NaN can't tell. Check `has_units` first."""
        return self.table[list(PRESENCE_COLUMNS)].to_numpy(np.float64)

    @property
    def probs(self) -> np.ndarray:
        """(rows, 7) float64 in the order of `EMOTIONS`; NaN where there is no face."""
        return self.table[list(EMOTIONS)].to_numpy(np.float64)

    @cached_property
    def frame_of_row(self) -> np.ndarray:
        """(rows,) int: position of each row's frame in `frame_times_s`."""
        return np.cumsum(begins_frame(self.table)) - 1

    @cached_property
    def face_of_row(self) -> np.ndarray:
        """(rows,) int: the face's id, -1 where there is none."""
        return self.table["face_id"].fillna(-1).to_numpy(np.int64)

    @cached_property
    def has_face(self) -> np.ndarray:
        """(rows,) bool: the row is a face, not an empty frame."""
        return (self.table["quality"] != NO_FACE).to_numpy(bool)

    @cached_property
    def usable(self) -> np.ndarray:
        """(rows,) bool: the row enters the statistics."""
        return (self.table["quality"] == QUALITY_OK).to_numpy(bool)

    @property
    def measures_or_nan(self) -> np.ndarray:
        """`measures`, NaN where they are not known."""
        known = self.measures
        return np.full((len(self.table), MEASURES), np.nan, np.float32) if known is None else known

    @property
    def face_ids(self) -> list[int]:
        """Ids of the faces, ascending."""
        return [int(k) for k in np.unique(self.face_of_row) if k >= 0]

    @cached_property
    def names(self) -> dict[int, str]:
        """Face id -> the name that it was given; empty for photos, where ids mean nothing beyond one."""
        if self.is_photos:
            return {}
        named = self.table.loc[(self.table["person"] != "") & self.has_face, ["face_id", "person"]]
        return {int(k): str(name) for k, name in named.drop_duplicates("face_id").itertuples(index=False)}

    def name(self, face_id: int, *, start: bool = True) -> str:
        """What people read: the given name, else "Face 3" (inside a sentence "face 3")."""
        return self.names.get(face_id) or f"{'Face' if start else 'face'} {face_id}"

    @cached_property
    def step_s(self) -> float:
        """Median time between two analysed frames; for a single frame what the source's rate says, else 1."""
        steps = np.diff(self.frame_times_s)
        steps = steps[steps > 0]
        if len(steps):
            return float(np.median(steps))
        rate = self.settings.fps or self.source.fps
        return 1.0 / rate if rate else MAX_STEP_S

    @property
    def gap_s(self) -> float:
        """Two rows of a face further apart than this (seconds) do not belong together."""
        return max(MAX_STEP_S, 1.5 * self.step_s)

    @cached_property
    def frame_weights_s(self) -> np.ndarray:
        """(f,) float64: the time that each frame stands for, in seconds; for photos 1 each.

        It is the time to the next frame, for the last one the median step. It is capped at 1 s (or at the
        median step, where fewer frames than one a second were analysed), so that gaps do not count. Frames
        in excluded stretches stand for none.
        """
        return np.where(self.frame_excluded, 0.0, self._frame_spans_s)

    @cached_property
    def frame_excluded(self) -> np.ndarray:
        """(f,) bool: the frame lies in an excluded stretch."""
        found = np.zeros(len(self.frame_times_s), bool)
        for start_s, end_s in self.excluded_s:
            found |= (self.frame_times_s >= start_s) & (self.frame_times_s < end_s)
        return found

    @property
    def left_out_s(self) -> float:
        """Seconds of the frames that lie in excluded stretches; each counts once."""
        return float(self._frame_spans_s[self.frame_excluded].sum())

    @cached_property
    def _frame_spans_s(self) -> np.ndarray:
        """(f,) float64: the same, whatever is excluded."""
        if self.is_photos:
            return np.ones(len(self.frame_times_s))
        steps = np.append(np.diff(self.frame_times_s), self.step_s)[: len(self.frame_times_s)]
        return np.clip(steps, 0.0, max(MAX_STEP_S, self.step_s))

    @cached_property
    def weights_s(self) -> np.ndarray:
        """(rows,) float64: `frame_weights_s` of each row's frame."""
        return self.frame_weights_s[self.frame_of_row] if len(self.table) else np.zeros(0)

    @property
    def start_s(self) -> float:
        """When the first frame comes, in seconds; 0 for an empty timeline."""
        return float(self.frame_times_s[0]) if len(self.frame_times_s) else 0.0

    @property
    def end_s(self) -> float:
        """Where the last frame's time ends, in seconds; 0 for an empty timeline."""
        return float(self.frame_times_s[-1] + self._frame_spans_s[-1]) if len(self.frame_times_s) else 0.0


class TimelineBuilder:
    """Collects Observations in flat arrays: about 600 bytes a row, no landmarks, no pictures.

    Example:
        >>> builder = TimelineBuilder()
        >>> builder.add(Observations.empty(0, 0.0))
        >>> len(builder.build(SourceInfo("clip.mp4", "video"), Settings()))
        1
    """

    def __init__(self) -> None:
        self._units = array("f")
        self._measures = array("f")
        self._unit_words: list[tuple[str, str]] = []
        self._with_units = False
        self._frame = array("q")
        self._face = array("q")
        self._numbers = array("d")
        self._quality: list[str] = []
        self._label: list[str | None] = []
        self._times = array("d")
        self._sets = NO_SETS

    def add(self, observations: Observations, *, label: str | None = None) -> None:
        """Append one analysed frame.

        Args:
            observations: The frame's faces; none gives one row without a face. Photos need a
                `frame_index` of their own each.
            label: Text of the `source` column; None takes the source's name (photos have one each).

        Raises:
            ValueError: Its time is not known, or lies before that of the frame before: no statistics could
                count it.
        """
        check_time("Observations.timestamp_s", observations.timestamp_s)
        if self._times and observations.timestamp_s < self._times[-1]:
            before, now = self._times[-1], observations.timestamp_s
            raise ValueError(
                f"A frame at {now:g} s came after one at {before:g} s: add frames in the order of their time."
            )
        n = len(observations)
        self._times.append(observations.timestamp_s)
        self._frame.extend([observations.frame_index] * max(n, 1))
        self._label.extend([label] * max(n, 1))
        if not n:
            self._face.append(-1)
            self._quality.append(NO_FACE)
            self._numbers.extend(_no_face_numbers(observations.timestamp_s))
            self._add_units(observations, 1)
            return
        self._sets = observations.sets
        faces, boxes = observations.faces, observations.faces.detections
        parts = (
            np.full((n, 1), observations.timestamp_s),
            boxes.xyxy[:, :2],
            boxes.xyxy[:, 2:] - boxes.xyxy[:, :2],
            boxes.score[:, None],
            observations.probs,
            faces.pose,
        )
        self._face.extend(faces.track_id.tolist())
        self._quality.extend(observations.quality)
        self._numbers.extend(np.concatenate(parts, axis=1, dtype=np.float64).ravel().tolist())
        self._add_units(observations, n)

    def _add_units(self, observations: Observations, rows: int) -> None:
        """Action Units of the rows just added; missing ones are NaN and empty words."""
        units = observations.action_units
        if len(units):
            self._with_units = True
            self._units.extend(unit_numbers(units).ravel().tolist())
            self._measures.extend(units.measures.ravel().tolist())
            self._unit_words.extend((v.kind, v.fits) for v in units.verdicts)
        else:
            self._units.extend([np.nan] * rows * len(UNIT_NUMBERS))
            self._measures.extend([np.nan] * rows * MEASURES)
            self._unit_words.extend([("", "")] * rows)

    def build(self, source: SourceInfo, settings: Settings) -> Timeline:
        """The timeline of what was added so far; more may be added afterwards.

        Args:
            source: What the frames came from.
            settings: What they were analysed with; `unsure_below` is the threshold in use, 0 if it is None.
        """
        names = [c for c in NUMBER_COLUMNS if c != "confidence"]
        numbers = dict(zip(names, np.array(self._numbers).reshape(-1, len(names)).T, strict=True))
        columns = {
            "source": [source.name if label is None else label for label in self._label],
            "frame": np.array(self._frame, np.int64),
            "face_id": list(self._face),
            "quality": self._quality,
            **numbers,
        }
        if self._with_units:
            values = np.array(self._units).reshape(-1, len(UNIT_NUMBERS)).T
            columns |= dict(zip(UNIT_NUMBERS, values, strict=True))
            columns |= dict(zip(UNIT_WORDS, zip(*self._unit_words, strict=True), strict=True))
        settings = settings.replace(unsure_below=float(settings.unsure_below or 0.0))
        table = with_verdicts(table_of(columns), settings, self._sets)
        measures = np.array(self._measures, np.float32).reshape(-1, MEASURES) if self._with_units else None
        return Timeline(table, np.array(self._times), source, settings, measures, sets=self._sets)


def unit_numbers(units: ActionUnits) -> np.ndarray:
    """(n, 2 k) float32: the columns `UNIT_NUMBERS` of a frame's faces."""
    judged = np.where(units.state < 0, np.nan, units.state)
    return np.concatenate([told(units.intensity, units.state), judged], axis=1)


def with_verdicts(table: pd.DataFrame, settings: Settings, sets: SetRule) -> pd.DataFrame:
    """A copy of the table with `emotion`, `confidence` and `plausible` taken from its probabilities.

    A row without a face gets empty words and confidence NaN.
    """
    face = (table["quality"] != NO_FACE).to_numpy(bool)
    probs, unsure_below = table[list(EMOTIONS)].to_numpy(np.float64), settings.unsure_below or 0.0
    names, confidence = verdicts(probs, unsure_below)
    words = {"emotion": names, "plausible": plausible(probs, unsure_below, sets)}
    filled = {
        column: pd.array([word if there else "" for word, there in zip(each, face, strict=True)], dtype="str")
        for column, each in words.items()
    }
    return table.assign(**filled, confidence=np.where(face, confidence, np.nan))


def _no_face_numbers(time_s: float) -> list[float]:
    """One row of the number columns (all but `confidence`) of an empty frame."""
    return [time_s] + [np.nan] * (len(NUMBER_COLUMNS) - 2)


def begins_frame(table: pd.DataFrame) -> np.ndarray:
    """(rows,) bool: whether a row of a timeline's table is the first of its frame."""
    keys = table[["source", "frame", "time_s"]]
    return np.any((keys != keys.shift()).to_numpy(bool), axis=1)


def table_of(columns: dict) -> pd.DataFrame:
    """A DataFrame of `COLUMNS` (then what else there is) with the contract's dtypes."""
    n = len(columns["frame"])
    ids = pd.array([None if k is None or k < 0 else k for k in columns["face_id"]], dtype="Int64")
    table = {}
    for name in (*COLUMNS, *(c for c in columns if c not in COLUMNS)):
        if name in TEXT_COLUMNS:
            table[name] = pd.array(columns.get(name, [""] * n), dtype="str")
        elif name == "face_id":
            table[name] = ids
        elif name == "frame":
            table[name] = np.asarray(columns[name], np.int64)
        else:
            table[name] = np.asarray(columns.get(name, np.full(n, np.nan)), np.float64)
    return pd.DataFrame(table)


def with_unit_columns(table: pd.DataFrame) -> pd.DataFrame:
    """A timeline's table with `UNIT_COLUMNS`; where they were missing nothing can be told."""
    if set(UNIT_COLUMNS) <= set(table.columns):
        return table
    words = {name: pd.array([""] * len(table), dtype="str") for name in UNIT_WORDS}
    return table.assign(**dict.fromkeys(UNIT_NUMBERS, np.nan), **words)


def joined(parts: Sequence[Timeline]) -> Timeline:
    """The stretches of one source, read one after the other, as one timeline.

    Args:
        parts: In order of time, at least one; facts, settings and suggestions are those of the last.
    """
    last = parts[-1]
    tables = [part.table for part in parts if len(part.table)]
    if any(part.has_units for part in parts):
        tables = [with_unit_columns(table) for table in tables]
        measures = np.concatenate([part.measures_or_nan for part in parts])
    else:
        measures = None
    return replace(
        last,
        table=pd.concat(tables, ignore_index=True) if tables else last.table,
        frame_times_s=np.concatenate([part.frame_times_s for part in parts]),
        measures=measures,
        sets=next((part.sets for part in parts if part.sets != NO_SETS), NO_SETS),
    )
