"""The chart as a file, SVG or PNG, drawn here: no browser and no drawing package is needed.

Time along the bottom, a row of episodes for each person, then each person's probabilities. Photos have no
time: a bar for each expression.
"""

import io
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from fer.charts.series import Lines, line_data
from fer.charts.style import LIGHT, short_name, text_on, time_ticks
from fer.constants import DISPLAY_ORDER, EMOTION_COLORS, EMOTIONS, UNSURE
from fer.draw.plates import writable
from fer.text import clock, percent
from fer.timeline.headline import headlines
from fer.timeline.report import Report
from fer.timeline.summary import STATES, FaceSummary

WIDTH, SCALE = 1200, 2
"""Pixels of the SVG, and how many of the PNG stand for one of them."""
LEFT, RIGHT, TOP = 150, 24, 56
ROW, GAP, LINES = 26, 8, 150
"""Heights in pixels: a row of episodes, what lies between two panels, a panel of probabilities."""
PEOPLE, LINED = 12, 4
"""People with a row, and with probabilities; more would be no chart any more."""
WORD, SMALL = 14, 12
MAX_POINTS = 1500
_FORBIDDEN = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""What XML cannot hold."""


@dataclass(frozen=True)
class _Box:
    """A filled rectangle; hatched where it stands for "unsure"."""

    x: float
    y: float
    width: float
    height: float
    color: str
    hatched: bool = False


@dataclass(frozen=True)
class _Line:
    """A line through points."""

    points: tuple[tuple[float, float], ...]
    color: str
    width: float = 1.0


@dataclass(frozen=True)
class _Words:
    """Text; `x` is its start, middle or end. It is left out where it is wider than `room`."""

    x: float
    y: float
    text: str
    size: int = WORD
    anchor: str = "start"
    color: str = LIGHT.text
    room: float = math.inf


_Shape = _Box | _Line | _Words


def to_svg(report: Report) -> str:
    """The chart as SVG, with its sentence as the alternative text."""
    shapes, height = _drawn(report)
    said = escape(_FORBIDDEN.sub("", " ".join(headlines(report.summary))))
    body = "\n".join(_as_svg(shape) for shape in shapes)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" '
        f'viewBox="0 0 {WIDTH} {height}" role="img" font-family="sans-serif">\n<title>{said}</title>\n'
        f'<defs><pattern id="unsure" width="6" height="6" patternUnits="userSpaceOnUse" '
        f'patternTransform="rotate(45)"><rect width="6" height="6" fill="{LIGHT.quiet}"/>'
        f'<rect width="1.5" height="6" fill="{LIGHT.hatch}"/></pattern></defs>\n'
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>\n{body}\n</svg>\n'
    )


def to_png(report: Report) -> bytes:
    """The same chart as PNG, `SCALE` pixels for each of the SVG's."""
    shapes, height = _drawn(report)
    image = Image.new("RGB", (WIDTH * SCALE, height * SCALE), "#ffffff")
    pen = ImageDraw.Draw(image)
    for shape in shapes:
        _paint(pen, shape)
    out = io.BytesIO()
    image.save(out, "PNG", optimize=True)
    return out.getvalue()


def _drawn(report: Report) -> tuple[list[_Shape], int]:
    """What is drawn, and how high it is."""
    title = _FORBIDDEN.sub("", report.timeline.source.name or "Live session")
    shapes: list[_Shape] = [_Words(LEFT, 28, title[:90], 18)]
    if report.summary.is_photos:
        return _shares(report.summary.faces, shapes)
    people = report.summary.by_presence[:PEOPLE]
    start_s = report.summary.start_s if report.summary.frames else 0.0
    axis = _Axis(start_s, max(report.summary.end_s, start_s + 0.1))
    y = _legend(shapes, TOP)
    for face in people:
        _episodes(shapes, face, axis, y)
        y += ROW + GAP
    for face in people[:LINED]:
        if face.face_id is not None:
            lines = line_data(report.smoothed, face.face_id, max_points=MAX_POINTS)
            y = _probabilities(shapes, lines, face.name_inside, axis, y)
    if not people:
        shapes.append(_Words(LEFT, y + ROW, "No face could be read."))
        y += 2 * ROW
    return shapes, _time(shapes, axis, y)


@dataclass(frozen=True)
class _Axis:
    """Seconds to pixels."""

    start_s: float
    end_s: float

    def x(self, time_s: float) -> float:
        """Where a time lies; what is outside lies on the edge."""
        share = (time_s - self.start_s) / (self.end_s - self.start_s)
        return LEFT + min(max(share, 0.0), 1.0) * (WIDTH - LEFT - RIGHT)


def _legend(shapes: list[_Shape], y: float) -> float:
    step = (WIDTH - LEFT - RIGHT) / len(STATES)
    for k, state in enumerate(STATES):
        shapes.append(_Box(LEFT + k * step, y - 11, 12, 12, EMOTION_COLORS[state], state == UNSURE))
        shapes.append(_Words(LEFT + k * step + 18, y, state, SMALL))
    return y + 18


def _episodes(shapes: list[_Shape], face: FaceSummary, axis: _Axis, y: float) -> None:
    shapes.append(_Words(LEFT - 10, y + 18, short_name(face.name), anchor="end"))
    for episode in face.episodes:
        x, end = axis.x(episode.start_s), axis.x(episode.end_s)
        color, unsure = EMOTION_COLORS[episode.emotion], episode.emotion == UNSURE
        shapes.append(_Box(x, y, end - x, ROW, color, unsure))
        on, middle = text_on(episode.emotion, False), (x + end) / 2
        shapes.append(_Words(middle, y + 18, episode.emotion, SMALL, "middle", on, end - x - 6))


def _probabilities(shapes: list[_Shape], lines: Lines, name: str, axis: _Axis, y: float) -> float:
    bottom = y + 18 + LINES
    title = f"Probability of each expression, {name}"
    shapes.append(_Words(LEFT, y + 12, title, SMALL, color=LIGHT.muted))
    for share in (0.0, 0.5, 1.0):
        level = bottom - share * LINES
        shapes.append(_Line(((LEFT, level), (WIDTH - RIGHT, level)), LIGHT.grid))
        shapes.append(_Words(LEFT - 10, level + 4, percent(share), SMALL, "end", LIGHT.muted))
    for emotion in DISPLAY_ORDER:
        for points in _unbroken(lines.time_s, lines.probs[:, EMOTIONS.index(emotion)]):
            drawn = tuple((axis.x(t), bottom - float(v) * LINES) for t, v in points)
            shapes.append(_Line(drawn, EMOTION_COLORS[emotion], 2.0))
    return bottom + GAP


def _unbroken(time_s: np.ndarray, values: np.ndarray) -> list[list[tuple[float, float]]]:
    """The stretches without a gap."""
    there = np.isfinite(values)
    cuts = np.flatnonzero(np.diff(there.astype(int))) + 1
    parts = np.split(np.arange(len(values)), cuts)
    return [
        list(zip(time_s[rows].tolist(), values[rows].tolist(), strict=True))
        for rows in parts
        if len(rows) > 1 and there[rows[0]]
    ]


def _time(shapes: list[_Shape], axis: _Axis, y: float) -> int:
    ticks = time_ticks(axis.start_s, axis.end_s)
    tenths = any(t % 1 for t in ticks)
    shapes.append(_Line(((LEFT, y), (WIDTH - RIGHT, y)), LIGHT.muted))
    for tick in ticks:
        x = axis.x(tick)
        shapes.append(_Line(((x, y), (x, y + 5)), LIGHT.muted))
        shapes.append(_Words(x, y + 19, clock(tick, tenths=tenths), SMALL, "middle", LIGHT.muted))
    shapes.append(_Words((LEFT + WIDTH - RIGHT) / 2, y + 38, "time (m:ss)", SMALL, "middle", LIGHT.muted))
    return int(y + 52)


def _shares(faces: Sequence[FaceSummary], shapes: list[_Shape]) -> tuple[list[_Shape], int]:
    """Photos: the share of each expression."""
    y = float(TOP)
    if not faces or not faces[0].usable_rows:
        shapes.append(_Words(LEFT, y + 18, "No face could be read."))
        return shapes, int(y + 2 * ROW)
    room = WIDTH - LEFT - RIGHT - 60
    for state in STATES:
        share = faces[0].shares[state]
        shapes.append(_Words(LEFT - 10, y + 18, state, anchor="end"))
        shapes.append(_Box(LEFT, y, share * room, ROW - 4, EMOTION_COLORS[state], state == UNSURE))
        shapes.append(_Words(LEFT + share * room + 8, y + 16, percent(share)))
        y += ROW + 2
    shapes.append(_Words(LEFT, y + 18, "share of the usable faces", SMALL, color=LIGHT.muted))
    return shapes, int(y + 34)


def _as_svg(shape: _Shape) -> str:
    if isinstance(shape, _Box):
        fill = "url(#unsure)" if shape.hatched else shape.color
        place = f'x="{shape.x:.1f}" y="{shape.y:.1f}"'
        return f'<rect {place} width="{shape.width:.1f}" height="{shape.height:.1f}" fill="{fill}"/>'
    if isinstance(shape, _Line):
        points = " ".join(f"{x:.1f},{y:.1f}" for x, y in shape.points)
        return (
            f'<polyline points="{points}" fill="none" stroke="{shape.color}" stroke-width="{shape.width}"/>'
        )
    if _width(shape) > shape.room:
        return ""
    return (
        f'<text x="{shape.x:.1f}" y="{shape.y:.1f}" font-size="{shape.size}" text-anchor="{shape.anchor}" '
        f'fill="{shape.color}">{escape(_FORBIDDEN.sub("", shape.text))}</text>'
    )


def _font(size: int) -> ImageFont.ImageFont | ImageFont.FreeTypeFont:
    return ImageFont.load_default(size * SCALE)


def _width(words: _Words) -> float:
    return _font(words.size).getlength(words.text) / SCALE


def _paint(pen: ImageDraw.ImageDraw, shape: _Shape) -> None:
    if isinstance(shape, _Box):
        low = (shape.x * SCALE, shape.y * SCALE)
        high = ((shape.x + shape.width) * SCALE - 1, (shape.y + shape.height) * SCALE - 1)
        if high[0] < low[0]:
            return
        pen.rectangle((*low, *high), fill=LIGHT.quiet if shape.hatched else shape.color)
        if shape.hatched:
            _hatch(pen, low, high)
    elif isinstance(shape, _Line):
        points = [(x * SCALE, y * SCALE) for x, y in shape.points]
        pen.line(points, fill=shape.color, width=round(shape.width * SCALE), joint="curve")
    elif _width(shape) <= shape.room:
        text = writable(shape.text) or "?"  # Pillow's own font has Latin letters only; the SVG has all
        anchor = {"start": "ls", "middle": "ms", "end": "rs"}[shape.anchor]
        pen.text((shape.x * SCALE, shape.y * SCALE), text, shape.color, _font(shape.size), anchor=anchor)


def _hatch(pen: ImageDraw.ImageDraw, low: tuple[float, float], high: tuple[float, float]) -> None:
    """Diagonal lines within a box."""
    height, step = high[1] - low[1], 6 * SCALE
    for start in np.arange(low[0] - height, high[0], step):
        first, last = max(start, low[0]), min(start + height, high[0])
        if last > first:
            pen.line((first, high[1] - (first - start), last, high[1] - (last - start)), LIGHT.hatch, SCALE)
