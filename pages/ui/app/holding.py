"""How much a session may hold in the server's memory: one bound for uploads, kept files and results."""

import dataclasses
import functools
import io
import threading
import typing
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import pandas as pd

SESSION_BYTES = 500 * 2**20
"""All that one session holds: FER2013 as a CSV with what was read from it, or a video and many photos."""

IN_FLIGHT_BYTES = 700 * 2**20
"""All uploads that are arriving at one moment, of all sessions together."""

_DEEPEST = 8


def held_bytes(values: Iterable[Any]) -> int:
    """Bytes of content in some values; what several of them share is counted once.

    Args:
        values: Records, dicts, sequences, arrays, tables, bytes; anything else counts nothing.
    """
    seen: set[int] = set()
    return sum(_held(value, seen, 0) for value in values)


def _held(value: Any, seen: set[int], depth: int) -> int:
    if depth > _DEEPEST or value is None or isinstance(value, str | int | float) or id(value) in seen:
        return 0
    seen.add(id(value))
    if isinstance(value, bytes | bytearray):
        return len(value)
    if isinstance(value, np.ndarray):
        if isinstance(value.base, np.ndarray):  # a view keeps the whole array
            return _held(value.base, seen, depth + 1)
        return value.nbytes
    if isinstance(value, pd.DataFrame):
        return int(value.memory_usage(index=False).sum())
    if isinstance(value, dict):
        return sum(_held(inner, seen, depth + 1) for inner in value.values())
    if isinstance(value, list | tuple):
        if all(_holds_nothing(kind) for kind in set(map(type, value))):
            return 0
        return sum(_held(inner, seen, depth + 1) for inner in value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        # With what it has worked out meanwhile; a list, because another thread may be adding to it.
        return sum(_held(inner, seen, depth + 1) for inner in list(vars(value).values()))
    return 0


@functools.cache
def _holds_nothing(kind: type) -> bool:
    """A number, a text, or a record of such holds no content; a summary has thousands of them."""
    if kind in (int, float, str, bool):
        return True
    if not dataclasses.is_dataclass(kind):
        return False
    try:
        hints = typing.get_type_hints(kind)
    except NameError:
        return False
    return all(hints.get(f.name) in (int, float, str, bool) for f in dataclasses.fields(kind))


class Arriving(io.BytesIO):
    """An upload that is arriving: in memory whatever its size, and counted with all others.

    It stands where Starlette would make a file that rolls over to the disk.

    Attributes:
        refuse: Makes the error for a piece too many; set once for all.
    """

    _rolled = False  # as Starlette asks a spooled file
    _total, _lock = 0, threading.RLock()
    refuse: Callable[[], Exception] = MemoryError

    def __init__(self, *_: object, **__: object) -> None:
        super().__init__()
        self._counted = 0

    def write(self, data, /) -> int:
        """Take the next piece.

        Raises:
            Exception: Too much is arriving at once.
        """
        with Arriving._lock:
            if Arriving._total + len(data) > IN_FLIGHT_BYTES:
                raise Arriving.refuse()
            Arriving._total += len(data)
            self._counted += len(data)
        return super().write(data)

    def close(self) -> None:
        """Count it out; whoever has read it holds it now."""
        with Arriving._lock:
            Arriving._total -= self._counted
            self._counted = 0
        super().close()

    def __del__(self) -> None:
        self.close()
