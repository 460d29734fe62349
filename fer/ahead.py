"""Work that runs ahead: an iterator in a thread of its own, a few items before they are asked for.

The models, FFmpeg and OpenCV give Python's lock back while they compute, so that steps of one stream that
stand one behind the other keep several processors busy, and every frame still passes them in its order.
"""

import queue
import threading
from collections.abc import Generator, Iterable
from typing import TypeVar

ITEMS_AHEAD = 2
"""Enough to even out steps of unequal length; each item may hold a picture of 25 MB."""

_LOOK_AROUND_S = 0.05
_END = object()

Item = TypeVar("Item")


def ahead(items: Iterable[Item], *, most: int = ITEMS_AHEAD) -> Generator[Item, None, None]:
    """The same items in the same order, made in another thread.

    Args:
        items: Read from one thread only, which is not the caller's; a generator is closed there.
        most: Items that may wait to be taken; besides, one is being made.

    Raises:
        Exception: What making an item raised, after the items before it.
    """
    line: queue.Queue = queue.Queue(most)
    stop = threading.Event()
    worker = threading.Thread(target=_fill, args=(items, line, stop), name="fer-ahead", daemon=True)
    worker.start()
    try:
        while True:
            item, error = line.get()
            if error is not None:
                raise error
            if item is _END:
                return
            yield item
    finally:
        stop.set()
        worker.join()


def _fill(items: Iterable, line: queue.Queue, stop: threading.Event) -> None:
    """Put (item, None) of every item into the line, at last the end or (None, error)."""
    made = iter(items)
    try:
        for item in made:
            if not _put(line, (item, None), stop):
                break
        last = (_END, None)
    except BaseException as error:
        last = (None, error)
    try:
        getattr(made, "close", lambda: None)()
    except Exception as error:
        last = (None, error)
    _put(line, last, stop)


def _put(line: queue.Queue, entry: tuple, stop: threading.Event) -> bool:
    """Wait for room; False if nobody takes items any more."""
    while not stop.is_set():
        try:
            line.put(entry, timeout=_LOOK_AROUND_S)
            return True
        except queue.Full:
            continue
    return False
