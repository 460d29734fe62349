"""A piece of a recording: its rows, and what the next one needs, in one Parquet file."""

import io
import json
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np

from fer.batch.state import DAMAGED
from fer.errors import BatchPieceError
from fer.export.parquet import arrow_table, as_parquet, timeline_of
from fer.io.json_records import PARSE_ERRORS, from_values
from fer.photos import PhotoResult
from fer.records import MEASURES, Observations, Suggestion
from fer.timeline.timeline import Timeline

ABOUT, STATE = b"fer-piece", b"fer-state"
MEASURE_COLUMNS = tuple(f"measure_{k:02d}" for k in range(MEASURES))
"""What Action Units can be judged from again; not part of results."""


@dataclass(frozen=True, eq=False)
class Piece:
    """A piece of a video, or some of many photos.

    Args:
        timeline: Its rows.
        model: See `fer.pipeline.Analyzer.model_info`.
        last: Nothing of the recording follows.
        state: See `fer.batch.state`; empty for photos and at the end.
        photos: One for each photo of the piece, in order, without what was read in it.
    """

    timeline: Timeline
    model: dict[str, Any]
    last: bool = True
    state: bytes = b""
    photos: tuple[PhotoResult, ...] = field(default=())


def piece_to_bytes(piece: Piece) -> bytes:
    """A piece as a Parquet file."""
    import pyarrow as pa

    timeline = piece.timeline
    table = arrow_table(timeline)
    if timeline.measures is not None:
        for name, column in zip(MEASURE_COLUMNS, timeline.measures.T, strict=True):
            table = table.append_column(name, pa.array(np.ascontiguousarray(column)))
    about = {
        "model": piece.model,
        "last": piece.last,
        "suggestions": [asdict(one) for one in timeline.suggestions],
        "photos": [_photo_values(one) for one in piece.photos],
    }
    facts = {ABOUT: json.dumps(about).encode(), STATE: piece.state}
    return as_parquet(table.replace_schema_metadata({**table.schema.metadata, **facts}))


def piece_from_bytes(data: bytes) -> Piece:
    """What `piece_to_bytes` has written.

    Raises:
        BatchPieceError: It is something else.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(io.BytesIO(data))
        about, state = json.loads(table.schema.metadata[ABOUT]), table.schema.metadata[STATE]
        measures = None
        if MEASURE_COLUMNS[0] in table.column_names:
            columns = [table.column(name).to_numpy() for name in MEASURE_COLUMNS]
            measures = np.stack(columns, axis=1).astype(np.float32)
            table = table.drop_columns(list(MEASURE_COLUMNS))
        suggestions = tuple(from_values(Suggestion, one) for one in about["suggestions"])
        timeline = replace(timeline_of(table), measures=measures, suggestions=suggestions)
        photos = tuple(_photo(values) for values in about["photos"])
        return Piece(timeline, about["model"], bool(about["last"]), state, photos)
    except (pa.ArrowException, *PARSE_ERRORS) as exc:
        raise BatchPieceError(DAMAGED) from exc


def _photo_values(photo: PhotoResult) -> dict[str, Any]:
    kept = ("name", "width", "height", "notes", "error", "error_code", "partial", "sha256")
    return {name: getattr(photo, name) for name in kept} | {"read": photo.observations is not None}


def _photo(values: dict[str, Any]) -> PhotoResult:
    read = values.pop("read")
    notes = tuple(values.pop("notes"))
    return PhotoResult(observations=Observations.empty() if read else None, notes=notes, **values)
