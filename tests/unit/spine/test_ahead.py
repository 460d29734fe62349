"""Work that runs ahead keeps the order, tells of errors in their place, ends when nobody asks."""

import os
import sys
import threading
from contextlib import closing

import pytest

from fer.ahead import (
    GROUPS_AHEAD,
    TOGETHER,
    TOGETHER_BYTES,
    TOGETHER_S,
    WAITING_BYTES,
    WAY_GIVEN,
    ahead,
    giving_way,
)

CALLER = threading.current_thread


def _workers() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "fer-ahead"]


def test_nothing_gives_nothing_and_leaves_no_thread():
    assert list(ahead([])) == [] and _workers() == []


def test_items_come_in_their_order_from_another_thread():
    seen = list(ahead((k, CALLER()) for k in range(100)))
    assert [k for k, _ in seen] == list(range(100))
    assert CALLER() not in {thread for _, thread in seen} and len({thread for _, thread in seen}) == 1


def test_steps_stand_one_behind_the_other():
    doubled = ahead(2 * k for k in ahead(range(50)))
    assert list(ahead(k + 1 for k in doubled)) == [2 * k + 1 for k in range(50)]
    assert _workers() == []


def test_an_error_comes_after_the_items_before_it():
    def _made():
        yield 1
        yield 2
        raise ValueError("the third")

    stream, seen = ahead(k for k in ahead(_made())), []
    with pytest.raises(ValueError, match="the third"):
        seen.extend(iter(stream.__next__, None))
    assert seen == [1, 2] and _workers() == []


def test_who_stops_asking_closes_the_source_in_its_own_thread():
    made, closed_in = [], []

    def _endless():
        try:
            while True:
                made.append(CALLER())
                yield len(made)
        finally:
            closed_in.append(CALLER())

    with closing(ahead(k for k in ahead(_endless()))) as stream:
        assert [next(stream) for _ in range(3)] == [1, 2, 3]
    assert len(closed_in) == 1 and closed_in[0] is made[0]
    assert len(made) <= 2 * TOGETHER * (GROUPS_AHEAD + 2)
    assert _workers() == []


def test_large_items_are_not_kept_waiting_for_others():
    made = []

    def _large():
        while True:
            made.append(TOGETHER_BYTES)
            yield made[-1]

    with closing(ahead(_large(), size=int)) as stream:
        next(stream)
    assert len(made) <= GROUPS_AHEAD + 2


def test_items_that_take_long_are_not_kept_waiting_for_others():
    asked = threading.Event()

    def _slow():
        yield 1
        asked.wait(TOGETHER_S)
        yield 2
        assert asked.wait(30), "the second came without a third"
        yield 3

    with closing(ahead(_slow())) as stream:
        assert [next(stream), next(stream)] == [1, 2]
        asked.set()
        assert next(stream) == 3


@pytest.mark.parametrize(
    ("size", "waiting"), [(0, 6 * TOGETHER), (WAITING_BYTES // 2, 2), (WAITING_BYTES, 1)]
)
def test_as_many_groups_wait_as_are_asked_for_within_their_bytes(size, waiting):
    made, enough = [], threading.Event()

    def _endless():
        while True:
            made.append(size)
            if len(made) >= waiting:
                enough.set()
            yield size

    with closing(ahead(_endless(), size=int, groups=6)) as stream:
        next(stream)
        assert enough.wait(30)
    together = TOGETHER if size == 0 else 1
    assert waiting <= len(made) <= waiting + 3 * together


def test_nothing_gives_way_to_nothing():
    assert list(giving_way([])) == []


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has priorities of threads")
def test_a_thread_gives_way_alone_and_closes_its_source():
    def nice() -> int:
        return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    closed = []

    def _endless():
        try:
            while True:
                yield nice()
        finally:
            closed.append(CALLER())

    mine = nice()
    with closing(ahead(giving_way(_endless()))) as stream:
        assert next(stream) == min(19, mine + WAY_GIVEN)
    assert nice() == mine and len(closed) == 1 and closed[0] is not CALLER()
