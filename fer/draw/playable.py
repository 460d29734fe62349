"""What browsers play, and a copy that all of them play: H.264 in MP4, upright, from 0 on, with its sound."""

import io
import threading
from collections.abc import Callable

import cv2
import numpy as np

from fer.draw.video_writer import Mp4Encoder
from fer.errors import CancelledError, TooLargeInputError
from fer.records import SourceInfo
from fer.sources import open_sound, open_video, sniff

LATE_S = 0.5
"""A stream that starts later than this is played from another second than the report counts from."""

_PLAYED = {
    ("mp4", "h264"): ("yuv420p", "yuvj420p"),
    ("matroska", "vp8"): ("yuv420p",),
    ("matroska", "vp9"): ("yuv420p",),
}
"""Container and codec -> pixel formats that all three browsers play. H.264 in Matroska, HEVC, AV1, MPEG-4
Part 2 and pictures of 10 bits play in some of them only, or on some machines only."""

_MEDIA_TYPES = {"mp4": "video/mp4", "matroska": "video/webm"}
_WEBM, _DOCUMENT_TYPE_WITHIN = b"webm", 64

LONGEST_SIDE_PX = 1280
"""A player beside a chart needs no more, and the copy stays small."""

MAX_SECONDS, MAX_BYTES = 1800.0, 200 * 2**20
"""A longer or larger copy is not made: it lies in memory."""


def played_as(head: bytes, source: SourceInfo) -> str:
    """The media type by which every usual browser plays a video as it is; empty if one of them may not.

    Args:
        head: The start of the file.
        source: What its headers say.
    """
    sniffed = sniff(head)
    if sniffed == "matroska" and _WEBM not in head[:_DOCUMENT_TYPE_WITHIN]:
        return ""
    if source.pixel_format not in _PLAYED.get((sniffed, source.codec), ()) or abs(source.starts_s) > LATE_S:
        return ""
    return _MEDIA_TYPES[sniffed]


def playable_copy(
    source: bytes,
    *,
    on_progress: Callable[[float], None] | None = None,
    cancel: threading.Event | None = None,
) -> bytes:
    """Make the copy, in memory only.

    Args:
        source: The video's bytes.
        on_progress: Told a share in 0..1.
        cancel: Set it to stop.

    Raises:
        TooLargeInputError: It is longer than `MAX_SECONDS`, or the copy grows beyond `MAX_BYTES`.
        CancelledError: It was cancelled.
        InputError: The video cannot be read.
    """
    target = io.BytesIO()
    sound = open_sound(source)
    encoder = Mp4Encoder(target, sound=sound)
    try:
        with open_video(source) as video:
            for frame in video:
                if cancel is not None and cancel.is_set():
                    raise CancelledError("The copy was cancelled.")
                if frame.timestamp_s > MAX_SECONDS or target.tell() > MAX_BYTES:
                    raise TooLargeInputError("The video is too long for a copy that plays here.")
                encoder.write(_smaller(frame.image), frame.timestamp_s)
                if on_progress and video.duration_s:
                    on_progress(min(1.0, frame.timestamp_s / video.duration_s))
    finally:
        encoder.close()
        sound.close()
    return target.getvalue()


def _smaller(image: np.ndarray) -> np.ndarray:
    """(H, W, 3) uint8 with its long side at most `LONGEST_SIDE_PX`."""
    scale = LONGEST_SIDE_PX / max(image.shape[:2])
    if scale >= 1:
        return image
    size = (max(2, round(image.shape[1] * scale)), max(2, round(image.shape[0] * scale)))
    return cv2.resize(image, size, interpolation=cv2.INTER_AREA)
