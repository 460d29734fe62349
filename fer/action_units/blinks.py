"""Blinks of one face: short closures of both eyes, counted over the last minute."""

from collections import deque

WINDOW_S = 60.0
SHORTEST_S, LONGEST_S = 0.03, 0.5
"""A longer closure is no blink."""

LEAST_S = 5.0
"""A rate over less time than this is a guess."""


class BlinkCounter:
    """Counts blinks of one face as frames come in.

    Args:
        window_s: Seconds that count, up to now.
    """

    def __init__(self, window_s: float = WINDOW_S) -> None:
        self._window_s = window_s
        self._ends: deque[float] = deque()
        self._shut_since: float | None = None
        self._start_s: float | None = None
        self._now_s = 0.0

    def add(self, time_s: float, shut: bool) -> None:
        """Take the next frame.

        Args:
            time_s: Its time; may not run backwards.
            shut: Both eyes are closed.
        """
        self._start_s = time_s if self._start_s is None else self._start_s
        if shut and self._shut_since is None:
            self._shut_since = time_s
        elif not shut and self._shut_since is not None:
            if SHORTEST_S <= time_s - self._shut_since <= LONGEST_S:
                self._ends.append(time_s)
            self._shut_since = None
        self._now_s = time_s
        while self._ends and self._ends[0] <= time_s - self._window_s:
            self._ends.popleft()

    @property
    def count(self) -> int:
        """Blinks in the window."""
        return len(self._ends)

    @property
    def per_minute(self) -> float:
        """Blinks a minute; NaN while fewer than 5 s were seen."""
        seen_s = 0.0 if self._start_s is None else self._now_s - self._start_s
        return 60 * self.count / min(seen_s, self._window_s) if seen_s >= LEAST_S else float("nan")
