"""One visitor's camera as plain Python: phases, limits, troubles, recordings. The clock is injected."""

import gc
from dataclasses import replace

import numpy as np
import pytest

from fer.errors import MissingModelError
from fer.live import LiveCounts, LiveResult, LiveSnapshot, Overlay
from fer.live.records import NEVER_S
from pages.ui.live import room as live_room
from pages.ui.live.chart import rolling_chart
from pages.ui.live.face_cards import bars
from pages.ui.live.health import HealthState, health, numbers
from pages.ui.live.moment import ranked_faces
from pages.ui.live.room import CAMERA_ERRORS, LEAVING_S, LOST, Choice, Phase, Room, Rooms
from pages.ui.work.recordings import FACES_HIDDEN, NOTHING_KEPT
from tests.helpers.factories import OneFace, make_observations, make_timeline, probs_of
from tests.helpers.live_fakes import STEP_S, Clock, FakeAnalyzer, feed, picture, until


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def rooms(clock) -> Rooms:
    return Rooms(1, OneFace, clock=clock)


def live(rooms: Rooms) -> Room:
    """A room whose first frames have come."""
    room = rooms.new_room()
    room.start(Choice())
    room.camera("ok")
    feed(room, 3)
    room.look()
    assert room.phase is Phase.LIVE
    return room


def test_a_room_is_quiet_until_start(rooms):
    room = rooms.new_room()
    assert (room.phase, room.error, room.look(), room.stop_recording()) == (Phase.READY, None, None, None)
    room.stop()
    room.camera("ok")
    assert room.phase is Phase.READY and rooms.gate.active == 0


def test_from_start_to_stop(rooms):
    room = live(rooms)
    assert rooms.gate.active == 1 and room.wants_stream
    session = room.session
    room.stop()
    assert (room.phase, room.error, room.session) == (Phase.READY, None, None)
    assert session.snapshot().closed and rooms.gate.active == 0


def test_case_52_every_refusal_of_a_camera_is_a_sentence_and_gives_the_place_back(rooms):
    for turn, name in enumerate(
        ["NotAllowedError", "NotFoundError", "NotReadableError", "insecure", "Odd<b>"]
    ):
        room = rooms.new_room()
        room.start(Choice())
        assert room.phase is Phase.ASKING
        room.camera(name)
        assert room.phase is Phase.READY and room.error.text.endswith(".")
        assert room.error is CAMERA_ERRORS.get(name, CAMERA_ERRORS["NotReadableError"])
        assert rooms.gate.active == 0 and room.turn == 1, turn


def test_an_answer_that_is_told_again_while_models_load_opens_one_session(clock):
    opened = []

    def slow() -> OneFace:
        if not opened:
            opened.append("first")
            room.camera("ok")  # from another thread in the app
            opened.append(room.session)
        return OneFace()

    room = Rooms(1, slow, clock=clock).new_room()
    room.start(Choice())
    room.camera("ok")
    assert room.phase is Phase.CONNECTING and opened == ["first", room.session]


def test_a_question_that_nobody_answers_gives_the_place_back(rooms, clock):
    room = rooms.new_room()
    room.start(Choice())
    clock.now_s += live_room.ASK_WITHIN_S + 1
    room.look()
    assert room.error.code == "camera_denied" and rooms.gate.active == 0


def test_case_62_no_connection_is_said_within_15_seconds(rooms, clock):
    room = rooms.new_room()
    room.start(Choice())
    room.camera("ok")
    clock.now_s += 14
    room.look()
    assert room.phase is Phase.CONNECTING
    clock.now_s += 1.1
    room.look()
    assert (room.phase, room.error.code) == (Phase.READY, "live_connection")
    assert rooms.gate.active == 0


def test_case_53_an_unplugged_camera_ends_the_session(rooms):
    room = live(rooms)
    room.camera("gone")
    assert (room.phase, room.error.code) == (Phase.READY, "live_unplugged")


def test_a_stream_that_falls_silent_ends(rooms, clock):
    room = live(rooms)
    clock.now_s += live_room.NO_FRAME_S + 1
    room.look()
    assert room.error.code == "live_lost" and rooms.gate.active == 0


def test_leaving_the_page_is_no_error_and_is_forgotten_with_the_next_start(rooms):
    room = live(rooms)
    session = room.session
    room.leave()
    room.ended(session)  # the stream's own word comes after it
    assert (room.phase, room.error, room.left) == (Phase.READY, None, True) and rooms.gate.active == 0
    room.leave()
    room.start(Choice())
    assert not room.left
    other = rooms.new_room()
    other.leave()
    assert not other.left  # nothing ran there


def test_a_stream_that_the_browser_ends_on_the_way_to_another_page_was_not_lost(rooms, clock):
    room = live(rooms)
    room.stop(LOST)  # the connection's end was heard of before the other page began
    clock.now_s += LEAVING_S / 2
    room.leave()
    assert room.left and room.error is None
    room = live(rooms)
    room.stop(LOST)
    clock.now_s += LEAVING_S
    room.leave()
    assert not room.left and room.error is LOST


def test_a_session_that_lags_ends_and_a_short_delay_does_not(rooms, clock, monkeypatch):
    room = live(rooms)
    shot = room.session.snapshot()
    late = replace(shot, lag_s=3.0)
    monkeypatch.setattr(room.session, "snapshot", lambda: late)
    room.look()
    clock.now_s += 2
    room.look()
    assert room.phase is Phase.LIVE
    clock.now_s += live_room.LAGGING_FOR_S
    room.look()
    assert room.error.code == "live_too_slow"


def test_case_65_the_visitor_over_the_cap_is_told_and_comes_in_later(rooms):
    first, second = live(rooms), rooms.new_room()
    second.start(Choice())
    assert (second.phase, second.error.code, second.turn) == (Phase.READY, "busy", 0)
    first.stop()
    second.start(Choice())
    assert (second.phase, second.error) == (Phase.ASKING, None)


def test_a_silent_stream_makes_room_for_the_next_visitor(rooms, clock):
    first = live(rooms)
    feed(first, 5)  # nobody has looked since
    clock.now_s += live_room.NO_FRAME_WANTED_S + 1
    second = rooms.new_room()
    second.start(Choice())
    assert second.phase is Phase.ASKING and first.phase is Phase.READY


def test_a_stream_whose_pictures_wait_to_be_read_keeps_its_place(clock):
    analyzer = FakeAnalyzer()
    rooms = Rooms(1, lambda: analyzer, clock=clock)
    first, second = live(rooms), rooms.new_room()
    analyzer.go_on.clear()
    for k in range(3, 60):
        clock.tick()
        first.session.submit(picture(k, k * STEP_S))
    second.start(Choice())
    analyzer.go_on.set()
    assert (first.phase, second.error.code) == (Phase.LIVE, "busy")


def test_case_67_a_closed_tab_makes_room_at_once(rooms):
    gone, waiting = rooms.new_room(here=lambda: False), rooms.new_room()
    gone.start(Choice())
    assert gone.phase is Phase.ASKING
    waiting.start(Choice())
    assert (gone.phase, waiting.phase) == (Phase.READY, Phase.ASKING)


def test_case_67_a_forgotten_room_leaves_its_place(rooms):
    room = live(rooms)
    room.session.close()
    del room
    gc.collect()
    assert rooms.gate.active == 0


def test_case_59_the_end_of_the_stream_ends_the_session_elsewhere(rooms):
    room = live(rooms)
    session = room.session
    room.ended(object())
    assert room.phase is Phase.LIVE, "the end of an older stream"
    room.ended(session)
    until(lambda: rooms.gate.active == 0)
    assert session.snapshot().closed and room.error.code == "live_lost"


def test_a_missing_model_is_said(rooms):
    def missing():
        raise MissingModelError("The model is not there: run the training first.")

    rooms.make_analyzer = missing
    room = rooms.new_room()
    room.start(Choice())
    room.camera("ok")
    assert (room.phase, room.error.code) == (Phase.READY, "model_missing")
    assert rooms.gate.active == 0


def test_the_overlay_changes_while_it_runs(rooms):
    room = live(rooms)
    room.show(Overlay(mirror=False))
    assert room.processor.overlay == Overlay(mirror=False) == room.choice.overlay


def test_a_recording_is_finished_by_stop_and_keeps_no_picture(rooms):
    room = live(rooms)
    room.start_recording("")
    feed(room, 15)
    room.session.mark("joke")
    room.stop()
    [recording] = room.recordings
    timeline = recording.result.report.timeline
    assert recording.data == b"" and len(timeline.frame_times_s) == 15
    assert recording.length_s == pytest.approx(1.0)
    assert (timeline.source.width, timeline.source.height) == (64, 48)
    assert timeline.source.name == recording.name and recording.name.startswith("Live recording")
    assert timeline.source.notes[-1] == NOTHING_KEPT and [m.name for m in timeline.markers] == ["joke"]
    assert recording.result.report.provenance.model_name == "tiny"


def test_a_recording_with_video_hides_faces(rooms):
    room = live(rooms)
    room.start_recording("blur")
    feed(room, 10)
    recording = room.stop_recording()
    assert recording.data[4:8] == b"ftyp"
    assert FACES_HIDDEN in recording.result.report.timeline.source.notes
    assert room.phase is Phase.LIVE and room.session.snapshot().recording_s == NEVER_S


def test_an_empty_recording_is_none_and_only_the_last_are_kept(rooms):
    room = live(rooms)
    room.start_recording("")
    assert room.stop_recording() is None
    for _ in range(live_room.KEPT_RECORDINGS + 1):
        room.start_recording("")
        feed(room, 2)
        assert room.stop_recording() is room.recordings[0]
    assert len(room.recordings) == live_room.KEPT_RECORDINGS


def shot_of(
    faces: int = 1, *, fps: float = 15.0, lag_s: float = 0.05, silent_s: float = 0.0, **counts: int
) -> LiveSnapshot:
    observations = make_observations(["happy"] * faces)
    counted = LiveCounts(**{"submitted": 100, "analyzed": 100} | counts)
    result = LiveResult(observations, observations.probs)
    return LiveSnapshot(result, counted, fps, lag_s, silent_s, 7.0, (), NEVER_S, False, "model_output", False)


@pytest.mark.parametrize(
    ("shot", "state"),
    [
        (shot_of(0, submitted=0, analyzed=0), HealthState.WAITING),
        (shot_of(silent_s=3.0), HealthState.SILENT),
        (shot_of(fps=4.0), HealthState.SLOW),
        (shot_of(lag_s=0.9), HealthState.SLOW),
        (shot_of(fps=4.0, analyzed=10), HealthState.WELL),
        (shot_of(lag_s=0.9, analyzed=10), HealthState.WAITING),
        (shot_of(analyzed=0, failed=9), HealthState.FAILING),
        (shot_of(0), HealthState.NO_FACE),
        (shot_of(), HealthState.WELL),
    ],
)
def test_health_says_what_matters_most(shot, state):
    assert health(shot).state is state


@pytest.mark.parametrize(
    ("ids", "counts", "ranked"),
    [([], [], []), ([1, 2, 3], [9, 40, 50], [1, 3, 2]), ([2, 3], [9, 50], [3, 2])],
)
def test_the_chart_shows_a_face_in_sight_before_those_that_have_gone(ids, counts, ranked):
    assert ranked_faces(np.array(ids, int), np.array(counts, int), shot_of(1)) == ranked


def test_numbers_in_words():
    assert numbers(shot_of(dropped=2, skipped=3)) == (
        "15.0 frames a second read · 50 ms behind · 100 read, 5 left out"
    )


def test_bars_say_every_probability_in_words_and_to_scale():
    drawn = bars(probs_of("happy", 0.9), 0.5, dark=False)
    assert 'aria-label="happy 90%, surprise 2%' in drawn
    assert "width:90.0%" in drawn and "left:50.0%" in drawn
    sure = bars(np.eye(7, dtype=np.float32)[3] * 0.999, 0.5, dark=True)
    assert "&gt;99%" in sure


def test_the_last_minute_has_room_for_the_word_at_its_top():
    figure = rolling_chart(make_timeline({1: [("happy", 3.0)]}), 3.0, 1, dark=False)
    assert figure.layout.yaxis.ticktext[-1] == "100%"
    assert figure.layout.margin.t >= figure.layout.yaxis.tickfont.size / 2, "Plotly leaves it out otherwise"
