"""Who is asking, and the names under which a session remembers things."""

import secrets

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from pages.ui.app import uploads
from pages.ui.app.jobs import JobRegistry
from pages.ui.app.lifetime import Caretaker

OWNER = "owner"
"""Session key: the token that a session's jobs and bytes belong to."""

# Names of things kept in the registry: contents, gone with the session.
CLIP = "clip"
OPENING = "opening"
BATCH = "batch"
READING = "reading"
DATA = "data"
LAB_FACE = "lab_face"
RAW = "raw"
ROOM = "room"
SNAPSHOT = "snapshot"
NEUTRAL, FOREIGN, PERSONS = "neutral", "foreign", "persons"
TAG_SOURCE, TAGGING, TAG_REPORT = "tag_source", "tagging", "tag_report"
LABELED = "labelled"
EXPLAINED = "explained"


@st.cache_resource(show_spinner=False)
def registry() -> JobRegistry:
    """The one line of work of this process."""
    return JobRegistry()


@st.cache_resource(show_spinner=False)
def _caretaker() -> Caretaker:
    return Caretaker(registry())


def owner() -> str:
    """This session's token. Its things are dropped about two minutes after its tab is gone."""
    if OWNER not in st.session_state:
        st.session_state[OWNER] = secrets.token_hex(16)
        context = get_script_run_ctx()
        mine, session_id = st.session_state[OWNER], context.session_id if context else ""
        _caretaker().watch(mine, session_id)
        uploads.count_session(session_id, lambda: registry().held(mine))
    return st.session_state[OWNER]


def keep(name: str, value: object) -> None:
    """Hold a value in memory for this session."""
    registry().keep(owner(), name, value)


def kept(name: str):
    """The value that this session holds under the name, or None."""
    return registry().kept(owner(), name)


def release(name: str) -> None:
    """Let go of a value that this session holds."""
    registry().release(owner(), name)
