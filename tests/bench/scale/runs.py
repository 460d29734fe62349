"""`fer batch` and clusters as their users start them, watched from outside."""

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from fer.batch.manifest import Manifest, database_of
from tests.helpers.places import ROOT

ENVIRONMENT = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
LEFT = re.compile(r"^(\d+)%.*?, (\d+(?:\.\d+)?) (s|min|h)(?: (\d+) s)? left")
END = re.compile(r"^\d[\d,]* recordings? done, ")
SECONDS = {"s": 1, "min": 60, "h": 3600}
LOOK_EVERY_S = 0.5


@dataclass
class Run:
    """A run that has ended.

    Args:
        status: Its exit status.
        seconds: That it took.
        words: What it printed.
        told: (seconds since the start, percent, seconds left) as it said them.
        memory: (seconds since the start, MB of all its processes together).
    """

    status: int
    seconds: float
    words: str
    told: list[tuple[float, float, float]] = field(default_factory=list)
    memory: list[tuple[float, float]] = field(default_factory=list)

    @property
    def last_line(self) -> str:
        """What it said at its end."""
        lines = [line for line in self.words.splitlines() if END.match(line) or line.startswith("error")]
        lines = [line for line in lines if END.match(line)] or lines
        return lines[-1] if lines else self.words[-200:]


class Running:
    """A batch in a process group of its own.

    Args:
        words: What follows ``fer batch``.
        cores: Processors that it may use; None for all.
    """

    def __init__(self, *words: str, cores: set[int] | None = None, prefix: tuple[str, ...] = ()) -> None:
        command = [*prefix, sys.executable, "-m", "fer", "batch", *words]
        self.started_s = time.monotonic()
        self.process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=ENVIRONMENT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
            preexec_fn=(lambda: os.sched_setaffinity(0, cores)) if cores else None,
        )
        self._run = Run(0, 0.0, "")
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._watch = threading.Thread(target=self._look, daemon=True)
        self._reader.start()
        self._watch.start()

    def workers(self) -> list[int]:
        """Processes that do the reading."""
        found = []
        for pid in _children(self.process.pid):
            with suppress(OSError):
                command = Path(f"/proc/{pid}/cmdline").read_bytes()
                if b"spawn_main" in command:
                    found.append(pid)
        return found

    def kill(self, *, whole: bool) -> None:
        """kill -9 of the process alone, or of it and all that it started."""
        with suppress(OSError):
            (os.killpg if whole else os.kill)(self.process.pid, signal.SIGKILL)

    def wait(self) -> Run:
        """Wait for its end."""
        self.process.wait()
        self._reader.join()
        run = self._run
        run.status = self.process.returncode
        run.seconds = time.monotonic() - self.started_s
        return run

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._run.words += line
            if found := LEFT.match(line):
                left_s = float(found[2]) * SECONDS[found[3]] + float(found[4] or 0)
                self._run.told.append((time.monotonic() - self.started_s, float(found[1]), left_s))

    def _look(self) -> None:
        while self.process.poll() is None:
            pids = [self.process.pid, *_children(self.process.pid)]
            self._run.memory.append((time.monotonic() - self.started_s, sum(map(_memory_mb, pids))))
            time.sleep(LOOK_EVERY_S)


def batch(*words: str, **options) -> Run:
    """A whole batch."""
    return Running(*words, **options).wait()


@contextmanager
def cluster(workers: int, *, port: int = 18786, prefixes: tuple[tuple[str, ...], ...] = ()) -> Iterator:
    """A Dask scheduler and workers as processes of their own.

    Yields:
        (address, processes of the workers).
    """
    dask = [sys.executable, "-m", "distributed.cli.dask_scheduler"]
    worker = [sys.executable, "-m", "distributed.cli.dask_worker"]
    prefixes = prefixes or ((),) * (workers + 1)
    host = "127.0.0.1" if not prefixes[0] else "10.77.0.1"
    quiet = {"env": ENVIRONMENT, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": ROOT}
    address = f"tcp://{host}:{port}"
    started = [
        subprocess.Popen(
            [*prefixes[0], *dask, "--host", host, "--port", str(port), "--no-dashboard"], **quiet
        )
    ]
    options = ["--nthreads", "1", "--nworkers", "1", "--no-dashboard", "--memory-limit", "0"]
    try:
        started += [
            subprocess.Popen([*prefix, *worker, address, *options], **quiet, start_new_session=True)
            for prefix in prefixes[1:]
        ]
        time.sleep(6)
        yield address, started[1:]
    finally:
        for process in reversed(started):
            with suppress(OSError):
                os.kill(process.pid, signal.SIGKILL)
        for process in started[1:]:
            with suppress(OSError):
                os.killpg(process.pid, signal.SIGKILL)


def results(out: Path) -> dict[str, bytes]:
    """All results but the time of their making."""
    found: dict[str, bytes] = {}
    for path in sorted(out.rglob("*")):
        if path.suffix in (".csv", ".parquet") and "work" not in path.relative_to(out).parts:
            found[str(path.relative_to(out))] = path.read_bytes()
        elif path.suffix == ".json":
            values = json.loads(path.read_bytes())
            values["provenance"].pop("created_utc")
            found[str(path.relative_to(out))] = json.dumps(values).encode()
    return found


def begun(out: Path) -> list[tuple[str, int, str]]:
    """Every time that a piece was begun."""
    manifest = Manifest(database_of(str(out)), str(out))
    try:
        return manifest.pieces()
    finally:
        manifest.close()


def _children(pid: int) -> list[int]:
    found = []
    with suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                found += [int(child), *_children(int(child))]
    return found


def _memory_mb(pid: int) -> float:
    with suppress(OSError, IndexError, ValueError):
        pages, shared = map(int, Path(f"/proc/{pid}/statm").read_text().split()[1:3])
        return (pages - shared) * os.sysconf("SC_PAGE_SIZE") / 2**20
    return 0.0
