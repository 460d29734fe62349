"""Films in picture formats: animated GIF, PNG, WebP and AVIF. Which file is one, and its pictures in time."""

import io
import os
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import BinaryIO

import av
import numpy as np
from PIL import Image

from fer.errors import DamagedInputError, InputError, TooLargeInputError
from fer.sources.magic import HEAD_BYTES, MAY_BE_ANIMATED, input_kind, sniff
from fer.sources.opening import open_binary
from fer.sources.pixels.strips import ON_THE_SIDE, orientation_of, upright_and_stored

TICK = Fraction(1, 1000)
"""Seconds: these formats count milliseconds or hundredths."""

USUAL_MS, SHORTEST_MS = 100, 20
"""A picture without a time, or with less than the shortest, stands as long as browsers let it."""

MAX_FILE_BYTES = 256 * 2**20
MAX_PIXELS = 34_000_000

_BLOCKS_SEEN = 200_000
_GIF_PICTURE, _GIF_EXTENSION = 0x2C, 0x21


def content_kind(source: bytes | str | Path) -> str:
    """ "image", "video" (animated pictures too), "zip" or "unknown", by the content.

    Raises:
        MissingInputError: The path cannot be read.
        EmptyInputError: There are no bytes.
    """
    with open_binary(source) as file:
        sniffed = sniff(file.read(HEAD_BYTES))
        return "video" if is_animated(file, sniffed) else input_kind(sniffed)


def is_animated(file: BinaryIO | io.RawIOBase, sniffed: str) -> bool:
    """Whether a picture file holds several pictures that follow each other; nothing is decoded.

    Args:
        file: Open for reading; left at its start.
        sniffed: Its format, from `fer.sources.sniff`.
    """
    if sniffed not in MAY_BE_ANIMATED:
        return False
    counts = {"gif": _gif_pictures, "png": _png_pictures, "webp": _webp_pictures, "avif": _avif_pictures}
    try:
        file.seek(0)
        return counts[sniffed](file) > 1
    except (IndexError, OSError, ValueError):  # cut off: whatever reads it next will say so
        return False
    finally:
        file.seek(0)


def _number(file: BinaryIO | io.RawIOBase, length: int, order: str) -> int:
    data = file.read(length) or b""
    if len(data) < length:
        raise IndexError("the file ends")
    return int.from_bytes(data, order)  # pyright: ignore[reportArgumentType]


def _gif_pictures(file: BinaryIO | io.RawIOBase) -> int:
    """1 or 2; more are not counted."""
    file.seek(10)
    flags = _number(file, 1, "little")
    file.seek(13 + (3 << (flags & 7) + 1 if flags & 0x80 else 0))
    found = 0
    for _ in range(_BLOCKS_SEEN):
        kind = _number(file, 1, "little")
        if kind == _GIF_PICTURE:
            found += 1
            if found > 1:
                break
            file.seek(8, os.SEEK_CUR)
            flags = _number(file, 1, "little")
            file.seek((3 << (flags & 7) + 1 if flags & 0x80 else 0) + 1, os.SEEK_CUR)
        elif kind == _GIF_EXTENSION:
            file.seek(1, os.SEEK_CUR)
        else:
            break
        while length := _number(file, 1, "little"):
            file.seek(length, os.SEEK_CUR)
    return found


def _png_pictures(file: BinaryIO | io.RawIOBase) -> int:
    """As its control chunk says, which stands before the pixels."""
    file.seek(8)
    for _ in range(_BLOCKS_SEEN):
        length, name = _number(file, 4, "big"), file.read(4)
        if name == b"acTL":
            return _number(file, 4, "big")
        if name in (b"IDAT", b"IEND"):
            break
        file.seek(length + 4, os.SEEK_CUR)
    return 1


def _webp_pictures(file: BinaryIO | io.RawIOBase) -> int:
    """1 or 2; more are not counted."""
    file.seek(12)
    found = 0
    for _ in range(_BLOCKS_SEEN):
        name = file.read(4)
        length = _number(file, 4, "little")
        if name == b"VP8X" and not _number(file, 1, "little") & 2:
            return 1
        found += name == b"ANMF"
        if found > 1:
            break
        file.seek(length + (length & 1) - (name == b"VP8X"), os.SEEK_CUR)
    return found


def _avif_pictures(file: BinaryIO | io.RawIOBase) -> int:
    """2 for an image sequence by its brand."""
    return 2 if file.read(12)[8:] == b"avis" else 1


class AnimationReader:
    """The pictures of an animated GIF, PNG, WebP or AVIF, as `fer.sources.container.FilmReader` gives them.

    Pillow puts each picture together from its parts; transparent parts are white. They are turned upright as
    those of a photo are.

    Args:
        file: Open for reading, at its start; the caller closes it.
        sniffed: Its format, from `fer.sources.sniff`.

    Raises:
        TooLargeInputError: The file or its pictures pass a limit.
        DamagedInputError: It cannot be opened.
    """

    cut_short = short_of_memory = joined = timeless = reshaped = False
    another_follows = ends_in_hole = breaks_off = False
    time_base = TICK
    start = 0
    aspect = Fraction(1)
    others = 0
    holes: Sequence[tuple[float, float]] = ()
    codec = pixel_format = ""

    def __init__(self, file: BinaryIO | io.RawIOBase, sniffed: str) -> None:
        if file.seek(0, os.SEEK_END) > MAX_FILE_BYTES:
            size = MAX_FILE_BYTES // 2**20
            raise TooLargeInputError(f"The animated picture is larger than {size} MB: convert it to MP4.")
        file.seek(0)
        self.decoded = self.skipped = 0
        try:
            self._picture = Image.open(io.BytesIO(file.read() or b""), formats=[sniffed.upper()])
            self.count = int(getattr(self._picture, "n_frames", 1))
        except Exception as error:
            raise _damaged() from error
        self._orientation = orientation_of(self._picture)
        self.width, self.height = self._picture.size[:: -1 if self._orientation in ON_THE_SIDE else 1]
        if not 0 < self.width * self.height <= MAX_PIXELS:
            raise TooLargeInputError(
                f"The animated picture is larger than {MAX_PIXELS // 1_000_000} megapixels: make it smaller."
            )
        self.fps: float | None = None
        self.duration_s: float | None = None

    def close(self) -> None:
        """Free the picture."""
        self._picture.close()

    def tick_of(self, picture: av.VideoFrame) -> int | None:
        """When a picture is shown, in ticks of `time_base`."""
        return picture.pts

    def pictures(self) -> Iterator[tuple[int, av.VideoFrame]]:
        """(number, frame with its time in ms) of each picture; a damaged part ends the film."""
        time_ms = 0
        # A PNG can begin with a picture for programs that show no film; it is not part of the film.
        for number in range(int(getattr(self._picture, "default_image", False)), self.count):
            try:
                self._picture.seek(number)
                rgba = self._picture.convert("RGBA")
                stands_ms = int(self._picture.info.get("duration") or 0)
            except InputError:
                raise
            except Exception as error:
                self.short_of_memory |= isinstance(error, MemoryError)
                self.skipped += 1
                self.cut_short = True
                return
            white = Image.new("RGB", rgba.size, "white")
            white.paste(rgba, mask=rgba.getchannel("A"))
            upright, stored = upright_and_stored(white.height, white.width, self._orientation)
            stored[:] = np.asarray(white)
            frame = av.VideoFrame.from_ndarray(upright, format="rgb24")
            frame.pts, frame.time_base = time_ms, TICK
            time_ms += stands_ms if stands_ms >= SHORTEST_MS else USUAL_MS
            self.decoded += 1
            yield number, frame


def _damaged() -> DamagedInputError:
    return DamagedInputError("The animated picture is cut off or damaged: copy or save it again.")
