"""The curves of a training beside its history: a PNG for slides, a page with the values under the pointer.

The PNG is drawn with Pillow: no browser and no further package.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import cast

import numpy as np
from PIL import Image, ImageDraw, ImageFont
from plotly.io import to_html

from fer.charts.style import LIGHT
from fer.charts.training import history_chart
from fer.evaluation.figures.history import Epoch
from fer.io.files import write_whole

CURVES_PNG, CURVES_HTML = "curves.png", "curves.html"

WIDTH_PX, HEIGHT_PX = 960, 560
LEFT_PX, RIGHT_PX, TOP_PX, BOTTOM_PX, GAP_PX = 56, 130, 36, 40, 44
FONT_PX, LINE_PX = 13, 1.8
FINER = 2
"""Drawn this much larger and then reduced: Pillow's lines have no smooth edges."""

MAX_TICKS = 6
LEAST_ROOM = 0.02
"""Above and below the lines, so that a single value has an axis too."""

LOSS_WINDOW = 97.0
"""The first epochs' loss would flatten the rest: the axis ends at this percentile."""

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Training curves</title>
<style>
body {{ max-width: 1100px; margin: 2rem auto; padding: 0 1rem; font-family: sans-serif; }}
figure {{ margin: 0; }}
</style>
</head>
<body>
<figure role="img" aria-label="{alt}">{chart}</figure>
<p>{alt}</p>
</body>
</html>
"""


def write_curves(history: Sequence[Epoch], folder: Path) -> list[Path]:
    """Draw the curves into a folder; files that were there are replaced.

    Args:
        history: Epochs in their order.
        folder: Where `CURVES_PNG` and `CURVES_HTML` go.

    Returns:
        The two files.

    Raises:
        OutputError: A file cannot be written; nothing is left behind.
    """
    contents = {CURVES_PNG: curves_png(history), CURVES_HTML: curves_html(history).encode()}
    for name, content in contents.items():
        write_whole(content, folder / name)
    return [folder / name for name in contents]


def curves_html(history: Sequence[Epoch]) -> str:
    """The curves as one page that works offline."""
    figure = history_chart(history)
    chart = to_html(figure, full_html=False, include_plotlyjs=True, config={"displayModeBar": False})
    return _PAGE.format(alt=figure["layout"]["meta"]["alt"], chart=chart)


def curves_png(history: Sequence[Epoch]) -> bytes:
    """Accuracy on PublicTest above, losses below, over the epochs of all stages one after another.

    Args:
        history: Epochs in their order; none gives an image that says so.

    Returns:
        The content of a PNG file of `WIDTH_PX` x `HEIGHT_PX`.
    """
    image = Image.new("RGB", (WIDTH_PX * FINER, HEIGHT_PX * FINER), "white")
    # With a size, Pillow's own font is always a scalable one.
    font = cast(ImageFont.FreeTypeFont, ImageFont.load_default(FONT_PX * FINER))
    canvas = _Canvas(ImageDraw.Draw(image), font)
    if history:
        _draw(canvas, history)
    else:
        canvas.text((WIDTH_PX / 2, HEIGHT_PX / 2), "No epoch is finished yet.", LIGHT.muted, "mm")
    content = io.BytesIO()
    image.resize((WIDTH_PX, HEIGHT_PX), Image.Resampling.LANCZOS).save(content, "PNG", optimize=True)
    return content.getvalue()


@dataclass(frozen=True)
class _Canvas:
    """Draws in pixels of the finished image."""

    draw: ImageDraw.ImageDraw
    font: ImageFont.FreeTypeFont

    def line(self, points, color: str, width: float) -> None:
        """Through all points."""
        self.draw.line([(x * FINER, y * FINER) for x, y in points], color, round(width * FINER), "curve")

    def dot(self, place, color: str) -> None:
        """Around a place."""
        x, y = place
        self.draw.circle((x * FINER, y * FINER), LINE_PX * 1.5 * FINER, color)

    def text(self, place, words: str, color: str, anchor: str) -> None:
        """At a place; Pillow's anchors say which corner of the words lies there."""
        x, y = place
        self.draw.text((x * FINER, y * FINER), words, color, self.font, anchor)


@dataclass(frozen=True)
class _Panel:
    """A rectangle and the values that it spans."""

    top: float
    bottom: float
    low: float
    high: float
    epochs: int

    def x(self, epoch: float) -> float:
        """Where an epoch stands."""
        return LEFT_PX + (epoch - 0.5) / self.epochs * (WIDTH_PX - LEFT_PX - RIGHT_PX)

    def y(self, value: float) -> float:
        """Where a value stands; what lies outside is at the edge."""
        share = (np.clip(value, self.low, self.high) - self.low) / (self.high - self.low)
        return float(self.bottom - share * (self.bottom - self.top))


def _draw(canvas: _Canvas, history: Sequence[Epoch]) -> None:
    accuracy = {"PublicTest": [epoch.val_accuracy for epoch in history]}
    losses = {
        "training": [epoch.loss for epoch in history],
        "PublicTest": [epoch.val_loss for epoch in history],
    }
    middle = (HEIGHT_PX + TOP_PX - BOTTOM_PX) / 2
    upper = _panel(TOP_PX, middle - GAP_PX / 2, accuracy, 100.0)
    lower = _panel(middle + GAP_PX / 2, HEIGHT_PX - BOTTOM_PX, losses, LOSS_WINDOW)
    _frame(canvas, upper, "Accuracy on PublicTest, averaged weights", ".0%")
    _frame(canvas, lower, "Loss (in training with label smoothing and all heads)", ".2f")
    _stages(canvas, upper, lower, history)
    _lines(canvas, upper, accuracy, ".2%")
    _lines(canvas, lower, losses, ".3f")
    for epoch in _ticks(1, len(history), finest=1.0):
        canvas.text((lower.x(epoch), lower.bottom + 8), f"{epoch:g}", LIGHT.muted, "ma")
    canvas.text((WIDTH_PX - RIGHT_PX + 24, lower.bottom + 8), "epoch", LIGHT.muted, "la")


def _panel(top: float, bottom: float, series: dict[str, list[float]], percentile: float) -> _Panel:
    values = np.concatenate(list(series.values()))
    values = values[np.isfinite(values)] if np.isfinite(values).any() else np.zeros(1)
    low, high = values.min(), np.percentile(values, percentile)
    room = max(0.06 * (high - low), LEAST_ROOM)
    return _Panel(top, bottom, low - room, high + room, len(next(iter(series.values()))))


def _frame(canvas: _Canvas, panel: _Panel, title: str, form: str) -> None:
    for value in _ticks(panel.low, panel.high):
        y = panel.y(value)
        canvas.line([(LEFT_PX, y), (WIDTH_PX - RIGHT_PX, y)], LIGHT.grid, 1)
        canvas.text((LEFT_PX - 6, y), f"{value:{form}}", LIGHT.muted, "rm")
    canvas.text((LEFT_PX, panel.top - 6), title, LIGHT.text, "ls")


def _stages(canvas: _Canvas, upper: _Panel, lower: _Panel, history: Sequence[Epoch]) -> None:
    """A line and a name where a stage begins, if there is more than one."""
    runs = [(name, len(list(group))) for name, group in groupby(history, key=lambda epoch: epoch.stage)]
    start = 0
    for name, length in runs if len(runs) > 1 else ():
        x = upper.x(start + 0.5)
        canvas.line([(x, upper.top), (x, lower.bottom)], LIGHT.muted, 1)
        canvas.text((x + 4, upper.bottom + 4), f"stage {name}", LIGHT.muted, "la")
        start += length


def _lines(canvas: _Canvas, panel: _Panel, series: dict[str, list[float]], form: str) -> None:
    """Each with its name and last value at its right end."""
    last_y = np.inf
    inks = {"PublicTest": LIGHT.accent, "training": LIGHT.muted}
    for name, values in sorted(series.items(), key=lambda item: item[1][-1]):
        points = [(panel.x(k), panel.y(v)) for k, v in enumerate(values, 1) if np.isfinite(v)]
        if not points:
            continue
        canvas.line(points, inks[name], LINE_PX)
        canvas.dot(points[-1], inks[name])
        last_y = min(points[-1][1], last_y - FONT_PX - 2)
        words = f"{name} {values[-1]:{form}}"
        canvas.text((WIDTH_PX - RIGHT_PX + 6, last_y), words, inks[name], "lm")


def _ticks(low: float, high: float, *, finest: float = 0.01) -> list[float]:
    """Round numbers in a range, both ends included."""
    raw = max((high - low) / MAX_TICKS, finest)
    power = 10.0 ** np.floor(np.log10(raw) + 1e-9)
    step = next(power * m for m in (1, 2, 5, 10) if power * m >= raw - 1e-9)
    return [float(k * step) for k in range(int(np.ceil(low / step - 1e-9)), int(high / step + 1e-9) + 1)]
