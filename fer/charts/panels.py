"""`compose`: panels stacked over one time axis."""

from dataclasses import dataclass, field, replace

import plotly.graph_objects as go

from fer.charts.style import SMALL_PX, axis, base_layout, ink, time_axis
from fer.constants import EMOTION_COLORS, UNSURE

TITLE_PX = 26
KEY_LINE_PX = 20
KEY_WORDS_A_LINE = 4
AXIS_PX = 46
LABEL_WIDTH_PX = 78


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
    panels: list[Panel], span_s: tuple[float, float], *, dark: bool, alt: str, key: str = ""
) -> go.Figure:
    """Stack panels over one time axis.

    Args:
        panels: From top to bottom.
        span_s: First and last time in seconds.
        dark: The dark variant.
        alt: Alternative text.
        key: Words for the colours (see `key_text`), above everything.
    """
    titled = len(panels) > 1
    title_px = TITLE_PX if titled else 0
    key_px = KEY_LINE_PX * (key.count("<br>") + 1) + 4 if key else 4
    plot_px = sum(p.height_px + title_px for p in panels) + 6 * (len(panels) - 1)
    right = LABEL_WIDTH_PX if any(p.labels for p in panels) else 22
    margin = {"l": 58, "r": right, "t": key_px, "b": AXIS_PX}
    layout = base_layout(dark, height=plot_px + key_px + AXIS_PX, alt=alt, margin=margin, barmode="stack")
    figure = go.Figure(layout=layout)
    top = 0.0
    for number, panel in enumerate(panels, 1):
        top += title_px
        domain = [max(0.0, 1 - (top + panel.height_px) / plot_px), 1 - top / plot_px]
        _place(figure, panel, "y" if number == 1 else f"y{number}", domain, dark)
        top += panel.height_px + 6
    last = "y" if len(panels) == 1 else f"y{len(panels)}"
    figure.update_layout(xaxis=time_axis(dark, *span_s, anchor=last, domain=[0, 1]))
    if key:
        _note(figure, key, dark, x=0, y=1, yref="paper", yanchor="bottom", yshift=4, color=ink(dark).text)
    return figure


def _place(figure: go.Figure, panel: Panel, axis_id: str, domain: list[float], dark: bool) -> None:
    """Add a panel's axis, traces and words."""
    figure.update_layout(
        {axis_id.replace("y", "yaxis"): axis(dark, domain=domain, anchor="x", fixedrange=True) | panel.yaxis}
    )
    figure.add_traces([trace.update(xaxis="x", yaxis=axis_id) for trace in panel.traces])
    for shape in panel.shapes:
        figure.add_shape(shape, xref="paper", yref=axis_id)
    for y, text in panel.labels:
        _note(figure, text, dark, x=1, y=y, yref=axis_id, yanchor="middle", xshift=6, color=ink(dark).text)
    if panel.title:
        _note(figure, panel.title, dark, x=0, y=domain[1], yref="paper", yanchor="bottom", yshift=3)


def _note(figure: go.Figure, text: str, dark: bool, *, color: str = "", **place) -> None:
    font = {"size": SMALL_PX, "color": color or ink(dark).muted}
    figure.add_annotation(
        text=text, xref="paper", xanchor="left", showarrow=False, align="left", font=font, **place
    )


def key_text(states: list[str]) -> str:
    """A square in the colour and the word, four a line; "unsure" as a hatched square."""
    words = [
        f'<span style="color:{EMOTION_COLORS[s]}">■</span> {s}' if s != UNSURE else f"▨ {s}" for s in states
    ]
    lines = [words[k : k + KEY_WORDS_A_LINE] for k in range(0, len(words), KEY_WORDS_A_LINE)]
    return "<br>".join("   ".join(line) for line in lines)
