"""How long a live frame takes from the camera's packet to the packet that goes back with its own answer.

Everything that the Live page does with a frame, one step after the other and with waiting for the answer: the
page itself draws the newest answer and does not wait, so that a frame passes sooner than this. What is drawn
is what the page draws unless the visitor chooses otherwise.
"""

import time

import numpy as np

from fer.benchmark.speed import machine
from fer.benchmark.vp8 import CLOCK_HZ, Vp8Codec, camera_packets
from fer.live import LiveSession, Overlay, VideoProcessor
from fer.pipeline import Analyzer
from fer.records import Frame
from fer.sample.clip import sample_frames

SIZE = (640, 480)
FPS = 15.0
WARM_UP_FRAMES = 15
STEPS = ("decode", "analyse", "draw", "encode")

FER_PACKAGE_MS = 39.0
"""Milliseconds a frame of the PyPI package `fer`: detection and network alone, without codecs and drawing, on
its own test clip (talking_woman_short.mp4) on two such CPUs with other work running. Measured once when
this project began; it is not installed here because it would shadow this library."""


class _WaitingSession(LiveSession):
    """A session that reads every frame before it goes on, so that each is drawn with its own answer."""

    def submit(self, frame: Frame) -> bool:
        """Read the frame now."""
        self.process(frame)
        return True


def live_latency(*, rounds: int = 2) -> dict:
    """Milliseconds of a frame with a single face at 640x480, step by step.

    Args:
        rounds: How often the sample is played.

    Returns:
        Plain values: ``ms`` with the median of every step, ``ms_median`` and ``ms_p95`` of the whole, the
        number of ``frames`` they come from (those with one face), and the machine.
    """
    images = (frame.image for frame in sample_frames(width=SIZE[0], height=SIZE[1], fps=FPS))
    packets = camera_packets(images, fps=FPS)
    rows = []
    with _WaitingSession(Analyzer()) as session:
        processor, codec = VideoProcessor(session, overlay=Overlay()), Vp8Codec()
        for index, packet in enumerate(packets * rounds):
            seconds = _one_frame(processor, codec, packet, round(index * CLOCK_HZ / FPS))
            if index >= WARM_UP_FRAMES and len(session.latest.observations) == 1:
                rows.append(seconds)
        failed = session.snapshot().counts.failed
    ms = np.array(rows) * 1e3
    whole = ms.sum(1)
    return {
        "machine": machine(),
        "width": SIZE[0],
        "height": SIZE[1],
        "frames": len(rows),
        "failed": failed,
        "ms": dict(zip(STEPS, np.median(ms, axis=0).tolist(), strict=True)),
        "ms_median": float(np.median(whole)),
        "ms_p95": float(np.percentile(whole, 95)),
        "fer_package_ms": FER_PACKAGE_MS,
    }


def _one_frame(processor: VideoProcessor, codec: Vp8Codec, packet: bytes, pts: int) -> tuple[float, ...]:
    """Seconds of each of `STEPS`."""
    marks = [time.perf_counter()]
    frame = codec.decode(packet, pts)
    marks.append(time.perf_counter())
    shown = processor.recv(frame)
    marks.append(time.perf_counter())
    codec.encode(shown)
    marks.append(time.perf_counter())
    decode_s, recv_s, encode_s = np.diff(marks).tolist()
    analyze_s = processor.session.latest.took_s
    return decode_s, analyze_s, recv_s - analyze_s, encode_s
