"""Warming up happens once, in the background, and never fails a page."""

import logging
import threading

import pytest

from pages.ui.app import session, warming
from pages.ui.app.jobs import JobRegistry


@pytest.fixture(autouse=True)
def registry(monkeypatch):
    """A server of its own: in that of the process another test may still be live."""
    registry = JobRegistry()
    monkeypatch.setattr(session, "registry", lambda: registry)
    monkeypatch.setattr(warming, "_begun", threading.Lock())
    monkeypatch.setattr(warming.gc, "freeze", lambda: None)
    return registry


def _join() -> None:
    for thread in threading.enumerate():
        if thread.name == "fer-warming":
            thread.join(timeout=60)
            assert not thread.is_alive()


def test_everything_is_loaded_once_and_a_decoder_starts_first(monkeypatch):
    asked = []

    class _Module:
        @staticmethod
        def analyze_ahead() -> None:
            asked.append("the sample")

    monkeypatch.setattr(warming, "have_one_ready", lambda: asked.append("a decoder"))
    monkeypatch.setattr(warming.importlib, "import_module", lambda name: asked.append(name) or _Module)
    for _ in range(3):
        warming.begin()
    _join()
    assert asked == ["a decoder", warming.SAMPLE, "the sample", *warming.MODULES]


def test_what_was_loaded_leaves_the_collectors_rounds_once_nobody_is_live(monkeypatch, registry):
    order = []
    monkeypatch.setattr(warming.gc, "freeze", lambda: order.append("frozen"))

    def leaves(_wait_s: float) -> None:
        order.append("waited")
        registry.drop("somebody")

    monkeypatch.setattr(warming.time, "sleep", leaves)
    registry.keep("somebody", session.ROOM, "a camera")
    warming.settle()
    assert order == ["waited", "frozen"]


def test_what_is_there_before_the_first_page_is_put_aside_once(monkeypatch):
    frozen = []
    monkeypatch.setattr(warming, "_put_aside", threading.Lock())
    monkeypatch.setattr(warming.gc, "freeze", lambda: frozen.append(True))
    for _ in range(3):
        warming.put_aside()
    assert frozen == [True]


def test_what_was_loaded_stays_while_something_is_analysed(monkeypatch, registry):
    order, gate = [], threading.Event()
    job = registry.submit("anna", "k", lambda job, tools: gate.wait(60))

    def ends(_wait_s: float) -> None:
        order.append("waited")
        gate.set()
        while not job.finished:  # `finish` would sleep too
            gate.wait()

    monkeypatch.setattr(warming.gc, "freeze", lambda: order.append("frozen"))
    monkeypatch.setattr(warming.time, "sleep", ends)
    warming.settle(waits=False)
    assert order == []
    warming.settle()
    assert order == ["waited", "frozen"]


def test_what_fails_is_logged_and_nothing_else(monkeypatch, caplog):
    monkeypatch.setattr(warming, "have_one_ready", lambda: None)
    monkeypatch.setattr(warming, "MODULES", ("pages.ui.no_such_room",))
    with caplog.at_level(logging.WARNING):
        warming.begin()
        _join()
    assert "Warming up failed" in caplog.text


def test_the_installed_streamlit_has_plotly_in_a_file_of_its_own():
    assert warming.plotly_file().endswith(".js")


def test_another_layout_of_streamlit_is_no_error(tmp_path, monkeypatch):
    monkeypatch.setattr(warming, "_SCRIPTS", tmp_path)
    assert warming.plotly_file() == ""
    warming.charts()
