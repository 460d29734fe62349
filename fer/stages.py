"""How long each step took, summed over frames."""

import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager

STAGES = ("decode", "detect", "mesh", "track", "crop", "eyes", "emotion", "quality", "action_units")


class Stages:
    """Seconds and calls per step. Different steps may run in different threads, one step only in one.

    Args:
        clock: Seconds from any start; injected in tests.
    """

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self._clock = clock
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self.calls: defaultdict[str, int] = defaultdict(int)

    @contextmanager
    def time(self, stage: str) -> Iterator[None]:
        """Add the time of a ``with`` block to a step."""
        started = self._clock()
        try:
            yield
        finally:
            self.seconds[stage] += self._clock() - started
            self.calls[stage] += 1
