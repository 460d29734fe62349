"""Differences with their intervals: a row a finding, zero as a line."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from fer.charts.style import SMALL_PX, axis, base_layout, ink, words_of

ROW_PX = 34
MAX_ROWS = 24


@dataclass(frozen=True)
class Difference:
    """One row.

    Args:
        label: What differs.
        value: By how much; NaN where it is not known.
        low: Lower end of its interval; NaN where there is none.
        high: Upper end.
        told: A difference can be told.
        words: The difference with its interval, as people read it.
    """

    label: str
    value: float
    low: float
    high: float
    told: bool
    words: str


def differences_chart(rows: Sequence[Difference], *, unit: str, dark: bool = False) -> go.Figure:
    """Points with bars for the 95% intervals; those that can be told are filled.

    Args:
        rows: From top to bottom; without a value they are left out.
        unit: Words under the axis.
        dark: The dark variant.
    """
    shown = [row for row in rows if math.isfinite(row.value)][:MAX_ROWS]
    colors = ink(dark)
    alt = "; ".join(f"{row.label} {row.words}" for row in shown) or "No difference."
    figure = go.Figure(layout=base_layout(dark, height=86 + ROW_PX * len(shown), alt=alt))
    known = [math.isfinite(row.low) and math.isfinite(row.high) for row in shown]
    figure.add_scatter(
        x=[row.value for row in shown],
        y=list(range(len(shown))),
        mode="markers",
        marker={
            "size": 11,
            "color": [colors.accent if row.told else colors.paper for row in shown],
            "line": {"width": 2, "color": colors.accent},
        },
        error_x={
            "type": "data",
            "symmetric": False,
            "array": [row.high - row.value if k else 0 for row, k in zip(shown, known, strict=True)],
            "arrayminus": [row.value - row.low if k else 0 for row, k in zip(shown, known, strict=True)],
            "color": colors.muted,
            "thickness": 2,
        },
        customdata=[f"{words_of(row.label)} {row.words}" for row in shown],
        hovertemplate="%{customdata}<extra></extra>",
        showlegend=False,
    )
    figure.add_vline(0, line={"color": colors.muted, "width": 1, "dash": "dot"})
    figure.update_xaxes(
        axis(dark, showgrid=True, fixedrange=True, tickformat="+~g", labelalias={"+0": "0"}),
        title={"text": unit, "font": {"size": SMALL_PX, "color": colors.muted}, "standoff": 6},
    )
    ticks = {"tickvals": list(range(len(shown))), "ticktext": [words_of(row.label) for row in shown]}
    return figure.update_yaxes(axis(dark, range=[len(shown) - 0.5, -0.5], fixedrange=True, **ticks))
