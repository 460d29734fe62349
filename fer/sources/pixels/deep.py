"""TIFFs in color with 16 bits for a value. Pillow keeps the upper 8 of them: here the others are read too."""

import io
import sys
from typing import Any

import numpy as np
from PIL import Image

from fer.errors import TooLargeInputError

WHITES = (255, 1023, 4095, 16383, 65535)
"""Brightest values of pictures in 16 bits: 8, 10, 12, 14 or all of them are used."""

_BITS, _BRIGHTEST = 258, 281  # tags of TIFF: bits of a value, the brightest value that there can be
_MODES = ("RGB", "RGBA", "RGBa")
_LOWER = {"L": "B", "B": "L", "N": "B" if sys.byteorder == "little" else "L"}
"""The order of bytes by which Pillow takes the lower one of two for the upper one."""


def is_deep(picture: Image.Image) -> bool:
    """Whether a TIFF, opened and not decoded yet, has several values of 16 bits for a pixel."""
    bits = _tag(picture, _BITS)
    return picture.format == "TIFF" and len(bits) > 2 and set(bits) == {16}


def mend_planes(picture: Any) -> None:
    """Let Pillow read colors that lie one behind the other; it would take their 16 bits for 8.

    Raises:
        ValueError: It cannot.
    """
    order = "L" if picture.tag_v2.prefix == b"II" else "B"
    tiles = []
    for tile in picture.tile:
        mode, *rest = tile.args if isinstance(tile.args, tuple) else (tile.args,)
        if tile.codec_name == "raw" and len(mode) == 1:
            if mode == "X":  # a plane that is no color
                continue
            if mode not in "RGBA" or picture.mode not in _MODES[:2]:
                raise ValueError("planes of 16 bits")
            tile = tile._replace(args=(f"{mode};16{order}", *rest))
        tiles.append(tile)
    picture.tile = tiles


def white_of(top: float, told: float = 0) -> int:
    """The value that is white: what the file says, else the first of `WHITES` that no value exceeds.

    Args:
        top: The highest value that there is.
        told: The highest that there can be, as the file says; 0 if it does not.
    """
    if 255 < told < 65535 and top <= told:
        return round(told)
    return next((white for white in WHITES if top <= white), WHITES[-1])


def told_white(picture: Any) -> float:
    """The brightest value that there can be, as a TIFF says; 0 if it does not."""
    return float(max(_tag(picture, _BRIGHTEST), default=0))


class DeepRows:
    """A decoded TIFF of 16 bits that uses few of them, its values spread over 8 bits.

    Args:
        upper: The picture, loaded: the upper 8 bits.
        lower: The same, loaded as `lower_of` gives it: the lower 8 bits.
        white: The value that becomes 255.
    """

    def __init__(self, upper: Image.Image, lower: Image.Image, white: int) -> None:
        self._upper, self._lower, self._white = upper, lower, white
        self.mode, self.format, self.info = upper.mode, upper.format, upper.info
        self.width, self.height = upper.size
        self.getexif = upper.getexif
        # How far it is transparent may be told in all 16 bits where the colors are not.
        self._alpha_is_whole = self.mode != "RGB" and _highest(upper, 3) * 256 > white

    def crop(self, box: tuple[int, int, int, int], /) -> Image.Image:
        """A part: left, top, right and bottom in pixels."""
        upper, lower = (np.asarray(one.crop(box), np.uint32) for one in (self._upper, self._lower))
        values = np.minimum(upper * 256 + lower, self._white)
        out = ((values * 255 + self._white // 2) // self._white).astype(np.uint8)
        if self._alpha_is_whole:
            out[..., 3] = upper[..., 3]
        return Image.frombytes(self.mode, (out.shape[1], out.shape[0]), out.tobytes())


def spread(picture: Image.Image, data: bytes, notes: list[str], *, most_bytes: int) -> Image.Image | DeepRows:
    """The picture itself, or its rows with more of their 16 bits where it would be dark.

    Args:
        picture: Loaded; `is_deep` before that.
        data: The file.
        notes: Gets what was taken as white.
        most_bytes: Most memory that decoding may take.

    Raises:
        TooLargeInputError: It would take more.
    """
    if picture.mode not in _MODES:
        return picture
    top = max(_highest(picture, band) for band in range(3))
    told = told_white(picture)
    if top * 256 > WHITES[-2] and not top * 256 <= told < WHITES[-1]:
        return picture
    if picture.width * picture.height * 11 > most_bytes:
        raise TooLargeInputError(
            f"The picture of {picture.width} x {picture.height} pixels uses few of its 16 bits, and takes "
            "too much memory to be made brighter: make it smaller, or save it with 8 bits."
        )
    lower = _lower_of(picture, data)
    exact = 0
    for band in range(3):
        upper = np.asarray(picture.getchannel(band))
        below = np.asarray(lower.getchannel(band))[upper == top]
        exact = max(exact, 256 * top + int(below.max()) if below.size else 0)
    white = white_of(exact, told)
    if white == WHITES[-1]:
        return picture
    notes.append(f"Its values go up to {exact}: {white} was taken as white.")
    return DeepRows(picture, lower, white)


def _lower_of(picture: Image.Image, data: bytes) -> Image.Image:
    lower: Any = Image.open(io.BytesIO(data), formats=["TIFF"])
    mend_planes(lower)
    lower.tile = [tile._replace(args=(_swapped(tile.args[0]), *tile.args[1:])) for tile in lower.tile]
    lower.load()
    if (lower.size, lower.mode) != (picture.size, picture.mode):
        raise ValueError("another picture")
    return lower


def _highest(picture: Image.Image, band: int) -> int:
    return int(np.max(picture.getchannel(band).getextrema()))


def _swapped(mode: str) -> str:
    return mode[:-1] + _LOWER[mode[-1]] if ";16" in mode else mode


def _tag(picture: Any, tag: int) -> tuple[int, ...]:
    value = getattr(picture, "tag_v2", {}).get(tag, ())
    return tuple(value) if isinstance(value, tuple | list) else (value,)
