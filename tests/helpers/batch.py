"""A study in a folder, and a crew without processes that does orders one by one, or goes wrong."""

import json
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from fer.batch.crew import Event, Lost
from fer.batch.engine import Batch, BatchResult, Wishes
from fer.batch.manifest import Manifest, database_of
from fer.batch.plan import plan_batch
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


class Study:
    """A folder with videos, and batches over it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.out = folder / "in", folder / "out"
        self.folder.mkdir(parents=True)
        self.out.mkdir()
        self.said: list[tuple[str, str]] = []

    def wishes(self, **changes) -> Wishes:
        """Pieces of a second, and what a test changes."""
        return replace(Wishes(str(self.folder), str(self.out), piece_s=1.0), **changes)

    def run(self, crew=None, **changes) -> BatchResult:
        """Plan and do what is left; `rows` and `begun` are what the manifest says then."""
        manifest = Manifest(database_of(str(self.out)), str(self.out))
        plan = plan_batch(str(self.folder), out=str(self.out))
        said = lambda *words: self.said.append(words)  # noqa: E731
        try:
            return Batch(plan, self.wishes(**changes), manifest, crew or InlineCrew(), on_end=said).run()
        finally:
            self.rows = {row.label: row for row in manifest.rows()}
            self.begun = manifest.pieces()
            manifest.close()

    def results(self) -> dict[str, bytes]:
        """All results without the time of their making."""
        found = {}
        for path in sorted(self.out.rglob("*")):
            if path.suffix in (".csv", ".parquet"):
                found[str(path.relative_to(self.out))] = path.read_bytes()
            elif path.suffix == ".json":
                values = json.loads(path.read_bytes())
                values["provenance"].pop("created_utc")
                found[str(path.relative_to(self.out))] = json.dumps(values).encode()
        return found
