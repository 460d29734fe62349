import os
import signal
import time
from contextlib import closing

import pytest

from fer.batch import crew as crew_module
from fer.batch.crew import LocalCrew, Lost
from fer.batch.files import SourceFile
from fer.batch.work import Answer, Order
from fer.settings import Settings
from tests.helpers.batch import Study
from tests.helpers.clips import clip, ramp

WAIT_S = 60


@pytest.fixture
def order(tmp_path) -> Order:
    """A video of 3 s in which nobody is seen."""
    path = tmp_path / "a.mp4"
    path.write_bytes(clip(ramp(12), rate=4))
    file = SourceFile("a.mp4", str(path))
    return Order(
        key=1,
        kind="video",
        label="a.mp4",
        stem="a",
        number=0,
        out=str(tmp_path / "out"),
        settings=Settings(),
        files=(file,),
        fingerprint=file.fingerprint(),
    )


def wait_for(crew: LocalCrew, kind: type):
    """The first event of a kind."""
    until_s = time.monotonic() + WAIT_S
    while time.monotonic() < until_s:
        for event in crew.events(0.2):
            if isinstance(event, kind):
                return event
    raise AssertionError("nothing happened")


@pytest.mark.slow
def test_a_worker_that_dies_is_said_and_replaced(order):
    with closing(LocalCrew(1, memory_mb=4000)) as crew:
        before = crew.pids
        crew.give(order)
        os.kill(before[0], signal.SIGKILL)
        lost = wait_for(crew, Lost)
        assert (lost.order, lost.code) == (order, "worker_lost")
        assert crew.pids != before
        crew.give(order)
        answer = wait_for(crew, Answer)
        assert (answer.error, answer.frames, answer.last) == ("", 12, True)
        assert crew.free == 1


@pytest.mark.slow
def test_a_worker_over_its_ceiling_ends_and_the_recording_is_named(tmp_path):
    study = Study(tmp_path)
    (study.folder / "a.mp4").write_bytes(clip(ramp(12), rate=4))
    with closing(LocalCrew(1, memory_mb=60)) as crew:
        result = study.run(crew)
    assert [(label, code) for label, _, code in result.failed] == [("a.mp4", "memory")]
    assert "60 MB" in result.failed[0][1]


def test_an_order_is_not_forgotten_with_a_worker_that_dies_while_others_are_heard(order, monkeypatch):
    with closing(LocalCrew(1, memory_mb=4000)) as crew:
        crew.give(order)
        os.kill(crew.pids[0], signal.SIGKILL)
        until_s = time.monotonic() + WAIT_S
        while crew._workers[0].alive and time.monotonic() < until_s:
            time.sleep(0.01)
        with monkeypatch.context() as late:
            late.setattr(crew_module, "wait", lambda ends, timeout_s: [])  # it died just after the waiting
            assert crew.events(0.0) == []
        assert wait_for(crew, Lost).order == order


def test_the_ceiling_is_looked_at_until_it_is_passed(monkeypatch):
    held = iter([(10.0, 10.0), (20.0, 20.0), (31.0, 31.0)])
    ended, slept = [], []
    monkeypatch.setattr(crew_module, "memory_mb", lambda: next(held))
    monkeypatch.setattr(os, "_exit", ended.append)
    crew_module._end_at(30.0, sleep=slept.append)
    assert ended == [crew_module.NO_MEMORY]
    assert len(slept) == 2
