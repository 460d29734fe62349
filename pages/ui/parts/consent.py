"""What is said before a camera starts, and the box to tick. Remembered for the session."""

import streamlit as st

from pages.ui.parts.limits import FORBIDDEN, INFORM, LIVE_PRIVACY, MEANING

AGREED = "live_agreed"
"""Session key: the box was ticked and a button pressed."""
NOTICE = (
    (":material/psychology_alt:", MEANING),
    (":material/block:", FORBIDDEN),
    (":material/group:", INFORM),
    (":material/lock:", LIVE_PRIVACY),
)


def given() -> bool:
    """Whether the visitor has agreed."""
    return st.session_state.get(AGREED, False)


def ask() -> bool:
    """The notice and its box.

    Returns:
        The box is ticked, so that a camera may be started.
    """
    st.markdown("**Before the camera starts**")
    for icon, text in NOTICE:
        st.markdown(f"{icon} {text}")
    return st.checkbox(
        "Everyone on camera knows and agrees, and this is none of the uses named above.", key="live_consent"
    )


def agree() -> None:
    """The visitor agrees, for this session."""
    st.session_state[AGREED] = True
