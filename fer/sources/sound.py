"""The sound of a video, for its copy: its packets as they are where players take them, else AAC."""

import math
from collections.abc import Callable, Iterator
from fractions import Fraction
from io import BytesIO
from pathlib import Path

import av
from av import AudioResampler, Packet
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import InputContainer, OutputContainer
from av.error import FFmpegError
from av.stream import Discard, Disposition

from fer.errors import InputError
from fer.sources.container import (
    DEMUXERS,
    JOINED,
    LONGEST_GAP_S,
    FilmReader,
    GuardedFile,
    StallGuard,
    open_container,
)
from fer.sources.holes import bridged
from fer.sources.magic import HEAD_BYTES, sniff
from fer.sources.opening import open_binary
from fer.sources.timing import JUMP_BACK_S

PLAYABLE = ("aac", "mp3", "opus")
"""Codecs that players accept in an MP4."""

AAC_HZ = 48_000
STALL_S = 20.0


class Sound:
    """The best sound stream of a video, read beside its pictures.

    Sound must never cost the copy: what cannot be read is left out, and `trouble` says so.

    Args:
        source: The file's bytes or its path.

    Attributes:
        there: The source has a sound stream.
        trouble: Why some or all of it is missing; empty while all is well.
    """

    def __init__(self, source: bytes | str | Path) -> None:
        self.trouble = ""
        self._container: InputContainer | None = None
        self._stream: AudioStream | None = None
        self._packets: Iterator[Packet] = iter(())
        self._waiting: Packet | None = None
        self._file = open_binary(source)
        sniffed = sniff(self._file.read(HEAD_BYTES))
        self._file.seek(0)
        self._joined = sniffed in JOINED
        if sniffed not in DEMUXERS:  # an animated picture has no sound
            self.there = False
            return
        try:
            file = GuardedFile(bridged(self._file, sniffed)[0], StallGuard(STALL_S))
            self._container = open_container(file, sniffed, cut_short=False)
            self._stream = _best_sound(self._container)
            self._origin_s = _start_of_pictures(self._container)
            if sniffed == "matroska":
                self._origin_s = _first_picture_s(source)
        except (InputError, FFmpegError, ValueError):
            self.trouble = "the sound cannot be read"
        self.there = self._stream is not None

    def add_to(self, container: OutputContainer) -> None:
        """Announce the sound in an output that is about to be written."""
        stream = self._stream
        if stream is None:
            return
        try:
            if stream.codec_context is None:
                raise ValueError("it is not known here")
            if stream.codec_context.codec.canonical_name in PLAYABLE:
                packets = self._copied(stream, container.add_stream_from_template(stream))
            else:
                out = container.add_stream("aac", rate=AAC_HZ, layout="stereo")
                out.codec_context.time_base = Fraction(1, AAC_HZ)
                packets = self._encoded(stream, out)
            self._packets = self._until_trouble(packets)
        except (FFmpegError, ValueError) as error:
            self.trouble = f"its codec cannot be copied ({error})"

    def alone(self, beat: Callable[[], None] = lambda: None) -> bytes:
        """All of it as an MP4 without pictures, its times counted from the first picture.

        Args:
            beat: Called with every packet.
        """
        out, written = BytesIO(), 0
        with av.open(out, "w", format="mp4") as container:
            self.add_to(container)
            for packet in self.until(math.inf):
                beat()
                container.mux(packet)
                written += 1
        return out.getvalue() if written else b""

    def until(self, time_s: float) -> Iterator[Packet]:
        """The packets before a time of the copy (seconds after its first picture), to be muxed."""
        while True:
            packet, self._waiting = self._waiting or next(self._packets, None), None
            if packet is None:
                return
            if _seconds(packet) >= time_s:
                self._waiting = packet
                return
            yield packet

    def close(self) -> None:
        """Let go of the source."""
        if self._container is not None:
            self._container.close()
        self._file.close()

    def _until_trouble(self, packets: Iterator[Packet]) -> Iterator[Packet]:
        try:
            yield from packets
        except (InputError, FFmpegError, ValueError):
            self.trouble = "it breaks off where the source is damaged"

    def _copied(self, stream: AudioStream, out: AudioStream) -> Iterator[Packet]:
        last, length, shift = None, 0, None
        for packet in _demux(stream):
            base = packet.time_base
            if packet.pts is None or packet.dts is None or base is None or packet.is_corrupt:
                continue
            if shift is None:
                shift = round(self._origin_s / base)
            on = 0 if last is None else packet.dts - shift - last
            if self._joined and not -JUMP_BACK_S <= on * base <= LONGEST_GAP_S:
                shift += on - length  # the sound of the next recording follows, as its pictures do
            packet.pts, packet.dts, length = packet.pts - shift, packet.dts - shift, packet.duration or 0
            # A time before the first picture would move the pictures; the muxer wants times that rise.
            if packet.dts < 0 or (last is not None and packet.dts <= last):
                continue
            last = packet.dts
            packet.stream = out
            yield packet

    def _encoded(self, stream: AudioStream, out: AudioStream) -> Iterator[Packet]:
        resampler = AudioResampler(format="fltp", layout="stereo", rate=AAC_HZ)
        samples = None
        for frame in _decoded(stream):
            if samples is None:
                begin_s = 0.0 if frame.time is None else frame.time - float(self._origin_s)
                samples = max(0, round(begin_s * AAC_HZ))
            frame.pts = None
            for part in resampler.resample(frame):
                part.pts, part.time_base = samples, Fraction(1, AAC_HZ)
                samples += part.samples
                yield from out.encode(part)
        yield from out.encode(None)


def _best_sound(container: InputContainer) -> AudioStream | None:
    """The stream to take; the packets of all others are passed over."""
    best = container.streams.best("audio")
    if not isinstance(best, AudioStream):
        return None
    for other in container.streams:
        if other is not best:
            other.discard = Discard.all
    return best


def _start_of_pictures(container: InputContainer) -> Fraction:
    """Seconds, by the container's clock."""
    pictures = [s for s in container.streams.video if not s.disposition & Disposition.attached_pic]
    best = container.streams.best("video")  # the one whose pictures are read
    first = next((s for s in pictures if s is best), pictures[0] if pictures else None)
    if first is None or first.start_time is None or first.time_base is None:
        return Fraction(0)
    return first.start_time * first.time_base


def _first_picture_s(source: bytes | str | Path) -> Fraction:
    """The same of a Matroska file, whose pictures may begin later than FFmpeg has looked."""
    with open_binary(source) as file:
        reader = FilmReader(file, "matroska", StallGuard(STALL_S))
        reader.close()
    return (reader.start or 0) * reader.time_base


def _demux(stream: AudioStream) -> Iterator[Packet]:
    container = stream.container
    if isinstance(container, InputContainer):
        yield from container.demux(stream)


def _decoded(stream: AudioStream) -> Iterator[AudioFrame]:
    for packet in _demux(stream):
        try:
            frames = packet.decode()
        except FFmpegError:  # a damaged packet costs its own moment
            continue
        yield from (frame for frame in frames if isinstance(frame, AudioFrame))


def _seconds(packet: Packet) -> float:
    if packet.pts is None or packet.time_base is None:
        return 0.0
    return float(packet.pts * packet.time_base)
