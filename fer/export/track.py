"""A timeline for a browser that draws faces over the video itself: a few bytes a face, no picture."""

import base64

import numpy as np

from fer.constants import DISPLAY_ORDER, EMOTION_COLORS, EMOTIONS, QUALITY_OK
from fer.text import quality_words
from fer.timeline.summary import STATES
from fer.timeline.timeline import Timeline

MAX_TRACK_ROWS = 200_000
"""About 6 MB of text; of longer timelines every second, third ... frame is given."""
PROB_STEPS, PLACE_STEPS = 250, 65_535
NOT_READ = 100
"""A row's state from here on says why it was not read: an index into ``reasons``, `NOT_READ` added."""


def player_track(smoothed: Timeline) -> dict:
    """Boxes, answers and probabilities of every face and frame, as JSON values.

    Args:
        smoothed: What charts show; of a video or a live session.

    Returns:
        ``rows`` (n); ``time_s`` float32, ``person`` uint16 (index into ``people``), ``box`` (n, 4) uint16 in
        1/65535 of the picture's width and height, ``probs`` (n, 7) uint8 in 1/250 in the order of
        ``emotions``, ``state`` uint8 (index into ``states``), each little-endian in base64; frames in order.
    """
    rows = np.flatnonzero(smoothed.has_face & (smoothed.face_of_row >= 0))
    if len(rows) > MAX_TRACK_ROWS:
        rows = rows[smoothed.frame_of_row[rows] % -(-len(rows) // MAX_TRACK_ROWS) == 0]
    table = smoothed.table.iloc[rows]
    ids, person = np.unique(smoothed.face_of_row[rows], return_inverse=True)
    quality = table["quality"].to_numpy(object)
    reasons = sorted({str(code) for code in quality if code != QUALITY_OK})[: 255 - NOT_READ]
    probs = np.nan_to_num(smoothed.probs[rows])
    return {
        "rows": len(rows),
        "step_s": smoothed.step_s,
        "time_s": _text(table["time_s"].to_numpy(np.float64), "<f4"),
        "person": _text(person, "<u2"),
        "box": _text(_places(smoothed, rows), "<u2"),
        "probs": _text(np.rint(probs * PROB_STEPS), "u1"),
        "state": _text(_states(table["emotion"].to_numpy(object), quality, reasons), "u1"),
        "people": [
            {"id": k, "name": smoothed.name(k), "color": smoothed.persons.color(k)} for k in ids.tolist()
        ],
        "emotions": EMOTIONS,
        "shown": DISPLAY_ORDER,
        "states": STATES,
        "colors": EMOTION_COLORS,
        "reasons": [quality_words(code) for code in reasons],
    }


def _places(timeline: Timeline, rows: np.ndarray) -> np.ndarray:
    """(n, 4) x, y, width, height in `PLACE_STEPS` of the picture."""
    boxes = timeline.table[["x", "y", "width", "height"]].to_numpy(np.float64)[rows]
    size = [max(timeline.source.width, 1), max(timeline.source.height, 1)]
    low = boxes[:, :2].clip(min=0)
    high = np.minimum(boxes[:, :2] + boxes[:, 2:], size)
    placed = np.concatenate([low, np.maximum(high - low, 0)], axis=1) / (size + size)
    return np.rint(placed.clip(0, 1) * PLACE_STEPS)


def _states(emotion: np.ndarray, quality: np.ndarray, reasons: list[str]) -> np.ndarray:
    """(n,) what was read, or why nothing was."""
    known = {state: number for number, state in enumerate(STATES)}
    why = {code: NOT_READ + number for number, code in enumerate(reasons)}
    return np.array(
        [
            known.get(word, NOT_READ) if code == QUALITY_OK else why.get(code, NOT_READ)
            for word, code in zip(emotion, quality, strict=True)
        ],
        np.float64,
    )


def _text(values: np.ndarray, form: str) -> str:
    return base64.b64encode(np.ascontiguousarray(values).astype(form).tobytes()).decode()
