"""Videos: from the bytes of a file to upright RGB frames with the stream's own times."""

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from numbers import Integral
from pathlib import Path

import av

from fer.errors import DamagedInputError, MemoryInputError, SettingsError
from fer.records import Frame, SourceInfo
from fer.settings import check_fps
from fer.sources.animation import AnimationReader, is_animated
from fer.sources.container import LONGEST_GAP_S, USUAL_RATE, FilmReader, StallGuard
from fer.sources.developing import Developer
from fer.sources.magic import HEAD_BYTES, input_kind, sniff, unsupported
from fer.sources.opening import hash_source, open_binary, source_name
from fer.sources.timing import FrameSampler, PtsClock, rate_within

MAX_FRAMES = 120_000
"""Most frames of one video that are given out: over an hour at 30 frames a second."""

STALL_S = 20.0
"""Seconds without a decoded frame after which a video is given up."""

RESIZED = "The size of the pictures changes within the video: it begins with {width} x {height} pixels."
RESHAPED = "The shape of the pixels changes within the video: that of its beginning was taken for all."
HOLE = "A part of the file is blank: {length_s:.1f} s of the video are missing at {at}."
UNTIMED_HOLE = (
    "A part of the file is blank: pictures are missing at {at}, and those behind them stand too early."
)
BROKEN_OFF = "The video is damaged: it was read up to {reached}."
ANOTHER = (
    "The file goes on with another video, as where files were joined as they are: only the first was read. "
    "Join them with a video program."
)
MORE_HOLES = "More parts of the file are blank."
_HOLES_NAMED = 5
_LENGTH_OFF_S, _LENGTH_OFF = 1.0, 0.1
"""A declared length may be off by so many seconds, or by such a share."""


def check_wanted(fps: float | None, max_frames: int) -> None:
    """Refuse what no video can give.

    Raises:
        SettingsError: `fps` is not above 0, or no frame is wanted.
    """
    if fps is not None:
        check_fps(fps)
    if not isinstance(max_frames, Integral) or max_frames < 1:
        raise SettingsError(f"max_frames={max_frames!r} is out of range: give a whole number from 1 on.")


class VideoSource:
    """The frames of one video, decoded as they are asked for; memory use does not grow.

    Iterating gives `Frame` records: upright RGB with square pixels, ``index`` counted over all frames of the
    stream, ``timestamp_s`` its presentation time from 0 at the first picture, always growing. Every
    iteration starts from the beginning. Use it as a context manager, and from one thread.

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
        UnsupportedInputError: The content is none of `fer.sources.magic.READ_VIDEOS` and no animated picture,
            or has an unknown codec.
        NoVideoError: There is sound only.
        TooLargeInputError: Its pictures are too large; found out before decoding.
        MemoryInputError: While iterating: there is not enough memory for any frame.
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
        check_wanted(fps, max_frames)
        self._source = source
        self._wanted_fps = fps
        self._max_frames = max_frames
        self._guard = StallGuard(stall_s, clock)
        self._sha256 = ""
        self._reader: FilmReader | AnimationReader | None = None
        self._counts = (0, 0)
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
        if self._reader is not None:
            self._counts = (self._reader.decoded, self._reader.skipped)
            self._reader.close()
        self._reader = None
        self._file.close()

    @property
    def info(self) -> SourceInfo:
        """Facts about the video; counts, notes and ``partial`` are complete after iterating."""
        if not self._sha256:
            self._sha256 = hash_source(self._source)
        if self._reader is not None:
            self._counts = (self._reader.decoded, self._reader.skipped)
        decoded, skipped = self._counts
        return replace(self._info, sha256=self._sha256, frames_decoded=decoded, frames_skipped=skipped)

    @property
    def fps(self) -> float | None:
        """Mean frame rate that the stream declares; None if it does not."""
        return self._info.fps

    @property
    def duration_s(self) -> float | None:
        """Length in seconds; None if the file does not say."""
        return self._info.duration_s

    def __iter__(self) -> Iterator[Frame]:
        """Decode from the beginning; see the class."""
        reader = self._begin()
        for index, picture in self._pictures(reader):
            time_s = self._clock.time_of(reader.tick_of(picture))
            if not self._sampler.wants(time_s):
                continue
            if self._given == self._max_frames:
                self._note(
                    f"Only the first {self._given} frames were read, up to {_minutes(time_s)}.", partial=True
                )
                break
            frame = Frame(self._developer.develop(picture), index, time_s, self._info.name)
            if not self._given:
                self._info = replace(self._info, width=frame.width, height=frame.height)
            elif (frame.width, frame.height) != (self._info.width, self._info.height):
                self._note(RESIZED.format(width=self._info.width, height=self._info.height))
            if reader.reshaped:
                self._note(RESHAPED)
            self._note_holes(reader)
            self._given += 1
            yield frame
            self._guard.progress()  # the time that the caller took is not the video's
        self._finish(self._opened())

    def _pictures(self, reader: FilmReader | AnimationReader) -> Iterator[tuple[int, av.VideoFrame]]:
        """(number in the stream, decoded frame) of every undamaged frame."""
        return reader.pictures()

    def _open(self) -> None:
        """Open the file at its start and note what its headers say."""
        head = self._file.read(HEAD_BYTES)
        sniffed = sniff(head)
        if input_kind(sniffed) == "video":
            reader = FilmReader(self._file, sniffed, self._guard)
        elif is_animated(self._file, sniffed):
            reader = AnimationReader(self._file, sniffed)
        else:
            raise unsupported(head, wanted="video")
        self._reader = reader
        self._info = SourceInfo(
            self._info.name,
            "video",
            width=reader.width,
            height=reader.height,
            fps=reader.fps,
            duration_s=reader.duration_s,
            codec=reader.codec,
            pixel_format=reader.pixel_format,
            starts_s=float((reader.start or 0) * reader.time_base),
        )
        self._fresh = True

    def _begin(self) -> FilmReader | AnimationReader:
        """Go to the start, if anything was read before, and set all counters back."""
        if not self._fresh:
            self._opened().close()
            self._file.seek(0)
            self._open()
        self._fresh = False
        self._guard.progress()
        reader, fps = self._opened(), self._info.fps
        self._developer = Developer(reader.aspect)
        self._clock = PtsClock(
            reader.time_base,
            start=reader.start,
            period_s=1 / (fps or float(USUAL_RATE)),
            longest_gap_s=LONGEST_GAP_S if reader.joined else math.inf,
        )
        self._sampler = FrameSampler(self._rate(), time_base=reader.time_base)
        self._given = 0
        return reader

    def _opened(self) -> FilmReader | AnimationReader:
        if self._reader is None:
            raise ValueError("The video was closed.")
        return self._reader

    def _rate(self) -> float | None:
        """Frames a second to give out, thinned where the whole video would be too many."""
        rate = rate_within(
            self._max_frames, fps=self._wanted_fps, stream_fps=self._info.fps, end_s=self._info.duration_s
        )
        if rate != self._wanted_fps:
            limit = f"to stay within {self._max_frames} frames"
            self._note(f"The video is long: it was sampled at {rate:.3g} frames a second {limit}.")
        return rate

    def _finish(self, reader: FilmReader | AnimationReader) -> None:
        """Write down what was missing once the stream has ended."""
        if not reader.decoded and reader.short_of_memory:
            raise MemoryInputError("There is not enough memory to decode the video: make it smaller first.")
        if not reader.decoded:
            raise DamagedInputError("Not one picture of the video can be decoded: convert it to MP4 (H.264).")
        if reader.cut_short:
            self._note(f"The video is cut off: it was read up to {self._reached()}.", partial=True)
        if reader.another_follows:
            self._note(ANOTHER, partial=True)
        if reader.skipped:
            self._note(f"Damaged frames that were left out: {reader.skipped}.")
        if reader.others:
            self._note(
                f"The file holds {reader.others + 1} videos: only that of {reader.width} x {reader.height} "
                "pixels was read."
            )
        if reader.timeless:
            self._note(
                f"The file holds no times: they were counted from its rate, {reader.fps:.4g} frames a second."
            )
        if self._clock.repaired:
            self._note(f"Frames whose time is missing or repeated and was estimated: {self._clock.repaired}.")
        for note in self._developer.notes:
            self._note(note)
        if reader.breaks_off and not reader.cut_short:
            self._note(BROKEN_OFF.format(reached=self._reached()), partial=True)
        self._settle_length(reader)

    def _note_holes(self, reader: FilmReader | AnimationReader) -> None:
        """Say what is missing in the middle."""
        for begin_s, length_s in reader.holes[:_HOLES_NAMED]:
            text = UNTIMED_HOLE if reader.timeless else HOLE
            self._note(text.format(length_s=length_s, at=_minutes(begin_s)), partial=True)
        if len(reader.holes) > _HOLES_NAMED:
            self._note(MORE_HOLES)

    def _settle_length(self, reader: FilmReader | AnimationReader) -> None:
        """Put a declared length right that the pictures, all of them, show to be wrong.

        A longer one can be true, where the last picture stands: but not where times jumped, nor where it is
        longer by as much as the first picture is late.
        """
        declared, last_s = self._info.duration_s, self._clock.last_s
        if declared is None or last_s is None or self._info.partial:
            return
        length_s = last_s + 1 / (self._info.fps or float(USUAL_RATE))
        is_shorter = declared < last_s
        too_long_s, near_s = declared - length_s, max(_LENGTH_OFF_S, _LENGTH_OFF * length_s)
        is_end = abs(too_long_s - self._info.starts_s) < near_s
        if is_shorter or too_long_s < -near_s or (too_long_s > near_s and (reader.joined or is_end)):
            self._info = replace(self._info, duration_s=length_s)
        elif too_long_s > near_s and (reader.skipped or reader.ends_in_hole):
            self._note(BROKEN_OFF.format(reached=self._reached()), partial=True)
        elif too_long_s > near_s:
            self._note(f"Pictures were found up to {self._reached()}: there the last one stands.")

    def _reached(self) -> str:
        """Up to where there were pictures, of how long."""
        read = _minutes(self._clock.last_s or 0.0)
        return read if self.duration_s is None else f"{read} of {_minutes(self.duration_s)}"

    def _note(self, text: str, *, partial: bool = False) -> None:
        info = self._info
        if text in info.notes:
            return
        self._info = replace(info, notes=(*info.notes, text), partial=info.partial or partial)


def _minutes(seconds: float) -> str:
    """Seconds as m:ss."""
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"
