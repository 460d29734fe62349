"""Fakes for live sessions: a clock that the test moves, an analyzer that does what it is told."""

import threading
import time
from fractions import Fraction

import av
import numpy as np

from fer.records import Frame, Observations, Suggestion
from fer.settings import Settings
from tests.helpers.factories import UNSURE_BELOW, make_observations

STEP_S = 1 / 15
PATIENCE_S = 20.0
"""How long a test waits for what must happen; nothing is measured by it."""


class Clock:
    """Seconds that pass only when the test says so."""

    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s

    def tick(self, seconds: float = STEP_S) -> float:
        self.now_s += seconds
        return self.now_s


class FakeAnalyzer:
    """Sees as many happy faces as it is told; may be slow, hang or fail."""

    def __init__(self, faces: int = 1, *, clock: Clock | None = None, takes_s: float = 0.0) -> None:
        self.settings = Settings(unsure_below=UNSURE_BELOW)
        self.model_info, self.action_units = {"name": "tiny", "sha256": "0" * 64}, None
        self.faces, self.clock, self.takes_s = faces, clock, takes_s
        self.error: Exception | None = None
        self.go_on, self.began = threading.Event(), threading.Event()
        self.go_on.set()
        self.seen: list[int] = []
        self.suggestions: tuple[Suggestion, ...] = ()

    def analyze(self, frame: Frame) -> Observations:
        self.began.set()
        assert self.go_on.wait(PATIENCE_S)
        self.seen.append(frame.index)
        if self.clock:
            self.clock.tick(self.takes_s)
        if self.error:
            raise self.error
        return make_observations(["happy"] * self.faces, time_s=frame.timestamp_s, index=frame.index)


def picture(index: int = 0, time_s: float = 0.0, size: tuple[int, int] = (64, 48)) -> Frame:
    return Frame(np.full((size[1], size[0], 3), 90, np.uint8), index, time_s)


def stream_frame(
    index: int, size: tuple[int, int] = (640, 480), pixel_format: str = "yuv420p", *, gray: int = 90
) -> av.VideoFrame:
    """A frame as a camera's stream brings it, 15 a second."""
    image = np.full((size[1], size[0], 3), gray, np.uint8)
    frame = av.VideoFrame.from_ndarray(image, format="rgb24").reformat(format=pixel_format)
    frame.pts, frame.time_base = index * 6000, Fraction(1, 90_000)
    return frame


def until(condition, what: str = "it did not happen") -> None:
    """Wait for another thread."""
    ends = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < ends, what
        time.sleep(0.005)


def live_threads() -> list[threading.Thread]:
    return [t for t in threading.enumerate() if t.name == "fer-live"]


def feed(room, count: int) -> None:
    first = room.session.snapshot().counts.submitted
    for k in range(first, first + count):
        room.session.process(Frame(np.zeros((48, 64, 3), np.uint8), k, k * STEP_S))
