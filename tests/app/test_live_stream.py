"""A real WebRTC stream without a browser: an aiortc client sends, streamlit-webrtc's worker answers."""

import asyncio
import gc
import threading
import weakref
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from types import SimpleNamespace

import av
import numpy as np
import pytest
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription, VideoStreamTrack
from aiortc.codecs.vpx import Vp8Encoder
from streamlit_webrtc import WebRtcMode, shutdown
from streamlit_webrtc._compat import AppSessionState
from streamlit_webrtc.webrtc import WebRtcWorker

from fer.live import LiveSession, Overlay, VideoProcessor
from tests.helpers import factories
from tests.helpers.live_fakes import PATIENCE_S, until
from tests.helpers.loopback import SIGNAL_WITHIN_S, Server, frames_waiting

pytestmark = pytest.mark.slow
FRAMES = 30
FPS = 15
TABS = 50


class OneFace(factories.OneFace):
    """Sees one happy face in every frame, once it may go on."""

    def __init__(self) -> None:
        super().__init__()
        self.go_on, self.began = threading.Event(), threading.Event()
        self.go_on.set()

    def analyze(self, frame):
        self.began.set()
        assert self.go_on.wait(PATIENCE_S)
        return super().analyze(frame)


class GrayTrack(VideoStreamTrack):
    """Plain gray at 15 fps, counted from 0; the sizes take turns."""

    def __init__(self, sizes: tuple[tuple[int, int], ...] = ((640, 480),), every: int = 12) -> None:
        super().__init__()
        self._index = -1
        self._images = [np.full((height, width, 3), 110, np.uint8) for width, height in sizes]
        self._every = every

    async def recv(self) -> av.VideoFrame:
        self._index += 1
        await asyncio.sleep(1 / FPS)
        image = self._images[self._index // self._every % len(self._images)]
        frame = av.VideoFrame.from_ndarray(image, format="rgb24")
        frame.pts, frame.time_base = self._index * (90_000 // FPS), Fraction(1, 90_000)
        return frame


@pytest.fixture
def server():
    """Workers on an event loop in a thread of its own, as Streamlit has them."""
    with Server() as made:
        yield made


async def look(worker: WebRtcWorker, frames: int, *, track: VideoStreamTrack | None = None, after=None):
    """Send a stream and take what comes back; ``after`` is awaited while the connection still stands."""
    client = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    try:
        sender = client.addTransceiver("video", direction="sendrecv")
        sender.sender.replaceTrack(track or GrayTrack())
        await client.setLocalDescription(await client.createOffer())
        offer = client.localDescription
        answer = await asyncio.to_thread(worker.process_offer, offer.sdp, offer.type, SIGNAL_WITHIN_S)
        await client.setRemoteDescription(RTCSessionDescription(answer.sdp, answer.type))
        returned = sender.receiver.track
        seen = [await asyncio.wait_for(returned.recv(), SIGNAL_WITHIN_S) for _ in range(frames)]
        if after is not None:
            await after()
        return seen
    finally:
        await client.close()


def watch(worker: WebRtcWorker, frames: int, **more) -> list[av.VideoFrame]:
    """`look` in a thread of its own: the browser tests leave an event loop running in this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, look(worker, frames, **more)).result()


def stream_threads() -> list[str]:
    """Names of the threads that belong to a stream."""
    ours = ("fer-live", "async_media_processor", "process_offer", "ShutdownPolling", "video-", "audio-")
    return [t.name for t in threading.enumerate() if t.name.startswith(ours)]


def plain() -> Overlay:
    return Overlay(mirror=False)


def test_a_stream_goes_through_the_worker_and_comes_back_with_the_overlay(server):
    with LiveSession(OneFace()) as session:
        seen = watch(server.worker(VideoProcessor(session, overlay=plain())), FRAMES)
        counts = session.snapshot().counts
    assert len(seen) == FRAMES
    assert np.ptp(seen[-1].to_ndarray(format="rgb24")) > 50  # gray came, the overlay is there
    assert counts.analyzed > FRAMES // 3 and counts.failed == 0


def test_case_53_a_camera_that_goes_away_ends_the_stream_and_frees_everything(server):
    ended, analyzer = threading.Event(), OneFace()
    with LiveSession(analyzer) as session:
        worker = server.worker(VideoProcessor(session), on_ended=ended.set)
        watch(worker, 5)
        assert ended.wait(PATIENCE_S)
    until(lambda: not stream_threads(), "threads of the stream are still there")


def test_case_53_the_loop_that_serves_all_never_waits_for_an_analysis(server):
    """While an analysis hangs, the loop still turns: it answers between the frames of the stream."""
    analyzer = OneFace()
    analyzer.go_on.clear()

    async def _turns() -> None:
        assert analyzer.began.is_set()
        for _ in range(50):
            future = asyncio.run_coroutine_threadsafe(asyncio.sleep(0, "turned"), server.loop)
            assert await asyncio.wrap_future(future) == "turned"

    with LiveSession(analyzer) as session:
        watch(server.worker(VideoProcessor(session)), 5, after=_turns)
        assert session.snapshot().counts.analyzed == 0
        analyzer.go_on.set()


def test_case_54_the_size_changes_in_mid_stream(server):
    track = GrayTrack(((640, 480), (1280, 720), (320, 240), (480, 640)))
    with LiveSession(OneFace()) as session:
        seen = watch(server.worker(VideoProcessor(session)), 4 * FRAMES // 2, track=track)
        counts = session.snapshot().counts
    sizes = {(frame.width, frame.height) for frame in seen}
    assert len(sizes) >= 3 and counts.failed == 0


def test_case_55_the_stream_outlives_a_failing_analysis(server):
    analyzer = OneFace()
    analyzer.analyze = lambda frame: 1 // 0
    with LiveSession(analyzer) as session:
        seen = watch(server.worker(VideoProcessor(session, overlay=plain())), FRAMES // 2)
        assert session.snapshot().counts.failed > 0
    assert len(seen) == FRAMES // 2
    until(lambda: not any("fer-live" in name for name in stream_threads()), "the worker stays")


def test_case_56_the_stream_outlives_an_analysis_that_hangs(server):
    """streamlit-webrtc ends a stream whose callback takes over 10 s: ours never waits for the analysis."""
    analyzer = OneFace()
    analyzer.go_on.clear()
    with LiveSession(analyzer) as session:
        seen = watch(server.worker(VideoProcessor(session, overlay=plain())), FRAMES)
        shot = session.snapshot()
        analyzer.go_on.set()
    assert len(seen) == FRAMES and shot.counts.analyzed == 0
    assert shot.counts.waiting <= 2 and shot.counts.dropped >= FRAMES // 2


def test_case_57_a_viewer_that_stalls_leaves_no_frames_waiting_here(server):
    waiting: list[int] = []

    async def _stall() -> None:
        for _ in range(20):
            await asyncio.sleep(0.1)
            waiting.append(max(frames_waiting(worker), session.snapshot().counts.waiting))

    with LiveSession(OneFace()) as session:
        worker = server.worker(VideoProcessor(session))
        watch(worker, 5, after=_stall)
    assert sorted(waiting)[len(waiting) // 2] <= 2


def test_case_57_an_encoder_that_is_too_slow_leaves_no_frames_waiting(server, monkeypatch):
    encode, go_on, waiting = Vp8Encoder.encode, threading.Event(), []
    go_on.set()
    server.loop.set_default_executor(ThreadPoolExecutor(thread_name_prefix="server"))

    def encode_late(*frame, **how):
        if threading.current_thread().name.startswith("server"):  # the client encodes in this process too
            assert go_on.wait(PATIENCE_S)
        return encode(*frame, **how)

    monkeypatch.setattr(Vp8Encoder, "encode", encode_late)

    async def _stall() -> None:
        go_on.clear()
        enough = session.snapshot().counts.submitted + FRAMES
        while session.snapshot().counts.submitted < enough:
            await asyncio.sleep(0.05)
        waiting.append(frames_waiting(worker))
        go_on.set()

    with LiveSession(OneFace()) as session:
        worker = server.worker(VideoProcessor(session))
        watch(worker, 5, after=_stall)
    assert waiting[0] <= 2


def test_case_58_fifty_closed_tabs_leave_no_threads_and_no_sessions(server):
    watch_once, left = [], weakref.WeakSet()
    for _ in range(TABS):
        ended = threading.Event()
        session = LiveSession(OneFace())
        processor = VideoProcessor(session)
        left.update((session, processor))
        worker = server.worker(processor, on_ended=ended.set)
        watch_once.append(len(watch(worker, 1)))  # the tab closes: its connection ends, nobody says stop
        assert ended.wait(PATIENCE_S)
        session.close()
        server.workers.remove(worker)
        del session, processor, worker
    assert watch_once == [1] * TABS
    until(lambda: not stream_threads(), "threads of a closed tab are still there")
    until(lambda: gc.collect() >= 0 and not len(left), "a tab's frames are still held")


@pytest.mark.parametrize("how", ["another page", "the tab is closed"])
def test_case_59_leaving_the_page_ends_the_worker(server, monkeypatch, how):
    tab = SimpleNamespace(
        id="tab",
        _state=AppSessionState.APP_NOT_RUNNING,
        _client_state=SimpleNamespace(page_script_hash="live"),
    )

    class Tab(SimpleNamespace):
        """May be referred to weakly."""

    tab = Tab(**vars(tab))
    monkeypatch.setattr(shutdown, "get_this_session_info", lambda: SimpleNamespace(session=tab))
    ended = threading.Event()

    async def _leave() -> None:
        if how == "another page":
            tab._client_state.page_script_hash = "video"
        else:
            tab._state = AppSessionState.SHUTDOWN_REQUESTED
        assert await asyncio.to_thread(ended.wait, PATIENCE_S)

    with LiveSession(OneFace()) as session:
        watch(server.worker(VideoProcessor(session), on_ended=ended.set), 5, after=_leave)
    assert ended.is_set()
    until(lambda: not stream_threads(), "threads of the stream are still there")


def test_a_stream_of_charts_only_is_read_and_sends_nothing_back(server):
    """SENDONLY: the frames are read; the worker has no way back."""

    async def _send(worker: WebRtcWorker, session: LiveSession) -> None:
        client = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        client.addTrack(GrayTrack())
        await client.setLocalDescription(await client.createOffer())
        offer = client.localDescription
        answer = await asyncio.to_thread(worker.process_offer, offer.sdp, offer.type, SIGNAL_WITHIN_S)
        await client.setRemoteDescription(RTCSessionDescription(answer.sdp, answer.type))
        for _ in range(int(PATIENCE_S / 0.05)):
            if session.snapshot().counts.analyzed >= 5:
                break
            await asyncio.sleep(0.05)
        assert all(sender.track is None for sender in worker.pc.getSenders())
        await client.close()

    with LiveSession(OneFace()) as session, ThreadPoolExecutor(1) as pool:
        worker = server.worker(VideoProcessor(session, overlay=plain()), mode=WebRtcMode.SENDONLY)
        pool.submit(asyncio.run, _send(worker, session)).result()
        assert session.snapshot().counts.analyzed >= 5
