"""The panel of one face's probabilities: seven lines over the area of the confidence."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from fer.charts.panels import Panel
from fer.charts.series import LINE_GAP_S, Lines
from fer.charts.style import ink
from fer.constants import DISPLAY_ORDER, EMOTION_COLORS, EMOTIONS, UNSURE
from fer.text import clock, percent

LINES_PX = 190
LABEL_HEIGHT_PX = 16
LABELED_FROM = 0.2
"""A line that never reaches this probability gets no label at its end; hover names it."""

CLICK_BARS = 400
"""More would be narrower than a pointer can aim."""


def lines_panel(
    lines: Lines, unsure_below: float, *, emotions: Sequence[str] = DISPLAY_ORDER, dark: bool
) -> Panel:
    """A line an expression over the area of the confidence; their names at their right ends.

    Args:
        lines: What is drawn.
        unsure_below: The dotted line; 0 for none.
        emotions: Which expressions have a line.
        dark: The dark variant.
    """
    times = [clock(t, tenths=True) if np.isfinite(t) else "" for t in lines.time_s]
    points = zip(times, lines.verdict, lines.confidence, lines.words, strict=True)
    words = [_answer(*point) for point in points]
    traces = [_click_trace(lines, words), _confidence_trace(lines, times, words)]
    ends = {}
    for state in [one for one in DISPLAY_ORDER if one in emotions]:
        values = lines.probs[:, EMOTIONS.index(state)]
        strong = bool(np.nanmax(values, initial=0.0) >= LABELED_FROM)
        if strong:
            ends[state] = float(values[np.flatnonzero(np.isfinite(values))[-1]])
        traces.append(_line_trace(state, lines, times, width=2.2 if strong else 1.0))
    yaxis = {"range": [0, 1.02], "tickvals": [0, 0.5, 1], "ticktext": ["0%", "50%", "100%"], "showgrid": True}
    shapes: tuple[dict, ...] = ()
    if unsure_below > 0:
        line = {"color": ink(dark).muted, "width": 1, "dash": "dot"}
        shapes = ({"type": "line", "x0": 0, "x1": 1, "y0": unsure_below, "y1": unsure_below, "line": line},)
        ends[UNSURE] = unsure_below
        ticks = [unsure_below, *(t for t in (0.0, 1.0) if abs(t - unsure_below) > 0.08)]
        yaxis |= {"tickvals": ticks, "ticktext": [percent(t) for t in ticks]}
    labels = tuple((y, _label(state)) for state, y in spread(ends).items())
    return Panel("Probability of each expression", LINES_PX, traces, yaxis, labels, shapes)


def _label(state: str) -> str:
    """Words at the right end of a line; under the dotted one the answer is unsure."""
    return "↓ unsure" if state == UNSURE else f'<span style="color:{EMOTION_COLORS[state]}">■</span> {state}'


def _answer(time: str, verdict: str, confidence: float, words: str) -> str:
    if verdict != UNSURE:
        return f"{time} {verdict} {percent(confidence)}"
    few = "" if words == verdict else f": {words}"
    return f"{time} unsure{few}, {percent(confidence)} at most"


def _click_trace(lines: Lines, words: list[str]) -> go.Bar:
    """Invisible bars over the whole height: wherever somebody points, the time is that of the pointer."""
    there = np.flatnonzero(np.isfinite(lines.time_s))
    time_s = lines.time_s[there]
    if not len(time_s):
        return go.Bar(x=[], y=[], name="answer")
    starts = np.linspace(time_s[0], time_s[-1], min(CLICK_BARS, len(time_s)), endpoint=False)
    width = (time_s[-1] - time_s[0]) / len(starts) or 1.0
    nearest = np.searchsorted(time_s, starts - 1e-9).clip(max=len(time_s) - 1)
    missed = time_s[nearest] - starts > max(width, LINE_GAP_S)
    hover = [
        f"{clock(t, tenths=True)} not read" if miss else words[there[k]]
        for t, k, miss in zip(starts, nearest, missed, strict=True)
    ]
    return go.Bar(
        x=starts,
        y=np.full(len(starts), 1.02),
        base=0,
        offset=0,
        width=width,
        marker={"color": "rgba(0,0,0,0)", "line": {"width": 0}},
        name="answer",
        customdata=hover,
        hovertemplate="%{customdata}<extra></extra>",
    )


def _confidence_trace(lines: Lines, times: list[str], words: list[str]) -> go.Scatter:
    """The area under the highest probability.

    Plotly fills an area across NaN, so that at a gap it has to go down to zero and come up again by itself.
    """
    breaks = np.flatnonzero(np.isnan(lines.time_s))
    time_s, confidence = lines.time_s.copy(), lines.confidence.copy()
    time_s[breaks], confidence[breaks] = time_s[breaks - 1], 0.0
    time_s = np.insert(time_s, breaks + 1, lines.time_s[breaks + 1])
    confidence = np.insert(confidence, breaks + 1, 0.0)
    hover = np.array(words, object)
    hover[breaks] = [f"{times[b - 1]}–{times[b + 1]} not read" for b in breaks]
    return go.Scatter(
        x=time_s,
        y=confidence,
        name="confidence",
        mode="lines+markers",
        line={"width": 0},
        fill="tozeroy",
        fillcolor="rgba(127,138,142,0.16)",
        customdata=np.insert(hover, breaks + 1, hover[breaks]),
        hovertemplate="%{customdata}<extra></extra>",
        **_CLICKABLE,
    )


_CLICKABLE = {
    # Plotly selects only points that have markers. They are invisible, and only one of them is in the page.
    "marker": {"size": 6, "opacity": 0, "maxdisplayed": 1},
    "selected": {"marker": {"opacity": 0}},
    "unselected": {"marker": {"opacity": 0}},
}


def _line_trace(state: str, lines: Lines, times: list[str], *, width: float) -> go.Scatter:
    return go.Scatter(
        x=lines.time_s,
        y=lines.probs[:, EMOTIONS.index(state)].astype(np.float32),
        name=state,
        mode="lines+markers",
        line={"color": EMOTION_COLORS[state], "width": width},
        customdata=np.array(times, object),
        hovertemplate=f"%{{customdata}} {state} %{{y:.0%}}<extra></extra>",
        connectgaps=False,
        **_CLICKABLE,
    )


def spread(ends: dict[str, float]) -> dict[str, float]:
    """Move labels apart so that they do not lie on each other, in the order of their values.

    Args:
        ends: Name -> y in 0..1.

    Returns:
        Name -> y of its label, in 0..1.
    """
    step = LABEL_HEIGHT_PX / LINES_PX
    names = sorted(ends, key=lambda s: ends[s])
    places: list[float] = []
    for name in names:
        places.append(max(ends[name], places[-1] + step if places else 0.0))
    highest = 1.0
    for k in range(len(places) - 1, -1, -1):
        places[k] = min(places[k], highest)
        highest = places[k] - step
    return dict(zip(names, places, strict=True))
