"""Conditions side by side: what everybody showed under each, and the mean of each."""

from collections.abc import Mapping, Sequence
from typing import Protocol

import plotly.graph_objects as go

from fer.charts.style import SMALL_PX, axis, base_layout, ink, message_figure, words_of, write_at_right
from fer.constants import DISPLAY_ORDER, EMOTION_COLORS
from fer.text import percent

ROW_PX, GAP = 20, 0.7
"""Height of a row; the gap between two expressions, in rows."""
DOT_PX, MEAN_PX = 7, 15
NOTHING = "No session has a condition yet."


class Unit(Protocol):
    """What one participant, or one session, showed under one condition."""

    condition: str
    unit: str
    shares: dict[str, float]


def groups_chart(units: Sequence[Unit], *, dark: bool = False) -> go.Figure:
    """A row for each expression and condition: a faint dot for each unit, a line for their mean.

    Args:
        units: As `fer.library.groups.group_means` gives them.
        dark: The dark variant.
    """
    if not units:
        return message_figure(NOTHING, dark=dark)
    groups: dict[str, list[Unit]] = {}
    for unit in units:
        groups.setdefault(unit.condition, []).append(unit)
    rows = [(state, condition) for state in DISPLAY_ORDER for condition in groups]
    places = [k + GAP * (k // len(groups)) for k in range(len(rows))]
    height = 60 + round(ROW_PX * (places[-1] + 1))
    margin = {"l": 8, "r": 52, "t": 8, "b": 40}
    figure = go.Figure(layout=base_layout(dark, height=height, alt=_alt(groups), margin=margin))
    for place, (state, condition) in zip(places, rows, strict=True):
        _row(figure, place, state, groups[condition], dark)
    first = units[0].condition
    names = [
        f"<b>{state}</b>  {words_of(condition)}" if condition == first else words_of(condition)
        for state, condition in rows
    ]
    title = {"text": "share of the time", "font": {"size": SMALL_PX, "color": ink(dark).muted}, "standoff": 4}
    high = max(unit.shares[state] for unit in units for state in DISPLAY_ORDER)
    limits = [-0.02, min(1.02, high * 1.08 + 0.02)]
    figure.update_xaxes(
        axis(dark, range=limits, showgrid=True, fixedrange=True, tickformat=".0%", title=title)
    )
    figure.update_yaxes(axis(dark, tickvals=places, ticktext=names, fixedrange=True, ticklabelstandoff=6))
    figure.update_yaxes(range=[places[-1] + 0.7, -0.7], tickfont={"size": SMALL_PX, "color": ink(dark).text})
    return figure


def _row(figure: go.Figure, place: float, state: str, units: Sequence[Unit], dark: bool) -> None:
    values = [unit.shares[state] for unit in units]
    mean, color = _mean(units, state), EMOTION_COLORS[state]
    figure.add_scatter(
        x=values,
        y=[place] * len(values),
        mode="markers",
        marker={"size": DOT_PX, "color": color, "opacity": 0.55},
        hovertemplate=[f"{words_of(u.unit)}: {percent(u.shares[state])}<extra></extra>" for u in units],
    )
    figure.add_scatter(
        x=[mean],
        y=[place],
        mode="markers",
        marker={"symbol": "line-ns", "size": MEAN_PX, "line": {"width": 3, "color": ink(dark).text}},
        hovertemplate=f"mean of {len(values)}: {percent(mean)}<extra></extra>",
    )
    write_at_right(figure, percent(mean), place, dark=dark, size=SMALL_PX)


def _mean(units: Sequence[Unit], state: str) -> float:
    return sum(unit.shares[state] for unit in units) / len(units)


def _alt(groups: Mapping[str, Sequence[Unit]]) -> str:
    said = []
    for condition, mine in groups.items():
        means = {state: _mean(mine, state) for state in DISPLAY_ORDER}
        most = sorted(means, key=lambda s: -means[s])[:3]
        words = ", ".join(f"{state} {percent(means[state])}" for state in most)
        said.append(f"{condition} ({len(mine)}): {words}")
    return f"Mean share of the time under each condition. {'; '.join(said)}."
