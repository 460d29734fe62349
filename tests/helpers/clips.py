"""Small videos of known pixels, encoded in memory for the tests."""

import io
from collections.abc import Iterable, Sequence
from fractions import Fraction

import av
import numpy as np


def flat(value: int | tuple[int, int, int], *, width: int = 64, height: int = 48) -> np.ndarray:
    """(height, width, 3) uint8 of one colour."""
    return np.full((height, width, 3), value, np.uint8)


def corners(*, width: int = 64, height: int = 48) -> np.ndarray:
    """Red, green, blue and white quarters: top left, top right, bottom left, bottom right."""
    image = flat(255, width=width, height=height)
    image[: height // 2, : width // 2] = (230, 20, 20)
    image[: height // 2, width // 2 :] = (20, 200, 20)
    image[height // 2 :, : width // 2] = (20, 20, 230)
    return image


def corner_names(image: np.ndarray) -> str:
    """Colours of the four corners as letters, read like text: "rgbw" for `corners`."""
    rows, columns = (image.shape[0] // 8, -image.shape[0] // 8), (image.shape[1] // 8, -image.shape[1] // 8)
    names = ""
    for row in rows:
        for column in columns:
            pixel = image[row, column].astype(int)
            names += "w" if pixel.min() > 180 else "rgb"[int(pixel.argmax())]
    return names


def ramp(count: int, *, width: int = 64, height: int = 48) -> list[np.ndarray]:
    """``count`` gray frames that get brighter from 20 to 235."""
    return [flat(int(v), width=width, height=height) for v in np.linspace(20, 235, count)]


def noise(count: int, *, width: int = 64, height: int = 48) -> list[np.ndarray]:
    """``count`` frames that do not compress, so that every packet has some length."""
    rng = np.random.default_rng(0)
    return [rng.integers(0, 256, (height, width, 3), dtype=np.uint8) for _ in range(count)]


def clip(
    images: Iterable[np.ndarray],
    *,
    container: str = "mp4",
    codec: str = "libx264",
    rate: int = 10,
    pts: Sequence[int] | None = None,
    time_base: Fraction | None = None,
    pix_fmt: str = "yuv420p",
    turn: tuple[float, bool, bool] | None = None,
    codec_options: dict[str, str] | None = None,
    container_options: dict[str, str] | None = None,
) -> bytes:
    """Encode RGB images; the size is the first image's.

    Args:
        images: (H, W, 3) uint8 arrays.
        container: FFmpeg's name of the muxer.
        codec: FFmpeg's name of the encoder.
        rate: Declared frames a second.
        pts: One time stamp a frame in ``time_base``; 0, 1, 2, ... if None.
        time_base: Seconds in one tick of ``pts``; 1/rate if None.
        pix_fmt: Pixel format of the stream.
        turn: (degrees, hflip, vflip) of the display matrix.
        codec_options: Options of the encoder.
        container_options: Options of the muxer.
    """
    file = _Unseekable() if (container_options or {}).get("live") else io.BytesIO()
    options = container_options or {}
    with av.open(file, "w", format=container, options=options) as output:
        stream = None
        for number, image in enumerate(images):
            if stream is None:
                stream = output.add_stream(codec, rate=rate, options=codec_options or {})
                stream.height, stream.width = image.shape[:2]
                stream.pix_fmt = pix_fmt
                if time_base is not None:
                    stream.codec_context.time_base = time_base
                if turn is not None:
                    stream.set_display_rotation(turn[0], hflip=turn[1], vflip=turn[2])
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(image), format="rgb24")
            # One thread: with more, swscale's 10-bit output of odd widths differs from run to run.
            frame = frame.reformat(width=stream.width, height=stream.height, format=pix_fmt, threads=1)
            frame.pts = number if pts is None else pts[number]
            frame.time_base = time_base or Fraction(1, rate)
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    return file.getvalue()


def beeping(
    *,
    images: Sequence[np.ndarray] = (),
    codec: str = "aac",
    container: str = "mp4",
    seconds: float = 2.0,
    start_s: Fraction = Fraction(0),
) -> bytes:
    """A video, 10 pictures a second, whose sound is silent but for a beep from 1.0 to 1.5 s.

    Args:
        images: Its pictures; plain ones if none are given.
        codec: FFmpeg's name of the encoder of the sound.
        container: FFmpeg's name of the muxer.
        seconds: Its length if no pictures are given.
        start_s: Time of its first picture.
    """
    pictures = list(images) or [flat(60)] * round(10 * seconds)
    rate, file = 44_100, io.BytesIO()
    samples = np.arange(round(rate * len(pictures) / 10))
    tone = 0.5 * np.sin(2 * np.pi * 440 * samples / rate)
    tone[(samples < rate) | (samples >= 1.5 * rate)] = 0
    with av.open(file, "w", format=container, options={"avoid_negative_ts": "disabled"}) as output:
        video = output.add_stream("libx264", rate=10)
        video.height, video.width = pictures[0].shape[:2]
        video.pix_fmt = "yuv420p"
        sound = output.add_stream(codec, rate=rate, layout="mono")
        for number, image in enumerate(pictures):
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(image), format="rgb24")
            frame.pts, frame.time_base = number + int(10 * start_s), Fraction(1, 10)
            output.mux(video.encode(frame))
        output.mux(video.encode(None))
        for begin in range(0, len(tone), 1024):
            part = (tone[begin : begin + 1024] * 32767).astype(np.int16)[None]
            frame = av.AudioFrame.from_ndarray(part, format="s16", layout="mono")
            frame.sample_rate, frame.pts = rate, begin + int(rate * start_s)
            frame.time_base = Fraction(1, rate)
            output.mux(sound.encode(frame))
        output.mux(sound.encode(None))
    return file.getvalue()


def mjpeg_packets(
    images: Sequence[np.ndarray], pts: Sequence[int], *, time_base: Fraction = Fraction(1, 1000)
) -> bytes:
    """A Matroska file whose packets carry exactly these time stamps, in this order."""
    encoder = av.CodecContext.create("mjpeg", "w")
    encoder.height, encoder.width = images[0].shape[:2]
    encoder.pix_fmt, encoder.time_base = "yuvj420p", Fraction(1, 25)
    file = io.BytesIO()
    with av.open(file, "w", format="matroska", options={"avoid_negative_ts": "disabled"}) as output:
        stream = output.add_stream("mjpeg", rate=25)
        stream.height, stream.width = images[0].shape[:2]
        stream.pix_fmt, stream.time_base = "yuvj420p", time_base
        first = min(pts)
        for number, (image, stamp) in enumerate(zip(images, pts, strict=True)):
            frame = av.VideoFrame.from_ndarray(image, format="rgb24").reformat(format="yuvj420p")
            frame.pts, frame.time_base = number, Fraction(1, 25)
            for packet in encoder.encode(frame):
                packet.stream, packet.time_base = stream, time_base
                # Matroska stores the presentation time only; the muxer wants decoding times that grow.
                packet.pts, packet.dts = stamp, min(first + number - len(images), stamp)
                output.mux(packet)
    return file.getvalue()


def damage(data: bytes, numbers: Iterable[int], *, keep: int = 0) -> bytes:
    """The video with the content of some packets replaced by noise, but for the first ``keep`` bytes."""
    with av.open(io.BytesIO(data)) as container:
        places = [(p.pos, p.size) for p in container.demux(video=0) if p.size]
    damaged, rng = bytearray(data), np.random.default_rng(1)
    for number in numbers:
        position, size = places[number]
        # A packet of Matroska starts with the header of its block, which has to stay.
        start = data.find(_content(data, number), position) + keep
        length = size - keep
        damaged[start : start + length] = rng.integers(0, 256, length, dtype=np.uint8).tobytes()
    return bytes(damaged)


def _content(data: bytes, number: int) -> bytes:
    with av.open(io.BytesIO(data)) as container:
        return bytes([p for p in container.demux(video=0) if p.size][number])


class _Unseekable(io.RawIOBase):
    """Where a browser's recorder writes: nothing can be put in afterwards, such as a duration."""

    def __init__(self) -> None:
        self._data = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:
        self._data += bytes(data)
        return len(data)

    def getvalue(self) -> bytes:
        return bytes(self._data)
