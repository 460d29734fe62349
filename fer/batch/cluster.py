"""Workers of a Dask cluster: the same pieces as tasks, on machines that share files and results.

Dask gives a task of a lost worker to another one by itself; pieces and states lie in the results' store,
so that nothing has to be computed twice. Workers need this package, one thread each, and reach files by the
addresses that the client found.

Reference: Rocklin 2015, Dask: Parallel Computation with Blocked algorithms and Task Scheduling.
"""

import queue
import re
import threading
import time
import uuid
from contextlib import suppress
from typing import Any

from fer.batch.crew import Event, Lost, Told
from fer.batch.work import Answer, Bench, Order, perform
from fer.errors import FerError, SettingsError

TOPIC = "fer-batch"
CONNECT_S = 20
COUNT_EVERY_S = 2.0
"""Workers come and go: they are counted so often."""

_own = threading.local()


_ADDRESS = re.compile(r"://.|:\d+$")
"""A kind of connection or a port: without either it is a name only."""


class SchedulerError(FerError):
    """The scheduler of a cluster does not answer."""

    code = "scheduler"


class ClusterCrew:
    """The workers of a Dask scheduler.

    Args:
        address: Of the scheduler, as ``tcp://host:8786``.

    Raises:
        SettingsError: dask.distributed is not installed.
        SchedulerError: Nobody answers there.
    """

    def __init__(self, address: str) -> None:
        try:
            from distributed import Client
        except ImportError as exc:
            raise SettingsError(
                "A cluster needs dask.distributed: install the extra (pip install 'fer-dashboard[cluster]')."
            ) from exc
        self._address = address
        if not _ADDRESS.search(address):  # Dask would wait for its own thread and print a traceback
            raise SchedulerError(f"{address} is no address of a scheduler: give one like tcp://host:8786.")
        try:
            self._client: Any = Client(address, timeout=CONNECT_S, set_as_default=False)
        except (OSError, ValueError) as exc:
            raise SchedulerError(f"No scheduler answers at {address}: start it (dask scheduler).") from exc
        self._heard: queue.Queue = queue.Queue()
        self._orders: dict[str, tuple[Any, Order]] = {}
        self._last: dict[int, str] = {}
        self._threads: dict[str, int] = {}
        self._counted_s = -COUNT_EVERY_S
        self._client.subscribe_topic(TOPIC, self._heard.put)

    @property
    def size(self) -> int:
        """How many work side by side; 1 while none has come."""
        return max(1, sum(self._workers().values()))

    @property
    def free(self) -> int:
        """How many orders could begin now."""
        return self.size - len(self._orders)

    def give(self, order: Order) -> None:
        """Have an order done; rather by the worker that has the video open."""
        last = self._last.get(order.key)
        near = {"workers": [last], "allow_other_workers": True} if last in self._workers() else {}
        name = f"fer-{order.key}-{'end' if order.finish else order.number}-{uuid.uuid4().hex[:8]}"
        future = self._client.submit(perform_here, order, key=name, pure=False, **near)
        self._orders[name] = future, order
        future.add_done_callback(self._heard.put)

    def events(self, timeout_s: float) -> list[Event]:
        """What happened; waits for something up to so long.

        Raises:
            SchedulerError: The scheduler has gone, or its workers lack this program.
        """
        found: list[Event] = []
        with suppress(queue.Empty):
            found += self._event(self._heard.get(timeout=timeout_s))
            while True:
                found += self._event(self._heard.get_nowait())
        if self._client.status not in ("running", "newly-created"):
            raise self._gone()
        return found

    def close(self) -> None:
        """Let go of the scheduler; what workers are doing is taken back."""
        with suppress(Exception):  # it may have gone
            self._client.cancel([future for future, _ in self._orders.values()], force=True)
        with suppress(Exception):
            self._client.close(timeout=2)

    def _workers(self) -> dict[str, int]:
        """Address -> threads."""
        if time.monotonic() - self._counted_s >= COUNT_EVERY_S:
            try:
                self._threads = dict(self._client.nthreads())
            except (OSError, TimeoutError) as exc:
                raise self._gone() from exc
            self._counted_s = time.monotonic()
        return self._threads

    def _gone(self) -> SchedulerError:
        return SchedulerError(
            f"The scheduler at {self._address} does not answer any more: start it again and use --resume."
        )

    def _event(self, heard: Any) -> list[Event]:
        if isinstance(heard, tuple):
            return [Told(*heard[1])]
        future, order = self._orders.pop(heard.key, (None, None))
        if future is None or order is None:
            return []
        if future.status == "finished":
            answer: Answer = future.result()
            self._last[order.key] = answer.worker
            return [answer]
        if self._client.status != "running":
            raise self._gone()
        why = future.exception() if future.status == "error" else None
        if why is not None and type(why).__name__ != "KilledWorker":
            raise SchedulerError(
                f"The workers at {self._address} cannot do this ({type(why).__name__}: {why}): install this "
                "version of the program there."
            )
        return [Lost(order, "Its workers were lost, one after the other.", "worker_lost")]


def perform_here(order: Order) -> Answer:
    """Do an order on a worker of the cluster; models and the open video stay with its thread."""
    from distributed import get_worker

    worker = get_worker()
    if getattr(_own, "bench", None) is None:
        _own.bench = Bench(worker.address)

    def _tell(*said: int) -> None:
        worker.log_event(TOPIC, said)

    return perform(order, _own.bench, _tell)
