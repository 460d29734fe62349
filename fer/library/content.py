"""A kept session as files, and back; and the report that it shows."""

import io
import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime

import numpy as np

from fer.action_units.baseline import baselines_from_json, baselines_to_json
from fer.draw.portraits import MAX_PORTRAITS, Portrait
from fer.errors import DamagedInputError, InputError
from fer.export.parquet import as_parquet, from_parquet, to_parquet
from fer.io.json_records import PARSE_ERRORS, from_values
from fer.library.records import KeptSession
from fer.records import MEASURES, Suggestion
from fer.settings import Settings
from fer.timeline.edits import with_edits
from fer.timeline.markers import marker_values, markers_of, with_markers
from fer.timeline.neutral_faces import with_baselines
from fer.timeline.persons import persons_from_json, persons_to_json
from fer.timeline.read import check_words
from fer.timeline.report import Report, make_report
from fer.timeline.timeline import TEXT_COLUMNS, Timeline, with_verdicts

FORMAT = "fer-session"
VERSION = 1

DOCUMENT, TIMELINE, MEASURED = "session.json", "timeline.parquet", "measures.parquet"
PICTURES, VIDEO = "pictures.parquet", "video"
FILES = (DOCUMENT, TIMELINE, MEASURED, PICTURES, VIDEO)
"""Every file that a session can have; the last three may be missing."""

MAX_ROWS = 10_000_000
MAX_TEXT = 1000
"""Characters of a text in a timeline."""
MAX_DOCUMENT_BYTES = 20 * 2**20

DAMAGED = "This is no session of this program, or it is damaged."


def files_of(kept: KeptSession) -> dict[str, bytes]:
    """File name -> content of everything there is to keep."""
    document = {
        "format": FORMAT,
        "version": VERSION,
        "model": kept.model,
        "created_utc": kept.created_utc,
        "persons": json.loads(persons_to_json(kept.edits, kept.timeline.source)),
        "markers": marker_values(kept.markers),
        "half_life_s": kept.half_life_s,
        "unsure_below": kept.unsure_below,
        "baselines": json.loads(baselines_to_json(dict(kept.baselines))),
        "baseline_words": {str(face): words for face, words in kept.baseline_words.items()},
        "suggestions": [asdict(suggestion) for suggestion in kept.timeline.suggestions],
    }
    # A name may hold bytes that are no text: escapes, never a crash.
    files = {DOCUMENT: json.dumps(document, allow_nan=False).encode("ascii")}
    files[TIMELINE] = to_parquet(kept.timeline)
    if kept.timeline.measures is not None:
        files[MEASURED] = _table_bytes({f"m{k}": column for k, column in enumerate(kept.timeline.measures.T)})
    if kept.portraits:
        names = ("face_id", "time_s", "score", "jpeg")
        files[PICTURES] = _table_bytes({n: [getattr(p, n) for p in kept.portraits] for n in names})
    if kept.video:
        files[VIDEO] = kept.video
    return files


def session_of(files: Mapping[str, bytes]) -> KeptSession:
    """What `files_of` has made.

    Args:
        files: Untrusted: they may come from somewhere else.

    Raises:
        InputError: They are something else, or do not fit together.
    """
    if missing := {DOCUMENT, TIMELINE} - set(files):
        raise DamagedInputError(f"{DAMAGED} It lacks {', '.join(sorted(missing))}.")
    timeline = _timeline(files)
    try:
        if len(files[DOCUMENT]) > MAX_DOCUMENT_BYTES:
            raise ValueError("too long")
        document = json.loads(files[DOCUMENT])
        if document["format"] != FORMAT or document["version"] != VERSION:
            raise ValueError("another format or version")
        timeline = replace(timeline, suggestions=from_values(tuple[Suggestion, ...], document["suggestions"]))
        kept = KeptSession(
            timeline=timeline,
            model=dict(document["model"]),
            created_utc=_time_text(document["created_utc"]),
            edits=persons_from_json(json.dumps(document["persons"]), timeline.source),
            markers=markers_of(document["markers"]),
            half_life_s=from_values(float, document["half_life_s"]),
            unsure_below=from_values(float, document["unsure_below"]),
            baselines=baselines_from_json(json.dumps(document["baselines"])),
            baseline_words={int(k): str(words) for k, words in document["baseline_words"].items()},
            portraits=_portraits(files.get(PICTURES, b"")),
            video=files.get(VIDEO, b""),
        )
        Settings(half_life_s=kept.half_life_s, unsure_below=kept.unsure_below)
        return kept
    except InputError:
        raise
    except PARSE_ERRORS as exc:
        raise DamagedInputError(DAMAGED) from exc


def report_of(kept: KeptSession) -> Report:
    """The session as it is read: its people, neutral faces, exclusions, smoothing and threshold applied.

    Raises:
        InputError: A step does not fit its timeline.
    """
    timeline = kept.timeline
    if kept.edits:
        timeline = with_edits(timeline, kept.edits)
    if here := {k: kept.baselines[k] for k in sorted(kept.baselines) if k in timeline.face_ids}:
        words = [f"{timeline.name(k)}'s neutral face {kept.baseline_words.get(k, 'was kept')}." for k in here]
        timeline = with_baselines(timeline, here, notes=words)
    settings = timeline.settings.replace(half_life_s=kept.half_life_s, unsure_below=kept.unsure_below)
    if settings != timeline.settings:
        table = with_verdicts(timeline.table, settings, timeline.sets)
        timeline = replace(timeline, table=table, settings=settings)
    timeline = with_markers(timeline, kept.markers)
    model = kept.model | {"unsure_below": kept.unsure_below} if "unsure_below" in kept.model else kept.model
    return make_report(timeline, model=model, created_at=datetime.fromisoformat(kept.created_utc))


def analyzed_report(kept: KeptSession) -> Report:
    """The session as it was analysed, before any step; its markers stand by and exclude nothing yet."""
    created = datetime.fromisoformat(kept.created_utc)
    timeline = replace(kept.timeline, markers=kept.markers or kept.timeline.markers)
    return make_report(timeline, model=kept.model, created_at=created)


def _time_text(value: object) -> str:
    made = datetime.fromisoformat(str(value))
    if made.tzinfo is None:
        raise ValueError("a time without its zone")
    return str(value)


def _timeline(files: Mapping[str, bytes]) -> Timeline:
    _check_size(files[TIMELINE])
    timeline = from_parquet(files[TIMELINE])
    check_words({name: timeline.table[name].to_numpy() for name in timeline.table.columns})
    if MEASURED not in files:
        return timeline
    table = _read_table(files[MEASURED])
    if set(table) != {f"m{k}" for k in range(MEASURES)}:
        raise DamagedInputError(f"{DAMAGED} It was measured with other Action Units.")
    try:
        measures = np.stack([np.asarray(table[f"m{k}"], np.float32) for k in range(MEASURES)], axis=1)
        return replace(timeline, measures=measures)
    except PARSE_ERRORS as exc:
        raise DamagedInputError(DAMAGED) from exc


def _portraits(data: bytes) -> tuple[Portrait, ...]:
    if not data:
        return ()
    table = _read_table(data)
    columns = [np.asarray(table[name]).tolist() for name in ("face_id", "time_s", "score", "jpeg")]
    if len(columns[0]) > MAX_PORTRAITS or any(not isinstance(jpeg, bytes) for jpeg in columns[3]):
        raise ValueError("no pictures, or too many")
    return tuple(Portrait(int(f), float(t), float(s), j) for f, t, s, j in zip(*columns, strict=True))


def _table_bytes(columns: dict) -> bytes:
    import pyarrow as pa

    return as_parquet(pa.table(columns))


def _read_table(data: bytes) -> dict[str, np.ndarray]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        if pq.ParquetFile(io.BytesIO(data)).metadata.num_rows > MAX_ROWS:
            raise DamagedInputError(DAMAGED)
        table = pq.read_table(io.BytesIO(data))
        return {n: table[n].to_numpy(zero_copy_only=False) for n in table.column_names}
    except (pa.ArrowException, *PARSE_ERRORS) as exc:
        raise DamagedInputError(DAMAGED) from exc


def _check_size(data: bytes) -> None:
    """Refuse a small file that would unfold to a large table."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        about = pq.ParquetFile(io.BytesIO(data))
        if about.metadata.num_rows > MAX_ROWS or about.metadata.num_columns > MAX_TEXT:
            raise DamagedInputError(DAMAGED)
        texts = [name for name in TEXT_COLUMNS if name in about.schema_arrow.names]
        for column in pq.ParquetFile(io.BytesIO(data), read_dictionary=texts).read(texts).columns:
            for chunk in column.chunks:
                words = chunk.dictionary if isinstance(chunk, pa.DictionaryArray) else chunk
                if max((len(word or "") for word in words.to_pylist()), default=0) > MAX_TEXT:
                    raise DamagedInputError(DAMAGED)
    except (pa.ArrowException, *PARSE_ERRORS) as exc:
        raise DamagedInputError(DAMAGED) from exc
