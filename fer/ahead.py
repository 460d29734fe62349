"""Work that runs ahead: an iterator in a thread of its own, a few items before they are asked for.

The models, FFmpeg and OpenCV give Python's lock back while they compute, so that steps of one stream that
stand one behind the other keep several processors busy, and every frame still passes them in its order. Items
are handed over a few at a time: threads that wake each other for every frame spend a tenth of the time on it.

The first step of a stream is best a long way ahead and gives way to the others: its work fills the moments in
which they wait for each other. Of two processors it keeps 1.75 busy in place of 1.65.
"""

import os
import queue
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing, suppress
from typing import TypeVar

TOGETHER, TOGETHER_BYTES, TOGETHER_S = 4, 12 * 2**20, 0.05
"""Most items that are handed over at once, from how many bytes on they are enough, and how old the first of
them may become."""

GROUPS_AHEAD = 1
"""Groups that may wait to be taken; besides, one is being made and one used."""

WAITING_BYTES = 48 * 2**20
"""Where more groups than that are asked for, they may have about so many bytes."""

WAY_GIVEN = 5
"""Steps of niceness by which a thread gives way."""

_LOOK_AROUND_S = 0.05
_END = StopIteration()

Item = TypeVar("Item")


def ahead(
    items: Iterable[Item], *, size: Callable[[Item], int] = lambda _: 0, groups: int = GROUPS_AHEAD
) -> Generator[Item, None, None]:
    """The same items in the same order, made in another thread.

    Args:
        items: Read from one thread only, which is not the caller's; a generator is closed there.
        size: Bytes of an item: large ones are handed over one by one.
        groups: So many groups of items may wait to be taken, within `WAITING_BYTES`.

    Raises:
        Exception: What making an item raised, after the items before it.
    """
    with closing(groups_ahead(items, size=size, groups=groups)) as made:
        for group in made:
            while group:
                yield group.popleft()


def groups_ahead(
    items: Iterable[Item], *, size: Callable[[Item], int] = lambda _: 0, groups: int = GROUPS_AHEAD
) -> Generator[deque[Item], None, None]:
    """The items of `ahead` as they are handed over, at most `TOGETHER` at once; one taken off is free."""
    line: queue.Queue = queue.Queue(GROUPS_AHEAD)
    stop = threading.Event()
    work = (items, size, groups, line, stop)
    worker = threading.Thread(target=_fill, args=work, name="fer-ahead", daemon=True)
    worker.start()
    try:
        while True:
            group, end = line.get()
            if group:
                yield group
            if end is _END:
                return
            if end is not None:
                raise end
    finally:
        stop.set()
        worker.join()


def giving_way(items: Iterable[Item]) -> Iterator[Item]:
    """The same items; the thread that takes them, and those that it starts, let others go first.

    Only Linux knows priorities of single threads; elsewhere nothing changes.
    """
    if sys.platform == "linux":
        with suppress(OSError):
            thread = threading.get_native_id()
            nice = os.getpriority(os.PRIO_PROCESS, thread) + WAY_GIVEN
            os.setpriority(os.PRIO_PROCESS, thread, nice)
    yield from items


def _fill(items: Iterable, size: Callable, groups: int, line: queue.Queue, stop: threading.Event) -> None:
    """Put (group, None) of all items into the line, (group, the end or an error) at last."""
    made = iter(items)
    group: deque = deque()
    end: BaseException = _END
    try:
        since_s, held = time.monotonic(), 0
        for item in made:
            group.append(item)
            held += size(item)
            now_s = time.monotonic()
            if len(group) < TOGETHER and held < TOGETHER_BYTES and now_s - since_s < TOGETHER_S:
                continue
            line.maxsize = max(GROUPS_AHEAD, min(groups, WAITING_BYTES // max(held, 1)))
            if not _put(line, (group, None), stop):
                break
            group, since_s, held = deque(), time.monotonic(), 0
    except BaseException as raised:
        end = raised
    try:
        getattr(made, "close", lambda: None)()
    except Exception as raised:
        end = raised
    _put(line, (group, end), stop)


def _put(line: queue.Queue, entry: tuple, stop: threading.Event) -> bool:
    """Wait for room; False if nobody takes items any more."""
    while not stop.is_set():
        try:
            line.put(entry, timeout=_LOOK_AROUND_S)
            return True
        except queue.Full:
            continue
    return False
