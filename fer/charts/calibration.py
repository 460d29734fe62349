"""How far the percentages can be trusted, as charts: reliability diagram and coverage curve."""

import numpy as np
import plotly.graph_objects as go

from fer.charts.style import SMALL_PX, axis, base_layout, ink, message_figure
from fer.evaluation.figures.metrics_file import Calibration, Coverage, ReliabilityBins
from fer.text import percent

NO_BINS = "The calibration figures are not here, so there is no diagram to draw."
NO_CURVE = "The coverage curve is not here, so there is nothing to move."
HEIGHT_PX = 380
KEY_LINE_PX = 18
COVERAGE_PX = 320
BAR_WIDTH = 0.045
FEWEST = 10
"""A bin of fewer answers is left out of the line: its accuracy is chance."""


def reliability_chart(
    after: Calibration, before: Calibration | None = None, *, dark: bool = False
) -> go.Figure:
    """Share of right answers over the confidence, before and after scaling; below, how many.

    Args:
        after: Calibrated.
        before: As the network gave it.
        dark: The dark variant.
    """
    if not sum(after.bins.n):
        return message_figure(NO_BINS, dark=dark)
    colors = ink(dark)
    earlier = f" {before.ece.value:.1%} as trained," if before else ""
    alt = (
        f"Reliability diagram: expected calibration error{earlier} {after.ece.value:.1%} after scaling. "
        "Points on the diagonal are as often right as they are sure."
    )
    key = _key(before, after, dark)
    key_px = KEY_LINE_PX * len(key)
    margin = {"l": 56, "r": 16, "t": 12 + key_px, "b": 44}
    figure = go.Figure(layout=base_layout(dark, height=HEIGHT_PX + key_px, alt=alt, margin=margin))
    # Above the plot: on a telephone the lines go through every corner of it.
    place = {"x": 0, "y": 1, "xref": "paper", "yref": "paper", "xanchor": "left", "yanchor": "bottom"}
    figure.add_annotation(text="<br>".join(key), showarrow=False, align="left", **place)
    line = {"color": colors.muted, "width": 1, "dash": "dot"}
    figure.add_shape(type="line", x0=0, y0=0, x1=1, y1=1, line=line)
    if before is not None:
        _reliability(figure, before.bins, "before", colors.muted, dash="dash")
    _reliability(figure, after.bins, "after", colors.accent, dash="solid")
    figure.add_bar(
        x=after.bins.confidence,
        y=after.bins.n,
        yaxis="y2",
        width=BAR_WIDTH,
        marker={"color": colors.quiet},
        name="answers",
        hovertemplate="%{y:,} answers<extra></extra>",
    )
    figure.update_layout(
        xaxis=axis(dark, range=[0, 1.01], tickformat=".0%", fixedrange=True, anchor="y2"),
        yaxis=axis(dark, range=[0, 1.02], tickformat=".0%", fixedrange=True, showgrid=True, domain=[0.24, 1]),
        yaxis2=axis(dark, domain=[0, 0.17], fixedrange=True, nticks=3),
    )
    _titles(figure, dark, xaxis="confidence of the answer", yaxis="share that is right", yaxis2="answers")
    return figure


def _reliability(figure: go.Figure, bins: ReliabilityBins, name: str, color: str, *, dash: str) -> None:
    n = np.array(bins.n)
    there = n >= min(FEWEST, n.max())
    figure.add_scatter(
        x=np.array(bins.confidence)[there],
        y=np.array(bins.accuracy)[there],
        mode="lines+markers",
        name=name,
        line={"color": color, "width": 2, "dash": dash},
        marker={"size": 7},
        customdata=n[there],
        hovertemplate=f"{name}: %{{x:.0%}} sure, %{{y:.0%}} right, %{{customdata:,}} answers<extra></extra>",
    )


def _key(before: Calibration | None, after: Calibration, dark: bool) -> list[str]:
    """What the lines are, a line of words each."""
    colors = ink(dark)
    shown = f"after {after.scaling} scaling, ECE {after.ece.value:.1%}"
    words = [f'<span style="color:{colors.accent}">━</span> {shown}']
    if before is not None:
        words.insert(0, f'<span style="color:{colors.muted}">╍</span> as trained, ECE {before.ece.value:.1%}')
    return [*words, f'<span style="color:{colors.muted}">┈</span> as often right as sure']


def coverage_chart(coverage: Coverage, unsure_below: float, *, dark: bool = False) -> go.Figure:
    """Accuracy on the answered faces over the share that is answered, one point a threshold.

    Args:
        coverage: The curve and the product's own threshold.
        unsure_below: The threshold that is looked at, 0..1.
        dark: The dark variant.
    """
    answered = np.array(coverage.shares)
    accuracy = np.array([np.nan if value is None else value for value in coverage.accuracies])
    if not np.isfinite(accuracy).any():
        return message_figure(NO_CURVE, dark=dark)
    chosen, own = place_of(coverage, unsure_below), place_of(coverage, coverage.unsure_below)
    colors = ink(dark)
    words = in_words(coverage, unsure_below)
    alt = f"Coverage curve: {words}; with every face answered {accuracy[0]:.1%} right."
    margin = {"l": 56, "r": 24, "t": 16, "b": 44}
    figure = go.Figure(layout=base_layout(dark, height=COVERAGE_PX, alt=alt, margin=margin))
    line = {"color": colors.accent, "width": 2}
    hover = "%{x:.0%} answered, %{y:.1%} of them right<extra></extra>"
    figure.add_scatter(x=answered, y=accuracy, mode="lines", name="curve", line=line, hovertemplate=hover)
    if own != chosen:
        _point(figure, (answered[own], accuracy[own]), "the model's own", color=colors.muted, dark=dark)
    _point(figure, (answered[chosen], accuracy[chosen]), words, color=colors.accent, dark=dark)
    lowest = np.nanmin(accuracy)
    figure.update_xaxes(axis(dark, range=[0, 1.02], tickformat=".0%", fixedrange=True, showgrid=True))
    figure.update_yaxes(
        axis(dark, range=[lowest - 0.02, 1.01], tickformat=".0%", fixedrange=True, showgrid=True)
    )
    _titles(figure, dark, xaxis="share of faces that get an answer", yaxis="accuracy on them")
    return figure


def place_of(coverage: Coverage, unsure_below: float) -> int:
    """Place of the threshold on the curve that is nearest."""
    return int(np.abs(np.array(coverage.thresholds) - unsure_below).argmin())


def in_words(coverage: Coverage, unsure_below: float) -> str:
    """What a threshold does, as in "82% answered, 77.9% of them right"."""
    place = place_of(coverage, unsure_below)
    if coverage.accuracies[place] is None:
        return "no face answered"
    return f"{percent(coverage.shares[place])} answered, {coverage.accuracies[place]:.1%} of them right"


def _point(figure: go.Figure, at: tuple[float, float], words: str, *, color: str, dark: bool) -> None:
    """A dot on the curve with words beside it, on the side where there is room."""
    x, y = at
    if not np.isfinite(y):
        return
    figure.add_scatter(
        x=[x], y=[y], mode="markers", name=words, marker={"size": 12, "color": color}, hoverinfo="skip"
    )
    figure.add_annotation(
        text=words,
        x=x,
        y=y,
        showarrow=False,
        xanchor="right" if x > 0.45 else "left",
        yanchor="top" if x > 0.45 else "bottom",
        xshift=-8 if x > 0.45 else 8,
        yshift=-6 if x > 0.45 else 6,
        font={"color": ink(dark).text},
    )


def _titles(figure: go.Figure, dark: bool, **titles: str) -> None:
    font = {"size": SMALL_PX, "color": ink(dark).muted}
    figure.update_layout(
        {name: {"title": {"text": text, "font": font, "standoff": 6}} for name, text in titles.items()}
    )
