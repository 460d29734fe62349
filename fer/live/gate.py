"""A cap on live sessions: the one over it is told "busy" instead of slowing down the others."""

import os
import threading
import weakref

SESSIONS_PER_CORE = 2
"""Live sessions of 640x480 at 15 frames a second that a core holds."""


def default_limit() -> int:
    """Live sessions that this machine holds at the same time."""
    return SESSIONS_PER_CORE * (os.cpu_count() or 1)


class LiveToken:
    """The right to run one live session. Its place is free again when it is given back or forgotten."""

    __slots__ = ("__weakref__",)


class LiveGate:
    """Counts live sessions. Make one for the whole process.

    Args:
        limit: Sessions at the same time, at least 1.

    Raises:
        ValueError: The limit is below 1.

    Example:
        >>> gate = LiveGate(1)
        >>> token = gate.try_enter()
        >>> gate.try_enter() is None
        True
        >>> gate.leave(token)
        >>> gate.active
        0
    """

    def __init__(self, limit: int) -> None:
        if limit < 1:
            raise ValueError(f"LiveGate.limit: wanted at least 1, got {limit}")
        self.limit = limit
        # Re-entrant: the collector may run a finaliser that calls `leave` inside any of these methods.
        self._lock = threading.RLock()
        self._tokens: weakref.WeakSet[LiveToken] = weakref.WeakSet()

    @property
    def active(self) -> int:
        """Sessions that run."""
        with self._lock:
            return len(self._tokens)

    def try_enter(self) -> LiveToken | None:
        """A token to keep as long as the session lives; None while all places are taken."""
        with self._lock:
            if len(self._tokens) >= self.limit:
                return None
            token = LiveToken()
            self._tokens.add(token)
            return token

    def leave(self, token: LiveToken | None) -> None:
        """Give a place back; a token that was given back before, or None, changes nothing."""
        with self._lock:
            if token is not None:
                self._tokens.discard(token)
