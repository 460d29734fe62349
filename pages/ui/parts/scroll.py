"""Bring something into sight after a click: on a telephone what has changed may stand far above."""

from itertools import count

import streamlit as st

WISH = "scroll_wish"
"""Session key: what is to be brought into sight, and the number of the wish."""

_turns = count(1)
_JS = """
export default function ({ data }) {
  if (!data.turn || window.ferScrolled === data.turn) return;
  window.ferScrolled = data.turn;
  const place = document.querySelector(".st-key-" + data.key);
  if (!place) return;
  const box = place.getBoundingClientRect();
  if (box.top >= 0 && box.top < window.innerHeight / 2) return;
  place.style.scrollMarginTop = "4.5rem";
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  place.scrollIntoView({ behavior: calm ? "auto" : "smooth", block: "start" });
}
"""
_component = st.components.v2.component("scroll_into_sight", js=_JS)


def ask(key: str) -> None:
    """Bring the container with this key into sight on the next run, where it is not there already."""
    st.session_state[WISH] = {"key": key, "turn": next(_turns)}


def follow() -> None:
    """Do what was asked for. Draws nothing; to be called once on a page, after the container."""
    _component(key="scroll_into_sight", data=st.session_state.get(WISH, {"key": "", "turn": 0}), height=1)
