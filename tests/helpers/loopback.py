"""The server's half of a WebRTC stream without Streamlit: streamlit-webrtc's worker on a loop of its own."""

import asyncio
import threading

from aiortc import RTCConfiguration
from aiortc.contrib.media import MediaRelay
from streamlit_webrtc import WebRtcMode
from streamlit_webrtc.webrtc import WebRtcWorker

from fer.live import VideoProcessor
from pages.ui.live.stream import newest_only

SIGNAL_WITHIN_S = 15.0
STOP_WITHIN_S = 5.0
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
    "on_audio_ended",
    "video_processor_factory",
    "audio_processor_factory",
)
"""Arguments of the worker that a live page leaves out."""


class Server:
    """An event loop in a thread and workers on it, as Streamlit has them. A context manager."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, name="server-loop", daemon=True)
        self.workers: list[WebRtcWorker] = []

    def __enter__(self) -> "Server":
        self._thread.start()
        self._relay = self.run(_relay())
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self.workers:
            worker.stop(timeout=STOP_WITHIN_S)
        self.run(_let_closed_transports_go())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(STOP_WITHIN_S)
        self.loop.close()

    def run(self, coroutine):
        """The result of a coroutine that runs on the loop."""
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(SIGNAL_WITHIN_S)

    def worker(
        self, processor: VideoProcessor, *, mode: WebRtcMode = WebRtcMode.SENDRECV, on_ended=None
    ) -> WebRtcWorker:
        """The worker that `webrtc_streamer` makes for the Live page.

        Args:
            processor: Gets the frames.
            mode: SENDRECV sends them back, SENDONLY does not.
            on_ended: Called when the stream has ended.
        """
        made = self.run(self._worker(processor, mode, on_ended))
        self.workers.append(made)
        return made

    async def _worker(self, processor: VideoProcessor, mode: WebRtcMode, on_ended) -> WebRtcWorker:
        return WebRtcWorker(
            mode=mode,
            rtc_configuration=RTCConfiguration(iceServers=[]),
            video_frame_callback=processor.recv,
            on_video_ended=on_ended,
            async_processing=True,
            video_receiver_size=2,
            audio_receiver_size=2,
            sendback_video=True,
            sendback_audio=False,
            loop=self.loop,
            relay=self._relay,
            **dict.fromkeys(UNUSED),
        )


async def _relay() -> MediaRelay:
    return newest_only(MediaRelay())


async def _let_closed_transports_go() -> None:
    """A few turns of the loop, in which closed sockets call back."""
    await asyncio.sleep(0.1)


def frames_waiting(worker: WebRtcWorker) -> int:
    """The longest queue of frames on a worker's way from the network and back to it."""
    process = worker.output_video_track
    if process is None:
        return 0
    queues = [getattr(process, "_in_queue", None), getattr(process.track, "_queue", None)]
    queues += [getattr(sender.track, "_queue", None) for sender in worker.pc.getSenders() if sender.track]
    return max((queue.qsize() for queue in queues if queue is not None), default=0)
