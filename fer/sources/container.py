"""Opening video files that may be hostile: what FFmpeg is allowed to do is decided here.

FFmpeg sees a file object, never a path or an address, and may only use the one demuxer that the file's first
bytes name. A playlist (ffconcat, HLS, DASH) cannot make it read a neighbouring file or the network.
"""

import errno
import io
import itertools
import os
import time
from collections.abc import Callable, Iterator
from fractions import Fraction
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
from fer.sources.headers import Bytes, another_follows, ends_blank, is_cut_short, is_fragmented
from fer.sources.holes import AviCounter, HoleFinder, bridged
from fer.sources.timing import JUMP_BACK_S

MAX_PIXELS = 34_000_000
"""Largest frame: 7680x4320 (8K) passes."""

DEMUXERS = {
    "mp4": "mov",
    "matroska": "matroska",
    "avi": "avi",
    "mpeg": "mpeg",
    "mpegts": "mpegts",
    "mpegvideo": "mpegvideo",
    "asf": "asf",
    "flv": "flv",
    "dv": "dv",
    "ogg": "ogg",
    "mxf": "mxf",
    "ivf": "ivf",
    "y4m": "yuv4mpegpipe",
    "h264": "h264",
    "hevc": "hevc",
}
"""Format by `fer.sources.sniff` -> FFmpeg's demuxer; none of them opens another file."""

_OPTIONS = {
    "format_whitelist": "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpeg,mpegts,mpegvideo,asf,flv,dv,ogg,"
    "mxf,ivf,yuv4mpegpipe,h264,hevc",
    # The file object needs no protocol at all, so every protocol is refused.
    "protocol_whitelist": "none",
    "max_pixels": str(MAX_PIXELS),
}
_BUFFER_BYTES = 64 * 1024
_MAX_THREADS = 4
_NO_MEMORY = (errno.ENOMEM, errno.EAGAIN)
"""What a decoder says that gets no memory, or no room for the stack of a thread."""
_USUAL_TICK_S = Fraction(1, 90_000)  # FFmpeg's own where a container has none
USUAL_RATE = Fraction(25)
"""Frames a second where a file does not say."""
_HIGHEST_FPS = 1000.0
_LOOKED_AT_S = 4
"""FFmpeg looks for the first picture within 5 s."""
_COUNTED_FROM_0 = ("matroska", "flv")
"""Containers that say when they end, not how long they are."""
_BARE = ("mpegvideo", "h264", "hevc")
"""Streams without a container: their length is guessed from the number of bytes."""
_TIMELESS = ("h264", "hevc")
"""Streams without any times: their pictures are counted."""
JOINED = ("mpeg", "mpegts")
"""Containers whose times jump where recordings were joined."""

_LEAST_BYTES = 100
"""A picture in such a container takes more, in a transport stream 188."""

LONGEST_GAP_S = 10.0
"""In a container of `JOINED` a longer gap is a join, as in FFmpeg and in players; elsewhere it is a gap."""


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

    def __init__(self, file: Bytes, guard: StallGuard) -> None:
        self._file = file
        self._guard = guard
        self.seek = file.seek
        self.tell = file.tell

    def read(self, size: int) -> bytes:
        """Up to ``size`` bytes."""
        self._guard.check()
        return self._file.read(size)


def open_container(file: GuardedFile, sniffed: str, *, cut_short: bool) -> InputContainer:
    """Open the container and read its headers.

    Args:
        file: What FFmpeg reads from.
        sniffed: Its format, from `fer.sources.sniff`.
        cut_short: Whether the end of the file is known to be missing; it chooses the sentence.

    Raises:
        DamagedInputError: There is no readable index.
        StalledInputError: It takes longer than the budget.
    """
    try:
        # Names and descriptions inside the file are never used, so bad text in them must not matter.
        return av.open(
            file,
            "r",
            format=DEMUXERS[sniffed],
            options=dict(_OPTIONS),
            metadata_errors="replace",
            buffer_size=_BUFFER_BYTES,
        )
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
    streams = _films(container)
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
            "The video does not say how large its pictures are, or they have more than "
            f"{MAX_PIXELS // 1_000_000} megapixels: convert it to MP4 (H.264), or make it smaller first."
        )
    for other in container.streams:
        if other is not stream:
            other.discard = av.stream.Discard.all
    # Again for the decoder: the size inside the stream can differ from the header's, and can change.
    context.options = {"max_pixels": str(MAX_PIXELS)}
    context.thread_type = "AUTO"
    context.thread_count = min(_MAX_THREADS, os.cpu_count() or 1)
    return stream


def _films(container: InputContainer) -> list[VideoStream]:
    """The streams of moving pictures: a cover is none."""
    cover = av.stream.Disposition.attached_pic
    return [stream for stream in container.streams.video if not stream.disposition & cover]


class FilmReader:
    """Decoded pictures of a video file and what its headers say.

    Args:
        file: Open for reading, at its start; the caller closes it.
        sniffed: Its format, from `fer.sources.sniff`.
        guard: Is asked at every read.

    Attributes:
        width, height: Px of the decoded pictures, before they are made square and upright.
        aspect: Width of a pixel over its height.
        others: Further videos in the file, which are not read.
        codec, pixel_format: FFmpeg's names.
        fps: Mean frame rate in frames a second; None where the stream says nothing sensible.
        duration_s: Length in seconds; None where the file does not say.
        time_base: Seconds in a tick of the pictures' times.
        start: Tick at which the pictures begin; None where the file does not say.
        timeless: It holds no times: its pictures are counted by its rate.
        joined: Its times may jump where recordings were joined.
        cut_short: The end of the file is missing.
        decoded, skipped: Pictures so far: good ones, damaged ones.
        reshaped: The width of a pixel over its height changes within the stream.
        short_of_memory: A picture was left out because there was no memory for it.

    Raises:
        InputError: As `open_container` and `picture_stream` say.
    """

    def __init__(self, file: BinaryIO | io.FileIO | io.BytesIO, sniffed: str, guard: StallGuard) -> None:
        self._guard = guard
        size = file.seek(0, os.SEEK_END)
        read, bridges = bridged(file, sniffed)
        self.cut_short = is_cut_short(read, sniffed)
        # The times of an MP4 in one piece are sums of durations: they never go back.
        self._ordered = sniffed == "mp4" and not is_fragmented(read)
        self._newest: int | None = None
        guard.progress()
        self._file, self._sniffed, self._reached = file, sniffed, 0
        self._container: InputContainer | None
        self._container = container = open_container(
            GuardedFile(read, guard), sniffed, cut_short=self.cut_short
        )
        try:
            self._stream = stream = picture_stream(container)
        except BaseException:
            self.close()
            raise
        self.width, self.height = stream.codec_context.width, stream.codec_context.height
        self.others = len(_films(container)) - 1
        self.aspect = stream.sample_aspect_ratio or Fraction(1)
        self.codec = stream.codec_context.codec.canonical_name
        self.pixel_format = stream.codec_context.pix_fmt or ""
        self._set_clock(stream, sniffed)
        self._late = 0
        self._begun = self._look_at_first(container) if sniffed == "matroska" else None
        self.joined = sniffed in JOINED
        self.duration_s = self._declared_duration(container, sniffed)
        if self.joined and self.duration_s is not None:
            pictures = self.duration_s * (self.fps or float(USUAL_RATE))
            if pictures * _LEAST_BYTES > size:  # between two recordings that were joined, its clock jumped
                self.duration_s = None
        self._holes = HoleFinder(
            file,
            sniffed,
            codec=self.codec,
            bridges=bridges,
            tick_s=self.time_base,
            period_s=1 / (self.fps or float(USUAL_RATE)),
        )
        self.decoded = self.skipped = self._packets_seen = 0
        self.short_of_memory = self.reshaped = False
        self._shape: Fraction | None = None

    def _set_clock(self, stream: VideoStream, sniffed: str) -> None:
        """What the times of the pictures are told from."""
        self.fps = _declared_fps(stream)
        self.time_base = stream.time_base or _USUAL_TICK_S
        self.start = stream.start_time
        self.timeless = sniffed in _TIMELESS
        if self.timeless:
            rate = stream.guessed_rate or USUAL_RATE
            self.fps, self.time_base, self.start = float(rate), 1 / rate, 0
        # An AVI has no presentation times, and FFmpeg guesses wrong ones where pictures are stored in another
        # order than they are shown. Their decoding times count them as they come out.
        self._by_dts = sniffed == "avi"
        self._counter = AviCounter(stream) if self._by_dts else None
        self._last_dts: int | None = None
        self._step = 1
        if self._by_dts:
            self.start = None
            # Its mean rate counts packets, of which every other one is empty where it counts fields.
            self.fps = float(stream.guessed_rate) if stream.guessed_rate and self.fps else self.fps

    def _look_at_first(self, container: InputContainer) -> Iterator[av.Packet] | None:
        """All packets, where the first could be looked at: FFmpeg takes 0 for the start if it is late."""
        packets = container.demux(self._stream)
        try:
            first = next(packets)
        except (StopIteration, FFmpegError):
            return None
        if first.pts is not None and self.start is not None:
            late = first.pts - self.start
            if late * self.time_base > _LOOKED_AT_S:
                self.start, self._late = first.pts, late
        return itertools.chain([first], packets)

    def close(self) -> None:
        """Free the decoder."""
        if self._container is not None:
            self._container.close()
        self._container = None

    @property
    def holes(self) -> list[tuple[float, float]]:
        """(seconds at which it begins, its length) of each stretch so far for which the file is blank."""
        tick_s, start = float(self.time_base), self.start or 0
        return [((a - start) * tick_s, (b - a) * tick_s) for a, b in self._holes.found]

    @property
    def breaks_off(self) -> bool:
        """Whether nothing behind the last hole could be read."""
        return self._holes.is_open

    @property
    def ends_in_hole(self) -> bool:
        """Whether the file is blank behind the last picture."""
        return self._holes.ends_in_hole() or ends_blank(self._file)

    @property
    def another_follows(self) -> bool:
        """Whether another video lies in the file behind what was read."""
        return another_follows(self._file, self._sniffed, self._reached)

    def pictures(self) -> Iterator[tuple[int, av.VideoFrame]]:
        """(number in the stream, decoded frame) of every undamaged frame; the rest is counted."""
        for packet in self._packets():
            self._guard.check()
            if not self._is_readable(packet):
                self.skipped += 1 if packet.size else 0
                continue
            try:
                pictures = packet.decode()
            except FFmpegError as error:  # a damaged packet costs its own frame, not the video
                self.short_of_memory |= error.errno in _NO_MEMORY
                self.skipped += 1 if packet.size else 0
                continue
            for picture in pictures:
                self._guard.progress()
                if picture.is_corrupt or self._comes_late(picture):
                    self.skipped += 1
                    continue
                self.decoded += 1
                if picture.key_frame:
                    self._look_at_shape()
                yield self.decoded + self.skipped - 1, picture

    def _comes_late(self, picture: av.VideoFrame) -> bool:
        """Whether a picture belongs before those that came, as a decoder gives it behind damage.

        Never where the times themselves can go back.
        """
        if not self._ordered or picture.pts is None:
            return False
        late = self._newest is not None and (self._newest - picture.pts) * self.time_base > JUMP_BACK_S
        self._newest = picture.pts if self._newest is None else max(self._newest, picture.pts)
        return late

    def _look_at_shape(self) -> None:
        """Notice another shape of the pixels; a frame itself does not say its own."""
        shape = self._stream.codec_context.sample_aspect_ratio
        if shape:
            self.reshaped |= self._shape is not None and shape != self._shape
            self._shape = shape

    def tick_of(self, picture: av.VideoFrame) -> int | None:
        """When a picture is shown, in ticks of `time_base`; None where the stream does not say."""
        if self.timeless:
            return self.decoded + self.skipped - 1
        if not self._by_dts:
            return picture.dts if picture.pts is None else picture.pts
        # The last pictures come out when there is no packet any more.
        follows = None if self._last_dts is None else self._last_dts + self._step
        if picture.dts is not None and self._last_dts is not None:
            self._step = max(1, picture.dts - self._last_dts)
        self._last_dts = follows if picture.dts is None else picture.dts
        return self._last_dts

    def pictures_from(self, pts: int) -> Iterator[tuple[int, av.VideoFrame]]:
        """`pictures` from the last one at or before a time that stands alone; their numbers count from 0.

        Args:
            pts: In ticks of `time_base`.

        Raises:
            FFmpegError: The container cannot be sought.
        """
        if self._container is not None:
            self._container.seek(pts, stream=self._stream, backward=True)
        self._begun = None
        yield from self.pictures()

    def _packets(self) -> Iterator[av.Packet]:
        """The stream's packets up to the end of the file or the place where it is broken."""
        if self._container is None:
            raise ValueError("The video was closed.")
        packets = self._begun or self._container.demux(self._stream)
        while True:
            if self._container is None:  # FFmpeg would crash on a closed container
                raise ValueError("The video was closed or started again while it was read.")
            try:
                packet = next(packets)
            except StopIteration:
                return
            except FFmpegError:  # what was read so far is still good; the caller says so
                self.cut_short = True
                return
            self._reached = max(self._reached, (packet.pos or 0) + packet.size)
            if self._counter:
                self._counter.mend(packet)
            yield packet

    def _is_readable(self, packet: av.Packet) -> bool:
        """Whether a packet is neither blank nor built upon what is missing."""
        tick = packet.dts if self._by_dts or packet.pts is None else packet.pts
        if not packet.size and tick is None:  # behind the last one
            return True
        self._packets_seen += 1
        return self._holes.see(packet, self._packets_seen - 1 if self.timeless else tick)

    def _declared_duration(self, container: InputContainer, sniffed: str) -> float | None:
        """Length in seconds, of the pictures where it is known, else of the whole file."""
        if sniffed in _BARE:
            return None
        if self._stream.duration:
            return float(max(0, self._stream.duration - self._late) * self.time_base)
        if not container.duration:
            return None
        length_s = container.duration / av.time_base
        start_s = float((self.start or 0) * self.time_base) if sniffed in _COUNTED_FROM_0 else 0.0
        return length_s - start_s if 0 < start_s < length_s else length_s


def _declared_fps(stream: VideoStream) -> float | None:
    """Mean frame rate in frames a second, None where the stream says nothing sensible."""
    for rate in (stream.average_rate, stream.guessed_rate):
        if rate and 0 < rate <= _HIGHEST_FPS:
            return float(rate)
    return None
