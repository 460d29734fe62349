"""What is pressed or entered counts, and counts once, also where the line to the browser is slow.

Streamlit (1.67) forgets a press in a fragment that the page has drawn at another place, or not at all, by the
time the press arrives: nothing happens. Such a press goes to the whole page.

Some widgets begin anew, under another key, once what they show has changed. A browser that still shows the
one before sends its value along with whatever is pressed next; Streamlit (1.67) has forgotten that value by
then, takes it for a change and calls the callback once more: for what was entered, and for what was never
touched.
"""

from collections.abc import Callable
from copy import deepcopy

import streamlit as st
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.runtime.app_session import AppSession

ACTED = "acted_upon"
"""Session key: key of a widget -> the value that was acted upon last."""
REMEMBERED = 32
_REQUEST_RERUN = AppSession.request_rerun


def lose_none() -> None:
    """Let no press be forgotten in this process."""
    AppSession.request_rerun = _request_rerun


def _request_rerun(self: AppSession, client_state: ClientState | None) -> None:
    """As Streamlit does it, but what was pressed in a fragment that is gone is the page's; its timer ends."""
    state = client_state
    if state and state.fragment_id and not state.is_auto_rerun and not self.has_fragment(state.fragment_id):
        state = ClientState()
        state.CopyFrom(client_state)
        state.fragment_id = ""
    _REQUEST_RERUN(self, state)


def for_changes(key: str, drawn: object, act: Callable[[], object]) -> Callable[[], None]:
    """A callback that acts once upon each value that somebody enters.

    Args:
        key: The widget's.
        drawn: The value that it is drawn with.
        act: What another value does.
    """

    def _called() -> None:
        value = deepcopy(st.session_state[key])
        acted = st.session_state.setdefault(ACTED, {})
        if value == acted.get(key, drawn):
            return
        acted[key] = value
        while len(acted) > REMEMBERED:
            del acted[next(iter(acted))]
        act()

    return _called
