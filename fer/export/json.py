"""A report as one JSON object."""

import json
import math
from dataclasses import asdict
from typing import Any

import numpy as np
import pandas as pd

from fer.export.csv import FORMATS, OTHER_FORMAT
from fer.given import check_is
from fer.timeline.markers import marker_values
from fer.timeline.persons import edit_values
from fer.timeline.report import Report
from fer.timeline.summary import FaceSummary, Summary
from fer.timeline.timeline import TEXT_COLUMNS, Timeline

JSON_VERSION = 1


def to_json(report: Report) -> str:
    """Everything as one JSON object; what is no number (NaN) is null.

    ``timeline`` holds ``columns`` and ``rows`` of the unsmoothed table with the CSV's digits.
    """
    check_is("to_json(report)", report, Report)
    table = report.timeline.table
    cells = [_values(str(name), column) for name, column in table.items()]
    document = _plain(
        {
            "format": "fer-report",
            "version": JSON_VERSION,
            "provenance": asdict(report.provenance),
            "source": asdict(report.timeline.source),
            "settings": report.settings.to_dict(),
            "summary": _summary_values(report.summary),
            "suggestions": [asdict(s) for s in report.timeline.suggestions],
            "persons": _persons_values(report.timeline),
            "markers": marker_values(report.timeline.markers),
            "excluded_s": report.timeline.excluded_s,
            "sets": asdict(report.timeline.sets),
        }
    )
    document["timeline"] = {"columns": list(table.columns), "rows": list(zip(*cells, strict=True))}
    return json.dumps(document, ensure_ascii=False, allow_nan=False)


def _values(name: str, column: pd.Series) -> list:
    if name in TEXT_COLUMNS:
        return [str(value) for value in column]
    if name in ("frame", "face_id"):
        return [None if missing else int(value) for value, missing in zip(column, column.isna(), strict=True)]
    form = FORMATS.get(name, OTHER_FORMAT)
    values = column.to_numpy(np.float64).tolist()
    return [float(form % value) if math.isfinite(value) else None for value in values]


def _summary_values(summary: Summary) -> dict:
    """The summary as plain values, its derived numbers included."""
    values = {k: v for k, v in vars(summary).items() if k not in ("faces", "seen_briefly", "named")}
    return values | {
        "left_out_text": summary.left_out_text(),
        "excluded_text": summary.excluded_text(),
        "faces": [_face_values(f) for f in summary.faces],
        "seen_briefly": [_face_values(f) for f in summary.seen_briefly],
        "named": [_face_values(f) for f in summary.named],
    }


def _face_values(face: FaceSummary) -> dict:
    names = (
        "face_id",
        "person",
        "color",
        "first_s",
        "last_s",
        "seen_s",
        "usable_s",
        "seen_rows",
        "usable_rows",
        "valid_share",
    )
    values = {
        name: getattr(face, name)
        for name in (*names, "shares", "confidence", "transitions", "left_out", "plausible")
    }
    return values | {
        "longest": {state: asdict(episode) for state, episode in face.longest.items()},
        "episodes": [asdict(episode) for episode in face.episodes],
    }


def _persons_values(timeline: Timeline) -> dict:
    """Who was named, and the steps that led there."""
    ids = [] if timeline.is_photos else timeline.face_ids
    people = [
        {"face_id": k, "person": timeline.names.get(k, ""), "color": timeline.persons.color(k)} for k in ids
    ]
    return {"people": people, "edits": edit_values(timeline.persons.edits)}


def _plain(value: Any) -> Any:
    """Numpy values and tuples as JSON's own; NaN and infinity as null."""
    if isinstance(value, dict):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    if isinstance(value, np.ndarray | np.generic):
        return _plain(value.tolist())
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
