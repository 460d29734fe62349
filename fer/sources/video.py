"""Videos: from the bytes of a file to upright RGB frames with the stream's own times."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.container import InputContainer
from av.error import FFmpegError
from av.video.reformatter import VideoReformatter
from av.video.stream import VideoStream

from fer.errors import DamagedInputError, SettingsError, UnsupportedInputError
from fer.records import Frame, SourceInfo
from fer.sources.container import GuardedFile, StallGuard, open_container, picture_stream
from fer.sources.headers import is_cut_short
from fer.sources.magic import HEAD_BYTES, input_kind, sniff, unsupported
from fer.sources.opening import hash_source, open_binary, source_name
from fer.sources.timing import FrameSampler, PtsClock, rate_within
from fer.sources.upright import Upright

MAX_FRAMES = 120_000
"""Most frames of one video that are given out: over an hour at 30 frames a second."""

STALL_S = 20.0
"""Seconds without a decoded frame after which a video is given up."""

_USUAL_FPS = 25.0
_USUAL_TICK_S = Fraction(1, 90_000)  # FFmpeg's own where a container has none
_HIGHEST_FPS = 1000.0


class VideoSource:
    """The frames of one video, decoded as they are asked for; memory use does not grow.

    Iterating gives `Frame` records: upright RGB, ``index`` counted over all frames of the stream,
    ``timestamp_s`` its presentation time, always growing. Every iteration starts from the beginning.
    Use it as a context manager, and from one thread.

    Args:
        source: The file's bytes (nothing touches the disk) or its path.
        name: Label; the path's last part if None.
        fps: Frames a second to give out; None gives every frame.
        max_frames: Most frames to give out. A video of known length is sampled more thinly over
            its whole length, any other one ends there; a note says so.
        stall_s: Seconds without a decoded frame after which the video is given up.
        clock: Monotonic seconds.

    Raises:
        MissingInputError: The path cannot be read.
        EmptyInputError: There are no bytes.
        UnsupportedInputError: The content is no MP4, MOV, MKV, WebM or AVI, or has an unknown codec.
        NoVideoError: There is sound only.
        TooLargeInputError: Its pictures are too large; found out before decoding.
        DamagedInputError: It cannot be opened; while iterating: no frame at all can be decoded.
        StalledInputError: Nothing came within the time budget, when opening or while iterating.

    Example:
        >>> with VideoSource("clip.mp4", fps=5.0) as video:  # doctest: +SKIP
        ...     times = [frame.timestamp_s for frame in video]
    """

    def __init__(
        self,
        source: bytes | str | Path,
        *,
        name: str | None = None,
        fps: float | None = None,
        max_frames: int = MAX_FRAMES,
        stall_s: float = STALL_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        if (fps is not None and not fps > 0) or max_frames < 1:
            raise SettingsError("fps must be above 0 and max_frames at least 1.")
        self._source = source
        self._wanted_fps = fps
        self._max_frames = max_frames
        self._guard = StallGuard(stall_s, clock)
        self._sha256 = ""
        self._info = SourceInfo(source_name(source, name, default="video"), "video")
        self._file = open_binary(source)
        try:
            self._open()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> "VideoSource":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Free the decoder and the file. The facts in `info` stay."""
        container = getattr(self, "_container", None)
        if container is not None:
            container.close()
        self._container = self._stream = None
        self._file.close()

    @property
    def info(self) -> SourceInfo:
        """Facts about the video; counts, notes and ``partial`` are complete after iterating."""
        if not self._sha256:
            self._sha256 = hash_source(self._source)
        counts = {"frames_decoded": self._decoded, "frames_skipped": self._skipped}
        return replace(self._info, sha256=self._sha256, **counts)

    @property
    def duration_s(self) -> float | None:
        """Length in seconds; None if the file does not say."""
        return self._info.duration_s

    def __iter__(self) -> Iterator[Frame]:
        """Decode from the beginning; see the class."""
        self._begin()
        given = 0
        for index, picture in self._pictures():
            time_s = self._clock.time_of(picture.dts if picture.pts is None else picture.pts)
            if not self._sampler.wants(time_s):
                continue
            if given == self._max_frames:
                self._note(
                    f"Only the first {given} frames were read, up to {_minutes(time_s)}.", partial=True
                )
                break
            frame = Frame(self._to_rgb(picture), index, time_s, self._info.name)
            if not given:
                self._info = replace(self._info, width=frame.width, height=frame.height)
            given += 1
            yield frame
            self._guard.progress()  # the time that the caller took is not the video's
        self._finish()

    def _open(self) -> None:
        """Open the container at its start and note what its headers say."""
        head = self._file.read(HEAD_BYTES)
        sniffed = sniff(head)
        if input_kind(sniffed) != "video":
            raise unsupported(head, wanted="video")
        self._cut_short = is_cut_short(self._file, sniffed)
        self._guard.progress()
        self._container = open_container(GuardedFile(self._file, self._guard), cut_short=self._cut_short)
        self._stream = stream = picture_stream(self._container)
        self._info = SourceInfo(
            self._info.name,
            "video",
            width=stream.codec_context.width,
            height=stream.codec_context.height,
            fps=_declared_fps(stream),
            duration_s=_declared_duration(self._container, stream),
        )
        self._decoded = self._skipped = 0
        self._fresh = True

    def _begin(self) -> None:
        """Go to the start, if anything was read before, and set all counters back."""
        if not self._fresh:
            self._opened()[0].close()
            self._file.seek(0)
            self._open()
        self._fresh = False
        self._guard.progress()
        self._reformatter, self._upright = VideoReformatter(), Upright()
        _, stream = self._opened()
        tick_s, fps = stream.time_base or _USUAL_TICK_S, self._info.fps
        self._clock = PtsClock(tick_s, start=stream.start_time, period_s=1 / (fps or _USUAL_FPS))
        start_s = max(0.0, float((stream.start_time or 0) * tick_s))
        self._sampler = FrameSampler(self._rate(start_s), time_base=tick_s)

    def _opened(self) -> tuple[InputContainer, VideoStream]:
        if self._container is None or self._stream is None:
            raise ValueError("The video was closed.")
        return self._container, self._stream

    def _rate(self, start_s: float) -> float | None:
        """Frames a second to give out, thinned where the whole video would be too many."""
        duration_s, stream_fps = self._info.duration_s, self._info.fps
        end_s = None if duration_s is None else start_s + duration_s
        rate = rate_within(self._max_frames, fps=self._wanted_fps, stream_fps=stream_fps, end_s=end_s)
        if rate != self._wanted_fps:
            limit = f"to stay within {self._max_frames} frames"
            self._note(f"The video is long: it was sampled at {rate:.3g} frames a second {limit}.")
        return rate

    def _pictures(self) -> Iterator[tuple[int, av.VideoFrame]]:
        """(number in the stream, decoded frame) of every undamaged frame; the rest is counted."""
        for packet in self._packets():
            self._guard.check()
            try:
                pictures = packet.decode()
            except FFmpegError:  # a damaged packet costs its own frame, not the video
                self._skipped += 1 if packet.size else 0
                continue
            for picture in pictures:
                self._guard.progress()
                if picture.is_corrupt:
                    self._skipped += 1
                    continue
                self._decoded += 1
                yield self._decoded + self._skipped - 1, picture

    def _packets(self) -> Iterator[av.Packet]:
        """The stream's packets up to the end of the file or the place where it is broken."""
        container, stream = self._opened()
        packets = container.demux(stream)
        while True:
            if self._container is not container:  # FFmpeg would crash on a closed container
                raise ValueError("The video was closed or started again while it was read.")
            try:
                packet = next(packets)
            except StopIteration:
                return
            except FFmpegError:  # what was read so far is still good; `_finish` says so
                self._cut_short = True
                return
            yield packet

    def _to_rgb(self, picture: av.VideoFrame) -> np.ndarray:
        """(H, W, 3) uint8 RGB, upright and contiguous."""
        try:
            # One reformatter for all frames: a new one costs ten times the conversion itself. One
            # thread: the decoder's threads already use the other cores.
            rgb = self._reformatter.reformat(picture, format="rgb24", threads=1)
        except (FFmpegError, ValueError) as error:
            pixels = picture.format.name
            text = f"The video's pixel format {pixels} cannot be converted: convert it to MP4 (H.264)."
            raise UnsupportedInputError(text) from error
        return np.ascontiguousarray(self._upright.turn(rgb.to_ndarray(), picture))

    def _finish(self) -> None:
        """Write down what was missing once the stream has ended."""
        if not self._decoded:
            raise DamagedInputError("Not one picture of the video can be decoded: convert it to MP4 (H.264).")
        if self._cut_short:
            whole = "" if self.duration_s is None else f" of {_minutes(self.duration_s)}"
            text = f"The video is cut off: it was read up to {_minutes(self._clock.last_s or 0.0)}{whole}."
            self._note(text, partial=True)
        if self._skipped:
            self._note(f"Damaged frames that were left out: {self._skipped}.")
        if self._clock.repaired:
            self._note(f"Frames whose time is missing or repeated and was estimated: {self._clock.repaired}.")

    def _note(self, text: str, *, partial: bool = False) -> None:
        info = self._info
        self._info = replace(info, notes=(*info.notes, text), partial=info.partial or partial)


def _declared_fps(stream: VideoStream) -> float | None:
    """Mean frame rate in frames a second, None where the stream says nothing sensible."""
    for rate in (stream.average_rate, stream.guessed_rate):
        if rate and 0 < rate <= _HIGHEST_FPS:
            return float(rate)
    return None


def _declared_duration(container: InputContainer, stream: VideoStream) -> float | None:
    """Length in seconds, of the pictures where it is known, else of the whole file."""
    if stream.duration:
        return float(stream.duration * (stream.time_base or _USUAL_TICK_S))
    return container.duration / av.time_base if container.duration else None


def _minutes(seconds: float) -> str:
    """Seconds as m:ss."""
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"
