"""Fragments that draw themselves again and again, and who notices where they have stopped.

Streamlit (1.67) loses the end of a page's run if a fragment asks to be drawn anew in the very moment in which
that run ends: the browser has forgotten the timers of the run before and never hears of the new ones, and the
page stands still. So a small thread draws the page of such a session anew, while there is anything to watch.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import wraps
from typing import ParamSpec

import streamlit as st
from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

from pages.ui.app.lifetime import Rounds

P = ParamSpec("P")
LATE_S, LATEST_S = 6.0, 60.0
"""A fragment that is this late has stopped. Each time that drawing the page anew has not helped the wait is
twice as long, up to the second: browsers slow down the timers of a tab that nobody sees."""
LOOK_EVERY_S = 1.0


def draw_anew(session_id: str) -> bool:
    """Run the page of a Streamlit session again, as a change of its source file would.

    Returns:
        False where its tab is not there.
    """
    there = runtime.get_instance().get_app_session(session_id) if runtime.exists() else None
    if there is None:
        return False
    there.request_rerun(there._client_state)
    return True


@dataclass(eq=False)
class Polled:
    """A session whose page draws itself again.

    Args:
        paces_s: Seconds after which each of its fragments draws itself again, by name.
        due_s: When each has to have come at the latest, by the clock of the watch; nothing while the page is
            being drawn.
        late_s: How late they may be.
    """

    paces_s: dict[str, float] = field(default_factory=dict)
    due_s: dict[str, float] = field(default_factory=dict)
    late_s: float = LATE_S

    def wait(self, now_s: float) -> None:
        """Every fragment has its time again."""
        self.due_s = {name: now_s + pace_s + self.late_s for name, pace_s in self.paces_s.items()}


class PollWatch:
    """Draws pages anew whose fragments have stopped.

    Args:
        draw_anew: Called with a session's id; False where nobody is there.
        clock: Monotonic seconds.
    """

    def __init__(
        self,
        draw_anew: Callable[[str], bool] = draw_anew,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._draw_anew = draw_anew
        self._clock = clock
        self._lock = threading.Lock()
        self._sessions: dict[str, Polled] = {}
        self._rounds = Rounds(
            "poll watch", LOOK_EVERY_S, self.look, needed=lambda: self._sessions, lock=self._lock
        )

    def begin(self, session_id: str) -> None:
        """A page is being drawn: whatever polled before is gone."""
        with self._lock:
            if (there := self._sessions.get(session_id)) is not None:
                there.paces_s, there.due_s = {}, {}

    def drawn(self, session_id: str, name: str, pace_s: float, *, again: bool) -> None:
        """A fragment was drawn.

        Args:
            session_id: Streamlit's.
            name: The fragment's.
            pace_s: Seconds after which it draws itself again.
            again: By itself, not with its page.
        """
        with self._lock:
            there = self._sessions.setdefault(session_id, Polled())
            there.paces_s[name] = pace_s
            if again:
                there.late_s, there.due_s[name] = LATE_S, self._clock() + pace_s + LATE_S

    def end(self, session_id: str) -> None:
        """The page is drawn."""
        with self._lock:
            there = self._sessions.get(session_id)
            if there is None:
                return
            if not there.paces_s:
                del self._sessions[session_id]  # nothing polls any more
                return
            there.wait(self._clock())
            if runtime.exists():
                self._rounds.begin()

    def look(self) -> list[str]:
        """Draw the pages anew that have stopped; returns the ids of their sessions."""
        now_s = self._clock()
        with self._lock:
            late = [k for k, one in self._sessions.items() if any(due <= now_s for due in one.due_s.values())]
            for one in map(self._sessions.__getitem__, late):
                one.late_s = min(2 * one.late_s, LATEST_S)
                one.wait(now_s)
        gone = {session_id for session_id in late if not self._draw_anew(session_id)}
        with self._lock:
            for session_id in gone:
                self._sessions.pop(session_id, None)
        return [session_id for session_id in late if session_id not in gone]


@st.cache_resource(show_spinner=False)
def watch() -> PollWatch:
    """The one of this process."""
    return PollWatch()


@contextmanager
def page_drawn() -> Iterator[None]:
    """A page is drawn in here."""
    context = get_script_run_ctx()
    session_id = context.session_id if context else ""
    watch().begin(session_id)
    try:
        yield
    finally:
        watch().end(session_id)


def every(seconds: float | None) -> Callable[[Callable[P, None]], Callable[P, None]]:
    """A fragment that draws itself again, and is looked after.

    Args:
        seconds: The pace; None for a fragment that does not.
    """

    def decorate(function: Callable[P, None]) -> Callable[P, None]:
        @wraps(function)
        def drawn(*args: P.args, **more: P.kwargs) -> None:
            context = get_script_run_ctx()
            if context is not None and seconds is not None:
                again = bool(context.fragment_ids_this_run)
                watch().drawn(context.session_id, function.__qualname__, seconds, again=again)
            function(*args, **more)

        return st.fragment(drawn, run_every=seconds)

    return decorate
