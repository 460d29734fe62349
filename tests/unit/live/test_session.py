"""Live sessions: the newest frame wins, faults pass, memory stays flat. Clocks and analyzers are injected."""

import gc
import threading
import weakref

import av
import numpy as np
import pytest

from fer.errors import InputError
from fer.live import LiveGate, LiveResult, LiveSession, Overlay, VideoProcessor, video
from fer.live import session as session_module
from fer.live.history import MAX_ROWS, History
from fer.live.records import NEVER_S
from fer.live.smooth import CausalSmoother
from fer.live.timing import Pacer, RateMeter, SessionClock
from fer.pipeline import Analyzer
from fer.records import Frame, Suggestion
from fer.sample.clip import sample_frames
from fer.timeline.edits import with_edits
from fer.timeline.smooth import smooth
from tests.helpers.factories import make_observations, probs_of
from tests.helpers.live_fakes import (
    PATIENCE_S,
    STEP_S,
    Clock,
    FakeAnalyzer,
    live_threads,
    picture,
    stream_frame,
    until,
)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def analyzer(clock):
    return FakeAnalyzer(clock=clock)


@pytest.fixture
def session(analyzer, clock):
    with LiveSession(analyzer, clock=clock) as made:
        yield made


def feed(session: LiveSession, clock: Clock, count: int, *, start: int = 0) -> None:
    for k in range(start, start + count):
        session.process(picture(k, k * STEP_S))
        clock.tick()


def test_an_empty_session_says_so(session):
    shot = session.snapshot()
    assert len(shot.result.observations) == 0
    assert (shot.fps, shot.lag_s, shot.recording_s, shot.markers) == (0.0, 0.0, NEVER_S, ())
    assert len(session.recent()) == len(session.stop_recording()) == 0


def test_a_result_checks_its_shape():
    with pytest.raises(ValueError, match=r"LiveResult\.smoothed"):
        LiveResult(make_observations(["happy"]), np.zeros((2, 7), np.float32))


def test_process_gives_the_answer_of_this_frame(session, clock):
    feed(session, clock, 46)
    result, shot = session.latest, session.snapshot()
    assert result.observations.frame_index == 45
    assert result.observations.timestamp_s == pytest.approx(45 * STEP_S)
    assert shot.counts.submitted == shot.counts.analyzed == 46
    assert shot.fps == pytest.approx(15, abs=0.5)


def test_lag_is_the_clock_minus_the_frames_own_time(session, analyzer, clock):
    session.process(picture(0, 0.0))
    clock.tick(STEP_S + 0.3)  # this one waited 0.3 s somewhere on its way
    analyzer.takes_s = 0.2
    assert session.process(picture(1, STEP_S)).lag_s == pytest.approx(0.5)


def test_smoothing_is_causal_and_per_face():
    smoother = CausalSmoother(0.25)
    smoother.update(make_observations(["happy", "sad"], time_s=0.0))
    second = smoother.update(make_observations(["sad", "sad"], time_s=0.25))
    wanted = (probs_of("sad") + 0.5 * probs_of("happy")) / 1.5
    assert second[0] == pytest.approx(wanted, abs=1e-6)
    assert second[1] == pytest.approx(probs_of("sad"), abs=1e-6)
    assert second.sum(1) == pytest.approx(1)


def test_smoothing_leaves_unusable_rows_and_forgets_after_a_gap():
    smoother = CausalSmoother(0.25)
    smoother.update(make_observations(["happy"], time_s=0.0))
    dark = smoother.update(make_observations(["sad"], time_s=0.1, quality=["dark"]))
    assert dark[0] == pytest.approx(probs_of("sad"), abs=1e-6)
    later = smoother.update(make_observations(["sad"], time_s=1.2))
    assert later[0] == pytest.approx(probs_of("sad"), abs=1e-6)
    assert CausalSmoother(0.0).update(make_observations(["fear"]))[0] == pytest.approx(probs_of("fear"))


def test_the_last_row_is_smoothed_live_as_afterwards(session, analyzer, clock):
    session.start_recording()
    feed(session, clock, 5)
    recorded = smooth(session.stop_recording(), analyzer.settings.half_life_s)
    assert session.latest.smoothed[0] == pytest.approx(recorded.probs[-1], abs=1e-6)


def test_history_is_bounded_in_time_and_rows(analyzer, clock):
    with LiveSession(analyzer, clock=clock, history_s=2.0) as session:
        feed(session, clock, 90)
        times = session.recent().frame_times_s
        assert 29 <= len(times) <= 31
        assert times[-1] == pytest.approx(89 * STEP_S)
        assert len(session.recent(0.5).frame_times_s) <= 9
    history, crowd = History(1e9), make_observations(["happy"] * 100)
    for _ in range(300):
        history.add(crowd, crowd.probs)
    assert len(history) == MAX_ROWS // 100
    assert all(m.faces.landmarks.strides[0] == 0 for m in history.moments())


def test_a_recording_starts_at_zero_and_holds_unsmoothed_probabilities(session, clock):
    feed(session, clock, 10)
    session.start_recording()
    feed(session, clock, 15, start=10)
    session.mark("a joke\n<b>")
    assert session.snapshot().recording_s == pytest.approx(1.0, abs=STEP_S)
    timeline = session.stop_recording()
    assert len(timeline.frame_times_s) == 15
    assert timeline.frame_times_s[0] == pytest.approx(STEP_S, abs=1e-6)
    assert timeline.source.kind == "live" and timeline.source.frames_decoded == 15
    (joke,) = timeline.markers
    assert (joke.name, joke.kind, joke.start_s) == ("a joke <b>", "event", pytest.approx(1.0, abs=STEP_S))
    assert timeline.table["happy"].to_numpy() == pytest.approx(0.9)
    assert session.snapshot().recording_s == NEVER_S


def test_a_name_given_while_live_stays_in_the_recording_and_can_be_undone(session, clock):
    feed(session, clock, 5)
    session.name_face(1, "Anna")
    session.name_face(77, "Bo")
    with pytest.raises(InputError, match="called Anna already"):
        session.name_face(2, "Anna")
    with pytest.raises(InputError, match="means something else"):
        session.name_face(1, "Face 2")
    assert session.snapshot().names == {1: "Anna", 77: "Bo"}
    session.start_recording()
    feed(session, clock, 5, start=5)
    timeline = session.stop_recording()
    assert timeline.names == {1: "Anna"} and [e.face for e in timeline.persons.edits] == [1]
    assert with_edits(timeline, ()).names == {}
    session.name_face(1, "")
    assert session.snapshot().names == {77: "Bo"}


def test_a_recording_carries_the_pairs_that_may_be_one_person(session, analyzer, clock):
    feed(session, clock, 10)
    session.start_recording()
    start_s = session.snapshot().time_s
    inside = Suggestion(1, 2, start_s + 0.1, start_s + 0.2)
    analyzer.suggestions = (Suggestion(1, 2, start_s - 0.2, start_s + 0.1), inside)
    feed(session, clock, 10, start=10)
    [kept] = session.stop_recording().suggestions
    assert (kept.first, kept.second) == (1, 2)
    assert (kept.left_s, kept.came_s) == (pytest.approx(0.1), pytest.approx(0.2))


def test_a_recording_that_gets_too_long_says_so(analyzer, clock):
    with LiveSession(analyzer, clock=clock, max_recording_s=1.0) as session:
        session.start_recording()
        feed(session, clock, 30)
        assert session.snapshot().recording_full
        timeline = session.stop_recording()
    assert timeline.frame_times_s[-1] <= 1.0
    assert timeline.source.partial and "longest time" in timeline.source.notes[-1]


def test_a_range_is_begun_and_ended_by_one_call(session, clock):
    assert session.mark_range("ad") is None
    assert session.mark_range("") is None  # no frame has come: it is dropped
    feed(session, clock, 10)
    session.mark_range("ad")
    assert session.snapshot().range_since_s == pytest.approx(9 * STEP_S)
    feed(session, clock, 10, start=10)
    ad = session.mark_range("another word")
    assert (ad.name, ad.kind) == ("ad", "range")
    assert (ad.start_s, ad.end_s) == (pytest.approx(9 * STEP_S), pytest.approx(19 * STEP_S))
    assert session.snapshot().markers == (ad,) and session.snapshot().range_since_s == NEVER_S


def test_a_moment_named_while_the_newest_frame_is_being_read_stays_in_the_recording(session, analyzer, clock):
    feed(session, clock, 5)
    session.mark("before")
    feed(session, clock, 1, start=5)
    session.start_recording()
    feed(session, clock, 10, start=6)
    analyzer.error = RuntimeError("no time")
    feed(session, clock, 3, start=16)  # came, and could not be read
    session.mark("joke")
    timeline = session.stop_recording()
    assert [m.name for m in timeline.markers] == ["joke"]
    assert timeline.markers[0].start_s == timeline.markers[0].end_s == timeline.frame_times_s[-1]


def test_a_range_that_runs_is_cut_to_the_recording(session, clock):
    feed(session, clock, 5)
    session.mark_range("ad")
    feed(session, clock, 5, start=5)
    session.start_recording()
    feed(session, clock, 15, start=10)
    (ad,) = session.stop_recording().markers
    assert (ad.start_s, ad.end_s) == (0.0, pytest.approx(1.0, abs=STEP_S))


def test_markers_are_bounded(session, clock):
    feed(session, clock, 2)
    for k in range(300):
        session.mark(f"{k} " + "x" * 500)
    markers = session.snapshot().markers
    assert len(markers) == 200 and len(markers[-1].name) == 80
    assert markers[-1].start_s == pytest.approx(STEP_S)


def test_the_pace_follows_the_processor():
    pacer, taken = Pacer(max_fps=None, busy_share=0.5), 0
    for k in range(150):
        if pacer.is_due(k * STEP_S):
            taken += 1
            pacer.spent(k * STEP_S, 0.1)  # 0.1 s of work in every 0.2 s
    assert 50 <= taken <= 52
    pacer = Pacer(max_fps=5, busy_share=1.0)
    assert sum(pacer.is_due(k * STEP_S) and pacer.spent(k * STEP_S, 0.001) is None for k in range(150)) <= 52


def test_the_rate_falls_to_zero_when_the_stream_stops():
    meter = RateMeter()
    assert meter.rate(0.0) == 0.0
    for k in range(46):
        meter.tick(k * STEP_S)
    assert meter.rate(3.0) == pytest.approx(15)
    assert meter.rate(7.0) == 0.0


def test_only_the_newest_frame_is_held(session, analyzer):
    """Once a frame is read, no picture of it is left."""
    frame = picture()
    image = weakref.ref(frame.image)
    session.submit(frame)
    del frame
    until(lambda: session.snapshot().counts.analyzed == 1)
    until(lambda: gc.collect() >= 0 and image() is None)
    assert session.latest.size == (64, 48)


def test_close_frees_everything_and_may_come_twice(clock):
    analyzer = FakeAnalyzer(clock=clock)
    session = LiveSession(analyzer, clock=clock)
    session.submit(picture())
    until(lambda: session.snapshot().counts.analyzed == 1)
    session.close()
    session.close()
    gone = weakref.ref(analyzer)
    del analyzer
    assert session.snapshot().closed and len(session.recent()) == 0
    assert not session.submit(picture()) and session.process(picture()).size == (0, 0)
    session.start_recording()
    assert session.snapshot().recording_s == NEVER_S
    gc.collect()
    assert gone() is None


def test_close_does_not_wait_for_an_analysis_that_hangs(session, analyzer, monkeypatch):
    monkeypatch.setattr(session_module, "STOP_WITHIN_S", 0.05)
    analyzer.go_on.clear()
    session.submit(picture())
    assert analyzer.began.wait(PATIENCE_S)
    session.close()
    analyzer.go_on.set()
    until(lambda: not live_threads())
    assert session.latest.size == (0, 0)


def test_case_51_stop_before_the_first_frame(analyzer, clock):
    before = live_threads()
    session = LiveSession(analyzer, clock=clock)
    VideoProcessor(session)
    session.close()
    assert live_threads() == before


def test_case_54_the_size_changes_in_mid_stream(session, clock):
    processor = VideoProcessor(session, overlay=Overlay(mirror=False))
    for k, size in enumerate([(640, 480), (1280, 720), (320, 240), (480, 640), (641, 361)]):
        shown = processor.recv(stream_frame(k, size))
        assert (shown.width, shown.height) == size
        until(lambda size=size: session.latest.size == size)
        clock.tick()
        after = processor.recv(stream_frame(k, size))  # now there is something to draw
        assert (after.width, after.height, after.pts) == (*size, k * 6000)
        clock.tick()
    assert session.snapshot().counts.failed == 0


def test_an_answer_is_not_drawn_onto_a_picture_of_another_size(session, clock):
    processor = VideoProcessor(session, overlay=Overlay(mirror=False))
    session.process(picture(0, 0.0, (640, 480)))
    session._analyzer.go_on.clear()  # else the small one may be read before it is drawn
    assert processor.recv(small := stream_frame(1, (320, 240))) is small
    session._analyzer.go_on.set()


def test_an_old_answer_is_not_drawn(session, clock):
    processor = VideoProcessor(session, overlay=Overlay(mirror=False))
    session.process(picture(0, 0.0, (640, 480)))
    assert processor.recv(young := stream_frame(1)) is not young
    session._analyzer.go_on.clear()
    clock.tick(10)
    assert processor.recv(old := stream_frame(2)) is old
    session._analyzer.go_on.set()


@pytest.mark.parametrize("pixel_format", ["yuv420p", "rgb24", "gray", "yuvj420p", "nv12"])
def test_any_pixel_format_is_drawn_on(session, pixel_format):
    processor = VideoProcessor(session, overlay=Overlay(bars=True))
    session.process(picture(0, 0.0, (640, 480)))
    frame = stream_frame(7, pixel_format=pixel_format)
    shown = processor.recv(frame)
    assert shown is not frame
    assert (shown.pts, shown.time_base) == (frame.pts, frame.time_base)
    assert np.ptp(shown.to_ndarray(format="rgb24")) > 50
    assert session.snapshot().counts.failed == 0


def test_a_name_stands_in_the_picture(session, monkeypatch):
    written = []
    draw = video.draw
    monkeypatch.setattr(
        video, "draw", lambda *args, **more: written.append(more["names"]) or draw(*args, **more)
    )
    processor = VideoProcessor(session)
    session.process(picture(0, 0.0, (640, 480)))
    processor.recv(stream_frame(1))
    session.name_face(1, "Anna")
    processor.recv(stream_frame(2))
    assert written == [{}, {1: "Anna"}]


def test_the_mirror_turns_the_picture(session, analyzer):
    image = np.zeros((48, 64, 3), np.uint8)
    image[:, :32] = 255
    analyzer.faces = 0
    shown = VideoProcessor(session).recv(av.VideoFrame.from_ndarray(image, format="rgb24"))
    assert np.array_equal(shown.to_ndarray(format="rgb24"), image[:, ::-1])


def test_case_55_a_failing_analysis_passes_the_frame_and_is_counted(session, analyzer, clock):
    processor = VideoProcessor(session, overlay=Overlay(mirror=False))
    analyzer.error = RuntimeError("broken")
    assert processor.recv(first := stream_frame(0)) is first
    until(lambda: session.snapshot().counts.failed == 1)
    assert session.snapshot().last_error == "RuntimeError"
    analyzer.error = None
    clock.tick()
    processor.recv(stream_frame(1))
    until(lambda: session.snapshot().counts.analyzed == 1)


def test_case_55_a_failing_overlay_passes_the_frame_and_is_counted(session, monkeypatch):
    def _broken(*_args, **_options):
        raise ValueError("broken")

    monkeypatch.setattr("fer.live.video.draw", _broken)
    assert VideoProcessor(session).recv(frame := stream_frame(0)) is frame
    assert session.snapshot().counts.failed == 1


def test_case_56_with_a_slow_analysis_the_newest_frame_wins(clock):
    analyzer = FakeAnalyzer(clock=clock, takes_s=1.0)
    with LiveSession(analyzer, clock=clock) as session:
        analyzer.go_on.clear()
        session.submit(picture(0, 0.0))
        assert analyzer.began.wait(PATIENCE_S)
        for k in range(1, 15):
            clock.tick()
            session.submit(picture(k, k * STEP_S))
        assert session.snapshot().lag_s == pytest.approx(14 * STEP_S)  # it grows while one hangs
        analyzer.go_on.set()
        until(lambda: session.snapshot().counts.dropped + session.snapshot().counts.skipped == 14)
        clock.tick(2)
        session.submit(picture(15, clock() - 1000))
        until(lambda: session.snapshot().counts.analyzed == 2)
        shot = session.snapshot()
    assert analyzer.seen == [0, 15]
    assert shot.lag_s <= 1.0 + 1e-6
    assert shot.counts.dropped + shot.counts.skipped == 14


def test_case_57_a_stalled_consumer_keeps_two_frames_at_most(session, analyzer, clock):
    analyzer.go_on.clear()
    images = []
    for k in range(60):
        frame = picture(k, k * STEP_S)
        images.append(weakref.ref(frame.image))
        session.submit(frame)
        del frame
        assert analyzer.began.wait(PATIENCE_S)
        clock.tick()
    gc.collect()
    assert sum(image() is not None for image in images) <= 2
    assert session.snapshot().counts.dropped == 58
    analyzer.go_on.set()


def test_case_58_a_forgotten_session_ends_its_worker_and_is_freed(monkeypatch):
    monkeypatch.setattr(session_module, "IDLE_STOP_S", 0.05)
    analyzer = FakeAnalyzer()
    session = LiveSession(analyzer)
    session.submit(picture(0, 0.0))
    until(lambda: analyzer.seen == [0])
    until(lambda: not live_threads())
    session.submit(picture(1, 1.0))  # the stream went on after all
    until(lambda: analyzer.seen == [0, 1])
    gone = weakref.ref(session)
    del session
    until(lambda: gc.collect() >= 0 and gone() is None)
    assert not live_threads()


def test_case_60_a_hundred_starts_leave_no_threads():
    before, analyzer = threading.active_count(), FakeAnalyzer()
    for _ in range(100):
        with LiveSession(analyzer) as session:
            session.submit(picture())
    assert threading.active_count() <= before


def test_case_61_faces_that_left_are_forgotten(session, analyzer, clock):
    for faces in (0, 20, 0):
        analyzer.faces = faces
        feed(session, clock, 30, start=round((clock() - 1000) / STEP_S))
        assert len(session.latest.observations) == faces
        assert len(session._smoother) == faces


def test_case_63_black_frames_show_no_face():
    with LiveSession(Analyzer()) as session:
        for k in range(3):
            result = session.process(Frame(np.zeros((480, 640, 3), np.uint8), k, k * STEP_S))
        assert len(result.observations) == 0 and result.size == (640, 480)


def test_case_64_two_sessions_share_nothing(clock):
    one, two = (LiveSession(FakeAnalyzer(faces, clock=clock), clock=clock) for faces in (1, 3))
    one.process(picture())
    one.mark("mine")
    assert len(two.latest.observations) == 0 and two.snapshot().markers == ()
    two.process(picture())
    assert len(one.latest.observations) == 1
    one.close()
    assert len(two.latest.observations) == 3
    two.close()


def test_case_65_the_session_over_the_cap_is_refused():
    gate = LiveGate(2)
    first, second = gate.try_enter(), gate.try_enter()
    assert gate.try_enter() is None
    gate.leave(first)
    gate.leave(first)
    gate.leave(None)
    assert gate.active == 1
    third = gate.try_enter()
    assert third is not None and gate.try_enter() is None
    del second  # its page was forgotten: the place is free again
    gc.collect()
    assert gate.try_enter() is not None
    with pytest.raises(ValueError, match="at least 1"):
        LiveGate(0)


def test_case_65_many_threads_do_not_pass_the_cap():
    gate, got = LiveGate(4), []
    threads = [threading.Thread(target=lambda: got.append(gate.try_enter())) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(token is not None for token in got) == 4


def test_case_74_the_session_time_never_runs_backwards():
    stream = SessionClock()
    assert stream.place(500.0, 10.0) == 0.0
    assert stream.place(500.5, 10.5) == pytest.approx(0.5)
    assert stream.place(0.0, 14.5) == pytest.approx(4.5)  # started anew
    assert stream.place(9000.0, 15.0) == pytest.approx(5.0)  # jumps ahead: anew
    assert stream.place(9000.5, 17.5) == pytest.approx(5.5)
    assert stream.lag_s == pytest.approx(2.0)  # it came two seconds late
    assert stream.place(9002.5, 17.5) == pytest.approx(7.5)
    assert stream.lag_s == pytest.approx(0.0)


def test_the_real_analyzer_follows_the_sample():
    frames = [f for f in sample_frames(duration_s=12.0) if f.index < 30]
    with LiveSession(Analyzer()) as session:
        session.start_recording()
        for frame in frames:
            result = session.process(frame)
        timeline = session.stop_recording()
    assert len(result.observations) == 1
    assert result.smoothed.sum(1) == pytest.approx(1, abs=1e-5)
    assert len(timeline.frame_times_s) == 30 and timeline.face_ids == [1]
