"""A crew without processes: orders are done one by one in this process, or go wrong as a test says."""

from collections import deque
from collections.abc import Callable

from fer.batch.crew import Event, Lost
from fer.batch.work import Answer, Bench, Order, perform


class InlineCrew:
    """Does what it is given when it is asked for events.

    Args:
        wrong: What happens in place of an order; None lets it be done.
        size: How many orders wait at most.
    """

    def __init__(self, wrong: Callable[[Order], Event | None] = lambda order: None, *, size: int = 1) -> None:
        self.size, self.done = size, []
        self._wrong, self._orders = wrong, deque()
        self._bench = Bench("inline")

    @property
    def free(self) -> int:
        return self.size - len(self._orders)

    def give(self, order: Order) -> None:
        self._orders.append(order)

    def events(self, timeout_s: float) -> list[Event]:
        del timeout_s
        if not self._orders:
            return []
        order = self._orders.popleft()
        self.done.append((order.label, order.number, order.finish))
        happened = self._wrong(order)
        if isinstance(happened, Lost):
            self._bench = Bench("next")
        return [happened or perform(order, self._bench, lambda *_: None)]

    def close(self) -> None:
        self._bench.close()


def lost(order: Order) -> Lost:
    """Its worker was killed."""
    return Lost(order, "Its worker ended by signal 9.", "worker_lost")


def refused(order: Order, *, code: str = "input_damaged", fatal: bool = False) -> Answer:
    """Its file cannot be read."""
    return Answer(order.key, order.number, order.finish, error="It is damaged.", code=code, fatal=fatal)
