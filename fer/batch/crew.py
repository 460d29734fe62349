"""Workers as processes of this machine: one that dies costs its piece, never the batch."""

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from typing import Protocol

from fer.batch.work import Answer, Bench, Order, memory_mb, perform

NO_MEMORY = 77
"""Status of a worker that ended itself because it passed its ceiling."""

RENEW_FROM = 0.8
"""A worker that holds this share of its ceiling between two pieces is replaced by a fresh one."""

LOOK_EVERY_S = 0.25


@dataclass(frozen=True)
class Told:
    """How far a worker is in its piece.

    Args:
        key: Of the order.
        number: Of the piece.
        frames: Of this piece.
    """

    key: int
    number: int
    frames: int


@dataclass(frozen=True)
class Lost:
    """A worker ended in the middle of an order.

    Args:
        order: What it was doing.
        reason: How it ended, one sentence.
        code: Of that.
    """

    order: Order
    reason: str
    code: str


Event = Answer | Told | Lost


class Crew(Protocol):
    """Who does the work."""

    @property
    def free(self) -> int:
        """How many orders could begin now."""
        ...

    @property
    def size(self) -> int:
        """How many work side by side."""
        ...

    def give(self, order: Order) -> None:
        """Have an order done."""
        ...

    def events(self, timeout_s: float) -> list[Event]:
        """What happened; waits for something up to so long."""
        ...

    def close(self) -> None:
        """End all workers at once; what they were doing is lost."""
        ...


class LocalCrew:
    """Processes of this machine.

    Args:
        workers: How many.
        memory_mb: Most memory of each, in MB: one that passes it is ended, and its piece is lost.
    """

    def __init__(self, workers: int, *, memory_mb: float) -> None:
        self._memory_mb = memory_mb
        self._workers = [_Worker(f"worker {k + 1}", memory_mb) for k in range(workers)]

    @property
    def size(self) -> int:
        """How many work side by side."""
        return len(self._workers)

    @property
    def free(self) -> int:
        """How many orders could begin now."""
        return sum(worker.order is None for worker in self._workers)

    @property
    def pids(self) -> list[int]:
        """Of the processes."""
        return [worker.pid for worker in self._workers]

    def give(self, order: Order) -> None:
        """Have an order done; by the worker that has the video open, if it is free."""
        idle = [worker for worker in self._workers if worker.order is None]
        mine = [worker for worker in idle if worker.last_key == order.key]
        unused = [worker for worker in idle if worker.last_key is None]
        (*mine, *unused, *idle)[0].give(order)

    def events(self, timeout_s: float) -> list[Event]:
        """What happened; waits for something up to so long."""
        waited = [end for worker in self._workers for end in (worker.link, worker.sentinel)]
        ready = set(wait(waited, timeout_s))
        found: list[Event] = []
        for worker in self._workers:
            if worker.link in ready or worker.sentinel in ready:
                found += worker.receive()
            full = worker.memory_mb > RENEW_FROM * self._memory_mb
            # One that has just died with an order in its hand says so the next time; renewed now, it would
            # take the order with it.
            if worker.order is None and (full or not worker.alive):
                worker.renew()
        return found

    def close(self) -> None:
        """End all workers at once; what they were doing is lost."""
        for worker in self._workers:
            worker.end()


class _Worker:
    """One process, and what it is doing."""

    def __init__(self, name: str, ceiling_mb: float) -> None:
        self._name, self._ceiling_mb = name, ceiling_mb
        self._start()

    def _start(self) -> None:
        context = multiprocessing.get_context("spawn")
        self.link, theirs = context.Pipe()
        arguments = (theirs, self._name, self._ceiling_mb)
        self._process = context.Process(target=serve, args=arguments, name=f"fer {self._name}", daemon=True)
        self._process.start()
        theirs.close()
        self.order: Order | None = None
        self.last_key: int | None = None
        self.memory_mb = 0.0

    @property
    def pid(self) -> int:
        """Of the process."""
        return self._process.pid or 0

    @property
    def sentinel(self) -> int:
        """What becomes ready when the process ends; for `multiprocessing.connection.wait`."""
        return self._process.sentinel

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return self._process.is_alive()

    def give(self, order: Order) -> None:
        """Have an order done."""
        self.order, self.last_key = order, order.key
        with suppress(OSError):  # it has died: `receive` says so
            self.link.send(order)

    def receive(self) -> list[Event]:
        """What it has said; at its end that it is lost."""
        found: list[Event] = []
        with suppress(EOFError, OSError):
            while self.link.poll():
                said = self.link.recv()
                found.append(said)
                if isinstance(said, Answer):
                    self.order, self.memory_mb = None, said.memory_mb
        if not self.alive and self.order is not None:
            found.append(Lost(self.order, *self._end_words()))
            self.order = None
        return found

    def _end_words(self) -> tuple[str, str]:
        status = self._process.exitcode or 0
        if status == NO_MEMORY:
            return f"Its worker needed more than {self._ceiling_mb:,.0f} MB of memory.", "memory"
        how = f"by signal {-status}" if status < 0 else f"with status {status}"
        return f"Its worker ended {how}, as if it was killed or the machine was out of memory.", "worker_lost"

    def renew(self) -> None:
        """Put a fresh process in its place."""
        self.end()
        self._start()

    def end(self) -> None:
        """End the process at once."""
        self._process.kill()
        self._process.join()
        self.link.close()


def serve(link: Connection, name: str, ceiling_mb: float) -> None:
    """A worker's life: one order after the other, until nobody gives any."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for who gives the orders
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    for watch in (_end_with_parent, lambda: _end_at(ceiling_mb)):
        threading.Thread(target=watch, daemon=True).start()
    bench, lock = Bench(name), threading.Lock()

    def _tell(key: int, number: int, frames: int) -> None:
        with lock, suppress(OSError):
            link.send(Told(key, number, frames))

    with suppress(EOFError, OSError, KeyboardInterrupt):
        while (order := link.recv()) is not None:
            answer = perform(order, bench, _tell)
            with lock:
                link.send(answer)


def _end_with_parent() -> None:
    """A batch that is killed leaves no worker behind."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _end_at(ceiling_mb: float, *, sleep: Callable[[float], None] = time.sleep) -> None:
    """Keep the ceiling: better one piece lost than a machine that swaps."""
    while memory_mb()[0] <= ceiling_mb:
        sleep(LOOK_EVERY_S)
    os._exit(NO_MEMORY)
