"""Clips and photos to measure with: made from a clip, or from the built-in sample."""

import io
from collections.abc import Iterator
from itertools import chain, count, islice
from pathlib import Path

import cv2
import numpy as np

from fer.draw.video_writer import Mp4Encoder, fitted
from fer.sample.clip import sample_frames
from fer.sources import VideoSource

FACE_CLOSE_UP = (slice(40, 390), slice(145, 495))
"""Rows and columns of the sample's first face in 640x480: a close crop of 350 px."""


def scaled(source: bytes | str | Path, *, height: int, seconds: float, fps: float = 30.0) -> bytes:
    """A clip in 16:9, played again from its start until it is long enough.

    Args:
        source: A video; it is fitted in, with black beside it.
        height: In pixels.
        seconds: Length.
        fps: Frames a second.

    Returns:
        An MP4 (H.264).
    """
    width = height * 16 // 9 // 2 * 2
    pictures = (fitted(image, (width, height)) for image in _again_and_again(source))
    return _encoded(islice(pictures, round(seconds * fps)), fps)


def crowd(faces: int, *, seconds: float, fps: float = 15.0, width: int = 1920, height: int = 1080) -> bytes:
    """The sample's portrait side by side in one picture, everybody at another moment.

    Args:
        faces: How many, 1 to 24.
        seconds: Length.
        fps: Frames a second.
        width: In pixels.
        height: In pixels.
    """
    moving = sample_frames(width=320, height=240, fps=fps, duration_s=1.0)
    portraits = [frame.image for frame in moving]
    columns = 6
    places = [(240 * (k // columns) + 20, 320 * (k % columns)) for k in range(faces)]

    def _pictures() -> Iterator[np.ndarray]:
        for number in range(round(seconds * fps)):
            picture = np.full((height, width, 3), 40, np.uint8)
            for k, (top, left) in enumerate(places):
                picture[top : top + 240, left : left + 320] = portraits[(number + 3 * k) % len(portraits)]
            yield picture

    return _encoded(_pictures(), fps)


def photo(*, width: int = 1155, height: int = 866) -> bytes:
    """A JPEG of the sample with one face; by default a million pixels."""
    frame = next(sample_frames())
    return _jpeg(cv2.resize(frame.image, (width, height), interpolation=cv2.INTER_CUBIC))


def close_up() -> bytes:
    """A JPEG of 350 x 350 px that the sample's face fills."""
    return _jpeg(next(sample_frames()).image[FACE_CLOSE_UP])


def _again_and_again(source: bytes | str | Path) -> Iterator[np.ndarray]:
    """The frames of a video, from its start again after its end."""
    with VideoSource(source) as video:
        yield from chain.from_iterable((frame.image for frame in video) for _ in count())


def _encoded(pictures: Iterator[np.ndarray], fps: float) -> bytes:
    file = io.BytesIO()
    encoder = Mp4Encoder(file, fps=fps)
    for number, picture in enumerate(pictures):
        encoder.write(picture, number / fps)
    encoder.close()
    return file.getvalue()


def _jpeg(image: np.ndarray) -> bytes:
    return cv2.imencode(".jpg", cv2.cvtColor(image, cv2.COLOR_RGB2BGR))[1].tobytes()
