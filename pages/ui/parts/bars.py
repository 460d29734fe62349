"""The seven probabilities of one face as bars."""

import numpy as np
import plotly.graph_objects as go

from fer.charts.style import add_bars, axis, base_layout, ink
from fer.constants import DISPLAY_ORDER, EMOTIONS
from fer.text import percent

ROW_PX, NUMBER_WIDTH = 26, 0.16
"""Height of a row; how wide a number is at most, as a share of the axis."""


def probability_bars(probs: np.ndarray, unsure_below: float, *, dark: bool) -> go.Figure:
    """One bar an expression, and the line under which the answer is "unsure".

    Args:
        probs: (7,) calibrated, in the order of `EMOTIONS`.
        unsure_below: Threshold in 0..1.
        dark: The dark variant.
    """
    values = {name: float(probs[EMOTIONS.index(name)]) for name in DISPLAY_ORDER}
    alt = ", ".join(f"{name} {percent(value)}" for name, value in values.items()) + "."
    figure = go.Figure(layout=base_layout(dark, height=34 + ROW_PX * len(values), alt=alt))
    add_bars(figure, values, dark=dark)
    figure.update_xaxes(axis(dark, range=[0, 1.12], showticklabels=False, fixedrange=True))
    figure.update_yaxes(
        axis(dark, categoryorder="array", categoryarray=DISPLAY_ORDER, autorange="reversed", fixedrange=True)
    )
    figure.update_yaxes(tickfont={"size": 13, "color": ink(dark).text}, ticklabelstandoff=6)
    if unsure_below > 0:
        font = {"size": 11, "color": ink(dark).muted}
        note = {"text": f"unsure below {percent(unsure_below)}", "font": font}
        line = {"color": ink(dark).muted, "width": 1, "dash": "dot"}
        figure.add_vline(unsure_below, line=line, annotation=note, annotation_position="bottom right")
        _make_room(figure, values, unsure_below)
        figure.update_layout(margin={"b": 24})
    return figure


def _make_room(figure: go.Figure, values: dict[str, float], unsure_below: float) -> None:
    """A number that the line would go through stands behind it; one under it that reads like it says so."""
    for bar, (state, value) in zip(figure.data, values.items(), strict=True):
        if value <= unsure_below < value + NUMBER_WIDTH:
            bar.textposition = "none"
            place = {"x": unsure_below, "y": state, "xanchor": "left", "xshift": 3}
            alike = value < unsure_below and percent(value) == percent(unsure_below)
            text = f"under {percent(value)}" if alike else percent(value)
            figure.add_annotation(text=text, showarrow=False, **place)
