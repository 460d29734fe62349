"""A video of a live session with hidden faces, in memory, made only while it is asked for."""

import io
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

import numpy as np
from av.error import FFmpegError

from fer.draw.late import LateHider
from fer.draw.video_writer import Mp4Encoder
from fer.records import Frame, Observations
from fer.settings import Settings
from fer.text import clock

MAX_VIDEO_S = 900.0
MAX_VIDEO_BYTES = 150 * 1024 * 1024
EXPECTED_FPS = 15.0


@dataclass(frozen=True, eq=False)
class RecordedVideo:
    """A finished video.

    Args:
        data: MP4; empty if no frame came.
        note: What the user should know, empty if it is whole.
    """

    data: bytes = b""
    note: str = ""


class LiveVideoRecorder:
    """Writes every frame that a live session reads into a video, while it is asked to.

    The faces are hidden before a frame is encoded: no picture of a face is ever in the file. For that frames
    are written a second late (`fer.draw.late`); they wait in memory only.

    Args:
        settings: `detector` and `detector_path` are read.

    Example:
        >>> recorder = LiveVideoRecorder()                                      # doctest: +SKIP
        >>> with LiveSession(Analyzer(), on_frame=recorder.on_frame) as session:   # doctest: +SKIP
        ...     session.start_recording(); recorder.start("blur")
        ...     timeline, video = session.stop_recording(), recorder.stop()
    """

    def __init__(self, settings: Settings | None = None) -> None:
        self._settings = settings or Settings()
        self._lock = threading.Lock()
        self._hider: LateHider | None = None
        self._file = io.BytesIO()
        self._encoder: Mp4Encoder | None = None
        self._first_s: float | None = None
        self._note = ""

    def on_frame(self, frame: Frame, observations: Observations) -> None:
        """Write a frame if a video is being made; to be given to `fer.live.LiveSession`."""
        with self._lock:
            if self._encoder is not None and not self._note:
                self._write(self._encoder, frame, observations)

    def start(self, mode: str) -> None:
        """Begin a video; one that is being made is dropped.

        Args:
            mode: ``"blur"`` or ``"mesh"``: how faces are hidden.
        """
        self.stop()
        with self._lock:
            self._first_s, self._note = None, ""
            self._hider = LateHider(self._settings, mode)
            self._file = io.BytesIO()
            self._encoder = Mp4Encoder(self._file, fps=EXPECTED_FPS)

    def stop(self) -> RecordedVideo:
        """End the video and hand it over; an empty one if none was being made."""
        with self._lock:
            if self._encoder is None:
                return RecordedVideo()
            try:
                self._finish(self._encoder)
            except (OSError, FFmpegError):
                self._file = io.BytesIO()  # a file without its end does not play
            video = RecordedVideo(self._file.getvalue(), self._note)
            self._encoder, self._hider, self._file = None, None, io.BytesIO()
            return video

    def _write(self, encoder: Mp4Encoder, frame: Frame, observations: Observations) -> None:
        """Add a frame, or note that the video is as long as it may be. Call with the lock held."""
        if self._first_s is None:
            self._first_s = frame.timestamp_s
        length_s = frame.timestamp_s - self._first_s
        if length_s > MAX_VIDEO_S or self._file.tell() > MAX_VIDEO_BYTES:
            self._note = f"The video ends at its longest time, {clock(length_s)}; the timeline goes on."
            return
        try:
            if self._hider is not None:
                self._write_late(encoder, self._hider.push(frame, observations))
        except (OSError, FFmpegError):
            self._note = f"The video breaks off at {clock(length_s)}; the timeline goes on."

    def _finish(self, encoder: Mp4Encoder) -> None:
        """Write the pictures that wait, and the end of the file."""
        with suppress(OSError, FFmpegError):
            if self._hider is not None:
                self._write_late(encoder, self._hider.flush())
        encoder.close()

    @staticmethod
    def _write_late(encoder: Mp4Encoder, pictures: Iterator[tuple[Frame, Observations, np.ndarray]]) -> None:
        for late, _, hidden in pictures:
            encoder.write(hidden, late.timestamp_s)
