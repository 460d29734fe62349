"""A real WebRTC stream without a browser: an aiortc client sends, streamlit-webrtc's worker answers."""

import asyncio
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction

import av
import numpy as np
import pytest
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription, VideoStreamTrack
from aiortc.contrib.media import MediaRelay
from streamlit_webrtc import WebRtcMode
from streamlit_webrtc.webrtc import WebRtcWorker

from fer.live import LiveSession, Overlay, VideoProcessor
from tests.factories import OneFace

FRAMES = 30
FPS = 15
SIGNAL_WITHIN_S = 15.0
UNUSED = (
    "source_video_track",
    "source_audio_track",
    "sink_video_track",
    "sink_audio_track",
    "player_factory",
    "in_recorder_factory",
    "out_recorder_factory",
    "audio_frame_callback",
    "queued_video_frames_callback",
    "queued_audio_frames_callback",
    "on_video_ended",
    "on_audio_ended",
    "video_processor_factory",
    "audio_processor_factory",
)
"""Arguments of the worker that a live page leaves out."""


class GrayTrack(VideoStreamTrack):
    """Plain gray, 640x480 at 15 fps; counts from 0."""

    def __init__(self) -> None:
        super().__init__()
        self._index = -1
        self._image = np.full((480, 640, 3), 110, np.uint8)

    async def recv(self) -> av.VideoFrame:
        self._index += 1
        await asyncio.sleep(1 / FPS)
        frame = av.VideoFrame.from_ndarray(self._image, format="rgb24")
        frame.pts, frame.time_base = self._index * (90_000 // FPS), Fraction(1, 90_000)
        return frame


@pytest.fixture
def loop():
    """An event loop in a thread of its own, as Streamlit has one."""
    made = asyncio.new_event_loop()
    thread = threading.Thread(target=made.run_forever, daemon=True)
    thread.start()
    yield made
    made.call_soon_threadsafe(made.stop)
    thread.join(5)
    made.close()


def make_worker(loop: asyncio.AbstractEventLoop, processor: VideoProcessor) -> WebRtcWorker:
    """The worker that `webrtc_streamer` makes for ``SENDRECV``."""

    async def _relay() -> MediaRelay:
        return MediaRelay()

    async def _worker() -> WebRtcWorker:
        return WebRtcWorker(
            mode=WebRtcMode.SENDRECV,
            rtc_configuration=RTCConfiguration(iceServers=[]),
            video_frame_callback=processor.recv,
            async_processing=True,
            video_receiver_size=2,
            audio_receiver_size=2,
            sendback_video=True,
            sendback_audio=False,
            loop=loop,
            relay=relay,
            **dict.fromkeys(UNUSED),
        )

    relay = asyncio.run_coroutine_threadsafe(_relay(), loop).result(SIGNAL_WITHIN_S)
    return asyncio.run_coroutine_threadsafe(_worker(), loop).result(SIGNAL_WITHIN_S)


async def look(worker: WebRtcWorker, frames: int) -> list[av.VideoFrame]:
    """Send a stream and take what comes back."""
    client = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    try:
        sender = client.addTransceiver("video", direction="sendrecv")
        sender.sender.replaceTrack(GrayTrack())
        await client.setLocalDescription(await client.createOffer())
        offer = client.localDescription
        answer = await asyncio.to_thread(worker.process_offer, offer.sdp, offer.type, SIGNAL_WITHIN_S)
        await client.setRemoteDescription(RTCSessionDescription(answer.sdp, answer.type))
        track = sender.receiver.track
        return [await asyncio.wait_for(track.recv(), SIGNAL_WITHIN_S) for _ in range(frames)]
    finally:
        await client.close()


def watch(worker: WebRtcWorker, frames: int) -> list[av.VideoFrame]:
    """`look` in a thread of its own: the browser tests leave an event loop running in this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, look(worker, frames)).result()


@pytest.mark.slow
def test_a_stream_goes_through_the_worker_and_comes_back_with_the_overlay(loop):
    with LiveSession(OneFace()) as session:
        worker = make_worker(loop, VideoProcessor(session, overlay=Overlay(mirror=False)))
        try:
            seen = watch(worker, FRAMES)
        finally:
            worker.stop(timeout=5)
        counts = session.snapshot().counts
    assert len(seen) == FRAMES
    assert np.ptp(seen[-1].to_ndarray(format="rgb24")) > 50  # gray came, the overlay is there
    assert counts.analysed > FRAMES // 3 and counts.failed == 0


@pytest.mark.slow
def test_case_55_the_stream_outlives_a_failing_analysis(loop):
    analyzer = OneFace()
    analyzer.analyze = lambda frame: 1 // 0
    with LiveSession(analyzer) as session:
        worker = make_worker(loop, VideoProcessor(session, overlay=Overlay(mirror=False)))
        try:
            seen = watch(worker, FRAMES // 2)
        finally:
            worker.stop(timeout=5)
        assert session.snapshot().counts.failed > 0
    assert len(seen) == FRAMES // 2
    ends = time.monotonic() + 10
    while any(t.name == "fer-live" for t in threading.enumerate()) and time.monotonic() < ends:
        time.sleep(0.05)
    assert not any(t.name == "fer-live" for t in threading.enumerate())
