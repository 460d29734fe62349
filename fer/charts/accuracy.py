"""Right and wrong answers as charts: confusion matrix, figures by class, networks compared."""

from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import wrap

import numpy as np
import plotly.graph_objects as go

from fer.charts.style import SMALL_PX, axis, base_layout, ink, message_figure, write_at_right
from fer.constants import DISPLAY_ORDER, EMOTION_COLORS, EMOTIONS
from fer.evaluation.figures.metrics_file import ClassScores, Estimate
from fer.text import count, percent

NO_ROWS = "There is no labelled face, so there is nothing to count."
NO_NETWORKS = "There is no network to compare."
NAME_LENGTH, TALL_ROW_PX, MAX_TICKS = 22, 38, 5
"""Characters of a name beside its dot, longer ones take two lines; the height of such rows; numbers below.
On a telephone the dots would have no room else."""
CELL_PX = 46
LIGHT_FROM = 0.62
"""Share from which a cell is so strong in colour that its words take the page's colour."""

ROW_PX = 34
FIGURE_NAMES = {"precision": "precision", "recall": "recall", "f1": "F1", "kappa": "Cohen's kappa"}
PLACES = [EMOTIONS.index(name) for name in DISPLAY_ORDER]


def confusion_chart(
    confusion: np.ndarray, *, given: str = "label", read: str = "read as", dark: bool = False
) -> go.Figure:
    """Confusion matrix: colour and percent are shares of a row, the count stands below.

    A click on a cell selects a point whose ``customdata`` is [label, answer].

    Args:
        confusion: (7, 7) counts in the order of `EMOTIONS`; rows are labels, columns answers.
        given: What the rows are.
        read: What the columns are.
        dark: The dark variant.
    """
    counts = np.asarray(confusion)[np.ix_(PLACES, PLACES)]
    if not counts.sum():
        return message_figure(NO_ROWS, dark=dark)
    colors = ink(dark)
    totals = counts.sum(1, keepdims=True)
    shares = np.where(totals > 0, counts / np.maximum(totals, 1), np.nan)
    names = list(DISPLAY_ORDER)
    alt = (
        f"Confusion matrix of {count(int(counts.sum()), 'face')}; right: {_diagonal(shares)}. "
        f"Most frequent mistake: {_worst(counts)}."
    )
    height = CELL_PX * len(names) + 78
    figure = go.Figure(layout=base_layout(dark, height=height, alt=alt, hovermode="closest"))
    figure.add_heatmap(
        x=names,
        y=names,
        z=shares,
        zmin=0,
        zmax=1,
        colorscale=[[0, colors.empty], [1, colors.accent]],
        showscale=False,
        xgap=2,
        ygap=2,
        hoverinfo="skip",
    )
    figure.add_trace(_cells(names, counts, shares, given, read))
    for row, column in np.argwhere(counts > 0):
        share, n = float(shares[row, column]), int(counts[row, column])
        figure.add_annotation(
            x=names[column],
            y=names[row],
            text=f"{percent(share)}<br><span style='font-size:10px'>{n:,}</span>",
            showarrow=False,
            font={"size": SMALL_PX, "color": colors.paper if share > LIGHT_FROM else colors.text},
        )
    title = {"size": SMALL_PX, "color": colors.muted}
    figure.update_xaxes(axis(dark, side="top", fixedrange=True, ticks="", tickangle=-35))
    figure.update_yaxes(axis(dark, autorange="reversed", fixedrange=True, ticks="", ticklabelstandoff=4))
    figure.update_xaxes(title={"text": read, "font": title, "standoff": 4})
    figure.update_yaxes(title={"text": given, "font": title, "standoff": 4})
    return figure


def _cells(names: Sequence[str], counts: np.ndarray, shares: np.ndarray, given: str, read: str) -> go.Scatter:
    """Invisible squares over the cells: a heat map's own cells cannot be selected."""
    pairs = [(label, answer) for label in names for answer in names]
    words = [
        f"{given} {label}, {read} {answer}: {count(int(n), 'face')}, {percent(share)} of {label}"
        for (label, answer), n, share in zip(pairs, counts.ravel(), shares.ravel(), strict=True)
    ]
    return go.Scatter(
        x=[answer for _, answer in pairs],
        y=[label for label, _ in pairs],
        mode="markers",
        name="cells",
        marker={"symbol": "square", "size": CELL_PX - 6, "opacity": 0},
        selected={"marker": {"opacity": 0}},
        unselected={"marker": {"opacity": 0}},
        customdata=pairs,
        text=words,
        hovertemplate="%{text}<extra></extra>",
    )


def _diagonal(shares: np.ndarray) -> str:
    right = zip(DISPLAY_ORDER, np.diag(shares), strict=True)
    return ", ".join(f"{name} {percent(share)}" for name, share in right if np.isfinite(share))


def _worst(counts: np.ndarray) -> str:
    """The most frequent confusion in words."""
    wrong = counts * (1 - np.eye(len(counts), dtype=counts.dtype))
    if not wrong.any():
        return "none"
    row, column = np.unravel_index(wrong.argmax(), wrong.shape)
    return f"{DISPLAY_ORDER[row]} read as {DISPLAY_ORDER[column]}, {wrong[row, column]:,} times"


@dataclass(frozen=True)
class Row:
    """A line of a chart of dots.

    Args:
        name: What the figure is of.
        estimate: The figure; without an interval its ends are equal to it.
        ours: It is what the page is about.
    """

    name: str
    estimate: Estimate
    ours: bool = False


def classes_chart(classes: dict[str, ClassScores], *, figure: str = "f1", dark: bool = False) -> go.Figure:
    """A dot and an interval for each class that has a row, in the classes' colours.

    Args:
        classes: Expression -> its figures.
        figure: Which of them: ``precision``, ``recall``, ``f1`` or ``kappa``.
        dark: The dark variant.
    """
    rows = [Row(name, getattr(classes[name], figure)) for name in DISPLAY_ORDER if classes[name].n]
    colors = [EMOTION_COLORS[row.name] for row in rows]
    return _dots(rows, colors, what=FIGURE_NAMES[figure], dark=dark, form=lambda value: f"{value:.2f}")


def comparison_chart(rows: Sequence[Row], *, what: str, dark: bool = False) -> go.Figure:
    """Networks by one figure, the best on top; ours in the accent colour, others' in gray.

    Args:
        rows: The networks.
        what: The figure that is shown, as in "accuracy on PrivateTest".
        dark: The dark variant.
    """
    rows = sorted(rows, key=lambda row: -row.estimate.value)
    colors = [ink(dark).accent if row.ours else ink(dark).muted for row in rows]
    return _dots(rows, colors, what=what, dark=dark, form=lambda value: f"{value:.1%}")


def _dots(rows: Sequence[Row], colors: list[str], *, what: str, dark: bool, form) -> go.Figure:
    """One row each: a dot, its interval, the figure in words at the right."""
    if not rows:
        return message_figure(NO_NETWORKS, dark=dark)
    alt = f"{what}: " + ", ".join(f"{row.name} {form(row.estimate.value)}" for row in rows) + "."
    margin = {"l": 8, "r": 60, "t": 8, "b": 44}
    lines = [wrap(row.name, NAME_LENGTH) or [""] for row in rows]
    row_px = TALL_ROW_PX if any(len(parts) > 1 for parts in lines) else ROW_PX
    figure = go.Figure(layout=base_layout(dark, height=60 + row_px * len(rows), alt=alt, margin=margin))
    for place, (row, color) in enumerate(zip(rows, colors, strict=True)):
        _dot(figure, place, row, color, form)
        said = form(row.estimate.value)
        write_at_right(figure, f"<b>{said}</b>" if row.ours else said, place, dark=dark)
    names = ["<br>".join(parts) for parts in lines]
    names = [f"<b>{name}</b>" if row.ours else name for row, name in zip(rows, names, strict=True)]
    ends = [v for row in rows for v in (row.estimate.value, row.estimate.low, row.estimate.high)]
    room = 0.04 * max(max(ends) - min(ends), 0.05)
    percents = ".0%" if form(0.5).endswith("%") else ".1f"
    title = {"text": what, "font": {"size": SMALL_PX, "color": ink(dark).muted}, "standoff": 4}
    figure.update_xaxes(
        axis(dark, range=[min(ends) - room, max(ends) + room], showgrid=True, fixedrange=True)
    )
    figure.update_xaxes(tickformat=percents, title=title, nticks=MAX_TICKS, tickangle=0)
    figure.update_yaxes(
        axis(dark, tickvals=list(range(len(rows))), ticktext=names, fixedrange=True, ticklabelstandoff=6)
    )
    figure.update_yaxes(range=[len(rows) - 0.5, -0.5], tickfont={"size": 13, "color": ink(dark).text})
    return figure


def _dot(figure: go.Figure, place: int, row: Row, color: str, form) -> None:
    """The dot of one row over its interval."""
    value, low, high = row.estimate.value, row.estimate.low, row.estimate.high
    words = f"{row.name}: {form(value)}"
    if low < high:
        line = {"color": color, "width": 3}
        figure.add_shape(type="line", x0=low, x1=high, y0=place, y1=place, line=line)
        words += f", 95% interval {form(low)} to {form(high)}"
    figure.add_scatter(
        x=[value],
        y=[place],
        mode="markers",
        name=row.name,
        marker={"size": 11, "color": color},
        hovertemplate=f"{words}<extra></extra>",
    )
