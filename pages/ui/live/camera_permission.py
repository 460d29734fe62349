"""The browser's camera: asked for before the stream starts, so that every refusal can be said in words."""

from pathlib import Path

import streamlit as st

from pages.ui.live.room import Phase, Room

KEY = "live_camera"

_camera = st.components.v2.component(
    KEY, js=Path(__file__).with_name("camera.js").read_text(encoding="utf-8")
)


def ask(room: Room) -> None:
    """Ask the browser while the room waits for its camera, and hear of an unplugged one. Draws nothing."""

    def hear() -> None:
        answer = st.session_state[KEY].get("answer") or {}
        # The browser's words: only a known name has any effect.
        if answer.get("turn") == room.turn:
            room.camera(str(answer.get("name", "")))

    data = {"turn": room.turn, "asking": room.phase is Phase.ASKING, "live": room.wants_stream}
    _camera(key=KEY, data=data, height=1, on_answer_change=hear)
