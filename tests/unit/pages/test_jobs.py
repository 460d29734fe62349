"""The line of work behind the pages: order, cancelling, errors as text, and what goes with a session."""

import threading

import pytest

from fer.errors import CancelledError, DamagedInputError
from pages.ui.app import jobs, session
from pages.ui.app.jobs import Job, JobRegistry, JobState
from pages.ui.app.lifetime import GRACE_S, Caretaker
from tests.helpers.jobs import finish

PATIENCE_S = 10.0


class Gate:
    """Work that waits until it is let go."""

    def __init__(self) -> None:
        self.started, self.open = threading.Event(), threading.Event()

    def __call__(self, job: Job, tools: dict) -> str:
        self.started.set()
        while not self.open.wait(0.005):
            if job.cancel.is_set():
                raise CancelledError("stopped")
        return "through"


def test_nobody_has_anything_at_first():
    registry = JobRegistry()
    assert registry.jobs_of("anna") == []
    assert registry.find("anna", "clip") is None
    assert registry.kept("anna", "clip") is None
    assert not registry.anybody_keeps("clip")
    registry.drop("anna")


def test_a_job_runs_and_keeps_its_result_and_lets_go_of_its_input():
    job = finish(JobRegistry().submit("anna", "k", lambda job, tools: 42))
    assert (job.state, job.result, job.work, job.preview) == (JobState.DONE, 42, None, None)


def test_the_same_key_is_the_same_job_but_not_for_another_session():
    registry = JobRegistry()
    first = registry.submit("anna", "k", lambda job, tools: 1)
    assert registry.submit("anna", "k", lambda job, tools: 2) is first
    other = registry.submit("ben", "k", lambda job, tools: 3)
    assert finish(other).result == 3
    assert registry.find("ben", "k") is other


def test_a_job_of_the_server_belongs_to_the_first_who_asks():
    registry, gate = JobRegistry(), Gate()
    ahead = registry.submit("server", "k", gate)
    assert gate.started.wait(PATIENCE_S) and registry.is_busy()
    assert registry.take_over("anna", "another", of="server") is None
    assert registry.take_over("anna", "k", of="server") is ahead
    assert registry.take_over("ben", "k", of="server") is None
    assert registry.find("anna", "k") is ahead and registry.jobs_of("server") == []
    registry.drop("anna")
    assert finish(ahead).state is JobState.CANCELLED and not registry.is_busy()


def test_what_came_to_nothing_is_not_taken_over_and_neither_is_what_one_has():
    registry = JobRegistry()

    def fails(job, tools):
        raise DamagedInputError("no")

    finish(registry.submit("server", "bad", fails))
    assert registry.take_over("anna", "bad", of="server") is None
    finish(registry.submit("server", "k", lambda job, tools: 1))
    own = registry.submit("anna", "k", lambda job, tools: 2)
    assert registry.take_over("anna", "k", of="server") is None
    assert registry.find("anna", "k") is own


def test_others_wait_and_are_told_how_many_are_before_them():
    registry, gate = JobRegistry(workers=1), Gate()
    first = registry.submit("anna", "k", gate)
    assert gate.started.wait(PATIENCE_S)
    second = registry.submit("ben", "k", lambda job, tools: "second")
    third = registry.submit("cleo", "k", lambda job, tools: "third")
    assert [registry.before(job) for job in (first, second, third)] == [0, 1, 2]
    assert (second.state, third.state) == (JobState.WAITING, JobState.WAITING)
    gate.open.set()
    assert finish(third).result == "third"
    assert finish(second).result == "second"


def test_cancelling_ends_a_waiting_job_at_once_and_asks_a_running_one():
    registry, gate = JobRegistry(workers=1), Gate()
    running = registry.submit("anna", "k", gate)
    assert gate.started.wait(PATIENCE_S)
    waiting = registry.submit("ben", "k", lambda job, tools: pytest.fail("must not run"))
    registry.cancel(waiting)
    assert waiting.state is JobState.CANCELLED
    registry.cancel(running)
    assert finish(running).state is JobState.CANCELLED


def test_a_known_error_becomes_its_sentence_and_code():
    def work(job, tools):
        raise DamagedInputError("The video is damaged: copy it again.")

    job = finish(JobRegistry().submit("anna", "k", work))
    assert job.state is JobState.FAILED
    assert (job.error.text, job.error.code) == ("The video is damaged: copy it again.", "input_damaged")


def test_an_unexpected_error_gets_a_reference_and_its_message_is_not_logged(caplog):
    def work(job, tools):
        raise RuntimeError("secret-name.mp4")

    job = finish(JobRegistry().submit("anna", "k", work))
    assert job.error.code.startswith("ref-")
    assert "secret" not in job.error.text + caplog.text
    assert job.error.code.removeprefix("ref-") in caplog.text
    assert "RuntimeError" in caplog.text


def test_no_memory_is_said_plainly():
    def work(job, tools):
        raise MemoryError

    assert finish(JobRegistry().submit("anna", "k", work)).error.code == "memory"


def test_a_worker_survives_an_error_and_keeps_its_tools():
    registry, seen = JobRegistry(workers=1), []

    def load(job, tools):
        tools["model"] = "loaded"
        raise ValueError

    finish(registry.submit("anna", "1", load))
    finish(registry.submit("anna", "2", lambda job, tools: seen.append(tools["model"])))
    assert seen == ["loaded"]


def test_a_full_line_refuses_politely(monkeypatch):
    monkeypatch.setattr(jobs, "MAX_WAITING", 1)
    registry, gate = JobRegistry(workers=1), Gate()
    registry.submit("anna", "running", gate)
    assert gate.started.wait(PATIENCE_S)
    registry.submit("anna", "waiting", lambda job, tools: None)
    refused = registry.submit("ben", "k", lambda job, tools: None)
    assert (refused.state, refused.error.code) == (JobState.FAILED, "busy")
    gate.open.set()


def test_old_results_make_room(monkeypatch):
    monkeypatch.setattr(jobs, "MAX_KEPT", 2)
    registry = JobRegistry(workers=1)
    for key in "abc":
        finish(registry.submit("anna", key, lambda job, tools: None))
    assert [registry.find("anna", key) is not None for key in "abc"] == [False, True, True]


def test_forgetting_a_content_takes_everything_made_of_it():
    registry = JobRegistry(workers=1)
    for key in ("video:123:x", "marked:123:y", "video:456:x"):
        finish(registry.submit("anna", key, lambda job, tools: None))
    registry.forget_content("anna", "123")
    assert registry.find("anna", "video:123:x") is None
    assert registry.find("anna", "marked:123:y") is None
    assert registry.find("anna", "video:456:x") is not None


def test_a_session_takes_its_jobs_and_bytes_with_it_and_nobody_elses():
    registry, gate = JobRegistry(workers=1), Gate()
    job = registry.submit("anna", "k", gate)
    assert gate.started.wait(PATIENCE_S)
    registry.keep("anna", "clip", b"anna's")
    registry.keep("ben", "clip", b"ben's")
    registry.drop("anna")
    assert finish(job).state is JobState.CANCELLED
    assert registry.jobs_of("anna") == []
    assert registry.kept("anna", "clip") is None
    assert registry.kept("ben", "clip") == b"ben's"


class Tabs:
    """Browser tabs and a clock that the test moves."""

    def __init__(self) -> None:
        self.now, self.open, self.closed = 0.0, {"tab"}, []

    def caretaker(self, registry: JobRegistry) -> Caretaker:
        return Caretaker(
            registry,
            connected=lambda session_id: session_id in self.open,
            close=self.closed.append,
            clock=lambda: self.now,
        )


def test_a_sleeping_phone_finds_its_results_again():
    registry, tabs = JobRegistry(), Tabs()
    caretaker = tabs.caretaker(registry)
    registry.keep("anna", "clip", b"bytes")
    caretaker.watch("anna", "tab")
    tabs.open.clear()
    tabs.now = GRACE_S - 1
    assert caretaker.look() == []
    tabs.open.add("tab")
    assert caretaker.look() == []
    tabs.open.clear()
    tabs.now += GRACE_S - 1
    assert caretaker.look() == []
    assert registry.kept("anna", "clip") == b"bytes"


def test_two_minutes_after_the_tab_closed_everything_is_gone():
    registry, tabs = JobRegistry(), Tabs()
    caretaker = tabs.caretaker(registry)
    registry.keep("anna", "clip", b"bytes")
    caretaker.watch("anna", "tab")
    assert caretaker.look() == []
    tabs.open.clear()
    tabs.now = GRACE_S
    assert caretaker.look() == ["anna"]
    assert registry.kept("anna", "clip") is None
    assert tabs.closed == ["tab"]
    assert caretaker.look() == []


def test_the_end_of_the_process_waits_until_nothing_is_inside_a_library():
    registry, gate, order = JobRegistry(workers=1), Gate(), []

    def slow_to_stop(job: Job, tools: dict) -> None:
        gate.started.set()
        job.cancel.wait(PATIENCE_S)
        gate.open.wait(PATIENCE_S)
        order.append("stops")
        raise CancelledError("stopped")

    def warms() -> None:
        with registry.at_work():
            gate.open.wait(PATIENCE_S)
            order.append("has warmed")

    running = registry.submit("anna", "k", slow_to_stop)
    waiting = registry.submit("ben", "k", lambda job, tools: order.append("never"))
    assert gate.started.wait(PATIENCE_S)
    warm = threading.Thread(target=warms)
    warm.start()
    threading.Timer(0.2, gate.open.set).start()
    registry.end()
    order.append("the end")
    assert sorted(order[:2]) == ["has warmed", "stops"] and order[2:] == ["the end"]
    assert registry.ended and (running.state, waiting.state) == (JobState.CANCELLED, JobState.CANCELLED)
    warm.join()


def test_the_end_does_not_wait_for_ever(monkeypatch):
    monkeypatch.setattr(jobs, "END_S", 0.05)
    registry, gate = JobRegistry(), threading.Event()
    job = registry.submit("anna", "k", lambda job, tools: gate.wait(PATIENCE_S))
    while job.state is JobState.WAITING:
        gate.wait(0.005)
    registry.end()
    assert job.state is JobState.RUNNING
    gate.set()


def test_the_process_asks_for_its_end(monkeypatch):
    asked = []
    monkeypatch.setattr(session.atexit, "register", asked.append)
    made = session.registry.__wrapped__()
    assert asked == [made.end]
