"""Presses reach the page, whatever has become of the part in which they were made."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from streamlit.proto.ClientState_pb2 import ClientState

from pages.ui.app import callbacks


@dataclass
class Session:
    """An app session with one fragment."""

    asked: list[ClientState | None] = field(default_factory=list)

    def has_fragment(self, fragment_id: str) -> bool:
        return fragment_id == "there"


@pytest.fixture
def tab(monkeypatch) -> Session:
    tab = Session()
    monkeypatch.setattr(callbacks, "_REQUEST_RERUN", lambda tab, state: tab.asked.append(state))
    return tab


def press(tab: Any, fragment_id: str, **more: bool) -> ClientState:
    state = ClientState(fragment_id=fragment_id, page_script_hash="page", **more)
    state.widget_states.widgets.add(id="button", trigger_value=True)
    callbacks._request_rerun(tab, state)
    assert state.fragment_id == fragment_id, "what was given stays as it is"
    return tab.asked[-1]


def test_a_press_in_a_part_that_is_gone_is_the_pages(tab):
    asked = press(tab, "gone")
    assert (asked.fragment_id, asked.page_script_hash) == ("", "page")
    assert asked.widget_states.widgets[0].trigger_value


def test_everything_else_is_left_as_it_is(tab):
    assert press(tab, "there").fragment_id == "there"
    assert press(tab, "").fragment_id == ""
    assert press(tab, "gone", is_auto_rerun=True).fragment_id == "gone", "a timer ends with its part"
    callbacks._request_rerun(tab, None)  # pyright: ignore[reportArgumentType]
    assert tab.asked[-1] is None
