"""RGB pictures with their times become an H.264 MP4, on disk or in memory.

Times are kept as they are: frames may come at any pace. A file appears under its name only when it is whole.
"""

import io
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from fractions import Fraction
from pathlib import Path
from types import TracebackType

import av
import cv2
import numpy as np
from av.container import OutputContainer
from av.error import FFmpegError
from av.video.stream import VideoStream

from fer.errors import OutputError
from fer.given import check_picture, check_time
from fer.io.files import cannot_write
from fer.io.names import check_video_name
from fer.io.parts import growing
from fer.settings import check_fps
from fer.sources.sound import Sound

CLOCK_HZ = 90_000
"""Ticks a second of the stream's clock: fine enough for every frame rate in use."""

QUALITY_CRF = "20"
"""x264's constant quality: 18 looks lossless, 28 is poor."""

SMALLEST_SIDE_PX = 2
SOUND_AFTER_S = 1.0
"""Sound goes on for at most this long after the last picture."""

_BT601 = 6  # FFmpeg's AVCOL_SPC_SMPTE170M, the matrix by which RGB is turned into YUV here


class Mp4Encoder:
    """Encodes pictures into an open MP4; `VideoWriter` is the one for files.

    Args:
        target: A path, or a file in memory.
        fps: Expected frames a second, a hint for the encoder only.
        sound: Is muxed beside the pictures, up to the last one; its owner closes it.
    """

    def __init__(self, target: str | io.BytesIO, *, fps: float = 30.0, sound: Sound | None = None) -> None:
        self._target = target
        self._sound = sound
        self._rate = Fraction(fps).limit_denominator(1001)
        self._container: OutputContainer | None = None
        self._stream: VideoStream | None = None
        self._size = (0, 0)
        self._first_s = 0.0
        self._last_tick = -1
        self._stands = 0

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the video in px; (0, 0) before the first frame."""
        return self._size

    def write(self, image: np.ndarray, timestamp_s: float) -> None:
        """Add one frame.

        Args:
            image: (H, W, 3) uint8, RGB. The first one sets the video's size (made even);
                pictures of another size are fitted into it with black borders.
            timestamp_s: Its time; the first frame is the video's 0. A time that does not
                rise is moved one tick after the frame before.
        """
        container, stream = self._container, self._stream
        if container is None or stream is None:
            container, stream = self._open(image, timestamp_s)
        rgb = av.VideoFrame.from_ndarray(fitted(image, self._size), format="rgb24")
        frame = rgb.reformat(format="yuv420p")
        tick = max(round((timestamp_s - self._first_s) * CLOCK_HZ), self._last_tick + 1)
        self._stands = tick - max(0, self._last_tick)
        self._last_tick = tick
        frame.pts, frame.time_base = self._last_tick, Fraction(1, CLOCK_HZ)
        self._mux_sound(container, self._last_tick / CLOCK_HZ)
        container.mux(stream.encode(frame))

    def _mux_sound(self, container: OutputContainer, until_s: float) -> None:
        if self._sound is not None:
            for packet in self._sound.until(until_s):
                container.mux(packet)

    def close(self) -> None:
        """Write what is still in the encoder, and the index."""
        container, stream = self._container, self._stream
        if container is None:
            return
        try:
            self._mux_sound(container, self._last_tick / CLOCK_HZ + SOUND_AFTER_S)
            packets = stream.encode() if stream is not None else []
            for packet in packets:
                # The last picture stands as long as the one before it, not for a thirtieth of a second. The
                # muxer looks at the last one that is shown, and at the last one in the file.
                if self._stands and (packet is packets[-1] or packet.pts == self._last_tick):
                    packet.duration = self._stands
            container.mux(packets)
        finally:
            self._container = self._stream = None
            container.close()

    def _open(self, image: np.ndarray, timestamp_s: float) -> tuple[OutputContainer, VideoStream]:
        self._size = even_size(image)
        self._first_s = timestamp_s
        # The index goes to the front, so that browsers play before they have loaded everything.
        options = {"movflags": "+faststart"}
        target = self._target
        # Moving the index reads the file again while it is written: in memory it needs a second view.
        reopen = None if isinstance(target, str) else lambda url, flags, options: _SecondView(target)
        self._container = container = av.open(target, "w", format="mp4", options=options, io_open=reopen)
        self._stream = stream = container.add_stream("libx264", rate=self._rate)
        stream.options = {"preset": "veryfast", "crf": QUALITY_CRF}
        context = stream.codec_context
        context.width, context.height = self._size
        context.pix_fmt = "yuv420p"
        context.colorspace = _BT601
        context.time_base = Fraction(1, CLOCK_HZ)
        if self._sound is not None:
            self._sound.add_to(container)
        return container, stream


class _SecondView(io.RawIOBase):
    """Reads a file object from a position of its own, whatever its owner writes meanwhile."""

    def __init__(self, file: io.BytesIO) -> None:
        self._file = file
        self._position = 0

    def readable(self) -> bool:
        """Always."""
        return True

    def seekable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: memoryview) -> int:
        """Fill the buffer from this view's position; returns the count of bytes."""
        writer_at = self._file.tell()
        self._file.seek(self._position)
        count = self._file.readinto(buffer)
        self._file.seek(writer_at)
        self._position += count
        return count

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move this view's position only; returns it."""
        if whence == io.SEEK_END:
            writer_at = self._file.tell()
            self._position = self._file.seek(offset, whence)
            self._file.seek(writer_at)
        else:
            self._position = offset + (self._position if whence == io.SEEK_CUR else 0)
        return self._position

    def tell(self) -> int:
        """This view's position."""
        return self._position


class VideoWriter:
    """Writes an MP4 file; a context manager.

    The file grows under a hidden name and takes its own when the block ends well; after an error
    nothing is left.

    Args:
        path: Where to write.
        fps: Expected frames a second, a hint for the encoder only.
        force: Replace a file that exists.

    Raises:
        OutputExistsError: The file exists and ``force`` is not set.
        FolderInUseError: Another process is writing it.
        OutputError: The name is no MP4's. From any method: the disk is full or read-only, or no frame was
            written.
        SettingsError: `fps` is not above 0, or no number.

    Example:
        >>> with VideoWriter("annotated.mp4") as video:             # doctest: +SKIP
        ...     for frame in source:
        ...         video.write(frame.image, frame.timestamp_s)
    """

    def __init__(self, path: str | Path, *, fps: float = 30.0, force: bool = False) -> None:
        self.path = Path(path)
        check_video_name(self.path)
        check_fps(fps)
        self._closing = ExitStack()
        part = self._closing.enter_context(growing(self.path, force=force))
        self._encoder = Mp4Encoder(str(part), fps=fps)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the video in px; (0, 0) before the first frame."""
        return self._encoder.size

    def write(self, image: np.ndarray, timestamp_s: float) -> None:
        """Add one frame (H, W, 3) uint8 RGB; see `Mp4Encoder.write`.

        Raises:
            ValueError: The image is no such picture, or the time no finite number.
        """
        check_picture("VideoWriter.write(image)", image)
        check_time("VideoWriter.write(timestamp_s)", timestamp_s)
        with output_errors(self.path):
            self._encoder.write(image, timestamp_s)

    def __enter__(self) -> "VideoWriter":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._closing:
            if error is None:
                self._finish()
            else:
                self._abandon()
                self._closing.__exit__(kind, error, trace)

    def _finish(self) -> None:
        if self.size == (0, 0):
            raise OutputError(f"No frame was written, so {self.path.name} was not made.")
        with output_errors(self.path):
            self._encoder.close()

    def _abandon(self) -> None:
        with suppress(OSError, FFmpegError):  # a full disk cannot take the rest of what is thrown away
            self._encoder.close()


@contextmanager
def output_errors(path: Path) -> Iterator[None]:
    """What the encoder and the system say about a file becomes an `OutputError` with its cure."""
    try:
        yield
    except (OSError, FFmpegError) as exc:
        raise cannot_write(path, exc) from exc


def even_size(image: np.ndarray) -> tuple[int, int]:
    """Width and height of the video that a picture begins."""
    height, width = image.shape[:2]
    return max(SMALLEST_SIDE_PX, width // 2 * 2), max(SMALLEST_SIDE_PX, height // 2 * 2)


def _place(image: np.ndarray, size: tuple[int, int]) -> tuple[float, int, int]:
    """Scale, left and top by which a picture comes to lie in a video of another size."""
    height, width = image.shape[:2]
    if 0 <= width - size[0] <= 1 and 0 <= height - size[1] <= 1:
        return 1.0, 0, 0
    scale = min(size[0] / width, size[1] / height)
    inner = (max(1, round(width * scale)), max(1, round(height * scale)))
    return scale, (size[0] - inner[0]) // 2, (size[1] - inner[1]) // 2


def placed(boxes: np.ndarray, image: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Boxes (n, 4) xyxy px of a picture where they lie in a video of that size; see `fitted`."""
    scale, left, top = _place(image, size)
    return boxes * scale + np.array([left, top, left, top])


def fitted(image: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """The picture in ``size`` (width, height): cut by at most one row and column, or scaled into borders."""
    width, height = size
    scale, left, top = _place(image, size)
    if scale == 1.0 and not left and not top and image.shape[0] >= height and image.shape[1] >= width:
        return np.ascontiguousarray(image[:height, :width])
    inner = (max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale)))
    small = cv2.resize(image, inner, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    out = np.zeros((height, width, 3), np.uint8)
    out[top : top + inner[1], left : left + inner[0]] = small
    return out
