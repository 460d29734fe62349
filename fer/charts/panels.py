"""`compose`: panels stacked over one time axis."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import plotly.graph_objects as go

from fer.charts.style import SMALL_PX, axis, ink, layout_settings, text_px, time_axis
from fer.constants import EMOTION_COLORS, UNSURE

TITLE_PX = 26
KEY_LINE_PX = 20
KEY_WORDS_A_LINE = 4
AXIS_PX = 46
LABEL_WIDTH_PX = 78
TOP_PX, TOP_TICK_PX = 4, 10
"""Above the first panel; where no title stands between, half of a tick's word reaches into it."""
LEFT_PX, TICK_PX = 58, 16
"""Left margin at least, and what lies between a word beside an axis and both its neighbours."""


@dataclass(frozen=True)
class Panel:
    """One chart on the shared time axis.

    Args:
        what: What it is, for the alternative text.
        height_px: Height of its drawing area.
        traces: Without axes; `compose` sets them.
        yaxis: Settings of its y axis.
        labels: Annotations beside its right edge: y in data units -> text.
        shapes: Layout shapes, x in paper units, y in data units.
        title: Words above it; none without.
    """

    what: str
    height_px: int
    traces: list
    yaxis: dict
    labels: tuple[tuple[float, str], ...] = ()
    shapes: tuple[dict, ...] = ()
    title: str = field(default="")

    def titled(self, title: str) -> "Panel":
        """A copy with a title."""
        return replace(self, title=title)


def compose(
    panels: list[Panel],
    span_s: tuple[float, float],
    *,
    dark: bool,
    alt: str,
    key: str = "",
    over_all: Sequence[dict] = (),
) -> go.Figure:
    """Stack panels over one time axis.

    Args:
        panels: From top to bottom.
        span_s: First and last time in seconds.
        dark: The dark variant.
        alt: Alternative text.
        key: Words for the colours (see `key_text`), above everything.
        over_all: Layout shapes that go through all panels.
    """
    titled = len(panels) > 1
    title_px = TITLE_PX if titled else 0
    key_px = KEY_LINE_PX * (key.count("<br>") + 1) + 4 if key else TOP_PX if titled else TOP_TICK_PX
    plot_px = sum(p.height_px + title_px for p in panels) + 6 * (len(panels) - 1)
    right = LABEL_WIDTH_PX if any(p.labels for p in panels) else 22
    margin = {"l": _left_px(panels), "r": right, "t": key_px, "b": AXIS_PX}
    # Everything at once: Plotly checks a whole figure again with each word that is added to it.
    axes, traces, shapes, notes = {}, [], [], []
    axis_id, top = "y", 0.0
    for number, panel in enumerate(panels, 1):
        top += title_px
        domain = [max(0.0, 1 - (top + panel.height_px) / plot_px), 1 - top / plot_px]
        axis_id = "y" if number == 1 else f"y{number}"
        look = axis(dark, domain=domain, anchor="x", fixedrange=True, automargin=False) | panel.yaxis
        axes[axis_id.replace("y", "yaxis")] = look
        for trace in panel.traces:
            trace.xaxis, trace.yaxis = "x", axis_id
            traces.append(trace)
        shapes += [shape | {"xref": "paper", "yref": axis_id} for shape in panel.shapes]
        notes += _words(panel, axis_id, domain[1], dark)
        top += panel.height_px + 6
    if key:
        # Beside long names the plot begins far to the right: the key begins where it usually does.
        place = {"x": 0, "y": 1, "yref": "paper", "yanchor": "bottom", "yshift": 4}
        place["xshift"] = LEFT_PX - margin["l"]
        notes.append(_note(key, dark, color=ink(dark).text, **place))
    axes["xaxis"] = time_axis(dark, *span_s, anchor=axis_id, domain=[0, 1], automargin=False)
    height = plot_px + key_px + AXIS_PX
    drawn = axes | {"shapes": [*shapes, *over_all], "annotations": notes}
    more = {"margin": margin, "barmode": "stack"} | drawn
    return go.Figure(traces, layout_settings(dark, height=height, alt=alt, **more))


def _left_px(panels: list[Panel]) -> int:
    """Room for the longest word beside an axis. Where Plotly measures it, it draws the whole chart twice."""
    words = [word for panel in panels for word in panel.yaxis.get("ticktext", ())]
    return max(LEFT_PX, *(text_px(word, SMALL_PX) + TICK_PX for word in words), 0)


def _words(panel: Panel, axis_id: str, top: float, dark: bool) -> list[dict]:
    """The labels beside a panel and the title above it."""
    beside = {"x": 1, "yref": axis_id, "yanchor": "middle", "xshift": 6, "color": ink(dark).text}
    notes = [_note(text, dark, y=y, **beside) for y, text in panel.labels]
    if panel.title:
        notes.append(_note(panel.title, dark, x=0, y=top, yref="paper", yanchor="bottom", yshift=3))
    return notes


def _note(text: str, dark: bool, *, color: str = "", **place) -> dict:
    font = {"size": SMALL_PX, "color": color or ink(dark).muted}
    look = {"xref": "paper", "xanchor": "left", "showarrow": False, "align": "left", "font": font}
    return {"text": text, **look, **place}


def key_text(states: list[str]) -> str:
    """A square in the colour and the word, four a line; "unsure" as a hatched square."""
    words = [
        f'<span style="color:{EMOTION_COLORS[s]}">■</span> {s}' if s != UNSURE else f"▨ {s}" for s in states
    ]
    lines = [words[k : k + KEY_WORDS_A_LINE] for k in range(0, len(words), KEY_WORDS_A_LINE)]
    return "<br>".join("   ".join(line) for line in lines)
