"""Markers on the time axis: a row of their own, and lines and bands through the panels below."""

from collections.abc import Sequence

import plotly.graph_objects as go

from fer.charts.panels import Panel
from fer.charts.segments import cut, in_view, segment_bars, with_words
from fer.charts.style import NAME_LENGTH, SMALL_PX, hatched, ink, ink_on, words_of
from fer.text import clock
from fer.timeline.markers import Marker

ROW_PX = 28
"""A lower bar has no room for a word."""
MAX_LANES = 3
"""Rows of markers; what overlaps beyond them is drawn over the last one."""
LETTERS_ACROSS = 70
"""As many fit beside each other on a chart of usual width."""
MAX_DRAWN = 300
"""More would be one next to the other without a gap."""


def markers_panel(markers: Sequence[Marker], span_s: tuple[float, float], *, dark: bool) -> Panel:
    """Ranges as bars, events as small triangles, each with its name; what overlaps lies in further rows.

    Args:
        markers: By start; at least one.
        span_s: (start, end) of what the chart shows: a range is cut there; an event whose name would lie
            on the next one has none.
        dark: The dark variant.
    """
    shown = markers[:MAX_DRAWN]
    ranges = [m for m in shown if m.kind != "event"]
    events = [m for m in shown if m.kind == "event"]
    lane_of = lanes([(m.start_s, m.end_s) for m in ranges])
    first_event = max(lane_of, default=-1) + 1
    traces = []
    for kind in ("range", "exclusion"):
        found = [
            (lane, m)
            for lane, m in zip(lane_of, ranges, strict=True)
            if m.kind == kind and in_view([m], span_s)
        ]
        if found:
            traces.append(_bars(found, kind, span_s, dark))
    if events:
        traces.append(_points(events, first_event, span_s, dark))
    rows = first_event + bool(events)
    yaxis = {"range": [rows - 0.5, -0.5], "tickvals": [], "ticktext": []}
    return Panel("Markers", rows * ROW_PX, traces, yaxis, title="Markers")


def lanes(spans: Sequence[tuple[float, float]]) -> list[int]:
    """A row for each span, so that those of one row do not overlap.

    Args:
        spans: (start, end) by start.
    """
    ends: list[float] = []
    found = []
    for start, end in spans:
        free = next((k for k, until in enumerate(ends) if until <= start), len(ends))
        free = min(free, MAX_LANES - 1)
        ends[free : free + 1] = [max(end, ends[free]) if free < len(ends) else end]
        found.append(free)
    return found


def over_all_panels(markers: Sequence[Marker], *, dark: bool) -> list[dict]:
    """Layout shapes through all panels: thin lines at events, pale bands over what is excluded.

    Args:
        markers: By start.
        dark: The dark variant.
    """
    color, shapes = ink(dark), []
    for marker in markers[:MAX_DRAWN]:
        if marker.kind == "event":
            look = {"type": "line", "line": {"color": marker.color or color.muted, "width": 1, "dash": "dot"}}
        elif marker.kind == "exclusion":
            look = {"type": "rect", "fillcolor": color.muted, "opacity": 0.22, "line": {"width": 0}}
        else:
            continue
        edges = {"x0": marker.start_s, "x1": marker.end_s, "y0": 0, "y1": 1}
        shapes.append({"xref": "x", "yref": "paper", **edges, **look})
    return shapes


def _bars(found: Sequence[tuple[int, Marker]], kind: str, span_s: tuple[float, float], dark: bool) -> go.Bar:
    colors = ink(dark)
    marker: dict = {"color": [m.color or colors.quiet for _, m in found], "line": {"width": 0}}
    if kind == "exclusion":
        marker["pattern"] = hatched("x", colors.hatch)
    bars = segment_bars(
        [(lane, *cut(m, span_s)) for lane, m in found],
        marker=marker,
        height=0.84,
        hover=[_hover(m) for _, m in found],
        name="markers",
    )
    names = [words_of(m.name) for _, m in found]
    inks = [ink_on(m.color) if m.color else colors.text for _, m in found]
    return with_words(bars, names, inks)


def _points(events: Sequence[Marker], row: int, span_s: tuple[float, float], dark: bool) -> go.Scatter:
    colors = ink(dark)
    return go.Scatter(
        x=[m.start_s for m in events],
        y=[row] * len(events),
        mode="markers+text",
        name="events",
        marker={"symbol": "triangle-down", "size": 11, "color": [m.color or colors.text for m in events]},
        text=_names_with_room(events, span_s[1] - span_s[0]),
        textposition="middle right",
        textfont={"color": colors.text, "size": SMALL_PX},
        customdata=[_hover(m) for m in events],
        hovertemplate="%{customdata}<extra></extra>",
    )


def _names_with_room(events: Sequence[Marker], span_s: float) -> list[str]:
    """Each event's name, or nothing where the next event is too near."""
    following = [m.start_s for m in events[1:]] + [float("inf")]
    letter_s = span_s / LETTERS_ACROSS
    return [
        words_of(m.name) if (min(len(m.name), NAME_LENGTH) + 3) * letter_s < after - m.start_s else ""
        for m, after in zip(events, following, strict=True)
    ]


def _hover(marker: Marker) -> str:
    when = clock(marker.start_s, tenths=True)
    if marker.kind != "event":
        when += f"–{clock(marker.end_s, tenths=True)}"
    excluded = ": left out of every figure" if marker.kind == "exclusion" else ""
    return f"{when} {words_of(marker.name)}{excluded}"
