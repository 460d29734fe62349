"""The Live page as Streamlit runs it, without a browser: consent, states, recordings, fallback."""

from types import SimpleNamespace

import cv2
import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from fer.export.forms import FORMS
from fer.records import Frame
from pages.ui.app import session
from pages.ui.live import actions, health, stream
from pages.ui.live import rooms as registry
from pages.ui.live.room import NO_FRAME_S, Choice, Phase, Room, Rooms
from tests.helpers.app import place_of
from tests.helpers.factories import OneFace
from tests.helpers.live_fakes import STEP_S, Clock, feed
from tests.helpers.places import ROOT

RUN_S = 60.0
SNAPSHOT = cv2.imencode(".png", np.zeros((4, 4, 3), np.uint8))[1].tobytes()


@pytest.fixture
def clock() -> Clock:
    """The rooms' time: it passes only with the frames that a test films."""
    return Clock()


@pytest.fixture
def rooms(monkeypatch, clock) -> Rooms:
    """Two places, and models that see one happy face."""
    made = Rooms(2, OneFace, clock=clock)
    monkeypatch.setattr(registry, "rooms", lambda: made)
    # Without a server there is no session for the stream to look after, and no loop for its relay.
    monkeypatch.setattr(stream, "get_global_relay", lambda: SimpleNamespace())
    monkeypatch.setattr("streamlit_webrtc.component.get_this_session_info", lambda: None)
    return made


@pytest.fixture
def app(rooms) -> AppTest:
    """The page before its first run."""
    made = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=RUN_S)
    made.switch_page("pages/live.py")
    return made.run()


def texts(app: AppTest) -> str:
    parts = [*app.title, *app.header, *app.subheader, *app.markdown, *app.caption]
    return "\n".join(part.value for part in parts).replace("\\", "")


def button(app: AppTest, label: str):
    return next(one for one in app.button if one.label == label)


def labels(app: AppTest) -> list[str]:
    return [one.label for one in app.button]


def room_of(app: AppTest) -> Room:
    return session.registry().kept(app.session_state[session.OWNER], session.ROOM)


def agreed(app: AppTest, label: str = "Start the camera") -> AppTest:
    app.checkbox(key="live_consent").check().run()
    button(app, label).click().run()
    assert not app.exception
    return app


def test_no_camera_before_the_box_is_ticked(app):
    assert not app.exception
    said = texts(app)
    for word in (
        "not feelings",
        "hiring",
        "lie detection",
        "2 February 2025",
        "Tell everyone",
        "unless you record",
    ):
        assert word in said
    assert button(app, "Start the camera").disabled and button(app, "Take a photo instead").disabled
    assert not app.get("component_instance") and not app.get("camera_input")


def test_start_asks_the_browser_and_consent_is_remembered(app):
    agreed(app)
    assert room_of(app).phase is Phase.ASKING
    assert "Waiting for the camera" in texts(app)
    app.switch_page("pages/home.py").run()
    app.switch_page("pages/live.py").run()
    assert "Before the camera starts" not in texts(app)


def test_a_refused_camera_is_one_sentence_and_start_is_there_again(app):
    agreed(app)
    room_of(app).camera("NotAllowedError")
    app.run()
    assert "The camera was not allowed" in texts(app) and "Code: camera_denied" in texts(app)
    assert "Start" in labels(app)


def test_a_switch_turned_just_before_start_counts(app):
    agreed(app)
    room = room_of(app)
    room.camera("NotAllowedError")
    app.run()
    app.toggle(key="live_charts_only").set_value(True)
    button(app, "Start").click().run()
    assert room.phase is Phase.ASKING and room.choice.charts_only


def test_the_visitor_over_the_cap_reads_that_it_is_busy(app, rooms):
    taken = [rooms.new_room() for _ in range(2)]
    for room in taken:
        room.start(Choice())
    agreed(app)
    assert "Code: busy" in texts(app) and room_of(app).phase is Phase.READY
    assert len(app.get("camera_input")) == 1


@pytest.fixture
def playing(monkeypatch):
    """A stream that plays, as far as the page is told."""
    state = SimpleNamespace(state=SimpleNamespace(playing=True, signalling=False))
    monkeypatch.setattr(stream, "webrtc_streamer", lambda *_args, **_options: state)


def film(room: Room, clock: Clock, seconds: float) -> None:
    """A camera of 15 frames a second, read on time."""
    for _ in range(round(seconds / STEP_S)):
        clock.tick()
        feed(room, 1)


def filmed(app: AppTest, clock: Clock, seconds: float) -> Room:
    """A room that is live; its page is drawn by the next run."""
    room = room_of(agreed(app))
    room.camera("ok")
    film(room, clock, seconds)
    room.look()
    return room


def test_live_shows_health_faces_and_the_last_minute(app, playing, clock):
    agreed(app)
    room = room_of(app)
    room.camera("ok")
    app.run()
    assert "Connecting to the camera" in texts(app)
    film(room, clock, 3.0)
    room.look()
    app.run()
    app.text_input(key="live_label").set_value("a <b>joke</b>").run()
    app.button(key="live_mark").click().run()
    app.button(key="live_record").click().run()
    film(room, clock, 2.0)
    app.run()
    assert not app.exception
    said = texts(app)
    for words in (
        "Your computer keeps up",
        "15.0 frames a second read · 0 ms behind · 75 read",
        "**happy**, 90% sure",
        "Recording 0:02",
        "0:03 a <b>joke</b>",
    ):
        assert words in said
    assert "left out" not in said
    assert room.session.snapshot().markers[0].name == "a <b>joke</b>"
    button(app, "Range").click().run()
    assert "End the range of 0:04" in labels(app) or "End the range of 0:05" in labels(app)
    assert len(app.get("plotly_chart")) == 1
    assert {"Stop", "Mark", "Snapshot", "Stop recording"} <= set(labels(app))
    button(app, "Stop").click().run()
    assert room.phase is Phase.READY and "The camera is off" in texts(app)


def test_a_snapshot_can_still_be_saved_when_the_camera_has_stopped(app, playing, clock):
    room = filmed(app, clock, 1.0)
    session.registry().keep(app.session_state[session.OWNER], session.SNAPSHOT, SNAPSHOT)
    for _ in range(2):
        app.run()
        assert not app.exception
        assert [one.label for one in app.get("download_button")] == ["Save the snapshot"]
        room.stop()


def test_a_recordings_button_keeps_its_place_when_the_camera_stops(app, playing, clock):
    """What was drawn before stays until the page is drawn: elsewhere there would be two of it."""
    room = filmed(app, clock, 1.0)
    app.run()
    app.button(key="live_record").click().run()
    film(room, clock, 1.0)
    app.run()
    app.button(key="live_stop_recording").click().run()
    app.run()
    place = place_of(app, "live_open_0")
    button(app, "Stop").click().run()
    assert room.phase is Phase.READY and place_of(app, "live_open_0") == place


def test_a_machine_that_falls_behind_and_a_camera_that_falls_silent_are_said(app, playing, clock):
    room = filmed(app, clock, 3.0)
    for _ in range(15):  # five frames a second
        clock.tick(0.2)
        feed(room, 1)
    app.run()
    assert "Too slow" in texts(app) and "keeps up" not in texts(app)
    clock.tick(health.SILENT_S + 1)
    app.run()
    assert "No picture is coming" in texts(app) and room.phase is Phase.LIVE
    clock.tick(NO_FRAME_S)
    app.run()
    assert room.phase is Phase.READY and "Code: live_lost" in texts(app)


def test_a_stream_that_stops_playing_ends_the_session(app):
    agreed(app)
    room = room_of(app)
    room.camera("ok")
    feed(room, 2)
    room.look()
    app.run()
    assert room.phase is Phase.READY and "Code: live_lost" in texts(app)


def test_going_to_another_page_ends_the_session_and_is_no_error(app):
    agreed(app)
    room = room_of(app)
    room.camera("ok")
    feed(room, 2)
    room.look()
    app.switch_page("pages/photos.py").run()
    assert room.phase is Phase.READY and room.error is None
    app.switch_page("pages/live.py").run()
    assert "The camera was stopped when you left this page." in texts(app)
    assert "Code:" not in texts(app)


def record(app: AppTest, hide: str = "") -> AppTest:
    """A finished recording on the page."""
    agreed(app)
    room = room_of(app)
    room.camera("ok")
    feed(room, 2)
    room.start_recording(hide)
    feed(room, 30)
    room.stop()
    return app.run()


@pytest.mark.parametrize("hide", ["", "mesh"])
def test_a_recording_opens_on_the_video_page(app, hide):
    record(app, hide)
    assert not app.exception and "Live recording" in texts(app)
    button(app, "Open on the Video page").click().run()
    app.switch_page("pages/video.py").run()
    assert not app.exception
    assert app.subheader[0].value.startswith("Face 1: mostly happy, 100%")
    assert len(app.get("video")) == bool(hide)
    kept = [one.label for one in app.get("download_button")]
    others = [form.label for form in FORMS.values()]
    assert kept == ["Report", "CSV", "XLSX", "CSV with ;", "JSON", *others] + ["Video"] * bool(hide)
    assert "Analyse again" not in labels(app)
    button(app, "Another video").click().run()
    assert len(app.get("file_uploader")) == 1
    app.switch_page("pages/live.py").run()
    assert "Live recording" in texts(app), "it is still there"


@pytest.fixture
def component(monkeypatch) -> SimpleNamespace:
    """The browser's side of the stream: `said` by it, `told` to it."""
    made = SimpleNamespace(said={}, told=[])

    def streamer(*_args, **options) -> SimpleNamespace:
        made.told.append(options["desired_playing_state"])
        return SimpleNamespace(state=SimpleNamespace(playing=False, signalling=False))

    monkeypatch.setattr(stream, "webrtc_streamer", streamer)
    monkeypatch.setattr(stream, "component_state", lambda: made.said)
    return made


def test_the_stream_is_told_to_start_once_and_only_when_it_has_loaded(app, component, clock):
    agreed(app)
    room = room_of(app)
    room.camera("ok")
    app.run()
    assert room.phase is Phase.CONNECTING and component.told[-1] is False
    component.said = {"playing": True}  # of the turn before
    app.run()
    assert component.told[-1] is False
    component.said = {"playing": False}
    component.told.clear()
    app.run()
    app.run()
    assert component.told[0] is True and set(component.told[1:]) == {None}
    component.said = {"playing": False, "sdpOffer": {"sdp": "v=0"}}
    app.run()
    assert component.told[-1] is True
    room.stop()
    app.run()
    assert component.told[-1] is False


def test_a_start_that_nothing_comes_of_is_told_again(app, component, clock):
    agreed(app)
    room_of(app).camera("ok")
    app.run()
    assert True not in component.told
    for waited_s in (stream.LOADED_WITHIN_S, stream.AGAIN_S):
        component.told.clear()
        clock.tick(waited_s + 0.1)
        app.run()
        assert component.told.count(True) == 1 and False not in component.told[1:]


def test_a_press_of_open_outlives_a_stream_that_starts_the_script_again(app, monkeypatch):
    record(app)
    show, opened = stream.show, []

    def restarts_once(room: Room) -> None:
        if not opened:
            opened.append(True)
            st.rerun()  # as the stream's component does, some time after Stop
        show(room)

    monkeypatch.setattr(stream, "show", restarts_once)
    monkeypatch.setattr(actions.st, "switch_page", lambda page: opened.append(page) or st.stop())
    button(app, "Open on the Video page").click().run()
    assert "pages/video.py" in opened


def test_a_photo_is_the_way_without_a_stream(app):
    agreed(app, "Take a photo instead")
    assert len(app.get("camera_input")) == 1
    assert room_of(app).phase is Phase.READY


def test_a_wrong_setting_of_the_operator_is_one_sentence(app, monkeypatch):
    monkeypatch.setenv("FER_TURN_URLS", "turn:somewhere:3478")
    agreed(app)
    assert "Code: settings" in texts(app) and "FER_TURN_SECRET" in texts(app)


def test_models_are_ready_when_the_camera_starts():
    analyzer = registry.make_analyzer()
    assert len(analyzer.analyze(Frame(np.zeros((48, 64, 3), np.uint8), 1, 0.1))) == 0
    assert analyzer.model_info["sha256"]
