"""Who is asking, and the names under which a session remembers things."""

import atexit
import secrets
from collections.abc import Callable
from typing import TypeVar

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from pages.ui.app import uploads, visitor
from pages.ui.app.jobs import JobRegistry
from pages.ui.app.lifetime import Caretaker

T = TypeVar("T")
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
ROOM, LIVE = "room", "Live"
"""A visitor's camera, and the title of the page on which it runs."""
SNAPSHOT = "snapshot"
NEUTRAL, FOREIGN, PERSONS = "neutral", "foreign", "persons"
MARKERS, CHART, TRACK, SITTING = "markers", "chart", "track", "sitting"
FINDINGS, CODING = "findings", "coding"
TAG_SOURCE, TAGGING, TAG_REPORT = "tag_source", "tagging", "tag_report"
LABELED = "labelled"
EXPLAINED = "explained"
QUEUE, QUEUE_FIGURES = "queue", "queue_figures"
RECALLED = "recalled"
SETTLED, KEPT_AS = "settled", "kept_as"

REMEMBERED = (
    *("analysis_settings", "half_life_s", "unsure_percent", "face", "video_pictures", "live_agreed"),
    *("timeline_emotions", "marker_name", "queue_pattern"),
)
"""Session keys that a reloaded tab finds again: what was chosen about the open video."""
DEFAULTS = ("video_pictures", "timeline_emotions")
"""Those of them whose widgets take it as their default, see `recalled`: they lie folded, and when they are
unfolded at last the browser knows of nothing but the default. Set as well it would be one value too many."""


@st.cache_resource(show_spinner=False)
def registry() -> JobRegistry:
    """The one line of work of this process."""
    made = JobRegistry()
    atexit.register(made.end)
    return made


@st.cache_resource(show_spinner=False)
def _caretaker() -> Caretaker:
    # Where the app is public nothing waits for a closed tab.
    return Caretaker(registry(), waits=visitor.keeps_sessions())


def owner() -> str:
    """This session's token. A reloaded tab has the token of the tab before it, and with it all its things."""
    if OWNER not in st.session_state:
        context = get_script_run_ctx()
        session_id = context.session_id if context else ""
        visit = visitor.visit()
        mine = _caretaker().found_again(visit, session_id) or secrets.token_hex(16)
        st.session_state[OWNER] = mine
        _caretaker().watch(mine, session_id, visit)
        uploads.count_session(session_id, lambda: registry().held(mine))
        for name, value in (kept(RECALLED) or {}).items():
            if name not in DEFAULTS:
                st.session_state.setdefault(name, value)
    return st.session_state[OWNER]


def begin(title: str = "") -> None:
    """A page begins: what a tab before this one has chosen is there before the first widget.

    Args:
        title: Of the page; whoever was live on another one has left that.
    """
    room = kept(ROOM)
    if room is not None and title != LIVE:
        room.leave()


def remember() -> None:
    """A page ends: what was chosen is kept for a tab that comes after this one."""
    before = kept(RECALLED) or {}
    now = {name: before[name] for name in DEFAULTS if name in before}
    now |= {name: st.session_state[name] for name in REMEMBERED if name in st.session_state}
    if now != before:
        keep(RECALLED, now)


def recalled(key: str, first: T) -> T:
    """What was chosen with a widget last, for its default; a tab before this one counts too.

    Args:
        key: The widget's, one of `DEFAULTS`.
        first: Where nothing was chosen.
    """
    return (kept(RECALLED) or {}).get(key, first)


def keep(name: str, value: object) -> None:
    """Hold a value in memory for this session."""
    registry().keep(owner(), name, value)


def kept(name: str):
    """The value that this session holds under the name, or None."""
    return registry().kept(owner(), name)


def kept_or_made(name: str, about: object, asked: object, make: Callable[[], T]) -> T:
    """What was made last under a name, as long as the question is the same; else it is made and held.

    Args:
        name: What it is held under.
        about: What it is made of; has to be the very same object.
        asked: What else it depends on; has to be equal.
        make: Makes it.
    """
    last = kept(name)
    if last is None or last[0] is not about or last[1] != asked:
        last = (about, asked, make())
        keep(name, last)
    return last[2]


def release(name: str) -> None:
    """Let go of a value that this session holds."""
    registry().release(owner(), name)
