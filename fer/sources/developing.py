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

_PQ, _HLG = 16, 18  # FFmpeg's AVCOL_TRC_SMPTE2084 and AVCOL_TRC_ARIB_STD_B67
_WHITE_NITS, _PEAK_NITS = 203.0, 1000.0
_ROLLS_OFF_FROM = 0.5
"""Of the light of a white page; skin lies below it."""

_HLG_GAMMA = 1.2
"""Of the system, at `_PEAK_NITS`."""
INTERLACED = "The video is interlaced: one field of every frame was read."
TONE_MAPPED = "The video is HDR ({kind}): its brightness was mapped to that of an ordinary screen."


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
        if picture.color_trc in _TO_SDR:
            kind, values = _TO_SDR[picture.color_trc]
            image = cv2.LUT(image, values)
            self._note(TONE_MAPPED.format(kind=kind))
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


def _pq_nits(code: np.ndarray) -> np.ndarray:
    """cd/m2 of PQ code values from 0 to 1 (SMPTE ST 2084)."""
    m1, m2, c1, c2, c3 = 2610 / 16384, 2523 / 32, 3424 / 4096, 2413 / 128, 2392 / 128
    power = code ** (1 / m2)
    return 10_000 * (np.maximum(power - c1, 0) / (c2 - c3 * power)) ** (1 / m1)


def _hlg_nits(code: np.ndarray) -> np.ndarray:
    """cd/m2 of HLG code values from 0 to 1 on a screen of `_PEAK_NITS`, color by color (ITU-R BT.2100)."""
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    scene = np.where(code <= 0.5, code**2 / 3, (np.exp((code - c) / a) + b) / 12)
    return _PEAK_NITS * scene**_HLG_GAMMA


def _to_sdr(nits: np.ndarray) -> np.ndarray:
    """(256,) uint8: code values of sRGB, as bright as they were meant up to `_ROLLS_OFF_FROM`.

    Highlights are rolled off to `_PEAK_NITS`, which become white, by the Moebius transformation that goes on
    with the same slope.

    References:
        ITU-R BT.2408 (reference white at 203 cd/m2).
    """
    light, peak, knee = nits / _WHITE_NITS, _PEAK_NITS / _WHITE_NITS, _ROLLS_OFF_FROM
    a = -(knee**2) * (peak - 1) / (knee**2 - 2 * knee + peak)
    b = (knee**2 - 2 * knee * peak + peak) / (peak - 1)
    rolled = (b**2 + 2 * b * knee + knee**2) / (b - a) * (light + a) / (light + b)
    mapped = np.clip(np.where(light <= knee, light, rolled), 0, 1)
    srgb = np.where(mapped <= 0.0031308, 12.92 * mapped, 1.055 * mapped ** (1 / 2.4) - 0.055)
    return np.round(255 * srgb).astype(np.uint8)


_CODES = np.linspace(0, 1, 256)
_TO_SDR = {_PQ: ("PQ", _to_sdr(_pq_nits(_CODES))), _HLG: ("HLG", _to_sdr(_hlg_nits(_CODES)))}
"""Transfer function -> its name, and its 8-bit code values as those of an ordinary screen."""
