"""A video that is read on from where another process stopped, as if nobody had stopped."""

import zlib
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
from av.error import FFmpegError

from fer.errors import ChangedInputError
from fer.records import SourceInfo
from fer.sources.animation import AnimationReader
from fer.sources.container import FilmReader
from fer.sources.timing import FrameSampler, PtsClock
from fer.sources.video import VideoSource

MARKS = 8
"""Pictures before the seam by which the place is found again: all of them have to be the same."""

_MARK_BYTES = 4096

Mark = tuple[int | None, int | None, int]
"""(pts, dts, checksum of some of its rows) of a decoded picture."""


@dataclass(frozen=True)
class Seam:
    """Where reading stopped, after a frame was given out.

    Args:
        info: Facts and notes so far.
        number: Of the last decoded picture in its stream.
        marks: Of the last decoded pictures, the newest last.
        decoded: Good pictures so far.
        skipped: Damaged ones.
        given: Frames that were given out.
        clock: Of the times of frames.
        sampler: Which frames are chosen.
        developed: What was done to pictures that a user should know.
    """

    info: SourceInfo
    number: int
    marks: tuple[Mark, ...]
    decoded: int
    skipped: int
    given: int
    clock: PtsClock
    sampler: FrameSampler
    developed: tuple[str, ...]


class SeamedVideo(VideoSource):
    """A `VideoSource` whose iteration can begin at a seam: the same frames with the same numbers and times.

    The place is found by seeking to the picture before it that stands alone and comparing the pictures just
    before the seam. Where they are not the same (formats that cannot be sought exactly, damaged files), all
    pictures are decoded from the start: slower, and never wrong.

    Args:
        source: Its bytes or its path.
        seam: Where to begin; None for the start.
        options: See `VideoSource`.

    Raises:
        ChangedInputError: While iterating: the file's pictures are not those of the seam.
    """

    def __init__(self, source: bytes | str | Path, *, seam: Seam | None = None, **options) -> None:
        super().__init__(source, **options)
        self._from = seam
        self._marks: deque[Mark] = deque(maxlen=MARKS)
        self._number = -1
        self.sought: bool | None = None
        """Whether the place was found by seeking; None where there was none to find."""

    @property
    def seam(self) -> Seam:
        """Where reading is now. Ask while a frame that was given out is the last one."""
        reader = self._opened()
        return Seam(
            info=self._info,
            number=self._number,
            marks=tuple(self._marks),
            decoded=reader.decoded,
            skipped=reader.skipped,
            given=self._given,
            clock=self._clock,
            sampler=self._sampler,
            developed=tuple(self._developer.notes),
        )

    def _begin(self) -> FilmReader | AnimationReader:
        reader = super()._begin()
        self._marks.clear()
        if self._from is not None:
            reader = self._at(self._from)
        return reader

    def _at(self, seam: Seam) -> FilmReader | AnimationReader:
        """Decode up to the seam, and set everything as it was there."""
        self._ahead = self._sought(seam) or self._walked(seam)
        reader = self._opened()
        reader.decoded, reader.skipped = seam.decoded, seam.skipped
        self._info, self._given = seam.info, seam.given
        self._clock, self._sampler = seam.clock, seam.sampler
        self._developer.notes[:] = seam.developed
        self._marks.extend(seam.marks)
        self._number = seam.number
        return reader

    def _pictures(self, reader: FilmReader | AnimationReader) -> Iterator[tuple[int, av.VideoFrame]]:
        pictures = reader.pictures() if self._from is None else self._ahead
        for number, picture in pictures:
            self._marks.append(_mark(picture))
            self._number = number
            yield number, picture

    def _sought(self, seam: Seam) -> Iterator[tuple[int, av.VideoFrame]] | None:
        """The pictures after the seam, found by seeking; None where that is not exact."""
        reader, first = self._opened(), seam.marks[0][0]
        last = seam.marks[-1][0]
        if not isinstance(reader, FilmReader) or seam.skipped or first is None or last is None:
            return None
        pictures = reader.pictures_from(first)
        found: deque[Mark] = deque(maxlen=len(seam.marks))
        try:
            for _, picture in pictures:
                found.append(_mark(picture))
                if tuple(found) == seam.marks and not reader.skipped:
                    self.sought = True
                    return pictures
                if picture.pts is None or picture.pts > last:
                    break
        except FFmpegError:  # this container cannot be sought
            pass
        return None

    def _walked(self, seam: Seam) -> Iterator[tuple[int, av.VideoFrame]]:
        """The pictures after the seam, everything before them decoded again."""
        self.sought = False
        self._opened().close()
        self._file.seek(0)
        self._open()
        self._fresh = False
        pictures = self._opened().pictures()
        for number, picture in pictures:
            if number == seam.number and _mark(picture) == seam.marks[-1]:
                return pictures
            if number >= seam.number:
                break
        raise ChangedInputError("The video is not the one that was begun: its pictures are others.")


def _mark(picture: av.VideoFrame) -> Mark:
    """What tells a decoded picture from its neighbours, without reading all of it."""
    plane = picture.planes[0]
    rows = np.frombuffer(memoryview(plane), np.uint8)[: plane.height * plane.line_size]
    # What lies behind a row's last pixel is nobody's: it may differ from one decoding to the next.
    rows = rows.reshape(plane.height, plane.line_size)[:, : plane.width]
    step = max(1, rows.size // _MARK_BYTES)
    thinned = rows[:: max(1, step // 8), ::8] if step > 8 else rows
    return picture.pts, picture.dts, zlib.crc32(thinned.tobytes())
