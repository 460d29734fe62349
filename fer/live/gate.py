"""A cap on live sessions: the one over it is told "busy" instead of slowing down the others."""

import threading
import weakref
from pathlib import Path

from fer.processors import processors

SESSIONS_PER_CORE = 2
"""Live sessions of 640x480 at 15 frames a second that a core holds.

Measured with ``python -m tests.bench.live_load`` on two cores, cameras on the same machine: four sessions
take 14 ms of processor time a frame, 0.85 cores together, and answer within 30 ms (95th percentile). Five
take 235 ms, six 1136 ms with pictures queueing up, while half a core is idle: Python's lock is the limit.
"""

MAX_SESSIONS = 4
"""What one Python process holds, however many cores there are."""

CPU_QUOTA = Path("/sys/fs/cgroup/cpu.max")
"""A container's share of the processor (cgroup v2): microseconds it may use, and in how many."""


def usable_cores() -> float:
    """Cores that this process may use: what the system lets it run on, cut to its container's share."""
    try:
        quota, period = (float(word) for word in CPU_QUOTA.read_text().split())
        return min(processors(), quota / period)
    except (OSError, ValueError, ZeroDivisionError):  # no container, no limit ("max"), or another format
        return processors()


def default_limit() -> int:
    """Live sessions that this machine holds at the same time, at least 1."""
    return max(1, min(MAX_SESSIONS, int(SESSIONS_PER_CORE * usable_cores())))


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
