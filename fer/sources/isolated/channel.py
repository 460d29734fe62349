"""How the two processes talk: short messages of JSON, and bytes whose number the message says.

The child decodes hostile files, so the parent believes nothing that it says: messages are short, hold plain
values only, and pictures lie in a piece of memory whose size neither of them can change.
"""

import contextlib
import json
import mmap
import os
import select
import struct
from typing import Any

from fer.sources.developing import MAX_PIXELS

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None

MAX_MESSAGE = 64 * 1024
SLOTS = 3
"""Frames that wait: one is looked at, one is ready, one is being decoded."""
SLOT_BYTES = (3 * MAX_PIXELS + mmap.PAGESIZE - 1) // mmap.PAGESIZE * mmap.PAGESIZE
PANE_BYTES = SLOTS * SLOT_BYTES
"""Address space only: memory is taken page by page, as it is written."""

_LENGTH = struct.Struct(">I")
_PIPE_BYTES = 2**20
_AT_ONCE = 2**20


class ChannelClosed(Exception):
    """The other side is gone."""


class ChannelSilent(Exception):
    """The other side said nothing in time."""


class Channel:
    """Both directions of a talk over two file descriptors.

    Args:
        reading: Where messages come from.
        writing: Where they go.
    """

    def __init__(self, reading: int, writing: int) -> None:
        self._reading, self._writing = reading, writing
        self._poll = select.poll() if hasattr(select, "poll") else None
        if self._poll is not None:
            self._poll.register(reading, select.POLLIN)
        for end in (reading, writing):
            if fcntl is not None and hasattr(fcntl, "F_SETPIPE_SZ"):
                with contextlib.suppress(OSError):  # more than this user may have
                    fcntl.fcntl(end, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)

    def send(self, message: dict[str, Any], payload: bytes | memoryview = b"") -> None:
        """Send a message and the bytes that belong to it.

        Raises:
            ChannelClosed: The other side is gone.
        """
        text = json.dumps(message | ({"bytes": len(payload)} if len(payload) else {})).encode()
        self._write(_LENGTH.pack(len(text)) + text)
        if len(payload):
            self._write(payload)

    def receive(self, timeout_s: float | None = None) -> dict[str, Any]:
        """The next message; its ``bytes`` are to be read with `read_into`.

        Args:
            timeout_s: How long to wait for its beginning and for each further piece; None for ever.

        Raises:
            ChannelClosed: The other side is gone, or talks nonsense.
            ChannelSilent: Nothing came in time.
        """
        head = bytearray(_LENGTH.size)
        self.read_into(memoryview(head), timeout_s)
        [length] = _LENGTH.unpack(head)
        if length > MAX_MESSAGE:
            raise ChannelClosed
        text = bytearray(length)
        self.read_into(memoryview(text), timeout_s)
        try:
            message = json.loads(text)
        except (ValueError, RecursionError) as exc:
            raise ChannelClosed from exc
        if not isinstance(message, dict):
            raise ChannelClosed
        return message

    def read_into(self, buffer: memoryview, timeout_s: float | None = None) -> None:
        """Fill a buffer with the bytes that come next. Raises as `receive` does."""
        done = 0
        while done < len(buffer):
            if timeout_s is not None and self._poll is not None and not self._poll.poll(1000 * timeout_s):
                raise ChannelSilent
            try:
                got = _read_some(self._reading, buffer[done : done + _AT_ONCE])
            except OSError as exc:
                raise ChannelClosed from exc
            if not got:
                raise ChannelClosed
            done += got

    def _write(self, data: bytes | memoryview) -> None:
        view = memoryview(data)
        try:
            while len(view):
                view = view[os.write(self._writing, view[:_AT_ONCE]) :]
        except OSError as exc:
            raise ChannelClosed from exc


def _read_some(reading: int, buffer: memoryview) -> int:
    """Read as many bytes as are there into a buffer; how many, 0 at the end."""
    if hasattr(os, "readv"):
        return os.readv(reading, [buffer])
    piece = os.read(reading, len(buffer))
    buffer[: len(piece)] = piece
    return len(piece)


def make_pane() -> int | None:
    """Memory for pictures that both processes see, as a file descriptor; None where the system has none.

    It never lies on a disk and its size is sealed: a child that made it smaller could end its parent.
    """
    if fcntl is None or not hasattr(os, "memfd_create") or not hasattr(fcntl, "F_ADD_SEALS"):
        return None
    try:
        pane = os.memfd_create("fer-pane", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
        os.ftruncate(pane, PANE_BYTES)
        fcntl.fcntl(pane, fcntl.F_ADD_SEALS, fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SEAL)
    except OSError:
        return None
    return pane


def map_pane(pane: int) -> mmap.mmap:
    """The pane as memory of this process."""
    return mmap.mmap(pane, PANE_BYTES)
