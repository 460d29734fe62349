"""Panels made of segments and bars of time: ribbon, shares, quality."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from fer.charts.panels import Panel
from fer.charts.series import MIXED, Segment
from fer.charts.style import SMALL_PX, fill, hatched, ink, row_label, text_on, words_of
from fer.constants import QUALITY_OK
from fer.text import clock, percent, quality_words
from fer.timeline.summary import STATES, FaceSummary
from fer.timeline.timeline import NO_FACE

RIBBON_ROW_PX = 34
SHARES_PX = 110
QUALITY_PX = 26


def ribbon_panel(
    faces: list[FaceSummary], left_out: list[list[Segment]], span_s: tuple[float, float], *, dark: bool
) -> Panel:
    """One row per face with its episodes; a thin line where it was seen but left out.

    Args:
        faces: From top to bottom.
        left_out: For each face, where it was left out.
        span_s: (start, end) of what the chart shows.
        dark: The dark variant.
    """
    traces = []
    for state in STATES:
        found = [
            (row, e)
            for row, face in enumerate(faces)
            for e in in_view(face.episodes, span_s)
            if e.emotion == state
        ]
        if found:
            traces.append(_ribbon_trace(state, found, [words_of(f.name) for f in faces], span_s, dark))
    thin = [(row, s) for row, segments in enumerate(left_out) for s in in_view(segments, span_s)]
    if thin:
        hover = [
            f"{_range(s)} {words_of(faces[row].name)}, {_quality_words(s.state)}: left out" for row, s in thin
        ]
        marker = {"color": ink(dark).muted, "opacity": 0.55, "line": {"width": 0}}
        spans = [(row, *cut(s, span_s)) for row, s in thin]
        traces.append(segment_bars(spans, marker=marker, height=0.1, hover=hover, name="left out"))
    yaxis = {
        "range": [len(faces) - 0.5, -0.5],
        "tickvals": list(range(len(faces))),
        "ticktext": [row_label(f.name, f.color if len(faces) > 1 else "") for f in faces],
        "tickfont": {"size": SMALL_PX, "color": ink(dark).text},
        "ticklabelstandoff": 4,
    }
    return Panel("Expression of each face", max(1, len(faces)) * RIBBON_ROW_PX, traces, yaxis)


def _ribbon_trace(
    state: str, found: list, names: list[str], span_s: tuple[float, float], dark: bool
) -> go.Bar:
    hover = [f"{_range(e)} {names[row]}: {e.words} {percent(e.confidence)}" for row, e in found]
    spans = [(row, *cut(e, span_s)) for row, e in found]
    bars = segment_bars(spans, marker=fill(state, dark), height=0.84, hover=hover, name=state)
    return with_words(bars, [state] * len(found), text_on(state, dark))


def in_view(stretches: Sequence, span_s: tuple[float, float]) -> list:
    """Those of some stretches of time of which something is shown.

    Args:
        stretches: With ``start_s`` and ``end_s``.
        span_s: (start, end) of what the chart shows.
    """
    return [one for one in stretches if one.start_s < span_s[1] and one.end_s > span_s[0]]


def cut(stretch, span_s: tuple[float, float]) -> tuple[float, float]:
    """(start, end) of what is shown of a stretch: its word stands in the middle of that, where it fits."""
    return max(stretch.start_s, span_s[0]), min(stretch.end_s, span_s[1])


def segment_bars(
    spans: list[tuple[int, float, float]], *, marker: dict, height: float, hover: list, name: str
) -> go.Bar:
    """Bars that lie on rows: x is where each starts, so that a click gives that second."""
    return go.Bar(
        x=[start for _, start, _ in spans],
        width=[end - start for _, start, end in spans],
        offset=0,
        base=[row - height / 2 for row, _, _ in spans],
        y=[height] * len(spans),
        marker=marker,
        name=name,
        customdata=hover,
        hovertemplate="%{customdata}<extra></extra>",
    )


def with_words(bars: go.Bar, words: Sequence[str], color: str | Sequence[str]) -> go.Bar:
    """The bars with a word in the middle of each, where it fits.

    Args:
        bars: n of them.
        words: (n,).
        color: Of the words; one for all or (n,).
    """
    font = {"color": color, "size": SMALL_PX}
    return bars.update(
        text=words, textposition="inside", insidetextanchor="middle", textangle=0, textfont=font
    )


def shares_panel(bins: tuple[np.ndarray, float, np.ndarray], title: str, *, dark: bool) -> Panel:
    """Stacked bars of `fer.charts.series.share_bins`."""
    start_s, width_s, shares = bins
    traces = []
    for k, state in enumerate(STATES):
        if not shares[:, k].any():
            continue
        rows = shares[:, k] > 0
        # Every bin is in every trace: the stack's order must not depend on which states a bin holds.
        hover = [
            f"{clock(t)}–{clock(t + width_s)} {state} {percent(s)}"
            for t, s in zip(start_s, shares[:, k], strict=True)
        ]
        traces.append(
            go.Bar(
                x=start_s,
                y=np.where(rows, shares[:, k], 0.0),
                width=width_s,
                offset=0,
                marker=fill(state, dark),
                name=state,
                customdata=hover,
                hovertemplate="%{customdata}<extra></extra>",
            )
        )
    yaxis = {"range": [0, 1], "tickvals": [0, 0.5, 1], "ticktext": ["0%", "50%", "100%"]}
    return Panel(title, SHARES_PX, traces, yaxis, title=title)


def quality_panel(states: list[Segment], span_s: tuple[float, float], *, dark: bool) -> Panel:
    """A strip: usable, partly usable, left out and why, no face.

    Args:
        states: By time.
        span_s: (start, end) of what the chart shows.
        dark: The dark variant.
    """
    groups: dict[str, list[Segment]] = {}
    for segment in in_view(states, span_s):
        groups.setdefault(segment.state, []).append(segment)
    traces = []
    for state, found in groups.items():
        words = _quality_words(state)
        hover = [f"{_range(s)} {words}" for s in found]
        spans = [(0, *cut(s, span_s)) for s in found]
        bars = segment_bars(spans, marker=_quality_fill(state, dark), height=0.9, hover=hover, name=words)
        short = "no face" if state == NO_FACE else words
        traces.append(with_words(bars, [short] * len(found), ink(dark).text))
    yaxis = {"range": [-0.5, 0.5], "tickvals": [], "ticktext": []}
    return Panel("Frames that could be read", QUALITY_PX, traces, yaxis, title="Frames that could be read")


def _quality_fill(state: str, dark: bool) -> dict:
    colors = ink(dark)
    marker: dict = {"color": colors.quiet, "line": {"width": 0}}
    if state == QUALITY_OK:
        return marker
    if state == NO_FACE:
        return {"color": "rgba(0,0,0,0)", "line": {"width": 1, "color": colors.quiet}}
    marker["pattern"] = hatched("." if state == MIXED else "x", colors.hatch)
    return marker


def _quality_words(state: str) -> str:
    if state == MIXED:
        return "some faces usable"
    return quality_words(state)


def _range(stretch) -> str:
    """Start and end of a Segment or Episode."""
    return f"{clock(stretch.start_s, tenths=True)}–{clock(stretch.end_s, tenths=True)}"
