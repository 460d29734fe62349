"""The video player and its tie to the timeline chart: click the chart and the player moves there."""

import math
from collections.abc import Callable
from pathlib import Path

import streamlit as st

SEEK = "seek"
"""Session key: where to move the player, and how often it was asked."""
TROUBLE = (
    "This browser does not play this video. The reading is complete all the same; "
    "“Video with marks” makes a copy that plays."
)
"""Said where the player itself reports an error."""

PLAYER_BOX, CHART_BOX = "player", "timeline"
"""Keys of the containers that player_link.js looks for."""

_link = st.components.v2.component(
    "player_link", js=Path(__file__).with_name("player.js").read_text(encoding="utf-8")
)

_moment = st.components.v2.component(
    "player_moment",
    html='<button type="button"></button>',
    css=Path(__file__).with_name("player_moment.css").read_text(encoding="utf-8"),
    js=Path(__file__).with_name("player_moment.js").read_text(encoding="utf-8"),
)


def moment_button(label: str, action: Callable[[float], None], *, key: str) -> None:
    """A button that knows where the player stands.

    Args:
        label: What it says.
        action: Called with the player's time in seconds.
        key: Tells it from others.
    """

    def hear() -> None:
        time_s = st.session_state[key].get("time_s")
        # The browser's word: only a number has any effect.
        if isinstance(time_s, int | float) and math.isfinite(time_s):
            action(float(time_s))

    _moment(key=key, data={"label": label}, on_time_s_change=hear)


def seek(seconds: float) -> None:
    """Move the player on the next run; asking for the same place again works."""
    turn = st.session_state.get(SEEK, {}).get("turn", 0) + 1
    st.session_state[SEEK] = {"seek_s": float(seconds), "turn": turn}


def link() -> None:
    """Tie player and chart together. Draws nothing."""
    asked = st.session_state.get(SEEK, {"seek_s": 0.0, "turn": 0})
    _link(key="player_link", data={**asked, "trouble": TROUBLE}, height=1)


def forget() -> None:
    """Another clip starts at its beginning."""
    st.session_state.pop(SEEK, None)
