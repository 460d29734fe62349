"""Still pictures: from the bytes of a photo to one upright RGB frame.

Only pixels leave this module. EXIF data is asked for the orientation and for nothing else.
"""

import io
import os
import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from fer.errors import DamagedInputError, InputError, TooLargeInputError
from fer.records import Frame
from fer.sources.headers import image_size
from fer.sources.magic import HEAD_BYTES, input_kind, sniff, unsupported
from fer.sources.opening import open_binary, source_name

MAX_PIXELS = 64_000_000
"""Largest picture. Phones make 50 megapixels; a 12000x12000 bomb has 144."""

MAX_FILE_BYTES = 256 * 2**20
"""Largest file: an uncompressed BMP of `MAX_PIXELS` with alpha still fits."""

_EXIF_ORIENTATION = 0x0112
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_MODES_WITH_ALPHA = ("RGBA", "LA", "PA", "RGBa", "La")
_STRIP_ROWS = 256
_MAY_BE_ANIMATED = ("gif", "webp", "png")
_EXIF_ERRORS = (OSError, SyntaxError, ValueError, TypeError, KeyError, OverflowError, struct.error)


@dataclass(frozen=True, eq=False)
class LoadedImage:
    """One decoded picture.

    Args:
        frame: The upright picture, RGB, with its label; index 0, time 0.
        notes: What the user should know, one sentence each.
    """

    frame: Frame
    notes: tuple[str, ...] = ()


def read_image(source: bytes | str | Path, *, name: str | None = None) -> LoadedImage:
    """Decode a JPEG, PNG, WebP, BMP or the first frame of a GIF to upright 8-bit RGB.

    Args:
        source: The file's bytes or its path.
        name: Label; the path's last part if None.

    Returns:
        The picture. 16-bit values are scaled from 0..65535 to 0..255, transparent parts are white.

    Raises:
        MissingInputError: The path cannot be read.
        EmptyInputError: There are no bytes.
        UnsupportedInputError: The content is no picture format that is read here.
        TooLargeInputError: The picture has more than `MAX_PIXELS`; found out before decoding.
        DamagedInputError: The picture is cut off or damaged.
    """
    data = _read_bytes(source)
    sniffed = sniff(data)
    _check_size(image_size(data, sniffed))
    try:
        with Image.open(io.BytesIO(data), formats=[sniffed.upper()]) as picture:
            _check_size(picture.size)
            animated = sniffed in _MAY_BE_ANIMATED and getattr(picture, "is_animated", False)
            picture.load()
            image = _to_rgb(picture)
    except InputError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning, MemoryError) as error:
        raise TooLargeInputError(_too_large_text()) from error
    except Exception as error:
        # Decoders of hostile data raise nearly everything (OSError, SyntaxError, struct.error, ...).
        raise DamagedInputError("The picture is cut off or damaged: copy or save it again.") from error
    notes = ("The picture is animated: only its first frame was read.",) if animated else ()
    return LoadedImage(Frame(image, source=source_name(source, name, default="photo")), notes)


def _read_bytes(source: bytes | str | Path) -> bytes:
    """The whole file, refused by its first bytes or its length before the rest is read."""
    with open_binary(source) as file:
        head = file.read(HEAD_BYTES)
        if input_kind(sniff(head)) != "image":
            raise unsupported(head, wanted="image")
        if file.seek(0, os.SEEK_END) > MAX_FILE_BYTES:
            size = MAX_FILE_BYTES // 2**20
            raise TooLargeInputError(f"The picture's file is larger than {size} MB: save it as JPEG.")
        if isinstance(source, bytes):
            return source
        file.seek(0)
        return file.read()


def _check_size(size: tuple[int, int] | None) -> None:
    if size is None or min(size) < 1:
        raise DamagedInputError("The picture's header is damaged: copy or save it again.")
    if size[0] * size[1] > MAX_PIXELS:
        raise TooLargeInputError(_too_large_text(size))


def _too_large_text(size: tuple[int, int] | None = None) -> str:
    shown = f" of {size[0]} x {size[1]} pixels" if size else ""
    return f"The picture{shown} is larger than {MAX_PIXELS // 1_000_000} megapixels: make it smaller first."


def _to_rgb(picture: Image.Image) -> np.ndarray:
    """(H, W, 3) uint8 RGB of a loaded picture, upright, white where it is transparent."""
    orientation = _orientation(picture)
    if picture.mode.startswith(("I", "F")):
        picture = Image.fromarray(_to_8_bit(picture))
    if picture.mode in _MODES_WITH_ALPHA or "transparency" in picture.info:
        with_alpha = picture.convert("RGBA")
        picture = Image.new("RGB", with_alpha.size, "white")
        picture.paste(with_alpha, mask=with_alpha.getchannel("A"))
    if picture.mode != "RGB":  # converting RGB to RGB would be one more copy of a large photo
        picture = picture.convert("RGB")
    if orientation in _UPRIGHT:
        picture = picture.transpose(_UPRIGHT[orientation])
    return _to_array(picture)


def _to_array(picture: Image.Image) -> np.ndarray:
    """(H, W, 3) uint8 of an RGB picture; in strips, because Pillow's own way takes three times the memory."""
    image = np.empty((picture.height, picture.width, 3), np.uint8)
    for top in range(0, picture.height, _STRIP_ROWS):
        bottom = min(top + _STRIP_ROWS, picture.height)
        image[top:bottom] = np.asarray(picture.crop((0, top, picture.width, bottom)))
    return image


def _to_8_bit(picture: Image.Image) -> np.ndarray:
    """(H, W) uint8 of a gray 16-bit picture: 65535 becomes 255, whatever its brightest pixel is."""
    gray = np.clip(np.asarray(picture), 0, 65535).astype(np.uint32)
    return ((gray + 128) // 257).astype(np.uint8)


def _orientation(picture: Image.Image) -> int:
    """EXIF orientation, 1 to 8; 1 where there is none or it cannot be read."""
    try:
        return int(picture.getexif().get(_EXIF_ORIENTATION, 1))
    except _EXIF_ERRORS:  # the pixels are good, only their description is not
        return 1
