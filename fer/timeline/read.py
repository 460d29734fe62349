"""A timeline read back from the CSV that `fer.export.csv.to_csv` wrote."""

import re
from pathlib import Path

import numpy as np
import pandas as pd

from fer.constants import EMOTIONS, QUALITY_CODES, QUALITY_OK, UNIT_VERDICTS, UNSURE
from fer.errors import DamagedInputError
from fer.io.csv import unescape_formula
from fer.io.table import read_columns
from fer.records import SourceInfo
from fer.settings import Settings, settings_or_default
from fer.timeline.persons import MAX_NAME, tidy_name
from fer.timeline.timeline import COLUMNS, LATER_COLUMNS, TEXT_COLUMNS, Timeline, begins_frame, table_of


def read_timeline_csv(path: bytes | str | Path, settings: Settings | None = None) -> Timeline:
    """Open a timeline that `fer.export.csv.to_csv` has written.

    The CSV does not hold the settings. If they are not given, the threshold of "unsure" is taken from the
    rows: the lowest confidence that still got a name. Several labels in the column `source` mean photos.

    Args:
        path: A path, or the file's bytes.
        settings: What the frames were analysed with, if known.

    Raises:
        InputError: The file cannot be read, or is not such a timeline; says which line or column.
    """
    read = read_columns(path, is_text=lambda name: name in TEXT_COLUMNS)
    missing = [c for c in COLUMNS if c not in read.names and c not in LATER_COLUMNS]
    if missing:
        raise DamagedInputError(
            f"The CSV has no column {missing[0]!r}: choose a timeline that this program has written."
        )
    columns: dict = dict(read.numbers)
    columns |= {
        name: [unescape_formula(value) for value in read.texts[name]]
        for name in TEXT_COLUMNS
        if name in read.texts
    }
    columns["person"] = [tidy_name(name)[:MAX_NAME] for name in columns.get("person", [""] * len(read))]
    columns["frame"] = _whole("frame", columns["frame"])
    columns["face_id"] = [None if np.isnan(k) else int(k) for k in columns["face_id"]]
    check_words(columns)
    table = table_of(columns)
    settings = settings_or_default(settings)
    if settings.unsure_below is None:
        settings = settings.replace(unsure_below=_threshold_in(table))
    return Timeline(table, _frame_times(table), _source_of(table), settings)


def _whole(name: str, values: np.ndarray) -> np.ndarray:
    if not np.isfinite(values).all() or (values % 1).any():
        raise DamagedInputError(f"The column {name!r} of the CSV holds something else than whole numbers.")
    return values.astype(np.int64)


def check_words(columns: dict) -> None:
    """Refuse times that are missing and emotions or quality codes that nobody knows."""
    if not np.isfinite(columns["time_s"]).all():
        raise DamagedInputError("A row of the CSV has no time: the file was edited or cut.")
    known = {
        "emotion": {*EMOTIONS, UNSURE, ""},
        "quality": {QUALITY_OK, *QUALITY_CODES},
        "plausible": {*EMOTIONS, ""},
        "au_verdict": {*UNIT_VERDICTS, ""},
        "au_fits": {*EMOTIONS, ""},
    }
    for name, words in known.items():
        if name not in columns:
            continue
        seen = {word for value in set(columns[name]) for word in re.split(r"[+|]", value)}
        if seen - words:
            stranger = min(seen - words)
            raise DamagedInputError(
                f"The column {name!r} of the CSV holds {stranger[:20]!r}, which is unknown."
            )


def _threshold_in(table: pd.DataFrame) -> float:
    """The lowest confidence that still got a name, if any row is unsure; else 0."""
    unsure = (table["emotion"] == UNSURE).to_numpy(bool)
    if not unsure.any():
        return 0.0
    named = table.loc[~unsure & (table["emotion"] != "").to_numpy(bool), "confidence"]
    return float(min(named.min(), 1.0)) if len(named) else 1.0


def _frame_times(table: pd.DataFrame) -> np.ndarray:
    return table["time_s"].to_numpy(np.float64)[begins_frame(table)]


def _source_of(table: pd.DataFrame) -> SourceInfo:
    names = table["source"].unique()
    if len(names) > 1:
        return SourceInfo(f"{len(names)} photos", "photos", frames_decoded=len(names))
    return SourceInfo(str(names[0]) if len(names) else "", "video")
