"""Opening video files that may be hostile: what FFmpeg is allowed to do is decided here.

FFmpeg sees a file object, never a path or an address, and may only use the demuxers of ordinary
video files. A playlist (ffconcat, HLS, DASH) cannot make it read a neighbouring file or the network.
"""

import os
import time
from collections.abc import Callable
from typing import BinaryIO

import av
import av.stream
from av.container import InputContainer
from av.error import FFmpegError
from av.video.stream import VideoStream

from fer.errors import (
    DamagedInputError,
    NoVideoError,
    StalledInputError,
    TooLargeInputError,
    UnsupportedInputError,
)

MAX_PIXELS = 34_000_000
"""Largest frame: 7680x4320 (8K) passes."""

_OPTIONS = {
    "format_whitelist": "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi",
    # The file object needs no protocol at all, so every protocol is refused.
    "protocol_whitelist": "none",
    "max_pixels": str(MAX_PIXELS),
}
_BUFFER_BYTES = 64 * 1024
_MAX_THREADS = 4


class StallGuard:
    """Ends the work when nothing comes for longer than the budget.

    Args:
        budget_s: Seconds without a decoded frame that are allowed.
        clock: Monotonic seconds.
    """

    def __init__(self, budget_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._budget_s = budget_s
        self._clock = clock
        self.progress()

    def progress(self) -> None:
        """Something came: the budget starts anew."""
        self._since = self._clock()

    def check(self) -> None:
        """Raise StalledInputError if the budget is spent."""
        if self._clock() - self._since > self._budget_s:
            raise StalledInputError(
                f"The video gave no picture for {self._budget_s:g} seconds: it is damaged, "
                "or the place where it is stored is too slow. Convert it to MP4 and try again."
            )


class GuardedFile:
    """The file object that FFmpeg reads; a stall ends even inside one of FFmpeg's calls.

    Args:
        file: Open for reading.
        guard: Is asked at every read.
    """

    def __init__(self, file: BinaryIO, guard: StallGuard) -> None:
        self._file = file
        self._guard = guard
        self.seek = file.seek
        self.tell = file.tell

    def read(self, size: int) -> bytes:
        """Up to ``size`` bytes."""
        self._guard.check()
        return self._file.read(size)


def open_container(file: GuardedFile, *, cut_short: bool) -> InputContainer:
    """Open the container and read its headers.

    Args:
        file: What FFmpeg reads from.
        cut_short: Whether the end of the file is known to be missing; it chooses the sentence.

    Raises:
        DamagedInputError: There is no readable index.
        StalledInputError: It takes longer than the budget.
    """
    try:
        # Names and descriptions inside the file are never used, so bad text in them must not matter.
        return av.open(file, "r", options=_OPTIONS, metadata_errors="replace", buffer_size=_BUFFER_BYTES)
    except FFmpegError as error:
        if cut_short:
            text = "The end of the video is missing, and with it the index that is needed to play it"
        else:
            text = "The video is damaged: its index cannot be read"
        raise DamagedInputError(f"{text}. Copy or download it again.") from error


def picture_stream(container: InputContainer) -> VideoStream:
    """The stream to decode, checked against the limits and set up; all others are switched off.

    Raises:
        NoVideoError: There is no moving picture (a cover of an audio file is none).
        UnsupportedInputError: There is no decoder for it.
        TooLargeInputError: Its header declares more than `MAX_PIXELS`.
    """
    cover = av.stream.Disposition.attached_pic
    streams = [s for s in container.streams.video if not s.disposition & cover]
    if not streams:
        raise NoVideoError("The file holds no picture, only sound or data: choose a video.")
    best = container.streams.best("video")
    stream = next((s for s in streams if s is best), streams[0])
    context = stream.codec_context
    if context is None:
        raise UnsupportedInputError("The video's codec is not known here: convert it to MP4 (H.264).")
    pixels = context.width * context.height
    if not pixels or pixels > MAX_PIXELS:
        # FFmpeg, which knows the limit too, sets a size to 0 that it refuses.
        raise TooLargeInputError(
            f"The video's pictures have no size, or more than {MAX_PIXELS // 1_000_000} megapixels: "
            "make the video smaller first."
        )
    for other in container.streams:
        if other is not stream:
            other.discard = av.stream.Discard.all
    # Again for the decoder: the size inside the stream can differ from the header's, and can change.
    context.options = {"max_pixels": str(MAX_PIXELS)}
    context.thread_type = "AUTO"
    context.thread_count = min(_MAX_THREADS, os.cpu_count() or 1)
    return stream
