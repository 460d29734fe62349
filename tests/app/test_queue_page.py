"""Several videos on the Video page, as Streamlit runs it without a browser; what reads them is a stand-in."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from fer.errors import InputError
from fer.timeline.markers import Marker
from fer.timeline.report import make_report
from pages.ui.app import session, uploads, visitor
from pages.ui.app.jobs import JobState
from pages.ui.app.uploads import Upload
from pages.ui.video import markers
from pages.ui.work import library as library_work
from pages.ui.work import queue as queue_module
from pages.ui.work.queue import VideoQueue
from pages.ui.work.recordings import Queued
from pages.ui.work.video import VideoResult
from tests.helpers.app import open_page, registry, texts
from tests.helpers.bad_data import zip_bytes
from tests.helpers.factories import make_source, make_timeline

ANNA = "a" * 43
NAMES = ("P01_calm_1.mp4", "P01_stress_2.mp4", "P02_calm_3.mp4", "broken.mp4")
PATIENCE_S = 30.0


def read(clip: Upload, settings):
    """Happy when calm, sad under stress."""

    def work(job, tools) -> VideoResult:
        if "broken" in clip.name:
            raise InputError("This one is damaged.")
        parts = [("happy" if "calm" in clip.name else "sad", 2.0)]
        timeline = make_timeline({1: parts}, source=make_source(clip.name, sha256=clip.sha256))
        return VideoResult(make_report(timeline, model={"name": "tiny", "sha256": "0" * 64}), ())

    return work


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A library of the test's own, one visitor, and the stand-in."""
    library_work.library.clear()
    monkeypatch.setenv("FER_DATA_DIR", str(tmp_path / "kept"))
    monkeypatch.setattr(visitor, "_cookies", lambda: {visitor.COOKIE: ANNA})
    monkeypatch.setattr(queue_module, "video_work", read)
    yield tmp_path / "kept"
    library_work.library().close()
    library_work.library.clear()


def queue_of(app: AppTest) -> VideoQueue:
    return registry().kept(app.session_state[session.OWNER], session.QUEUE)


def wait_for_all(app: AppTest) -> None:
    """Until everything in the queue is read."""
    queue, deadline = queue_of(app), time.monotonic() + PATIENCE_S
    while any(item.state in (JobState.WAITING, JobState.RUNNING) for item in queue.items):
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """The page once all videos are read."""
    given = [[Upload(name, b"\0\0\0\x18ftypisom" + name.encode()) for name in NAMES]]
    monkeypatch.setattr(uploads, "take", lambda *_, **__: given.pop(0) if given else [])
    app = open_page("pages/video.py")
    wait_for_all(app)
    return app.run()


def test_all_videos_stand_in_the_list_and_in_one_table(app: AppTest):
    assert not app.exception
    said = texts(app)
    assert "Several videos" in said and all(name in said for name in NAMES)
    assert "This one is damaged." in said and "No condition is named yet" in said
    assert app.dataframe[0].value["session"].tolist() == list(NAMES[:3])


def test_case_78_what_a_zip_holds_beside_videos_is_named_with_its_reason(monkeypatch: pytest.MonkeyPatch):
    files = {"P01_calm.mp4": b"\0\0\0\x18ftypisom", "notes_*1*.txt": b"hello", "face.mp4": b"no video"}
    given = [[Upload("study.zip", zip_bytes(files))]]
    monkeypatch.setattr(uploads, "take", lambda *_, **__: given.pop(0) if given else [])
    app = open_page("pages/video.py")
    wait_for_all(app)
    assert not app.exception
    assert [one.label for one in app.expander] == ["Beside the videos: 1 passed over, 1 could not be read"]
    lines = [caption.value for caption in app.expander[0].caption]
    assert "notes\\_\\*1\\*" in lines[0], "a name is no Markdown"
    assert "it is no picture and no video" in lines[0]
    assert lines[1].startswith("Could not be read: face") and "in no format that is read here" in lines[1]


def test_a_pattern_of_names_makes_groups(app: AppTest):
    app.text_input(key="queue_pattern").set_value("{participant}_{condition}_*").run()
    assert not app.exception
    assert "3 of 4 names fit" in texts(app)
    assert app.dataframe[0].value["condition"].tolist() == ["calm", "stress", "calm"]
    assert app.get("plotly_chart")
    app.text_input(key="queue_pattern").set_value("{who}").run()
    assert not app.exception and "knows {participant} and {condition}" in texts(app)


def test_one_is_opened_and_left_again(app: AppTest):
    app.button(key="queue_2_open").click().run()
    assert not app.exception
    clip = registry().kept(app.session_state[session.OWNER], session.CLIP)
    assert isinstance(clip, Queued) and clip.name == NAMES[1]
    assert "mostly sad" in texts(app)
    app.button(key="leave_video").click().run()
    assert (
        "Several videos" in texts(app)
        and registry().kept(app.session_state[session.OWNER], session.CLIP) is None
    )


def test_all_are_kept_with_what_their_names_say(app: AppTest):
    app.text_input(key="queue_pattern").set_value("{participant}_{condition}_*").run()
    app.button(key="queue_keep").click().run()
    assert not app.exception
    kept = library_work.library().entries(ANNA)
    assert {(e.title, e.about.participant, e.about.condition) for e in kept} == {
        (NAMES[0], "P01", "calm"),
        (NAMES[1], "P01", "stress"),
        (NAMES[2], "P02", "calm"),
    }
    assert not [one for one in app.button if one.key == "queue_keep"]


def test_what_is_put_right_in_one_video_counts_in_the_table_and_is_kept(app: AppTest):
    app.text_input(key="queue_pattern").set_value("{participant}_{condition}_*").run()
    app.button(key="queue_1_open").click().run()
    assert app.text_input(key="keep_new_participant").value == "P01"
    assert app.text_input(key="keep_new_condition").value == "calm"
    analyzed = queue_of(app).items[0].result.report
    cough = Marker("cough", 0.0, 1.0, "exclusion")
    kept = (markers._Kept(analyzed, (cough,)),)
    registry().keep(app.session_state[session.OWNER], session.MARKERS, kept)
    app.run()
    app.button(key="keep_now").click().run()
    app.button(key="leave_video").click().run()
    assert not app.exception
    assert app.dataframe[0].value["usable_s"].round(1).tolist() == [1.0, 2.0, 2.0]
    assert app.button(key="queue_keep").label == "Keep 2 sessions"
    app.button(key="queue_keep").click().run()
    kept = library_work.library()
    entries = {entry.title: entry for entry in kept.entries(ANNA)}
    assert len(entries) == 3 and entries[NAMES[0]].about.participant == "P01"
    assert kept.open(ANNA, entries[NAMES[0]].id).markers == (cough,)


def test_marks_are_kept_with_all_of_a_queue(app: AppTest):
    analyzed = queue_of(app).items[1].result.report
    joke = Marker.event("joke", 0.5)
    registry().keep(app.session_state[session.OWNER], session.MARKERS, (markers._Kept(analyzed, (joke,)),))
    app.button(key="queue_keep").click().run()
    [entry] = [one for one in library_work.library().entries(ANNA) if one.title == NAMES[1]]
    assert library_work.library().open(ANNA, entry.id).markers == (joke,)


def test_closing_brings_the_empty_page_back(app: AppTest):
    app.button(key="queue_4_remove").click().run()
    assert NAMES[3] not in texts(app)
    assert "3 videos read and not kept: closing drops them here." in texts(app)
    app.button(key="queue_keep").click().run()
    assert "not kept" not in texts(app), "nothing would be lost: nothing is asked"
    app.button(key="queue_close").click().run()
    assert not app.exception and queue_of(app) is None
    assert "See who showed what" in texts(app)
