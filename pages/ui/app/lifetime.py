"""What a session keeps after its tab is gone, and who finds it again.

A tab that is loaded anew is another session of Streamlit's. It takes over what the same visitor's lost tab
has left: within two minutes where the app is public; where it keeps a library, as long as the server lives
and there is room.

Streamlit forgets a lost session only when another one comes or goes, so a small thread looks after it while
anything is kept.
"""

import logging
import threading
import time
from collections.abc import Callable

from streamlit import runtime

from pages.ui.app.holding import SESSION_BYTES
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


class Rounds:
    """A thread that looks around as long as there is anything to look after.

    Args:
        name: The thread's.
        every_s: Seconds between two looks.
        look: Looks around; what it raises is logged, and ends the care for nobody else.
        needed: Whether there is anything; called with the lock held.
        lock: Of what is looked after.
    """

    def __init__(
        self,
        name: str,
        every_s: float,
        look: Callable[[], object],
        *,
        needed: Callable[[], object],
        lock: threading.Lock,
    ) -> None:
        self._name, self._every_s, self._look, self._needed, self._lock = name, every_s, look, needed, lock
        self._thread: threading.Thread | None = None

    def begin(self) -> None:
        """Look around from now on; to be called with the lock held."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._loop, name=self._name, daemon=True)
            self._thread.start()

    def _loop(self) -> None:
        while True:
            time.sleep(self._every_s)
            try:
                self._look()
            except Exception as error:
                _LOGGER.error("%s: %s", self._name, type(error).__name__)
            with self._lock:
                if not self._needed():
                    self._thread = None
                    return


class Caretaker:
    """Drops what lost sessions keep.

    Args:
        registry: Where it is kept.
        connected: Tells whether a session's tab is there.
        close: Ends a lost session.
        forget: Told of it afterwards.
        clock: Monotonic seconds.
        waits: What was lost with its tab waits for its visitor; `SESSION_BYTES` of all visitors together.
    """

    def __init__(
        self,
        registry: JobRegistry,
        *,
        connected: Callable[[str], bool] = is_connected,
        close: Callable[[str], None] = close,
        forget: Callable[[str], None] = forget_session,
        clock: Callable[[], float] = time.monotonic,
        waits: bool = False,
    ) -> None:
        self._waits = waits
        self._visits: dict[str, str] = {}
        self._waiting: set[str] = set()
        self._forget = forget
        self._registry = registry
        self._connected = connected
        self._close = close
        self._clock = clock
        self._lock = threading.Lock()
        self._sessions: dict[str, str] = {}
        self._seen: dict[str, float] = {}
        self._rounds = Rounds(
            "caretaker", LOOK_EVERY_S, self.look, needed=lambda: self._sessions, lock=self._lock
        )

    def watch(self, owner: str, session_id: str, visit: str = "") -> None:
        """Look after an owner that lives in that Streamlit session.

        Args:
            owner: Token of what is kept.
            session_id: Streamlit's.
            visit: Who may find it again; empty for nobody.
        """
        with self._lock:
            self._sessions[owner], self._visits[owner] = session_id, visit
            self._seen[owner] = self._clock()
            self._rounds.begin()

    def found_again(self, visit: str, session_id: str) -> str | None:
        """The owner that this visitor has left last, if its tab is gone: it lives on in another session.

        Args:
            visit: Who asks.
            session_id: Streamlit's, of the tab that asks.
        """
        with self._lock:
            lost = [
                owner
                for owner, there in self._visits.items()
                if visit and there == visit and not self._connected(self._sessions[owner])
            ]
            if not lost:
                return None
            # One that holds nothing is a tab that came too early: the one before it is meant.
            owner = max(lost, key=lambda one: (self._registry.holds(one), self._seen[one]))
            before, self._sessions[owner] = self._sessions[owner], session_id
            self._seen[owner] = self._clock()
            waited = owner in self._waiting
            self._waiting.discard(owner)
        if not waited:
            self._end(before)
        return owner

    def look(self) -> list[str]:
        """Drop what has been without its tab for `GRACE_S`, or let it wait; returns owners that are gone."""
        now = self._clock()
        lost = []
        with self._lock:
            for owner, session_id in self._sessions.items():
                if owner in self._waiting:
                    continue
                if self._connected(session_id):
                    self._seen[owner] = now
                elif now - self._seen[owner] >= GRACE_S:
                    lost.append((owner, session_id))
            gone = [owner for owner, _ in lost if not self._may_wait(owner)]
            self._waiting |= {owner for owner, _ in lost} - set(gone)
            gone += self._too_many()
            for owner in gone:
                del self._sessions[owner], self._seen[owner], self._visits[owner]
            self._waiting -= set(gone)
        for owner in gone:
            self._registry.drop(owner)
        for _, session_id in lost:
            self._end(session_id)
        return gone

    def _may_wait(self, owner: str) -> bool:
        return self._waits and bool(self._visits[owner]) and self._registry.holds(owner)

    def _too_many(self) -> list[str]:
        """Those who have waited longest, until the others have room."""
        gone, held = [], {owner: self._registry.held(owner) for owner in self._waiting}
        for owner in sorted(self._waiting, key=lambda one: self._seen[one]):
            if sum(held.values()) <= SESSION_BYTES:
                break
            held.pop(owner)
            gone.append(owner)
        return gone

    def _end(self, session_id: str) -> None:
        self._close(session_id)
        self._forget(session_id)
