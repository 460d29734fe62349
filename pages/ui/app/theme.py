"""Charts in the page's own light or dark theme."""

import plotly.graph_objects as go
import streamlit as st

CONFIG = {"displaylogo": False, "displayModeBar": False, "scrollZoom": False, "showTips": False}
"""Tips are laid over the page's own buttons."""


def is_dark() -> bool:
    """True where the reader's theme is dark."""
    return st.context.theme.type == "dark"


def chart(figure: go.Figure, *, key: str) -> None:
    """Show a figure of `fer.charts.timeline` as it was drawn, with its own alternative text."""
    st.plotly_chart(figure, theme=None, config=CONFIG, key=key, alt=(figure.layout.meta or {}).get("alt"))


def clicked(figure: go.Figure, *, key: str) -> list | None:
    """Show a figure whose points answer to clicks.

    Returns:
        The ``customdata`` of the point that was clicked last; None where none is chosen.
    """
    event = st.plotly_chart(
        figure,
        theme=None,
        config=CONFIG,
        key=key,
        alt=(figure.layout.meta or {}).get("alt"),
        on_select="rerun",
        selection_mode="points",
    )
    points = event["selection"]["points"]
    return points[0].get("customdata") if points else None
