"""The table of markers, where a browser sends what was edited twice, or while something else is marked."""

import json

import pytest
from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.testing.v1 import AppTest

from fer.timeline.markers import Marker
from fer.timeline.report import Report, make_report
from pages.ui.app import session
from pages.ui.video import markers
from pages.ui.work.recordings import Recording
from pages.ui.work.video import VideoResult
from tests.helpers.app import give, open_page, run_with, texts
from tests.helpers.factories import make_source, make_timeline

FIRST, LATER = Marker.event("joke", 0.5), Marker.event("cough", 1.5)


@pytest.fixture
def app() -> AppTest:
    timeline = make_timeline({1: [("happy", 3.0)]}, source=make_source("clip.mp4", sha256="a" * 64))
    made = make_report(timeline, model={"name": "tiny", "sha256": "0" * 64})
    app = open_page("pages/video.py")
    session.registry().keep(
        app.session_state[session.OWNER], session.MARKERS, (markers._Kept(made, (FIRST,)),)
    )
    app.session_state["video_tab"] = "Markers"
    return give(app, session.CLIP, Recording("clip.mp4", b"", result=VideoResult(made, ())))


def keep(app: AppTest, report: Report, *marked: Marker) -> None:
    of = (markers._Kept(report, marked),)
    session.registry().keep(app.session_state[session.OWNER], session.MARKERS, of)


def kept(app: AppTest) -> markers._Kept:
    [found] = session.registry().kept(app.session_state[session.OWNER], session.MARKERS)
    return found


def marked(app: AppTest) -> tuple[Marker, ...]:
    return kept(app).markers


def edited(app: AppTest, **cells: object) -> WidgetState:
    """What the browser sends where the first row of the table that is shown was edited."""
    [table] = [one.proto for one in app.dataframe if "marker_table" in one.proto.id]
    told = {"edited_rows": {0: cells}, "added_rows": [], "deleted_rows": []}
    return WidgetState(id=table.id, string_value=json.dumps(told))


def test_an_edit_that_is_sent_again_leaves_what_was_marked_since(app):
    edit = edited(app, name="good joke")
    assert not run_with(app, edit).exception
    assert [m.name for m in marked(app)] == ["good joke"]
    keep(app, kept(app).report, *marked(app), LATER)
    assert not run_with(app, edit).exception
    assert [m.name for m in marked(app)] == ["good joke", "cough"]


def test_a_second_edit_in_a_table_that_stands_there_still_counts(app):
    first, second = edited(app, name="good joke"), edited(app, name="good joke", start_s=0.7)
    assert not run_with(app, first).exception
    assert not run_with(app, second).exception
    assert marked(app) == (Marker.event("good joke", 0.7),)


def test_an_edit_of_a_table_that_is_another_one_by_now_is_not_taken(app):
    edit = edited(app, name="good joke")
    keep(app, kept(app).report, FIRST, LATER)
    assert not run_with(app, edit).exception
    assert [m.name for m in marked(app)] == ["joke", "cough"]
    assert "make that change once more" in texts(app)
