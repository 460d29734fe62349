"""Holes in the middle of a video file, as copies leave them that never became whole: noticed, and bridged.

A download in pieces or a bad disk leaves zeros (or 0xFF) in a file of the full length. Most containers are
read on behind such a hole as if nothing had been there; for FFmpeg a fragmented MP4 ends there, and an AVI
counts on.
"""

import os
import struct
from fractions import Fraction

from av.packet import Packet
from av.video.stream import VideoStream

from fer.sources.headers import Bytes, box_head

BLANK_BYTES = {
    **dict.fromkeys(("matroska", "flv", "mpegts", "ogg"), 512),
    **dict.fromkeys(("avi", "mpeg", "asf", "mxf"), 16_384),
}
"""Container that is read on behind a hole -> so many equal bytes in a row are one; padding is shorter."""

_LOOKED_THROUGH = 2**24
"""Bytes behind the last packet in which a hole begins."""

_SHORTEST_S = 0.25
_PERIODS = 3
_MAX_HOLES = 1000
_FRAGMENT = b"moof"
_FIRST_IN_FRAGMENT = b"mfhd"
_SEARCHED_BYTES = 2**20
_CHUNK_HEAD_BYTES = 8


class BridgedFile:
    """A fragmented MP4 whose holes between fragments look like boxes of padding; nothing is written.

    Args:
        file: Open for reading.
        holes: (first byte, byte behind the last) of each, in order; at least 16 bytes long.
    """

    def __init__(self, file: Bytes, holes: list[tuple[int, int]]) -> None:
        self._file = file
        self._heads = [(start, struct.pack(">I4sQ", 1, b"free", end - start)) for start, end in holes]
        self.seek, self.tell = file.seek, file.tell

    def read(self, size: int, /) -> bytes:
        """Up to ``size`` bytes."""
        begin = self._file.tell()
        data = bytearray(self._file.read(size))
        for start, head in self._heads:
            first, last = max(start, begin), min(start + len(head), begin + len(data))
            if first < last:
                data[first - begin : last - begin] = head[first - start : last - start]
        return bytes(data)


def bridged(file: Bytes, sniffed: str) -> tuple[Bytes, list[tuple[int, int]]]:
    """What FFmpeg should read in a file's place, and the holes that are bridged in it.

    Args:
        file: Open for reading; left at its start.
        sniffed: Its format, from `fer.sources.sniff`.
    """
    holes = fragment_holes(file) if sniffed == "mp4" else []
    return BridgedFile(file, holes) if holes else file, holes


def fragment_holes(file: Bytes) -> list[tuple[int, int]]:
    """Where the boxes of a fragmented MP4 break off, and where its next fragment begins.

    Args:
        file: Open for reading; left at its start.

    Returns:
        (first byte, byte behind the last) of each hole; nothing for any other MP4.
    """
    size = file.seek(0, os.SEEK_END)
    position, fragmented, holes = 0, False, []
    while position + 16 <= size and len(holes) < _MAX_HOLES:
        name, length = box_head(file, position)
        fragmented |= name == _FRAGMENT
        if name and length >= 8:
            position += length
        elif name and not length:  # up to the end of the file
            break
        else:
            after = _next_fragment(file, position + 16) if fragmented else 0
            if not after:
                break
            holes.append((position, after))
            position = after
    file.seek(0)
    return holes


def _next_fragment(file: Bytes, position: int) -> int:
    """Where the next fragment begins; 0 if none does."""
    kept = b""
    while True:
        file.seek(position)
        data = kept + file.read(_SEARCHED_BYTES)
        if len(data) <= len(kept):
            return 0
        begin = position - len(kept)
        at = data.find(_FRAGMENT, 4)
        while 0 <= at <= len(data) - 12:
            if data[at + 8 : at + 12] == _FIRST_IN_FRAGMENT:
                return begin + at - 4
            at = data.find(_FRAGMENT, at + 1)
        position, kept = begin + len(data), data[-16:]


class HoleFinder:
    """Notices where packets are missing because the file holds nothing in their place.

    Args:
        file: What the packets are read from; its place is kept.
        sniffed: Its format, from `fer.sources.sniff`.
        bridges: Holes of a fragmented MP4, as `fragment_holes` finds them.
        tick_s: Seconds in a tick of the packets' times.
        period_s: Usual time between two pictures in seconds.

    Attributes:
        found: (tick of its first missing picture, tick of the next one that is there) of each hole.
    """

    def __init__(
        self,
        file: Bytes,
        sniffed: str,
        *,
        bridges: list[tuple[int, int]],
        tick_s: Fraction,
        period_s: float,
    ) -> None:
        self._file, self._bridges = file, bridges
        self._blank_bytes = BLANK_BYTES.get(sniffed, 0)
        self._wanted = bool(self._blank_bytes or bridges)
        self._reads_ahead = sniffed == "asf"  # FFmpeg says the place of an earlier packet there
        self._period = round(period_s / tick_s)
        self._least = max(_SHORTEST_S / tick_s, _PERIODS * period_s / tick_s)
        self._end: int | None = None
        self._tick: int | None = None
        self.found: list[tuple[int, int]] = []

    def see(self, packet: Packet, tick: int | None) -> None:
        """The next packet, and its time in ticks."""
        if not self._wanted or tick is None or packet.pos is None or len(self.found) == _MAX_HOLES:
            return
        if self._tick is not None and tick - self._tick > self._least and self._lies_between(packet.pos):
            self.found.append((self._tick + self._period, tick))
        self._tick = tick if self._tick is None else max(tick, self._tick)
        self._end = packet.pos + packet.size

    def ends_in_hole(self) -> bool:
        """Whether there is a hole behind the last packet."""
        if not self._blank_bytes or self._end is None:
            return False
        place = self._file.tell()
        size = self._file.seek(0, os.SEEK_END)
        self._file.seek(place)
        return self._has_blank(self._end, size)

    def _lies_between(self, position: int) -> bool:
        """Whether there is a hole between the last packet and a byte."""
        begin = self._end or 0
        if self._bridges:
            return any(start < position and begin <= end for start, end in self._bridges)
        return self._has_blank(begin, self._file.tell() if self._reads_ahead else position)

    def _has_blank(self, begin: int, end: int) -> bool:
        place, length = self._file.tell(), self._blank_bytes
        self._file.seek(begin)
        data = self._file.read(max(0, min(end - begin, _LOOKED_THROUGH)))
        self._file.seek(place)
        return any(byte * length in data for byte in (b"\0", b"\xff"))


class AviCounter:
    """Counts an AVI's pictures by its index: FFmpeg counts those that it finds, and loses some in a hole.

    Args:
        stream: Of the pictures.
    """

    def __init__(self, stream: VideoStream) -> None:
        self._entries = stream.index_entries
        self._numbers: dict[int, int] | None = None

    def mend(self, packet: Packet) -> None:
        """Give a packet that stands further on in the index the number that it has there."""
        number = packet.dts
        if number is None or packet.pos is None:
            return
        if 0 <= number < len(self._entries):
            entry = self._entries[number]
            if (entry.timestamp, entry.pos + _CHUNK_HEAD_BYTES) == (number, packet.pos):
                return
        if self._numbers is None:
            self._numbers = {entry.pos + _CHUNK_HEAD_BYTES: entry.timestamp for entry in self._entries}
        packet.dts = max(number, self._numbers.get(packet.pos, number))
