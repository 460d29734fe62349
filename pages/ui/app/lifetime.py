"""What a session keeps goes when the session goes: about two minutes after its tab was closed.

Streamlit forgets a lost session only when another one comes or goes, so a small thread looks after it while
anything is kept.
"""

import logging
import threading
import time
from collections.abc import Callable

from streamlit import runtime

from pages.ui.app.jobs import JobRegistry
from pages.ui.app.uploads import forget_session

GRACE_S = 120.0
"""A session may lose its connection this long (a sleeping phone) and still find its results.
Must stay under server.disconnectedSessionTTL: after that Streamlit cannot be asked to close it."""
LOOK_EVERY_S = 10.0

_LOGGER = logging.getLogger("fer.app")


def is_connected(session_id: str) -> bool:
    """True while the browser tab of that Streamlit session is connected."""
    return not runtime.exists() or runtime.get_instance().is_active_session(session_id)


def close(session_id: str) -> None:
    """Ask Streamlit to close a lost session: its uploads and the media that it was shown."""
    if runtime.exists():
        # The one public call that closes a stored session from any thread.
        runtime.get_instance().clear_user_info_for_session(session_id)


class Caretaker:
    """Drops what lost sessions keep.

    Args:
        registry: Where it is kept.
        connected: Tells whether a session's tab is there.
        close: Ends a lost session.
        forget: Told of it afterwards.
        clock: Monotonic seconds.
    """

    def __init__(
        self,
        registry: JobRegistry,
        *,
        connected: Callable[[str], bool] = is_connected,
        close: Callable[[str], None] = close,
        forget: Callable[[str], None] = forget_session,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._forget = forget
        self._registry = registry
        self._connected = connected
        self._close = close
        self._clock = clock
        self._lock = threading.Lock()
        self._sessions: dict[str, str] = {}
        self._seen: dict[str, float] = {}
        self._thread: threading.Thread | None = None

    def watch(self, owner: str, session_id: str) -> None:
        """Look after an owner that lives in that Streamlit session."""
        with self._lock:
            self._sessions[owner] = session_id
            self._seen[owner] = self._clock()
            if self._thread is None:
                self._thread = threading.Thread(target=self._loop, name="caretaker", daemon=True)
                self._thread.start()

    def look(self) -> list[str]:
        """Drop what has been without its tab for `GRACE_S`; returns those owners."""
        now = self._clock()
        gone = []
        with self._lock:
            for owner, session_id in self._sessions.items():
                if self._connected(session_id):
                    self._seen[owner] = now
                elif now - self._seen[owner] >= GRACE_S:
                    gone.append((owner, session_id))
            for owner, _ in gone:
                del self._sessions[owner], self._seen[owner]
        for owner, session_id in gone:
            self._registry.drop(owner)
            self._close(session_id)
            self._forget(session_id)
        return [owner for owner, _ in gone]

    def _loop(self) -> None:
        while True:
            time.sleep(LOOK_EVERY_S)
            try:
                self.look()
            except Exception as error:
                # One bad look must not end the care for everybody else.
                _LOGGER.error("caretaker: %s", type(error).__name__)
            with self._lock:
                if not self._sessions:
                    self._thread = None
                    return
