"""Holes in the middle of a video file, as copies leave them that never became whole: noticed, and bridged.

A download in pieces or a bad disk leaves zeros (or 0xFF) in a file of the full length. Most containers are
read on behind such a hole as if nothing had been there; for FFmpeg a fragmented MP4 ends there, and an AVI
counts on. What is read behind a hole and built upon the pictures in it is left out, up to the next picture
that stands alone: decoders would make up what is missing.
"""

import os
import struct
from fractions import Fraction

from av.packet import Packet
from av.video.stream import VideoStream

from fer.sources.headers import Bytes, box_head, second_of_fragments
from fer.sources.pixels.blanks import has_blank

BLANK_BYTES = {
    **dict.fromkeys(("matroska", "flv", "mpegts", "ogg", "avi"), 512),
    "mpeg": 4096,
    **dict.fromkeys(("asf", "mxf"), 16_384),
}
"""Container that is read on behind a hole -> so many equal bytes in a row are one; padding is shorter."""

_LOOKED_THROUGH = 2**24
"""Bytes behind the last packet in which a hole begins."""

_CODED_WITHOUT_RUNS = ("h264", "hevc", "mpeg4", "vp8", "vp9", "av1")
"""Codecs whose pictures never hold many equal bytes in a row."""

_NEVER_EMPTY = (
    "mjpeg",
    "prores",
    "dnxhd",
    "mpeg1video",
    "mpeg2video",
    "h263",
    "theora",
    "wmv1",
    "wmv2",
    "wmv3",
    "vc1",
)
"""Further codecs of which no picture is blank as a whole, as one of raw pixels can be."""

_RUN_IN_JPEG = 512
_ZEROS, _ONES = bytes(64), b"\xff" * 64
_FILLERS = (b"\x0c", b"\x4c\x01")
"""What stands in front of bytes of ones that H.264 and H.265 put in to keep their rate."""

_MAY_END_IN_ZEROS = ("mpegts", "mpeg", "h264", "hevc", "avi", "vp8", "vp9", "av1")
"""Containers and codecs with which zeros may fill up the end of a picture."""

_LONGEST_WAIT_S = 10.0
"""So long after a hole a picture that stands alone is waited for; then the others have mended themselves."""

_SHORTEST_S = 0.25
_PERIODS = 3
_CERTAIN_PERIODS = 1.5
_CERTAIN = ("avi", "asf")
"""Containers of which a single missing picture is known to be lost: one counts them, one lies in blocks."""

_ASF_FACTS = bytes.fromhex("a1dcab8c47a9cf118ee400c00c205365")
_ASF_BLOCKS = bytes.fromhex("3626b2758e66cf11a6d900aa0062ce6c")
_ASF_BLOCK_SIZE_AT, _ASF_FIRST_BLOCK_AT = 92, 50
_ASF_HEADER_BYTES = 2**20

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


class FirstPart:
    """A file up to a byte, as if it ended there.

    Args:
        file: Open for reading.
        size: So many bytes of it.
    """

    def __init__(self, file: Bytes, size: int) -> None:
        self._file, self._size = file, size
        self.tell = file.tell

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        """As of a file."""
        if whence == os.SEEK_END:
            return self._file.seek(max(0, self._size + offset))
        return self._file.seek(offset, whence)

    def read(self, size: int, /) -> bytes:
        """Up to ``size`` bytes."""
        return self._file.read(max(0, min(size, self._size - self._file.tell())))


def bridged(file: Bytes, sniffed: str) -> tuple[Bytes, list[tuple[int, int]]]:
    """What FFmpeg should read in a file's place, and the holes that are bridged in it.

    Of fragmented MP4s that were joined it is the first: FFmpeg would mix their times.

    Args:
        file: Open for reading; left at its start.
        sniffed: Its format, from `fer.sources.sniff`.
    """
    if sniffed != "mp4":
        return file, []
    holes = fragment_holes(file)
    read = BridgedFile(file, holes) if holes else file
    second = second_of_fragments(read)
    return FirstPart(read, second) if second else read, holes


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
    """Notices where packets are blank, or missing because the file holds nothing in their place.

    Args:
        file: What the packets are read from; its place is kept.
        sniffed: Its format, from `fer.sources.sniff`.
        codec: FFmpeg's name of the pictures' codec.
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
        codec: str,
        bridges: list[tuple[int, int]],
        tick_s: Fraction,
        period_s: float,
    ) -> None:
        self._file, self._bridges = file, bridges
        self._blank_bytes = BLANK_BYTES.get(sniffed, 0)
        self._is_jpeg, self._is_avi = codec == "mjpeg", sniffed == "avi"
        self._looks_into = codec in _CODED_WITHOUT_RUNS
        self._is_never_empty = self._looks_into or codec in _NEVER_EMPTY
        self._may_end_in_zeros = sniffed in _MAY_END_IN_ZEROS or codec in _MAY_END_IN_ZEROS
        self._reads_ahead = sniffed == "asf"  # FFmpeg says the place of an earlier packet there
        self._period = round(period_s / tick_s)
        self._least = max(_SHORTEST_S, _PERIODS * period_s) / tick_s
        self._blocks = _asf_blocks(file) if sniffed == "asf" else None
        if sniffed in _CERTAIN and (sniffed != "asf" or self._blocks):
            self._least = _CERTAIN_PERIODS * period_s / tick_s
        self._longest_wait = _LONGEST_WAIT_S / tick_s
        self._end: int | None = None
        self._tick: int | None = None
        self._since: int | None = None
        self._read_from: int | None = None
        self.found: list[tuple[int, int]] = []

    def see(self, packet: Packet, tick: int | None) -> bool:
        """The next packet, and its time in ticks.

        Returns:
            Whether to decode it: it is not blank, nor built upon pictures that are missing.
        """
        is_blank = self._is_never_empty and self._is_blank(packet)
        if tick is None:
            return not is_blank
        begins = self._tick is not None and self._leaves_out(packet, tick)
        if is_blank or begins:
            first = tick if is_blank or self._tick is None else self._tick + self._period
            self._since = first if self._since is None else min(self._since, first)
        if self._since is not None and not is_blank:
            if packet.is_keyframe or tick - self._since > self._longest_wait:
                self._close(tick)
                self._read_from = tick
            else:
                self._since = min(self._since, tick)
        self._tick = tick if self._tick is None else max(tick, self._tick)
        self._end = self._end if packet.pos is None else packet.pos + packet.size
        return self._since is None and self._stands_alone(tick)

    @property
    def is_open(self) -> bool:
        """Whether no picture was read behind the last hole."""
        return self._since is not None

    def _close(self, tick: int) -> None:
        if self._since is not None and self._since < tick and len(self.found) < _MAX_HOLES:
            self.found.append((self._since, tick))
        self._since = None

    def _stands_alone(self, tick: int) -> bool:
        """Whether a packet behind a hole is no picture that is shown before the first whole one."""
        if self._read_from is not None and tick > self._read_from:
            self._read_from = None
        return self._read_from is None or tick == self._read_from

    def _leaves_out(self, packet: Packet, tick: int) -> bool:
        """Whether pictures are missing in front of a packet, and blank bytes are in their place."""
        if not (self._blank_bytes or self._bridges) or packet.pos is None or self._tick is None:
            return False
        return tick - self._tick > self._least and self._lies_between(packet.pos)

    def _is_blank(self, packet: Packet) -> bool:
        """Whether a part of what a packet holds was never written."""
        data = bytes(packet)
        if len(data) >= _CHUNK_HEAD_BYTES and not (data.strip(b"\0") and data.strip(b"\xff")):
            return True
        if not self._looks_into:
            return self._is_jpeg and has_blank(data, "jpeg", least_bytes=_RUN_IN_JPEG)
        ones = data.find(_ONES)
        if ones >= 0 and not data[:ones].endswith(_FILLERS):
            return True
        if not self._may_end_in_zeros:
            return _ZEROS in data
        return _ZEROS in data.rstrip(b"\0") or (data.endswith(_ZEROS) and self._goes_on_blank(packet))

    def _goes_on_blank(self, packet: Packet) -> bool:
        """Whether the zeros at the end of a packet of an AVI go on where the next one should begin."""
        if not self._is_avi or packet.pos is None:
            return False
        return not _peek(self._file, packet.pos + packet.size, _CHUNK_HEAD_BYTES).strip(b"\0")

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
        if self._blocks:
            first, size = self._blocks
            begin = first + max(0, begin - first) // size * size
        data = _peek(self._file, begin, max(0, min(end - begin, _LOOKED_THROUGH)))
        if self._blocks:  # zeros may fill up the end of a block, and never begin one
            heads = (data[at : at + len(_ZEROS)] for at in range(0, len(data), self._blocks[1]))
            return any(head in (_ZEROS, _ONES) for head in heads)
        return any(byte * self._blank_bytes in data for byte in (b"\0", b"\xff"))


def _peek(file: Bytes, position: int, size: int) -> bytes:
    """Up to so many bytes from a place on; the file stays where it stands."""
    place = file.tell()
    file.seek(position)
    data = file.read(size)
    file.seek(place)
    return data


def _asf_blocks(file: Bytes) -> tuple[int, int] | None:
    """(first byte, length) of the blocks of which an ASF file is made; None where it does not say."""
    head = _peek(file, 0, _ASF_HEADER_BYTES)
    facts, blocks = head.find(_ASF_FACTS), head.find(_ASF_BLOCKS)
    if min(facts, blocks) < 0 or len(head) < facts + _ASF_BLOCK_SIZE_AT + 4:
        return None
    size = struct.unpack_from("<I", head, facts + _ASF_BLOCK_SIZE_AT)[0]
    return (blocks + _ASF_FIRST_BLOCK_AT, size) if size else None


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
