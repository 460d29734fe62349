"""From a decoded video frame to the picture that a viewer sees: upright, square pixels, one moment, SDR."""

from fractions import Fraction

import av
import cv2
import numpy as np
from av.error import FFmpegError
from av.video.reformatter import VideoReformatter

from fer.errors import UnsupportedInputError
from fer.sources.upright import Upright

WIDEST_PIXEL = Fraction(4)
"""Pixels are believed to be up to so many times as wide as high, or as high as wide."""

MAX_PIXELS = 34_000_000

_PQ = 16  # FFmpeg's AVCOL_TRC_SMPTE2084
_PQ_WHITE_NITS, _PQ_PEAK_NITS = 203.0, 1000.0
INTERLACED = "The video is interlaced: one field of every frame was read."
TONE_MAPPED = "The video is HDR (PQ): its brightness was mapped to that of an ordinary screen."


class Developer:
    """Turns the decoded frames of one stream into pictures.

    Args:
        aspect: Width of a pixel over its height, as the file says.

    Attributes:
        notes: What was done that a user should know, one sentence each.
    """

    def __init__(self, aspect: Fraction = Fraction(1)) -> None:
        believed = 1 / WIDEST_PIXEL <= aspect <= WIDEST_PIXEL
        self._aspect = aspect if believed else Fraction(1)
        self._reformatter, self._upright = VideoReformatter(), Upright()
        self.notes: list[str] = []

    def develop(self, picture: av.VideoFrame) -> np.ndarray:
        """(H, W, 3) uint8 RGB, contiguous.

        Raises:
            UnsupportedInputError: Its pixel format cannot be converted.
        """
        image = self._square_rgb(picture)
        if picture.interlaced_frame:
            image = _one_field(image)
            self._note(INTERLACED)
        if picture.color_trc == _PQ:
            image = cv2.LUT(image, _PQ_TO_SDR)
            self._note(TONE_MAPPED)
        return np.ascontiguousarray(self._upright.turn(image, picture))

    def _square_rgb(self, picture: av.VideoFrame) -> np.ndarray:
        try:
            # One reformatter for all frames: a new one costs ten times the conversion itself. One
            # thread: the decoder's threads already use the other cores.
            size = self._square_size(picture.width, picture.height)
            rgb = self._reformatter.reformat(picture, *size, format="rgb24", threads=1)
        except (FFmpegError, ValueError) as error:
            pixels = picture.format.name
            text = f"The video's pixel format {pixels} cannot be converted: convert it to MP4 (H.264)."
            raise UnsupportedInputError(text) from error
        return rgb.to_ndarray()

    def _square_size(self, width: int, height: int) -> tuple[int, int]:
        """Size in px with square pixels; rows stay as they are, so that fields stay apart."""
        if self._aspect == 1:
            return width, height
        wanted = max(1, round(width * self._aspect))
        return (wanted if wanted * height <= MAX_PIXELS else width), height

    def _note(self, text: str) -> None:
        if text not in self.notes:
            self.notes.append(text)


def _one_field(image: np.ndarray) -> np.ndarray:
    """The picture with its odd rows, which show another moment, filled in from the even ones."""
    height, width = image.shape[:2]
    if height < 4:
        return image
    out = np.empty_like(image)
    even = image[::2]
    out[::2] = even
    below = even[1:] if height % 2 else np.concatenate([even[1:], even[-1:]])
    cv2.addWeighted(even[: len(below)], 0.5, below, 0.5, 0, dst=(filled := np.empty_like(below)))
    out[1::2] = filled.reshape(len(below), width, 3)
    return out


def _pq_to_sdr() -> np.ndarray:
    """(256,) uint8: PQ code values to those of sRGB, the reference white at 203 cd/m2, highlights rolled off.

    References:
        SMPTE ST 2084; ITU-R BT.2408 (reference white); Reinhard et al. 2002 (roll-off).
    """
    m1, m2, c1, c2, c3 = 2610 / 16384, 2523 / 32, 3424 / 4096, 2413 / 128, 2392 / 128
    power = np.linspace(0, 1, 256) ** (1 / m2)
    nits = 10_000 * (np.maximum(power - c1, 0) / (c2 - c3 * power)) ** (1 / m1)
    light, peak = nits / _PQ_WHITE_NITS, _PQ_PEAK_NITS / _PQ_WHITE_NITS
    mapped = np.clip(light * (1 + light / peak**2) / (1 + light), 0, 1)
    srgb = np.where(mapped <= 0.0031308, 12.92 * mapped, 1.055 * mapped ** (1 / 2.4) - 0.055)
    return np.round(255 * srgb).astype(np.uint8)


_PQ_TO_SDR = _pq_to_sdr()
