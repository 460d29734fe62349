"""Chosen sessions side by side."""

import streamlit as st

from fer.errors import MissingSessionError
from fer.library import Entry
from fer.library.groups import Line
from pages.ui.parts.kept import side_by_side
from pages.ui.work.library import library, mine

COMPARED = "sessions_compared"
"""Session key: ids of the sessions that are compared."""


def line_of(entry: Entry) -> Line:
    """A session's line in a table over many."""
    return Line(entry.title, entry.about.participant, entry.about.condition, entry.people)


def asked() -> bool:
    """A comparison is open."""
    return bool(st.session_state.get(COMPARED))


def ask(session_ids: list[str]) -> None:
    """Open the comparison of these sessions."""
    st.session_state[COMPARED] = session_ids


def _leave() -> None:
    st.session_state.pop(COMPARED, None)


def show() -> None:
    """The table, and conditions against each other."""
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.title("Side by side", anchor=False, width="content")
        st.button("All sessions", icon=":material/arrow_back:", key="sessions_back", on_click=_leave)
    found = []
    for session_id in st.session_state[COMPARED]:
        try:
            found.append(library().entry(mine(), session_id))
        except MissingSessionError:
            continue  # deleted in another tab
    lines = [line_of(entry) for entry in found]
    st.subheader("Conditions", anchor=False)
    side_by_side.groups(lines, key="sessions_groups")
    st.subheader("Everybody", anchor=False)
    side_by_side.table(lines, key="sessions_table")
