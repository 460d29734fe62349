"""A timeline as Parquet: the table of the CSV with every digit, types, and what it was made with."""

import io
import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from fer.errors import DamagedInputError, InputError, MissingInputError
from fer.io.json_records import PARSE_ERRORS, from_values
from fer.records import SourceInfo
from fer.settings import Settings
from fer.timeline.markers import marker_values, markers_of
from fer.timeline.timeline import (
    TEXT_COLUMNS,
    UNIT_COLUMNS,
    Timeline,
    begins_frame,
    table_of,
    with_unit_columns,
)
from fer.verdict import SetRule

if TYPE_CHECKING:
    import pyarrow as pa

KEY = b"fer"
FORMAT = 1


def to_parquet(timeline: Timeline, *, all_columns: bool = False) -> bytes:
    """The table as Parquet (zstd); source, settings, markers and exclusions stand in the file's metadata.

    Steps by which people were named are in the column ``person`` as far as they name somebody.

    Args:
        timeline: What was read.
        all_columns: Columns of Action Units stand in it even where none were measured: the files of one data
            set have one schema.
    """
    return as_parquet(arrow_table(timeline, all_columns=all_columns))


def as_parquet(table: "pa.Table") -> bytes:
    """An Arrow table as a Parquet file."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    out = pa.BufferOutputStream()
    pq.write_table(table, out, compression="zstd")
    return out.getvalue().to_pybytes()


def arrow_table(timeline: Timeline, *, all_columns: bool = False) -> "pa.Table":
    """The Arrow table that `to_parquet` writes."""
    import pyarrow as pa

    shown = with_unit_columns(timeline.table) if all_columns else timeline.table
    table = pa.Table.from_pandas(shown, preserve_index=False)
    about = {
        "format": FORMAT,
        "source": asdict(timeline.source),
        "settings": timeline.settings.to_dict(),
        "excluded_s": timeline.excluded_s,
        "markers": marker_values(timeline.markers),
        "own_neutral": timeline.own_neutral,
        "sets": asdict(timeline.sets),
        "units": timeline.has_units,
    }
    text = json.dumps(about, ensure_ascii=True).encode()
    return table.replace_schema_metadata({**(table.schema.metadata or {}), KEY: text})


def from_parquet(source: bytes | str | Path) -> Timeline:
    """The timeline that `to_parquet` has written; equal to the last digit.

    Raises:
        InputError: It cannot be read, or is no such file.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        data = source if isinstance(source, bytes) else Path(source).read_bytes()
    except (OSError, ValueError) as exc:
        raise MissingInputError(f"The Parquet file cannot be read from {source}: check the path.") from exc
    try:
        return timeline_of(pq.read_table(io.BytesIO(data)))
    except (pa.ArrowException, InputError, *PARSE_ERRORS) as exc:
        raise DamagedInputError("This is no Parquet timeline of this program, or it is damaged.") from exc


def timeline_of(read: "pa.Table") -> Timeline:
    """The timeline of an `arrow_table`.

    Raises:
        ValueError: It is another table; one of `fer.io.json_records.PARSE_ERRORS`.
    """
    about = json.loads((read.schema.metadata or {})[KEY])
    if about["format"] != FORMAT:
        raise ValueError(about["format"])
    left_out = () if about.get("units", True) else UNIT_COLUMNS
    columns = {
        str(name): column.to_numpy(zero_copy_only=False)
        for name, column in zip(read.column_names, read.columns, strict=True)
        if name not in left_out
    }
    table = table_of({name: _plain(name, values) for name, values in columns.items()})
    return Timeline(
        table,
        table["time_s"].to_numpy(np.float64)[begins_frame(table)],
        from_values(SourceInfo, about["source"]),
        Settings(**about["settings"]),
        sets=from_values(SetRule, about["sets"]),
        own_neutral=bool(about["own_neutral"]),
        excluded_s=tuple((float(a), float(b)) for a, b in about["excluded_s"]),
        markers=markers_of(about.get("markers", ())),
    )


def _plain(name: str, values: np.ndarray):
    if name in TEXT_COLUMNS:
        return ["" if value is None else str(value) for value in values]
    if name == "face_id":
        return [None if value is None or value != value else int(value) for value in values.tolist()]
    return values
