"""Live sessions side by side, over and over, and after their tab: nothing crosses, grows or stays."""

import gc
import threading
import tracemalloc
import weakref
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from fer.constants import EMOTIONS
from fer.live import LiveGate, LiveSession, Overlay, VideoProcessor
from fer.live import gate as gate_module
from fer.live import session as session_module
from fer.records import Frame
from pages.ui.app.jobs import JobRegistry
from pages.ui.app.lifetime import GRACE_S, Caretaker
from tests.helpers.factories import UNSURE_BELOW, make_observations
from tests.helpers.live_fakes import Clock, FakeAnalyzer, live_threads, picture, stream_frame, until

CANARIES = {"anna": (210, "angry"), "ben": (40, "sad")}
"""Who -> the gray of their camera's picture, and the expression that is read from it."""


class CanaryAnalyzer(FakeAnalyzer):
    """Reads an expression from the picture's gray, so that a foreign frame would show."""

    def analyze(self, frame: Frame):
        self.seen.append(frame.index)
        gray = int(frame.image[0, 0, 0])
        expression = next(what for shade, what in CANARIES.values() if abs(shade - gray) < 10)
        return make_observations([expression], time_s=frame.timestamp_s, index=frame.index)


def canary_stream(who: str, together: threading.Barrier) -> tuple[set[int], set[str], list[str]]:
    """Play a stream beside others: grays that came back, expressions on record, markers on record."""
    gray, _ = CANARIES[who]
    with LiveSession(CanaryAnalyzer()) as session:
        processor = VideoProcessor(session, overlay=Overlay(mirror=False))
        session.start_recording()
        grays = set()
        for index in range(40):
            together.wait(10)
            shown = processor.recv(stream_frame(index, (320, 240), gray=gray))
            grays.add(int(shown.to_ndarray(format="rgb24")[-1, -1, 0]))
            if index == 20:
                session.mark(f"canary of {who}")
        until(lambda: session.snapshot().counts.waiting == 0)
        timeline = session.stop_recording()
    return grays, set(timeline.table["emotion"]), list(timeline.source.notes)


def test_case_64_canaries_of_two_users_never_cross():
    together = threading.Barrier(len(CANARIES))
    with ThreadPoolExecutor(len(CANARIES)) as pool:
        found = dict(zip(CANARIES, pool.map(canary_stream, CANARIES, [together] * 2), strict=True))
    for who, (gray, expression) in CANARIES.items():
        grays, expressions, notes = found[who]
        assert all(abs(g - gray) < 10 for g in grays), who
        assert expressions == {expression}
        assert all(f"canary of {who}" in note for note in notes)


def test_case_65_a_busy_session_does_not_hold_up_the_others():
    """While one analysis hangs, another session reads every frame it is given."""
    busy, calm = FakeAnalyzer(), FakeAnalyzer()
    busy.go_on.clear()
    with LiveSession(busy) as stuck, LiveSession(calm) as other:
        stuck.submit(picture())
        assert busy.began.wait(10)
        for index in range(100):
            other.process(picture(index, index / 15))
            stuck.submit(picture(index + 1, index / 15))
        assert other.snapshot().counts.analyzed == 100
        assert stuck.snapshot().counts.analyzed == 0 and stuck.snapshot().counts.waiting == 2
        busy.go_on.set()


@pytest.mark.parametrize(
    ("quota", "affinity", "sessions"),
    [("max 100000", 2, 4), ("50000 100000", 2, 1), ("150000 100000", 8, 3), ("nonsense", 3, 4), (None, 1, 2)],
)
def test_case_65_the_cap_follows_the_processors_that_may_be_used(
    tmp_path, monkeypatch, quota, affinity, sessions
):
    file = tmp_path / "cpu.max"
    if quota is not None:
        file.write_text(quota)
    monkeypatch.setattr(gate_module, "CPU_QUOTA", file)
    monkeypatch.setattr(gate_module, "processors", lambda: affinity)
    assert gate_module.default_limit() == sessions


def test_case_60_a_hundred_starts_and_stops_take_no_memory():
    analyzer, clock = FakeAnalyzer(), Clock()
    started: weakref.WeakSet[LiveSession] = weakref.WeakSet()

    def _cycle() -> None:
        with LiveSession(analyzer, clock=clock) as session:
            started.add(session)
            processor = VideoProcessor(session)
            session.start_recording()
            for index in range(3):
                clock.tick()
                processor.recv(stream_frame(index, (64, 48)))
            session.stop_recording()

    for _ in range(10):
        _cycle()
    tracemalloc.start()
    try:
        gc.collect()
        before = tracemalloc.get_traced_memory()[0]
        for _ in range(100):
            _cycle()
            analyzer.seen.clear()
        gc.collect()
        grown = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert grown < 100_000  # a thousand bytes a start would be a leak
    assert not [session for session in started if not session.snapshot().closed]


def test_case_61_twenty_faces_that_left_leave_no_rows_and_no_pictures(monkeypatch):
    analyzer, clock = FakeAnalyzer(20), Clock()
    with LiveSession(analyzer, clock=clock, history_s=1.0) as session:
        for index in range(90):
            analyzer.faces = 20 if 30 <= index < 60 else 0
            session.process(picture(index, index / 15))
            clock.tick()
        assert len(session._smoother) == 0
        assert session.recent().face_ids == []


def test_case_67_what_a_session_holds_goes_with_its_tab(monkeypatch):
    """The recording, the history and the models: two minutes after the tab, and the place is free."""
    monkeypatch.setattr(session_module, "IDLE_STOP_S", 0.05)
    registry, gate, clock, tabs = JobRegistry(), LiveGate(1), Clock(), {"tab"}
    caretaker = Caretaker(registry, connected=tabs.__contains__, close=lambda _: None, clock=clock)
    analyzer = FakeAnalyzer()
    session = LiveSession(analyzer)
    session.start_recording()
    session.submit(picture())
    until(lambda session=session: session.snapshot().counts.analyzed == 1)
    registry.keep("anna", "room", (session, gate.try_enter()))
    caretaker.watch("anna", "tab")
    gone = weakref.ref(session), weakref.ref(analyzer)
    del session, analyzer
    tabs.clear()
    clock.tick(GRACE_S - 1)
    caretaker.look()
    assert gone[0]() is not None and gate.try_enter() is None
    clock.tick(1)
    assert caretaker.look() == ["anna"]
    until(lambda: gc.collect() >= 0 and not any(ref() for ref in gone))
    assert gate.try_enter() is not None and not live_threads()


def test_the_canaries_differ():
    """Else the test of case 64 could not fail."""
    seen = CanaryAnalyzer().analyze(Frame(np.full((8, 8, 3), CANARIES["ben"][0], np.uint8)))
    assert EMOTIONS[int(seen.probs[0].argmax())] == CANARIES["ben"][1] != CANARIES["anna"][1]
    assert seen.probs[0].max() > UNSURE_BELOW
