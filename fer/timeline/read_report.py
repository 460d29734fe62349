"""A timeline read back from the JSON that `fer.export.json.to_json` wrote."""

import json
from pathlib import Path

import numpy as np

from fer.errors import DamagedInputError, InputError, MissingInputError, TooLargeInputError
from fer.io.json_records import PARSE_ERRORS, from_values
from fer.records import SourceInfo
from fer.settings import Settings
from fer.timeline.markers import markers_of
from fer.timeline.read import check_words
from fer.timeline.timeline import COLUMNS, LATER_COLUMNS, TEXT_COLUMNS, Timeline, begins_frame, table_of
from fer.verdict import NO_SETS, SetRule

MAX_REPORT_BYTES = 2_000_000_000
REPORT_FORMAT = "fer-report"


def read_report_timeline(source: bytes | str | Path) -> Timeline:
    """Open the timeline of a report, with its source, settings, markers and exclusions.

    Names of people are there; the steps by which they were given are not.

    Args:
        source: A path, or the file's bytes.

    Raises:
        InputError: The file cannot be read, or is no such report.
    """
    data = source if isinstance(source, bytes) else report_bytes(source)
    try:
        document = json.loads(data)
        if document["format"] != REPORT_FORMAT:
            raise ValueError(document["format"])
        names, rows = document["timeline"]["columns"], document["timeline"]["rows"]
        if missing := set(COLUMNS) - set(names) - set(LATER_COLUMNS):
            raise ValueError(missing)
        columns = {name: _column(name, [row[k] for row in rows]) for k, name in enumerate(names)}
        check_words(columns)
        table = table_of(columns)
        times = table["time_s"].to_numpy(np.float64)[begins_frame(table)]
        info = from_values(SourceInfo, document["source"])
        sets = from_values(SetRule, document["sets"]) if "sets" in document else NO_SETS
        return Timeline(
            table,
            times,
            info,
            Settings(**document["settings"]),
            excluded_s=tuple((float(a), float(b)) for a, b in document.get("excluded_s", ())),
            markers=markers_of(document.get("markers", ())),
            sets=sets,
        )
    except (InputError, *PARSE_ERRORS) as exc:
        raise DamagedInputError(
            "This is no report of this program, or it is damaged: analyse again."
        ) from exc


def report_bytes(path: str | Path) -> bytes:
    """The file of a report.

    Raises:
        InputError: It cannot be read, or is larger than any report.
    """
    try:
        if Path(path).stat().st_size > MAX_REPORT_BYTES:
            raise TooLargeInputError("The report is larger than any that this program writes.")
        return Path(path).read_bytes()
    except (OSError, ValueError) as exc:
        raise MissingInputError(f"The report cannot be read from {path}: check the path.") from exc


def _column(name: str, values: list):
    if name in TEXT_COLUMNS:
        return ["" if value is None else str(value) for value in values]
    if name == "face_id":
        return values
    return np.array([np.nan if value is None else value for value in values], np.float64)
