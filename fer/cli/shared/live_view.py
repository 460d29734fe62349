"""A live session in a terminal: faces with their bars, or one line a second where there is no terminal."""

import numpy as np
from rich.columns import Columns
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from fer.constants import DISPLAY_ORDER, EMOTION_COLORS, EMOTIONS, QUALITY_OK, UNSURE
from fer.live import LiveSnapshot
from fer.records import Observations
from fer.text import clock, count, percent, quality_words

BAR_COLUMNS = 18
MAX_FACES = 6
"""Faces with bars; the others are counted."""


def health(snapshot: LiveSnapshot) -> str:
    """Time, rate, lag and what was lost, in one line.

    Example:
        '0:07 · 2 faces · 14.9 readings/s · 21 ms behind'
    """
    counts = snapshot.counts
    parts = [
        clock(snapshot.time_s),
        count(len(snapshot.result.observations), "face"),
        f"{snapshot.fps:.1f} readings/s",
        f"{1e3 * snapshot.lag_s:.0f} ms behind",
    ]
    if counts.dropped + counts.skipped:
        parts.append(f"{count(counts.dropped + counts.skipped, 'frame')} passed over")
    if counts.failed:
        parts.append(f"{counts.failed} failed ({snapshot.last_error})")
    return " · ".join(parts)


def as_line(snapshot: LiveSnapshot) -> str:
    """The state as plain text, for logs and pipes."""
    shown = snapshot.result.shown
    faces = [_sentence(shown, k, *answer) for k, answer in enumerate(_answers(shown))]
    return " | ".join([health(snapshot), *faces])


def as_picture(snapshot: LiveSnapshot, *, title: str) -> RenderableType:
    """The state for a terminal.

    Args:
        snapshot: Of the session.
        title: Name of the camera.
    """
    shown = snapshot.result.shown
    answers = _answers(shown)
    panels = [_panel(shown, k, *answer) for k, answer in enumerate(answers[:MAX_FACES])]
    body: RenderableType = Columns(panels) if panels else Text("No face in sight.", style="dim")
    more = len(answers) - MAX_FACES
    foot = f"and {count(more, 'more face')}. " if more > 0 else ""
    head = Text.assemble((title, "bold"), "  ", health(snapshot))
    return Group(head, body, Text(f"{foot}Ctrl-C ends it. An expression is not a feeling.", style="dim"))


def _answers(shown: Observations) -> list[tuple[str, float]]:
    names, confidence = shown.verdicts
    return [(name, float(sure)) for name, sure in zip(names, confidence, strict=True)]


def _sentence(shown: Observations, k: int, name: str, confidence: float) -> str:
    """What is said of one face: its expression, "unsure" with the likeliest one, or why it is not read."""
    face = f"face {shown.faces.track_id[k]}"
    if shown.quality[k] != QUALITY_OK:
        return f"{face}: {quality_words(shown.quality[k])}"
    if name == UNSURE:
        likeliest = EMOTIONS[int(np.argmax(shown.probs[k]))]
        return f"{face} {shown.words[k]} ({likeliest} {percent(confidence)})"
    return f"{face} {name} {percent(confidence)}"


def _panel(shown: Observations, k: int, name: str, confidence: float) -> Panel:
    """One face: its answer, and the seven probabilities as bars."""
    is_read = shown.quality[k] == QUALITY_OK
    table = Table.grid(padding=(0, 1))
    for emotion in DISPLAY_ORDER:
        share = float(shown.probs[k, EMOTIONS.index(emotion)]) if is_read else 0.0
        color = EMOTION_COLORS[emotion]
        bar = ProgressBar(1.0, share, BAR_COLUMNS, complete_style=color, finished_style=color)
        table.add_row(emotion, bar, Text(percent(share) if is_read else "", justify="right"))
    title = _sentence(shown, k, name, confidence).capitalize()
    return Panel(table, title=title, title_align="left", border_style="" if is_read else "dim", expand=False)
