"""What is entered counts once, also where a browser sends it twice.

Some widgets begin anew, under another key, once what they show has changed. A browser that still shows the
one before sends its value along with whatever is pressed next; Streamlit (1.67) has forgotten that value by
then, takes it for a change and calls the callback once more: for what was entered, and for what was never
touched.
"""

from collections.abc import Callable
from copy import deepcopy

import streamlit as st

ACTED = "acted_upon"
"""Session key: key of a widget -> the value that was acted upon last."""
REMEMBERED = 32


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
