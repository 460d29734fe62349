"""A video of a live session with hidden faces, in memory, made only while it is asked for."""

import io
import threading
from dataclasses import dataclass

import av

from fer.draw.hidden import anonymize
from fer.draw.video_writer import Mp4Encoder
from fer.pipeline import Analyzer
from fer.records import Frame, Observations
from fer.text import clock

MAX_TAPE_S = 900.0
MAX_TAPE_BYTES = 150 * 1024 * 1024
EXPECTED_FPS = 15.0


@dataclass(frozen=True, eq=False)
class Tape:
    """A finished video.

    Args:
        data: MP4; empty if no frame came.
        note: What the user should know, empty if it is whole.
    """

    data: bytes = b""
    note: str = ""


class TapingAnalyzer:
    """An `Analyzer` that, while asked to, also writes every frame it reads into a video.

    The faces are hidden before a frame is encoded: no picture of a face is ever in the file.

    Args:
        analyzer: Does the reading.

    Attributes:
        model_info: Of the analyzer, for the report.
        action_units: Its reader of Action Units, for capturing neutral faces.

    Example:
        >>> analyzer = TapingAnalyzer(Analyzer())                          # doctest: +SKIP
        >>> with LiveSession(analyzer) as session:                         # doctest: +SKIP
        ...     session.start_recording(); analyzer.start("blur")
        ...     timeline, tape = session.stop_recording(), analyzer.stop()
    """

    def __init__(self, analyzer: Analyzer) -> None:
        self.settings, self.unsure_below = analyzer.settings, analyzer.unsure_below
        self.model_info = analyzer.model_info
        self.action_units = analyzer.action_units
        self._analyzer = analyzer
        self._lock = threading.Lock()
        self._mode = ""
        self._file = io.BytesIO()
        self._encoder: Mp4Encoder | None = None
        self._first_s: float | None = None
        self._note = ""

    def analyze(self, frame: Frame) -> Observations:
        """Read a frame, and write it if a video is being made."""
        observations = self._analyzer.analyze(frame)
        with self._lock:
            if self._encoder is not None and not self._note:
                self._write(frame, observations)
        return observations

    def start(self, mode: str) -> None:
        """Begin a video; one that is being made is dropped.

        Args:
            mode: ``"blur"`` or ``"mesh"``: how faces are hidden.
        """
        self.stop()
        with self._lock:
            self._mode, self._first_s, self._note = mode, None, ""
            self._file = io.BytesIO()
            self._encoder = Mp4Encoder(self._file, fps=EXPECTED_FPS)

    def stop(self) -> Tape:
        """End the video and hand it over; an empty one if none was being made."""
        with self._lock:
            if self._encoder is None:
                return Tape()
            try:
                self._encoder.close()
            except (OSError, av.FFmpegError):
                self._file = io.BytesIO()  # a file without its end does not play
            tape = Tape(self._file.getvalue(), self._note)
            self._encoder, self._file = None, io.BytesIO()
            return tape

    def _write(self, frame: Frame, observations: Observations) -> None:
        """Add a frame, or note that the video is as long as it may be. Call with the lock held."""
        if self._first_s is None:
            self._first_s = frame.timestamp_s
        length_s = frame.timestamp_s - self._first_s
        if length_s > MAX_TAPE_S or self._file.tell() > MAX_TAPE_BYTES:
            self._note = f"The video ends at its longest time, {clock(length_s)}; the timeline goes on."
            return
        try:
            self._encoder.write(anonymize(frame.image, observations, self._mode), frame.timestamp_s)
        except (OSError, av.FFmpegError):
            self._note = f"The video breaks off at {clock(length_s)}; the timeline goes on."
