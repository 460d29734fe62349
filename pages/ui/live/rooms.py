"""The rooms of this process as Streamlit keeps them, and the one of this session."""

import numpy as np
import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from fer.pipeline import Analyzer, load_components
from fer.records import Frame
from fer.settings import Settings
from pages.ui.app import session
from pages.ui.app.lifetime import is_connected
from pages.ui.live import operator_settings
from pages.ui.live.room import Room, Rooms

THREADS = 1
"""Of the emotion network. Each session has models of its own: four sessions answer sooner than with one set
behind a lock, for a few megabytes each, and sooner than with two threads each."""

WARM_UP = (480, 640, 3)
"""Shape of the black picture that models read before they see a camera."""


def make_analyzer() -> Analyzer:
    """Models for one session, loaded and warm.

    Raises:
        ModelError: A model cannot be used.
        SettingsError: The operator's choice about Action Units cannot be read.
    """
    settings = Settings(action_units=operator_settings.with_units())
    analyzer = Analyzer(settings, components=load_components(settings, threads=THREADS))
    analyzer.analyze(Frame(np.zeros(WARM_UP, np.uint8)))
    return analyzer


@st.cache_resource(show_spinner=False)
def rooms() -> Rooms:
    """All rooms of this process.

    Raises:
        SettingsError: The cap is set to something else than a number.
    """
    return Rooms(operator_settings.session_limit(), make_analyzer)


def my_room() -> Room:
    """This session's room. It goes with the session's other things, see `pages/ui/app/lifetime.py`."""
    room = session.kept(session.ROOM)
    context = get_script_run_ctx()
    session_id = context.session_id if context else ""
    if room is None:
        room = rooms().new_room()
        session.keep(session.ROOM, room)
    room.here = lambda: is_connected(session_id)  # a tab that was loaded anew is another session
    return room
