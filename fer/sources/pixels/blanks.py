"""Photos whose coded pixels were in part never written: decoders make something of the rest, and say nothing.

A copy that broke off in a file of the full length, or a bad card, leaves zeros or 0xFF. Where a format's code
never has such runs, they are damage; TIFF and BMP without compression may hold them as black or white, and
there the way tells in which the pixels end.
"""

import re
import struct
from collections.abc import Iterator
from typing import Any

from PIL import Image

BLANK_BYTES = 4096
_ZEROS, _ONES = b"\0", b"\xff"
_BLANKS = (_ZEROS * BLANK_BYTES, _ONES * BLANK_BYTES)
_PADDED = 4
"""What lies beside the pixels in the boxes of HEIC and AVIF may be padded: only longer runs count there."""

_MARKER = re.compile(rb"\xff[^\0\xff\xd0-\xd7]")
_TABLES, _SCAN, _END = 0xC4, 0xDA, 0xD9
_FRAMES = frozenset(range(0xC0, 0xD0)) - {_TABLES, 0xC8, 0xCC}
_ONE_AFTER_ANOTHER = (0xC0, 0xC1)
"""Frames of a JPEG that are neither progressive nor coded arithmetically."""
_BITS_OF_A_VALUE, _PLANES = 258, 284  # tags of TIFF
_BITS_OF_MODE = {"L": 8, "RGB": 24, "I;16B": 16}
"""What a pixel of a PGM or PPM takes; a BMP says how long its rows are."""

_NEAR_EDGE = 32
"""Bytes from the end of a row within which it may be a picture's own edge."""

_FULL = 0.1
"""Such a share of a full row's bytes may be black, or white, by themselves."""


def has_blank(data: bytes, sniffed: str, *, least_bytes: int = BLANK_BYTES) -> bool:
    """Whether a stretch of the coded pixels is blank.

    Args:
        data: The whole file.
        sniffed: Its format, from `fer.sources.sniff`.
        least_bytes: So many equal bytes in a row are a blank stretch.
    """
    stretches = {"jpeg": _of_jpeg, "webp": _of_webp, "heic": _of_boxes, "avif": _of_boxes}.get(sniffed)
    if stretches is None or not any(value * least_bytes in data for value in (_ZEROS, _ONES)):
        return False
    try:
        return any(data.find(run * least_bytes, begin, end) >= 0 for begin, end, run in stretches(data))
    except (struct.error, IndexError, KeyError):  # the decoder will say so
        return False


def _of_jpeg(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    """(first byte, byte behind the last, run that the code never has) of each scan of the first picture."""
    position, frame, first_symbols = 2, 0, {}
    while (marker := data[position + 1]) != _END:
        length = struct.unpack_from(">H", data, position + 2)[0]
        segment = data[position + 4 : position + 2 + length]
        position += 2 + length
        if marker == _TABLES:
            first_symbols.update(_first_symbols(segment))
        elif marker in _FRAMES:
            frame = marker
        elif marker == _SCAN:
            found = _MARKER.search(data, position)
            end = found.start() if found else len(data)
            yield position, end + 1, _ONES
            if frame in _ONE_AFTER_ANOTHER and not _is_flat_as_zeros(segment, first_symbols):
                yield position, end, _ZEROS
            position = end


def _first_symbols(segment: bytes) -> dict[int, int]:
    """Table of AC coefficients -> what its code of zeros alone stands for."""
    symbols, position = {}, 0
    while position < len(segment):
        table, count = segment[position], sum(segment[position + 1 : position + 17])
        if table & 0x10:
            symbols[table] = segment[position + 17]
        position += 17 + count
    return symbols


def _is_flat_as_zeros(scan: bytes, first_symbols: dict[int, int]) -> bool:
    """Whether zeros can be a flat area: everywhere in a scan the shortest code stands for "nothing more"."""
    used = [first_symbols[0x10 | scan[2 + 2 * component] & 0xF] for component in range(scan[0])]
    return not any(symbol & 0xF for symbol in used)


def _of_webp(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    """The same of the lossy pixels of a WebP."""
    position = 12
    while position + 8 <= len(data):
        length = struct.unpack_from("<I", data, position + 4)[0]
        if data[position : position + 4] == b"VP8 ":
            for run in (_ZEROS, _ONES):
                yield position + 8, position + 8 + length, run
        position += 8 + length + (length & 1)


def _of_boxes(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    """The same of a HEIC or AVIF."""
    position = 0
    while position + 8 <= len(data):
        length, name = struct.unpack_from(">I4s", data, position)
        if length == 1:
            length = struct.unpack_from(">Q", data, position + 8)[0]
        end = position + length if length else len(data)
        if name == b"mdat":
            for run in (_ZEROS, _ONES):
                yield position + 8, end, run * _PADDED
        if length < 8:
            break
        position = end


def breaks_off(data: bytes, picture: Image.Image) -> bool:
    """Whether pixels that are stored as they are end within a row, and only blank bytes follow in the file.

    Where black or white belongs to the picture, it begins with a row or has a shape: then the row above is
    not full where this one is empty.

    Args:
        data: The whole file.
        picture: The same, opened and not decoded yet.
    """
    if data[-BLANK_BYTES:] not in _BLANKS:
        return False
    end = len(data)
    while data[end - BLANK_BYTES : end] == data[-BLANK_BYTES:]:
        end -= BLANK_BYTES
    tail = data[max(0, end - BLANK_BYTES) : end]
    written = end - len(tail) + len(tail.rstrip(data[-1:]))
    return any(_ends_within_row(data, written, *part) for part in _plain_rows(picture))


def _plain_rows(picture: Any) -> Iterator[tuple[int, int, int]]:
    """(first byte, rows, bytes of a row) of each part of the pixels that is stored as it is."""
    tags = getattr(picture, "tag_v2", {})
    for tile in picture.tile:
        left, top, right, bottom = tile.extents
        args = tile.args if isinstance(tile.args, tuple) else (tile.args,)
        mode, stride = str(args[0]), int(args[1]) if len(args) > 1 else 0
        bits = sum(tags.get(_BITS_OF_A_VALUE, ())) or _BITS_OF_MODE.get(mode, 0)
        row_bytes = stride or ((right - left) * bits + 7) // 8
        if tile.codec_name == "raw" and row_bytes and tags.get(_PLANES, 1) == 1:
            yield tile.offset, bottom - top, row_bytes


def _ends_within_row(data: bytes, written: int, first: int, rows: int, row_bytes: int) -> bool:
    """Whether the last byte that was written lies within a row of such a part, and the row above is full."""
    row, column = divmod(written - first, row_bytes)
    if not (0 < row < rows - 1 and _NEAR_EDGE <= column <= row_bytes - _NEAR_EDGE):
        return False
    above = data[written - row_bytes : written - column]
    return above.count(data[-1]) <= _FULL * len(above)
