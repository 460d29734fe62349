"""Long work outside the page's script: a line of jobs, a few worker threads, results that wait.

A click aborts a Streamlit script, so analyses run here. A job belongs to one session and is found again by
session and key. No Streamlit call in this file: it is tested as plain Python.
"""

import itertools
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from fer.errors import CancelledError, TooLargeInputError
from pages.ui.app.error_text import ErrorText, error_text_of
from pages.ui.app.holding import SESSION_BYTES, held_bytes

WORKERS = 2 if (os.cpu_count() or 1) >= 4 else 1
MAX_WAITING = 20
"""Jobs in line over all sessions; beyond it a new one is refused."""
END_S = 5.0
"""The process's end waits this long for work to stop; models are loaded within it."""
MAX_KEPT = 6
"""Jobs kept for one session; the oldest finished one makes room."""


class JobState(StrEnum):
    """Where a job stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(eq=False)
class Job:
    """One piece of work and what has become of it.

    Args:
        owner: Token of the session that asked.
        key: What makes the job the same: content hash and settings.
        work: Called in a worker thread as ``work(job, tools)``; ``tools`` is a dict that belongs to
            the thread and lives as long as it does, for loaded models.

    Attributes:
        progress: Whatever the work last reported.
        preview: Encoded picture of the moment, or None.
        result: What the work returned, once `state` is DONE.
        error: What went wrong, once `state` is FAILED.
        cancel: Set to ask the work to stop.
    """

    owner: str
    key: str
    work: Callable[["Job", dict], Any] | None
    state: JobState = JobState.WAITING
    progress: Any = None
    preview: bytes | None = None
    result: Any = None
    error: ErrorText | None = None
    cancel: threading.Event = field(default_factory=threading.Event)
    number: int = 0

    @property
    def finished(self) -> bool:
        """True when nothing more will happen to it."""
        return self.state in (JobState.DONE, JobState.FAILED, JobState.CANCELLED)


class JobRegistry:
    """All jobs of the process, and the things that sessions keep in memory.

    Args:
        workers: Jobs that run at once.
    """

    def __init__(self, workers: int = WORKERS) -> None:
        self._changed = threading.Condition(threading.RLock())
        self._jobs: dict[tuple[str, str], Job] = {}
        self._kept: dict[str, dict[str, Any]] = {}
        self._numbers = itertools.count(1)
        self._workers = workers
        self._threads: list[threading.Thread] = []
        self._running: set[Job] = set()
        self._at_work = 0
        self._ended = False

    def submit(self, owner: str, key: str, work: Callable[[Job, dict], Any]) -> Job:
        """The session's job of that key: the one that exists, or a new one at the end of the line."""
        with self._changed:
            job = self._jobs.get((owner, key))
            if job is not None:
                return job
            job = Job(owner, key, work, number=next(self._numbers))
            self._make_room(owner)
            self._jobs[owner, key] = job
            if sum(j.state is JobState.WAITING for j in self._jobs.values()) > MAX_WAITING:
                job.state, job.work = JobState.FAILED, None
                job.error = ErrorText("Many people are waiting at the moment: try again in a minute.", "busy")
            else:
                self._start_threads()
                self._changed.notify_all()
            return job

    def take_over(self, owner: str, key: str, *, of: str) -> Job | None:
        """Another owner's job of that key becomes the session's own, unless it has one or that one came to
        nothing.

        Args:
            owner: Token of the session.
            key: Of the job.
            of: Token of whoever has it.
        """
        with self._changed:
            job = self._jobs.get((of, key))
            lost = (JobState.FAILED, JobState.CANCELLED)
            if job is None or job.state in lost or (owner, key) in self._jobs:
                return None
            self._make_room(owner)
            self._jobs[owner, key] = self._jobs.pop((of, key))
            job.owner = owner
            return job

    def find(self, owner: str, key: str) -> Job | None:
        """The session's job of that key, or None."""
        with self._changed:
            return self._jobs.get((owner, key))

    def jobs_of(self, owner: str) -> list[Job]:
        """The session's jobs, the oldest first."""
        with self._changed:
            return [job for job in self._jobs.values() if job.owner == owner]

    def before(self, job: Job) -> int:
        """How many jobs run or wait before this one."""
        with self._changed:
            busy = (JobState.WAITING, JobState.RUNNING)
            return sum(j.state in busy and j.number < job.number for j in self._jobs.values())

    def is_busy(self) -> bool:
        """Whether any job runs or waits."""
        with self._changed:
            return any(not job.finished for job in self._jobs.values())

    def cancel(self, job: Job) -> None:
        """Ask a running job to stop; a waiting one ends at once."""
        with self._changed:
            job.cancel.set()
            if job.state is JobState.WAITING:
                job.state, job.work = JobState.CANCELLED, None

    def forget(self, owner: str, key: str) -> None:
        """Cancel the job and drop its result, so that the same key can be submitted again."""
        with self._changed:
            job = self._jobs.pop((owner, key), None)
        if job is not None:
            self.cancel(job)

    def forget_content(self, owner: str, content: str) -> None:
        """Forget every job of the session whose key names that content hash."""
        with self._changed:
            keys = [key for who, key in self._jobs if who == owner and content in key]
        for key in keys:
            self.forget(owner, key)

    def keep(self, owner: str, name: str, value: Any) -> None:
        """Hold a value for the session until it is gone.

        Results that can be made again make room for it.

        Raises:
            TooLargeInputError: The session holds too much already.
        """
        with self._changed:
            while self.held(owner, without=name, beside=value) > SESSION_BYTES:
                if not self._forget_oldest(owner):
                    raise TooLargeInputError(
                        f"This visit would hold more than {SESSION_BYTES // 2**20} MB: close the video, "
                        "the photos or the data on another page first."
                    )
            self._kept.setdefault(owner, {})[name] = value

    def held(self, owner: str, *, without: str = "", beside: Any = None) -> int:
        """Bytes that the session holds.

        Args:
            owner: Token of the session.
            without: A kept name that is not counted.
            beside: A value that is counted with them.
        """
        with self._changed:
            kept = [value for name, value in self._kept.get(owner, {}).items() if name != without]
            results = [job.result for job in self._jobs.values() if job.owner == owner]
        return held_bytes([beside, *kept, *results])

    def holds(self, owner: str) -> bool:
        """Whether the session holds any content, or has work that goes on."""
        busy = any(not job.finished for job in self.jobs_of(owner))
        return busy or self.held(owner) > 0

    def _forget_oldest(self, owner: str) -> bool:
        """Forget the oldest finished job that holds anything; False if there is none. With the lock held."""
        finished = [job for job in self._jobs.values() if job.owner == owner and job.finished]
        for job in sorted(finished, key=lambda job: job.number):
            if held_bytes([job.result]):
                del self._jobs[job.owner, job.key]
                return True
        return False

    def kept(self, owner: str, name: str) -> Any:
        """The value held under that name, or None."""
        with self._changed:
            return self._kept.get(owner, {}).get(name)

    def anybody_keeps(self, name: str) -> bool:
        """Whether a value is held under that name for any session."""
        with self._changed:
            return any(name in values for values in self._kept.values())

    def release(self, owner: str, name: str) -> None:
        """Let go of one held value."""
        with self._changed:
            self._kept.get(owner, {}).pop(name, None)

    def drop(self, owner: str) -> None:
        """Cancel and forget everything of a session."""
        with self._changed:
            keys = [key for who, key in self._jobs if who == owner]
            self._kept.pop(owner, None)
        for key in keys:
            self.forget(owner, key)

    @property
    def ended(self) -> bool:
        """Whether the process is about to end."""
        return self._ended

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Around whatever the process's end has to wait for."""
        with self._changed:
            self._at_work += 1
        try:
            yield
        finally:
            with self._changed:
                self._at_work -= 1
                self._changed.notify_all()

    def end(self) -> None:
        """Stop all work and wait until it has stopped: for the end of the process.

        A thread that comes back from a library's code when Python is gone aborts the process.
        """
        with self._changed:
            self._ended = True
            for job in [*self._jobs.values(), *self._running]:
                self.cancel(job)
            self._changed.wait_for(lambda: not (self._running or self._at_work), END_S)

    def _make_room(self, owner: str) -> None:
        """Forget the session's oldest finished jobs beyond `MAX_KEPT`. Called with the lock held."""
        mine = [job for job in self._jobs.values() if job.owner == owner]
        finished = sorted((job for job in mine if job.finished), key=lambda job: job.number)
        for job in finished[: max(0, len(mine) - MAX_KEPT + 1)]:
            del self._jobs[job.owner, job.key]

    def _start_threads(self) -> None:
        """Start the workers on the first job. Daemons: a signal ends the process without waiting for them."""
        while len(self._threads) < self._workers:
            thread = threading.Thread(target=self._serve, name=f"analysis-{len(self._threads)}", daemon=True)
            self._threads.append(thread)
            thread.start()

    def _next(self) -> Job:
        """The job that has waited longest, marked as running; blocks until there is one."""
        with self._changed:
            while True:
                waiting = [job for job in self._jobs.values() if job.state is JobState.WAITING]
                if waiting and not self._ended:
                    job = min(waiting, key=lambda job: job.number)
                    job.state = JobState.RUNNING
                    self._running.add(job)
                    return job
                self._changed.wait()

    def _serve(self) -> None:
        """A worker's life: take a job, do it, keep what came of it."""
        tools: dict = {}
        while True:
            job = self._next()
            run(job, tools)
            with self._changed:
                self._running.discard(job)
                self._changed.notify_all()


def run(job: Job, tools: dict) -> None:
    """Do the job's work in this thread and note the outcome on it. Raises nothing."""
    try:
        job.result = job.work(job, tools)
        state = JobState.DONE
    except CancelledError:
        state = JobState.CANCELLED
    except Exception as error:
        job.error = error_text_of(error)
        state = JobState.FAILED
    # The closure holds the upload; the reader must see the result before the state.
    job.work = None
    job.preview = None
    job.state = state
