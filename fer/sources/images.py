"""Still pictures: from the bytes of a photo to one upright RGB frame.

Only pixels leave this module. EXIF data is asked for the orientation and for nothing else.
"""

import io
import os
import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageCms

from fer.errors import DamagedInputError, InputError, TooLargeInputError, UnsupportedInputError
from fer.records import Frame
from fer.sources.animation import is_animated
from fer.sources.headers import SIZED, image_size
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
_PILLOW_NAMES = {"heic": "HEIF"}
_NO_HEIC = (
    "This is a HEIC photo, and the package pillow-heif is not installed: install it, or save it as JPEG."
)
_RAW = "This is a camera raw picture, which is not read here: export it as JPEG."
_DNG_VERSION, _NEW_SUBFILE_TYPE, _REDUCED = 50706, 254, 1  # TIFF tags, and the bit of a mere preview
_GRAY_MAXIMA = (255, 4095, 65535)
"""Brightest values of gray TIFF pictures in 16 bits: 8, 12 and 16 of them are used."""

_SEVERAL = {
    "tiff": "The TIFF holds {n} pages: only the first was read.",
    "heic": "The HEIC holds {n} pictures: only the main one was read.",
}
_NEAR_SRGB = ("srgb", "display p3", "c2ci", "uncalibrated")
_ANIMATED = "The picture is animated: only its first frame was read here; as a video all of it is read."
_EXIF_ERRORS = (OSError, SyntaxError, ValueError, TypeError, KeyError, OverflowError, struct.error)


@dataclass(frozen=True, eq=False)
class LoadedImage:
    """One decoded picture.

    Args:
        frame: The upright picture, RGB, with its label; index 0, time 0.
        notes: What the user should know, one sentence each.
        partial: The file holds more pictures; the notes say which was read.
    """

    frame: Frame
    notes: tuple[str, ...] = ()
    partial: bool = False


def read_image(source: bytes | str | Path, *, name: str | None = None) -> LoadedImage:
    """Decode one of `fer.sources.magic.READ_IMAGES` to upright 8-bit RGB.

    Args:
        source: The file's bytes or its path.
        name: Label; the path's last part if None.

    Returns:
        The picture: the first frame, page or picture of a file that holds several, which a note says.
        Colours are those of its profile, 16-bit values are scaled to 0..255, transparent parts are white.

    Raises:
        MissingInputError: The path cannot be read.
        EmptyInputError: There are no bytes.
        UnsupportedInputError: The content is no picture format that is read here.
        TooLargeInputError: The picture has more than `MAX_PIXELS`; found out before decoding.
        DamagedInputError: The picture is cut off or damaged.
    """
    data = _read_bytes(source)
    sniffed = sniff(data)
    if sniffed in SIZED:
        _check_size(image_size(data, sniffed))
    try:
        with Image.open(io.BytesIO(data), formats=[_pillow_name(sniffed)]) as picture:
            _check_size(picture.size)
            notes = _notes(picture, data, sniffed)
            partial = bool(notes)
            picture.load()
            image = _to_rgb(picture, notes)
    except InputError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning, MemoryError) as error:
        raise TooLargeInputError(_too_large_text()) from error
    except Exception as error:
        # Decoders of hostile data raise nearly everything (OSError, SyntaxError, struct.error, ...).
        raise DamagedInputError("The picture is cut off or damaged: copy or save it again.") from error
    return LoadedImage(Frame(image, source=source_name(source, name, default="photo")), tuple(notes), partial)


def _pillow_name(sniffed: str) -> str:
    """Pillow's name of a format, its decoder made known.

    Raises:
        UnsupportedInputError: The decoder is not installed.
    """
    if sniffed == "heic":
        try:
            from pillow_heif import HeifImagePlugin  # noqa: F401 (importing it makes the format known)
        except ImportError as error:
            raise UnsupportedInputError(_NO_HEIC) from error
    return _PILLOW_NAMES.get(sniffed, sniffed.upper())


def _notes(picture: Image.Image, data: bytes, sniffed: str) -> list[str]:
    """What is left of a file that holds more than one picture.

    Raises:
        UnsupportedInputError: It is a camera's raw picture, of which only a small preview could be read.
    """
    if sniffed == "tiff":
        tags = getattr(picture, "tag_v2", {})
        if _DNG_VERSION in tags or int(tags.get(_NEW_SUBFILE_TYPE, 0)) & _REDUCED or data[8:10] == b"CR":
            raise UnsupportedInputError(_RAW)
    if is_animated(io.BytesIO(data), sniffed):
        return [_ANIMATED]
    count = int(getattr(picture, "n_frames", 1)) if sniffed in _SEVERAL else 1
    return [_SEVERAL[sniffed].format(n=count)] if count > 1 else []


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


def _to_rgb(picture: Image.Image, notes: list[str]) -> np.ndarray:
    """(H, W, 3) uint8 RGB of a loaded picture, upright, white where it is transparent."""
    orientation = _orientation(picture)
    if picture.mode.startswith(("I", "F")):
        picture = Image.fromarray(_to_8_bit(picture, notes))
    picture = _in_srgb(picture)
    if picture.mode in _MODES_WITH_ALPHA or "transparency" in picture.info:
        with_alpha = picture.convert("RGBA")
        picture = Image.new("RGB", with_alpha.size, "white")
        picture.paste(with_alpha, mask=with_alpha.getchannel("A"))
    if picture.mode != "RGB":  # converting RGB to RGB would be one more copy of a large photo
        picture = picture.convert("RGB")
    if orientation in _UPRIGHT:
        picture = picture.transpose(_UPRIGHT[orientation])
    return _to_array(picture)


def _in_srgb(picture: Image.Image) -> Image.Image:
    """The picture with the colours that its profile means; itself where that changes little.

    Only profiles in which the numbers mean plainly other colours are worked out: CMYK and Lab always, RGB
    where it is neither sRGB nor one with its tone curve.
    """
    profile = picture.info.get("icc_profile")
    if not profile or picture.mode not in ("RGB", "CMYK", "LAB"):
        return picture
    try:
        given = ImageCms.getOpenProfile(io.BytesIO(profile))
        said = ImageCms.getProfileDescription(given).lower()
        if picture.mode == "RGB" and any(name in said for name in _NEAR_SRGB):
            return picture
        turned = ImageCms.profileToProfile(picture, given, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return picture
    return picture if turned is None else turned


def _to_array(picture: Image.Image) -> np.ndarray:
    """(H, W, 3) uint8 of an RGB picture; in strips, because Pillow's own way takes three times the memory."""
    image = np.empty((picture.height, picture.width, 3), np.uint8)
    for top in range(0, picture.height, _STRIP_ROWS):
        bottom = min(top + _STRIP_ROWS, picture.height)
        image[top:bottom] = np.asarray(picture.crop((0, top, picture.width, bottom)))
    return image


def _to_8_bit(picture: Image.Image, notes: list[str]) -> np.ndarray:
    """(H, W) uint8 of a gray picture of 16 bits, or of any number in a TIFF.

    A PNG's 65535 becomes 255, whatever its brightest pixel is. TIFF files of cameras and laboratories hold 8
    or 12 bits in 16, or numbers of 0 to 1; that is seen by their brightest pixel, and said.
    """
    gray = np.nan_to_num(np.asarray(picture, np.float32), nan=0.0, posinf=65535.0)
    if picture.format == "TIFF":
        maxima = (1, *_GRAY_MAXIMA) if picture.mode == "F" else _GRAY_MAXIMA
        most = next((m for m in maxima if gray.max(initial=0) <= m), maxima[-1])
        if most != maxima[-1]:
            notes.append(f"Its gray values go up to {gray.max():.4g}: {most} was taken as white.")
    else:
        most = 65535
    return np.round(np.clip(gray, 0, most) * (255 / most)).astype(np.uint8)


def _orientation(picture: Image.Image) -> int:
    """EXIF orientation, 1 to 8; 1 where there is none or it cannot be read."""
    try:
        return int(picture.getexif().get(_EXIF_ORIENTATION, 1))
    except _EXIF_ERRORS:  # the pixels are good, only their description is not
        return 1
