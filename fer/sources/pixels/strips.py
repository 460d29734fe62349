"""From a decoded picture to an upright RGB array, strip by strip: never a second whole picture in memory."""

import io
import struct
from collections.abc import Callable, Iterator
from typing import Any, Protocol

import numpy as np
from PIL import Image, ImageCms

from fer.sources.pixels.deep import WHITES, told_white, white_of

STRIP_ROWS = 256
UNSEEN = "Every pixel of the picture is marked as transparent: it was read as if none were."

_EXIF_ORIENTATION = 0x0112
_PHOTOMETRIC, _WHITE_IS_ZERO = 262, 0  # a tag of TIFF
_SAMPLE_FORMAT, _SIGNED = 339, 2
_EXIF_ERRORS = (OSError, SyntaxError, ValueError, TypeError, KeyError, OverflowError, struct.error)
_AS_STORED = {
    2: lambda up: up[:, ::-1],
    3: lambda up: up[::-1, ::-1],
    4: lambda up: up[::-1],
    5: lambda up: up.transpose(1, 0, 2),
    6: lambda up: np.rot90(up),
    7: lambda up: up[::-1, ::-1].transpose(1, 0, 2),
    8: lambda up: np.rot90(up, -1),
}
"""EXIF orientation -> the view of an upright array in which the stored rows lie."""

ON_THE_SIDE = (5, 6, 7, 8)
_MODES_WITH_ALPHA = ("RGBA", "LA", "PA", "RGBa", "La")
_NEAR_SRGB = ("srgb", "display p3", "c2ci", "uncalibrated")


class Decoded(Protocol):
    """What is asked of a decoded picture: one of Pillow, or one that keeps its rows elsewhere."""

    info: Any

    @property
    def mode(self) -> str:
        """Pillow's name of what a pixel holds."""
        ...

    @property
    def format(self) -> str | None:
        """Pillow's name of the file's format."""
        ...

    @property
    def width(self) -> int:
        """In pixels."""
        ...

    @property
    def height(self) -> int:
        """In pixels."""
        ...

    def crop(self, box: tuple[int, int, int, int], /) -> Image.Image:
        """A part: left, top, right and bottom in pixels."""
        ...

    def getexif(self) -> Image.Exif:
        """What the camera wrote."""
        ...


def upright_rgb(picture: Decoded, notes: list[str], *, factor: int = 1) -> np.ndarray:
    """(H, W, 3) uint8 RGB of a loaded picture, upright, white where it is transparent.

    Args:
        picture: Decoded, in any mode.
        notes: Gets what the user should know.
        factor: The array is so many times smaller.
    """
    height, width = (-(-side // factor) for side in (picture.height, picture.width))
    upright, stored = upright_and_stored(height, width, orientation_of(picture))
    is_gray = picture.mode.startswith(("I", "F"))
    white = _brightest(picture, notes) if is_gray else 0.0
    # Pillow turns such TIFFs round itself where they have 8 bits.
    is_negative = getattr(picture, "tag_v2", {}).get(_PHOTOMETRIC) == _WHITE_IS_ZERO
    is_unseen = _is_unseen(picture)
    if is_unseen:
        notes.append(UNSEEN)
    colors = _to_srgb(picture)
    for top, strip in _strips(picture):
        strip = strip.convert("RGB") if is_unseen else strip
        rgb = _gray_to_rgb(strip, white, is_negative) if is_gray else _to_rgb(colors(strip))
        if factor > 1:
            rgb = rgb.reduce(factor)
        stored[top // factor : top // factor + rgb.height] = np.asarray(rgb)
    return upright


class HeicRows:
    """A HEIC's main picture, decoded; its rows are read out of the decoder's own memory.

    Pillow would hold the picture a second time, four bytes for a pixel: too much for the photos of 48
    megapixels that phones make.

    Args:
        data: The file.
        picture: The same, as Pillow opened it; not loaded.
    """

    format = "HEIF"

    def __init__(self, data: bytes, picture: Image.Image) -> None:
        from pillow_heif import open_heif

        file = open_heif(io.BytesIO(data), hdr_to_16bit=True, remove_stride=False)
        main = file[file.primary_index]
        decoded = main.data  # the size can turn out to be another one
        self._rows = memoryview(b"" if decoded is None else decoded).cast("B")
        self.mode, self.size, self._stride = main.mode, main.size, main.stride
        self.width, self.height = self.size
        self.info, self.getexif = picture.info, picture.getexif

    def crop(self, box: tuple[int, int, int, int]) -> Image.Image:
        """Whole rows, from ``box[1]`` up to ``box[3]``."""
        _, top, _, bottom = box
        rows = self._rows[top * self._stride : bottom * self._stride]
        size = (self.width, bottom - top)
        return Image.frombytes(self.mode, size, rows, "raw", self.mode, self._stride)


def _strips(picture: Decoded) -> Iterator[tuple[int, Image.Image]]:
    """(first row, rows from there) from top to bottom."""
    for top in range(0, picture.height, STRIP_ROWS):
        yield top, picture.crop((0, top, picture.width, min(top + STRIP_ROWS, picture.height)))


def _is_unseen(picture: Decoded) -> bool:
    """Whether every pixel is transparent, as programs write it that leave empty how far one is."""
    return picture.mode in ("RGBA", "LA") and not any(
        strip.getchannel("A").getextrema()[1] for _, strip in _strips(picture)
    )


def _to_rgb(strip: Image.Image) -> Image.Image:
    if strip.mode in _MODES_WITH_ALPHA or "transparency" in strip.info:
        with_alpha = strip.convert("RGBA")
        strip = Image.new("RGB", with_alpha.size, "white")
        strip.paste(with_alpha, mask=with_alpha.getchannel("A"))
    return strip if strip.mode == "RGB" else strip.convert("RGB")


def _to_srgb(picture: Decoded) -> Callable[[Image.Image], Image.Image]:
    """What gives a strip the colours that the picture's profile means; nothing where that changes little.

    Only profiles in which the numbers mean plainly other colours are worked out: CMYK and Lab always, RGB
    where it is neither sRGB nor one with its tone curve.
    """
    profile = picture.info.get("icc_profile")
    if not profile or picture.mode not in ("RGB", "CMYK", "LAB"):
        return lambda strip: strip
    try:
        given = ImageCms.getOpenProfile(io.BytesIO(profile))
        said = ImageCms.getProfileDescription(given).lower()
        if picture.mode == "RGB" and any(name in said for name in _NEAR_SRGB):
            return lambda strip: strip
        srgb = ImageCms.createProfile("sRGB")
        turn = ImageCms.buildTransform(given, srgb, picture.mode, "RGB")
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return lambda strip: strip
    return lambda strip: ImageCms.applyTransform(strip, turn) or strip


def _brightest(picture: Decoded, notes: list[str]) -> float:
    """The value of a gray picture that becomes 255.

    A PNG's is 65535, whatever its brightest pixel is. TIFF files of cameras and laboratories hold 8 to 14
    bits in 16, or numbers of 0 to 1; the file says so, or it is seen by their brightest pixel, and is said.

    Raises:
        ValueError: There are negative numbers: what is black in them nobody says.
    """
    if picture.format != "TIFF":
        return 65535.0
    is_signed = picture.mode == "I" and _SIGNED in getattr(picture, "tag_v2", {}).get(_SAMPLE_FORMAT, ())
    if is_signed and any(np.asarray(strip).min(initial=0) < 0 for _, strip in _strips(picture)):
        raise ValueError("negative numbers")
    top = max((float(_numbers(strip).max(initial=0)) for _, strip in _strips(picture)), default=0.0)
    if picture.mode == "F" and top <= 1:
        most = 1
    elif top > WHITES[-1]:
        most = 2**32 - 1 if top > 2**31 else round(top)
    else:
        most = white_of(top, told_white(picture))
    if most not in (WHITES[-1], 2**32 - 1):
        notes.append(f"Its gray values go up to {top:.4g}: {most} was taken as white.")
    return float(most)


def _gray_to_rgb(strip: Image.Image, white: float, is_negative: bool) -> Image.Image:
    gray = np.round(np.clip(_numbers(strip), 0, white) * (255 / white)).astype(np.uint8)
    return Image.fromarray(255 - gray if is_negative else gray).convert("RGB")


def _numbers(strip: Image.Image) -> np.ndarray:
    if strip.mode == "I":  # Pillow holds 32 bits with a sign
        return np.asarray(strip).view(np.uint32).astype(np.float32)
    return np.nan_to_num(np.asarray(strip, np.float32), nan=0.0, posinf=65535.0)


def upright_and_stored(height: int, width: int, orientation: int) -> tuple[np.ndarray, np.ndarray]:
    """Room for a picture, and the same room as the picture is stored: what fills the second fills the first.

    Args:
        height: Stored rows.
        width: Stored columns.
        orientation: Of EXIF, 1 to 8.

    Returns:
        (H, W, 3) or (W, H, 3) uint8, and its view (H, W, 3).
    """
    shape = (width, height, 3) if orientation in ON_THE_SIDE else (height, width, 3)
    upright = np.empty(shape, np.uint8)
    return upright, _AS_STORED.get(orientation, lambda up: up)(upright)


def orientation_of(picture: Decoded) -> int:
    """EXIF orientation, 1 to 8; 1 where there is none or it cannot be read."""
    try:
        return int(picture.getexif().get(_EXIF_ORIENTATION, 1))
    except _EXIF_ERRORS:  # the pixels are good, only their description is not
        return 1
