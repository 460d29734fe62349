"""The app as Streamlit runs it without a browser: open a page, put something in, wait, read."""

import threading
import time
from collections.abc import Callable, Iterator

import pytest
import streamlit as st
from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Block

from pages.ui.app import session
from pages.ui.app.jobs import JobRegistry
from tests.helpers.places import ROOT

RUN_S = 60.0


def open_page(page: str | None = None) -> AppTest:
    """The app, on a page before its first run where one is named."""
    app = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=RUN_S)
    if page is not None:
        app.switch_page(page)
    return app.run()


def texts(app: AppTest) -> str:
    """Everything that is written on the page."""
    parts = [*app.title, *app.header, *app.subheader, *app.markdown, *app.caption]
    return "\n".join(part.value for part in parts).replace("\\", "")


def place_of(app: AppTest, key: str) -> tuple[int, ...]:
    """Where something with a key stands: a number for each container around it, and its own."""

    def under(block: Block, path: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
        for number, child in block.children.items():
            if getattr(child, "key", None) == key:
                yield (*path, number)
            if isinstance(child, Block):
                yield from under(child, (*path, number))

    [place] = under(app.main, ())
    return place


def give(app: AppTest, name: str, value: object) -> AppTest:
    """Put something where an upload would have put it, and run."""
    registry().keep(app.session_state[session.OWNER], name, value)
    return app.run()


def registry() -> JobRegistry:
    return session.registry()


def finished(app: AppTest) -> AppTest:
    """Wait for the session's jobs, then run."""
    owner = app.session_state[session.OWNER]
    deadline = time.monotonic() + RUN_S
    while not all(job.finished for job in registry().jobs_of(owner)):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return app.run()


def press_late(app: AppTest, then: Callable[[], object] = lambda: None) -> AppTest:
    """Run with what was entered, and again as a browser asks that still shows what stood there before.

    Args:
        app: Something was entered.
        then: Presses something for the second run.
    """
    before = app._tree.get_widget_states().widgets
    app.run()
    then()
    there = {widget.id for widget in app._tree.get_widget_states().widgets}
    values = [widget for widget in before if widget.WhichOneof("value") != "trigger_value"]  # not a button's
    return run_with(app, *(widget for widget in values if widget.id not in there))


def run_with(app: AppTest, *more: WidgetState) -> AppTest:
    """Run where the browser sends more than what stands on the page."""
    states = app._tree.get_widget_states()
    states.widgets.extend(more)
    return app._run(states)


def part(app: AppTest, name: str) -> AppTest:
    """Go to a part of the Dataset page."""
    app.query_params["part"] = app.session_state["part"] = name
    return app.run()


def offered(app: AppTest, monkeypatch: pytest.MonkeyPatch) -> dict[str, Callable[[], bytes]]:
    """Draw the page again; what makes each of its files, by the button's key.

    Each runs as Streamlit runs it: in a thread that belongs to no visit.
    """
    makers = {}

    def button(label: str, data, **more) -> bool:
        makers[more["key"]] = data if callable(data) else lambda: data
        return False

    with monkeypatch.context() as patch:
        patch.setattr(st, "download_button", button)
        app.run()
    assert not app.exception
    return {key: lambda make=make: _elsewhere(make) for key, make in makers.items()}


def _elsewhere(make: Callable[[], bytes | str]) -> bytes:
    """What a function returns in a thread of its own."""
    made: list[bytes | str] = []
    thread = threading.Thread(target=lambda: made.append(make()))
    thread.start()
    thread.join()
    assert made, "it raised an error"
    return made[0].encode() if isinstance(made[0], str) else made[0]
