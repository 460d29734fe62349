"""The decoding processes as their parent sees them: started ahead, asked, and ended."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Iterable
from typing import Any

import numpy as np

from fer.errors import (
    CrashedInputError,
    DamagedInputError,
    FerError,
    InputError,
    MemoryInputError,
    StalledInputError,
)
from fer.io.places import IMPORT_ROOT
from fer.sources.isolated.channel import (
    PANE_BYTES,
    SLOT_BYTES,
    SLOTS,
    Channel,
    ChannelClosed,
    ChannelSilent,
    make_pane,
    map_pane,
)

COMMAND = (sys.executable, "-m", "fer.sources.isolated.child")
START_S = 60.0
"""Until the process is ready: seconds on a busy machine, a quarter of one on a quiet one."""
ANSWER_S = 60.0
"""For one picture, or for the beginning of a video."""
SPARE_S = 60.0
"""A process that waits for the next upload is ended after so long."""

# What is needed to start Python and nothing else: no key or token belongs beside hostile files.
_PASSED_ON = ("PATH", "LD_LIBRARY_PATH", "HOME", "LANG", "LC_ALL", "SYSTEMROOT", "VIRTUAL_ENV", "TMPDIR")
_SETTINGS = {
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONUNBUFFERED": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MALLOC_ARENA_MAX": "2",
}
_OUT_OF_TIME = (signal.SIGXCPU,) if hasattr(signal, "SIGXCPU") else ()


class Child:
    """One decoding process. Use it from one thread at a time."""

    def __init__(self) -> None:
        pane = make_pane()
        lifeline, self._alive = os.pipe()
        kept = [lifeline] if pane is None else [lifeline, pane]
        environment = {name: os.environ[name] for name in _PASSED_ON if name in os.environ} | _SETTINGS
        paths = [str(IMPORT_ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
        environment["PYTHONPATH"] = os.pathsep.join(paths)
        unix = os.name == "posix"
        arguments = [str(-1 if pane is None else pane), str(lifeline if unix else -1)]
        try:
            self._process = subprocess.Popen(
                [*COMMAND, *arguments],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=environment,
                bufsize=0,
                pass_fds=kept if unix else (),
            )
            self._pane = None if pane is None else map_pane(pane)
        finally:
            for end in kept:
                os.close(end)
        assert self._process.stdin is not None and self._process.stdout is not None
        self._channel = Channel(self._process.stdout.fileno(), self._process.stdin.fileno())
        self._ready = False
        self.used = 0
        self.since_s = time.monotonic()
        self._end = weakref.finalize(self, _end, self._process, self._alive)

    @property
    def pid(self) -> int:
        """Of the process."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether it has not ended."""
        return self._end.alive and self._process.poll() is None

    def close(self) -> None:
        """End the process at once and free what it held."""
        self._end()
        if self._pane is not None:
            with contextlib.suppress(BufferError):
                self._pane.close()
            self._pane = None

    def ask(self, task: dict[str, Any], data: bytes = b"") -> None:
        """Give it a task.

        Raises:
            InputError: It has ended, or does not start.
        """
        try:
            if not self._ready:
                self._channel.receive(START_S)
                self._ready = True
            self.used += 1
            self._channel.send(task, data)
        except (ChannelClosed, ChannelSilent) as exc:
            raise self._death(exc) from exc

    def answer(self, kinds: Iterable[str], *, timeout_s: float = ANSWER_S) -> dict[str, Any]:
        """The next message of one of these kinds; signs of life are passed over.

        Raises:
            InputError: What the process says is wrong with the file, or that it died or fell silent over it.
        """
        try:
            while True:
                message = self._channel.receive(timeout_s)
                kind = message.get("is")
                if kind == "error":
                    raise _error_of(message)
                if isinstance(kind, str) and kind in kinds:
                    return message
                if kind != "busy":
                    raise ChannelClosed
        except (ChannelClosed, ChannelSilent) as exc:
            raise self._death(exc) from exc

    def picture(self, message: dict[str, Any]) -> np.ndarray:
        """The picture of a message, (H, W, 3) uint8, copied: the process may use its place again.

        Raises:
            InputError: The process talks nonsense, or died.
        """
        try:
            height, width, slot = (int(message.get(name, 0)) for name in ("height", "width", "slot"))
            size = 3 * height * width
            if height < 1 or width < 1 or not 0 <= slot < SLOTS:
                raise ChannelClosed
            if self._pane is None:
                if message.get("bytes") != size:
                    raise ChannelClosed
                image = np.empty((height, width, 3), np.uint8)
                self._channel.read_into(image.data.cast("B"), ANSWER_S)
                return image
            if slot * SLOT_BYTES + size > PANE_BYTES:
                raise ChannelClosed
            seen = np.frombuffer(self._pane, np.uint8, size, slot * SLOT_BYTES)
            return seen.reshape(height, width, 3).copy()
        except (ChannelClosed, ChannelSilent, ValueError, TypeError) as exc:
            raise self._death(exc) from exc

    def bytes_behind(self, size: int) -> bytes:
        """The bytes that belong to the last message.

        Raises:
            InputError: The process died.
        """
        data = bytearray(size)
        try:
            self._channel.read_into(memoryview(data), ANSWER_S)
        except (ChannelClosed, ChannelSilent) as exc:
            raise self._death(exc) from exc
        return bytes(data)

    def free(self, slot: int) -> None:
        """The place of a picture may be used again; a process that is gone is noticed at the next answer."""
        with contextlib.suppress(ChannelClosed):
            self._channel.send({"free": slot})

    def _death(self, exc: Exception) -> InputError:
        """End the process; the error that says what became of the file."""
        silent = isinstance(exc, ChannelSilent)
        if not silent:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(1.0)
        status = self._process.poll()
        self.close()
        if silent or (status is not None and -status in _OUT_OF_TIME):
            return StalledInputError(
                "Decoding the file took too long and was ended: it is damaged, or made to do so. Convert it, "
                "to MP4 or JPEG, and try again."
            )
        if status == -getattr(signal, "SIGKILL", 9):
            return _memory_error()
        return CrashedInputError(
            "The file made its decoder crash, which harmed nothing else: it is damaged, needs too much "
            "memory, or was made to do so. Convert it, to MP4 or JPEG, and try again."
        )


class Children:
    """Processes that wait for work, so that nobody waits for them: one fresh, and those that read pictures.

    Args:
        spare_s: How long they wait.
    """

    def __init__(self, *, spare_s: float = SPARE_S) -> None:
        self._lock = threading.Lock()
        self._spare: Child | None = None
        self._waiting: list[Child] = []
        self._spare_s = spare_s
        self._timer: threading.Timer | None = None

    def fresh(self) -> Child:
        """A process that has seen no file. The next one starts at its `end`, not beside its work."""
        with self._lock:
            spare, self._spare = self._spare, None
        return spare if spare is not None and spare.alive else Child()

    def warm(self) -> None:
        """Have one ready."""
        with self._lock:
            if self._spare is None or not self._spare.alive:
                self._spare = Child()
            self._spare.since_s = time.monotonic()
            self._look_later()

    def used(self) -> Child:
        """One that has read pictures before, or a fresh one."""
        with self._lock:
            while self._waiting:
                child = self._waiting.pop()
                if child.alive:
                    return child
        return self.fresh()

    def give_back(self, child: Child, *, most: int) -> None:
        """A process has done its picture; after `most` it is ended."""
        if child.used >= most or not child.alive:
            self.end(child)
            return
        child.since_s = time.monotonic()
        with self._lock:
            self._waiting.append(child)
            self._look_later()

    def end(self, child: Child) -> None:
        """A process has done its work: end it, and have the next one ready."""
        child.close()
        self.warm()

    def close(self) -> None:
        """End all that wait."""
        with self._lock:
            ended = [*self._waiting, *([self._spare] if self._spare is not None else [])]
            self._waiting, self._spare = [], None
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None
        for child in ended:
            child.close()

    def _look_later(self) -> None:
        """Called with the lock held."""
        if self._timer is None:
            self._timer = threading.Timer(self._spare_s, self._look)
            self._timer.daemon = True
            self._timer.start()

    def _look(self) -> None:
        """End those that waited too long."""
        with self._lock:
            self._timer = None
            late_s = time.monotonic() - self._spare_s
            ended = [child for child in self._waiting if child.since_s <= late_s]
            self._waiting = [child for child in self._waiting if child not in ended]
            if self._spare is not None and self._spare.since_s <= late_s:
                ended.append(self._spare)
                self._spare = None
            if self._waiting or self._spare is not None:
                self._look_later()
        for child in ended:
            child.close()


CHILDREN = Children()
"""Those of this process."""


def _end(process: subprocess.Popen, alive: int) -> None:
    """Kill the process, let the system forget it, and close what led to it."""
    with contextlib.suppress(OSError):
        process.kill()
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            with contextlib.suppress(OSError):
                stream.close()
    with contextlib.suppress(OSError):
        os.close(alive)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(5.0)


def _memory_error() -> MemoryInputError:
    return MemoryInputError("There is not enough memory to decode the file: make it smaller first.")


def _error_of(message: dict[str, Any]) -> FerError:
    """The error that the process names by its code."""
    code, text = str(message.get("code", "")), str(message.get("text", ""))[:2000]
    if code == MemoryInputError.code:
        return _memory_error()
    kind = _input_errors().get(code, DamagedInputError)
    return kind(text or "The file is cut off or damaged: copy or save it again.")


def _input_errors() -> dict[str, type[InputError]]:
    found, waiting = {}, [InputError]
    while waiting:
        kind = waiting.pop()
        found[kind.code] = kind
        waiting += kind.__subclasses__()
    return found
