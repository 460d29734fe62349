"""A network as a drawing: one bar a step, as wide as its maps and as thick as their number. No Keras.

`fer.training.networks.blueprint` reads the steps from a network; the drawing is SVG text that can
be shown without either, in light and dark, from 390 pixels on.
"""

from dataclasses import dataclass
from html import escape
from math import sqrt

from fer.charts.style import DARK, FONT, LIGHT, Ink

WIDTH, MARGIN = 390, 12
BAR_X, BAR_MAX, WORDS_X = 64, 120, 200
"""In a picture as wide as a telephone: map size left, bars in the middle, words right."""

TOP, GAP, ROW_MIN, BAR_MIN = 64, 4, 16, 3
THICKNESS = 1.35
"""Pixels for the square root of one channel."""


@dataclass(frozen=True)
class Step:
    """One step of a network.

    Args:
        kind: ``input``, ``convolution``, ``pooling``, ``attention``, ``join`` or ``output``.
        label: What it does, as in "convolution 3 × 3".
        side: Width and height of the maps that leave it, in pixels; 1 for a vector.
        channels: How many maps.
        parameters: Weights, those of the normalisation included.
    """

    kind: str
    label: str
    side: int
    channels: int
    parameters: int = 0


@dataclass(frozen=True)
class Blueprint:
    """A network's steps.

    Args:
        name: Of the network.
        steps: From the face to the answer.
        parameters: All weights.
        macs: Multiply-accumulate operations a face.
    """

    name: str
    steps: tuple[Step, ...]
    parameters: int
    macs: int


def architecture_svg(blueprint: Blueprint) -> str:
    """Draw a network.

    Args:
        blueprint: Its steps.

    Returns:
        SVG text, 390 px wide by its own account, that follows the reader's light or dark setting;
        `in_theme` fixes one of them.
    """
    largest = max((s.side for s in blueprint.steps), default=1)
    rows, y, shown = [], TOP, None
    for step in blueprint.steps:
        thickness = 0.0 if step.kind == "pooling" else max(BAR_MIN, THICKNESS * sqrt(step.channels))
        height = max(ROW_MIN, thickness)
        rows.append(_row(step, y + height / 2, thickness, largest, with_side=step.side != shown))
        shown = step.side
        y += height + GAP
    about = f"{blueprint.parameters:,} parameters · {blueprint.macs / 1e6:.0f} million products a face"
    key = "width: side of the maps · thickness: their number"
    words = ". ".join(_sentence(step) for step in blueprint.steps)
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {y + MARGIN:.0f}" width="{WIDTH}" '
            f'height="{y + MARGIN:.0f}" data-theme="auto" role="img" aria-labelledby="title desc">',
            f'<title id="title">Architecture of {escape(blueprint.name)}</title>',
            f'<desc id="desc">{escape(words)}.</desc>',
            f"<style>{_style()}</style>",
            f'<text x="{MARGIN}" y="20" class="name">{escape(blueprint.name)}</text>',
            f'<text x="{MARGIN}" y="36" class="muted">{about}</text>',
            f'<text x="{MARGIN}" y="51" class="muted">{key}</text>',
            *rows,
            "</svg>\n",
        ]
    )


def in_theme(svg: str, *, dark: bool) -> str:
    """The drawing in one theme, whatever the reader's system is set to.

    Args:
        svg: From `architecture_svg`.
        dark: The dark variant.
    """
    return svg.replace('data-theme="auto"', f'data-theme="{"dark" if dark else "light"}"', 1)


def _row(step: Step, middle: float, thickness: float, largest: int, *, with_side: bool) -> str:
    width = max(3.0, BAR_MAX * step.side / largest)
    x = BAR_X + (BAR_MAX - width) / 2
    parts = []
    if with_side:
        side = f"{step.side} × {step.side}" if step.side > 1 else "vector"
        parts.append(f'<text x="{MARGIN}" y="{middle + 4:.1f}" class="muted">{side}</text>')
    if step.kind == "pooling":
        parts.append(
            f'<path d="M{BAR_X} {middle:.1f}H{BAR_X + BAR_MAX}" class="rule"/>'
            f'<path d="M{x:.1f} {middle - 3:.1f}l{width / 2:.1f} 6l{width / 2:.1f} -6z" class="pooling"/>'
        )
    else:
        parts.append(
            f'<rect x="{x:.1f}" y="{middle - thickness / 2:.1f}" width="{width:.1f}" '
            f'height="{thickness:.1f}" rx="1.5" '
            f'class="{step.kind}"/>'
        )
    number = f'<tspan class="muted"> {_short(step.parameters)}</tspan>' if step.parameters else ""
    parts.append(f'<text x="{WORDS_X}" y="{middle + 4:.1f}">{escape(step.label)}{number}</text>')
    return "".join(parts)


def _short(number: int) -> str:
    if number >= 1_000_000:
        return f"{number / 1e6:.2f} M"
    return f"{number / 1e3:.1f} k" if number >= 1000 else str(number)


def _sentence(step: Step) -> str:
    maps = (
        f"{step.channels} maps of {step.side} x {step.side}" if step.side > 1 else f"{step.channels} values"
    )
    return f"{step.label}, {maps}"


def _style() -> str:
    dark = _colors(DARK)
    return (
        f"svg{{font:12px {FONT}}}"
        f"svg{{{_colors(LIGHT)}}}"
        f'svg[data-theme="dark"]{{{dark}}}'
        f'@media (prefers-color-scheme:dark){{svg[data-theme="auto"]{{{dark}}}}}'
        "text{fill:var(--text)}.muted{fill:var(--muted);font-size:11px}.name{font-size:15px;font-weight:600}"
        ".convolution{fill:var(--accent)}.attention{fill:none;stroke:var(--accent);stroke-width:1.5}"
        ".join{fill:var(--quiet);stroke:var(--muted)}.input{fill:var(--quiet)}.output{fill:var(--text)}"
        ".pooling{fill:var(--muted)}.rule{stroke:var(--grid);stroke-width:1}"
    )


def _colors(colors: Ink) -> str:
    names = ("text", "muted", "grid", "quiet", "accent")
    return "".join(f"--{name}:{getattr(colors, name)};" for name in names)
