"""Photos whose coded pixels were in part never written: decoders make something of the rest, and say nothing.

A copy that broke off in a file of the full length, or a bad card, leaves zeros or 0xFF. Where a format's code
never has such runs, they are damage; TIFF and BMP without compression may hold them as black or white.
"""

import re
import struct
from collections.abc import Iterator

BLANK_BYTES = 4096
_BLANKS = (bytes(BLANK_BYTES), b"\xff" * BLANK_BYTES)
_ZEROS, _ONES = _BLANKS
_PADDED = 4
"""What lies beside the pixels in the boxes of HEIC and AVIF may be padded: only longer runs count there."""

_MARKER = re.compile(rb"\xff[^\0\xff\xd0-\xd7]")
_TABLES, _SCAN, _END = 0xC4, 0xDA, 0xD9
_FRAMES = frozenset(range(0xC0, 0xD0)) - {_TABLES, 0xC8, 0xCC}
_ONE_AFTER_ANOTHER = (0xC0, 0xC1)
"""Frames of a JPEG that are neither progressive nor coded arithmetically."""


def has_blank(data: bytes, sniffed: str) -> bool:
    """Whether a stretch of the coded pixels is blank.

    Args:
        data: The whole file.
        sniffed: Its format, from `fer.sources.sniff`.
    """
    stretches = {"jpeg": _of_jpeg, "webp": _of_webp, "heic": _of_boxes, "avif": _of_boxes}.get(sniffed)
    if stretches is None or not any(blank in data for blank in _BLANKS):
        return False
    try:
        return any(data.find(run, begin, end) >= 0 for begin, end, run in stretches(data))
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
            for run in _BLANKS:
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
            for run in _BLANKS:
                yield position + 8, end, run * _PADDED
        if length < 8:
            break
        position = end
