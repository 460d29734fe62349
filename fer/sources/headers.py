"""Sizes that files declare, read without decoding anything: the guard in front of the decoders."""

import os
import re
import struct
from collections.abc import Iterator
from typing import Protocol

_JPEG_SIZE_MARKERS = frozenset((*range(0xC0, 0xD0), 0xF7)) - {0xC4, 0xC8, 0xCC}
_JPEG_RARE_MARKERS = (0xC3, 0xC5, 0xC6, 0xC7, 0xCB, 0xCD, 0xCE, 0xCF, 0xF7)
_JPEG_BITS = 8
_JPEG_BARE_MARKERS = frozenset(range(0xD0, 0xDA)) | {0x01, 0xFF}
SIZED = ("png", "gif", "bmp", "webp", "jpeg")
"""Formats whose size is read here; Pillow reads that of the others without decoding them."""

_MAX_BOXES = 100_000
_ENDLESS = 2**63
_BOX_NAME = re.compile(rb"[A-Za-z0-9 _\xa9-]{4}")
_FRAGMENT_TIME = re.compile(rb"tfhd.{4}(.{4}).*?tfdt(.).{3}(.{8})", re.DOTALL)
_FRAGMENT_HEAD_BYTES = 2**16
_SEGMENT_ID = b"\x18\x53\x80\x67"
_BLANK_BYTES = 4096
_BEGINNINGS = {
    "flv": re.compile(rb"FLV\x01[\0-\x05]\0\0\0\x09\0\0\0\0"),
    "asf": re.compile(re.escape(bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c"))),
}
_FOLLOWS_WITHIN = 2**24


class Bytes(Protocol):
    """An open file, or one that is mended as it is read."""

    def read(self, size: int, /) -> bytes:
        """Up to so many bytes."""
        ...

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """As of a file."""
        ...

    def tell(self) -> int:
        """As of a file."""
        ...


def image_size(data: bytes, sniffed: str) -> tuple[int, int] | None:
    """Width and height in pixels that a picture's header declares.

    Args:
        data: The whole file.
        sniffed: Its format, one of `SIZED`.

    Returns:
        (width, height), or None if the header is damaged.
    """
    readers = {"png": _png_size, "gif": _gif_size, "bmp": _bmp_size, "webp": _webp_size, "jpeg": _jpeg_size}
    try:
        return readers[sniffed](data)
    except (struct.error, IndexError):
        return None


def is_cut_short(file: Bytes, sniffed: str) -> bool:
    """Whether a video file declares more bytes than it has, as after a broken download.

    Args:
        file: Open for reading; left at its start.
        sniffed: Its format, from `fer.sources.sniff`.

    Returns:
        False too if the container does not declare its length (recordings of a browser).
    """
    size = file.seek(0, os.SEEK_END)
    try:
        if sniffed == "mp4":
            return _last_box_end(file, size) > size
        file.seek(0)
        head = file.read(64)
        if sniffed == "avi":
            return 8 + struct.unpack_from("<I", head, 4)[0] > size
        return sniffed == "matroska" and _segment_end(head) > size
    except (struct.error, IndexError):
        return True  # not even the first header is whole
    finally:
        file.seek(0)


def ends_blank(file: Bytes) -> bool:
    """Whether the file's end was never written, as after a copy that broke off in a file of the full length.

    Args:
        file: Open for reading; left where it was.
    """
    position = file.tell()
    try:
        file.seek(-min(_BLANK_BYTES, file.seek(0, os.SEEK_END)), os.SEEK_END)
        end = file.read(_BLANK_BYTES)
        return len(end) == _BLANK_BYTES and len(set(end)) == 1
    finally:
        file.seek(position)


def another_follows(file: Bytes, sniffed: str, position: int) -> bool:
    """Whether another video of the same kind lies in the file, which FFmpeg does not reach.

    So it is where whole files were joined as bytes (``cat``, ``copy /b``); other containers are read on.

    Args:
        file: Open for reading; left where it was.
        sniffed: Its format, from `fer.sources.sniff`.
        position: Behind the last byte that was read of the first one.
    """
    place = file.tell()
    try:
        if sniffed == "mp4":
            return _second_mp4(file, file.seek(0, os.SEEK_END))
        if sniffed not in _BEGINNINGS:
            return False
        file.seek(position)
        return _BEGINNINGS[sniffed].search(file.read(_FOLLOWS_WITHIN)) is not None
    finally:
        file.seek(place)


def _png_size(data: bytes) -> tuple[int, int]:
    return struct.unpack_from(">II", data, 16)


def _gif_size(data: bytes) -> tuple[int, int]:
    return struct.unpack_from("<HH", data, 6)


def _bmp_size(data: bytes) -> tuple[int, int]:
    if struct.unpack_from("<I", data, 14)[0] == 12:
        return struct.unpack_from("<HH", data, 18)
    width, height = struct.unpack_from("<ii", data, 18)
    return abs(width), abs(height)  # a negative height means: rows from top to bottom


def _webp_size(data: bytes) -> tuple[int, int] | None:
    chunk = data[12:16]
    if chunk == b"VP8X":
        low, high = struct.unpack_from("<HB", data, 24), struct.unpack_from("<HB", data, 27)
        return 1 + low[0] + (low[1] << 16), 1 + high[0] + (high[1] << 16)
    if chunk == b"VP8L":
        bits = struct.unpack_from("<I", data, 21)[0]
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if chunk == b"VP8 ":
        width, height = struct.unpack_from("<HH", data, 26)
        return width & 0x3FFF, height & 0x3FFF
    return None


def is_rare_jpeg(data: bytes) -> bool:
    """Whether a JPEG is of a kind that next to no program reads: lossless, hierarchical, JPEG-LS, 12 bits."""
    try:
        frame = _jpeg_frame(data)
        return data[frame + 1] in _JPEG_RARE_MARKERS or (frame > 0 and data[frame + 4] != _JPEG_BITS)
    except (struct.error, IndexError):
        return False


def _jpeg_size(data: bytes) -> tuple[int, int] | None:
    position = _jpeg_frame(data)
    if not position:
        return None
    height, width = struct.unpack_from(">HH", data, position + 5)
    return width, height


def _jpeg_frame(data: bytes) -> int:
    """Where the header of the picture begins; 0 without one."""
    position = 2
    while data[position] == 0xFF:
        marker = data[position + 1]
        if marker in _JPEG_SIZE_MARKERS:
            return position
        if marker in _JPEG_BARE_MARKERS:
            position += 1 if marker == 0xFF else 2
        else:
            position += 2 + struct.unpack_from(">H", data, position + 2)[0]
    return 0


def _last_box_end(file: Bytes, size: int) -> int:
    """Where the last top-level box of an MP4 file says that it ends."""
    return max((position + length for _, position, length in _boxes(file, size)), default=0)


def is_fragmented(file: Bytes) -> bool:
    """Whether an MP4 is made of fragments, each with times of its own; left at its start."""
    fragmented = any(name == b"moof" for name, _, _ in _boxes(file, file.seek(0, os.SEEK_END)))
    file.seek(0)
    return fragmented


def _second_mp4(file: Bytes, size: int) -> bool:
    """Whether boxes of another MP4 follow those of one; a fragmented one can name its type again."""
    names = b" ".join(name for name, position, length in _boxes(file, size) if position + length <= size)
    if b"moof" in names:
        return second_of_fragments(file) > 0
    return re.search(rb"ftyp.*moov.*ftyp.*moov", names) is not None


def second_of_fragments(file: Bytes) -> int:
    """Where another fragmented MP4 begins behind the first: its index comes again, and times begin anew.

    A stream that was saved in segments may repeat its index too, but there the times go on.

    Args:
        file: Open for reading; left at its start.

    Returns:
        Its first byte; 0 if there is none.
    """
    newest: dict[bytes, int] = {}
    begins = index = 0
    for name, position, length in _boxes(file, file.seek(0, os.SEEK_END)):
        if name == b"ftyp":
            begins = position
        elif name == b"moov":
            index = begins or position
        elif name == b"moof":
            times = _fragment_times(file, position, length)
            if index and any(time <= newest.get(track, -1) for track, time in times.items()):
                break
            newest |= times
            begins = index = 0
    else:
        index = 0
    file.seek(0)
    return index


def _fragment_times(file: Bytes, position: int, length: int) -> dict[bytes, int]:
    """Track -> tick at which a fragment begins in it."""
    file.seek(position)
    head = file.read(min(length, _FRAGMENT_HEAD_BYTES))
    return {
        track: int.from_bytes(time if version == b"\1" else time[:4], "big")
        for track, version, time in _FRAGMENT_TIME.findall(head)
    }


def _boxes(file: Bytes, size: int) -> Iterator[tuple[bytes, int, int]]:
    """(name, first byte, length) of each top-level box of an MP4."""
    position = 0
    for _ in range(_MAX_BOXES):
        if position + 8 > size:
            break
        name, length = box_head(file, position)
        # Without a name: something else behind the last box. 0: up to the end of the file; 2 to 7: padding or
        # garbage after the boxes.
        if not name or length < 8:
            break
        yield name, position, length
        position += length


def box_head(file: Bytes, position: int) -> tuple[bytes, int]:
    """(name, length in bytes) of the box of an MP4 that begins at a byte; no name where none begins."""
    file.seek(position)
    head = file.read(16)
    if not _BOX_NAME.fullmatch(head[4:8]):
        return b"", 0
    length = int.from_bytes(head[:4], "big")
    if length == 1:  # cut within its long length, it is longer than the file
        length = int.from_bytes(head[8:], "big") if len(head) == 16 else _ENDLESS
    return head[4:8], length


def _segment_end(head: bytes) -> int:
    """Where the segment of a Matroska file says that it ends; 0 if it does not say."""
    length, digits = _ebml_number(head, 4)
    start = 4 + digits + (length or 0)
    if head[start : start + 4] != _SEGMENT_ID:
        return 0
    length, digits = _ebml_number(head, start + 4)
    return 0 if length is None else start + 4 + digits + length


def _ebml_number(head: bytes, position: int) -> tuple[int | None, int]:
    """(value, bytes it takes) of a variable-length number; the value None means "unknown"."""
    first = head[position]
    digits = 9 - first.bit_length()
    if digits > 8 or position + digits > len(head):
        raise IndexError("no number")
    mask = (1 << 7 * digits) - 1
    value = int.from_bytes(head[position : position + digits], "big") & mask
    return (None if value == mask else value), digits
