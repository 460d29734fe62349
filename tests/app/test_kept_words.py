"""The fields of what is kept: words that were used before are offered, and count once."""

import pytest
from streamlit.testing.v1 import AppTest

from tests.helpers.app import press_late


def _fields() -> None:
    """A page of the fields alone."""
    import streamlit as st

    from fer.library import About
    from fer.library.library import Known
    from pages.ui.parts.kept import about

    about.show(About.typed("Talk", "", "", ()), Known((), ("P01", "P02"), ()), key="kept")
    st.button("Another thing", key="another")


@pytest.fixture
def app() -> AppTest:
    return AppTest.from_function(_fields).run()


def test_an_offered_word_is_taken_and_stays_where_a_browser_sends_it_again(app):
    app.button_group(key="kept_participant_known").set_value("P01")
    press_late(app)
    assert not app.exception and app.text_input(key="kept_participant").value == "P01"


def test_what_is_typed_after_an_offered_word_was_taken_stays(app):
    app.button_group(key="kept_participant_known").set_value("P01")
    press_late(app, lambda: app.text_input(key="kept_participant").set_value("P07"))
    assert app.text_input(key="kept_participant").value == "P07"
