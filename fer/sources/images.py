"""Still pictures: from the bytes of a photo to one upright RGB frame.

Only pixels leave this module. EXIF data is asked for the orientation and for nothing else.
"""

import io
import os
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from PIL.JpegImagePlugin import JpegImageFile

from fer.errors import (
    DamagedInputError,
    InputError,
    MemoryInputError,
    TooLargeInputError,
    UnsupportedInputError,
)
from fer.records import Frame
from fer.sources.animation import is_animated
from fer.sources.headers import SIZED, image_size, is_rare_jpeg
from fer.sources.magic import HEAD_BYTES, input_kind, sniff, unsupported
from fer.sources.opening import open_binary, source_name
from fer.sources.pixels.blanks import breaks_off, has_blank
from fer.sources.pixels.deep import is_deep, mend_planes, spread
from fer.sources.pixels.strips import Decoded, HeicRows, upright_rgb

# What Pillow finds odd in a file that it can read (damaged EXIF data, bytes too few) is no news for a user.
warnings.filterwarnings("ignore", category=UserWarning, module=r"PIL\.")

MAX_PIXELS = 64_000_000
"""Largest picture. Phones make 50 megapixels; a 12000x12000 bomb has 144."""

MAX_JPEG_PIXELS = 256_000_000
"""Largest JPEG: its decoder makes it smaller by itself. Phones make 108 and 200 megapixels."""

MAX_FILE_BYTES = 256 * 2**20
"""Largest file: an uncompressed BMP of `MAX_PIXELS` with alpha still fits."""

MAX_DECODING_BYTES = 280_000_000
"""Most memory that a picture and its decoder take; what would take more is read smaller, or refused."""

SMALLER = (1, 2, 4, 8)
"""How many times smaller a picture may be read."""

MODE_BYTES = {"1": 1, "L": 1, "P": 1, "I;16": 2, "I;16B": 2, "I;16L": 2, "I;16N": 2}
"""Bytes that Pillow holds for a pixel; 4 in every other mode."""

FORMAT_BYTES = {"webp": 14, "avif": 9}
"""Bytes for a pixel while these are decoded (measured): their libraries hold pictures of their own."""

HEIC_BYTES, HEIC_ALPHA_BYTES, HEIC_DEEP_BYTES = 5.0, 3.5, 3.0
"""The same of HEIC (measured), and as many more with transparency, and with more than 8 bits."""

COEFFICIENT_BYTES = 6
"""A progressive JPEG is held as coefficients until its last part is read."""

NOT_ENOUGH = "There is not enough memory to decode the picture: make it smaller, or close other programs."

_PILLOW_NAMES = {"heic": "HEIF", "netpbm": "PPM"}
_NO_HEIC = (
    "This is a HEIC photo, and the package pillow-heif is not installed: install it, or save it as JPEG."
)
_REDUCED_TEXT = "The picture is large: it was read at {width} x {height} pixels."
_RARE_JPEG = "This is a lossless or another rare kind of JPEG: save it as an ordinary JPEG or as PNG."
_RAW = "This is a camera raw picture, which is not read here: export it as JPEG."
_DNG_VERSION, _NEW_SUBFILE_TYPE, _REDUCED = 50706, 254, 1  # TIFF tags, and the bit of a mere preview

_SEVERAL = {
    "tiff": "The TIFF holds {n} pages: only the first was read.",
    "heic": "The HEIC holds {n} pictures: only the main one was read.",
}
_FILM = "The file goes on with more JPEG pictures: only the first was read. Convert such a film to MP4."
_JPEG_AFTER_JPEG = b"\xff\xd9\xff\xd8\xff"
_MOTION = "A short film lies behind the photo, as phones make them: only the photo was read."
_FILM_BOX, _BEFORE_FILMS = b"ftyp", (b"\xff\xd9", b"MotionPhoto_Data", b"mpvd")
_MAY_HAVE_FILM = ("jpeg", "heic", "avif")
_WHOLE_OF_SEVERAL = b"MPF\0"  # cameras put other views, maps and previews behind a photo, and say so
_MPF_WITHIN = 2**17
_DAMAGED = "The picture is cut off or damaged: copy or save it again."
_ODD_TIFF = (
    "The TIFF is cut off or damaged, or holds its pixels in a form that few programs read: save it as a TIFF "
    "of 8 or 16 bits, or as PNG."
)
_ANIMATED = "The picture is animated: only its first frame was read here; as a video all of it is read."


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
        TooLargeInputError: The picture has more than `MAX_PIXELS` (`MAX_JPEG_PIXELS`), or takes more than
            `MAX_DECODING_BYTES` to decode; found out before decoding.
        MemoryInputError: The machine has not enough memory.
        DamagedInputError: The picture is cut off or damaged.
    """
    data = _read_bytes(source)
    sniffed = sniff(data)
    if sniffed == "jpeg" and is_rare_jpeg(data):
        raise UnsupportedInputError(_RARE_JPEG)
    if sniffed in SIZED:
        _check_size(image_size(data, sniffed), sniffed)
    if has_blank(data, sniffed):
        raise DamagedInputError(_DAMAGED)
    try:
        with _open(data, sniffed) as picture:
            _check_size(picture.size, sniffed)
            declared = picture.width * picture.height
            notes = _notes(picture, data, sniffed)
            if breaks_off(data, picture):
                raise DamagedInputError(_DAMAGED)
            partial = bool(notes)
            if sniffed in _MAY_HAVE_FILM and _film_behind(data):
                notes.append(_MOTION)
            factor = _reduction(picture, sniffed)
            if factor > 1 and sniffed == "jpeg":  # its decoder makes it smaller by itself
                whole = picture.size
                picture.draft(picture.mode, (-(-whole[0] // factor), -(-whole[1] // factor)))
                factor = 1
            decoded = HeicRows(data, picture) if sniffed == "heic" else _loaded(picture, data, notes)
            image = upright_rgb(decoded, notes, factor=factor)
            if image.shape[0] * image.shape[1] < declared:
                notes.append(_REDUCED_TEXT.format(width=image.shape[1], height=image.shape[0]))
    except InputError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise TooLargeInputError(_too_large_text(most=MAX_PIXELS)) from error
    except MemoryError as error:
        raise MemoryInputError(NOT_ENOUGH) from error
    except Exception as error:
        # Decoders of hostile data raise nearly everything (OSError, SyntaxError, struct.error, ...).
        raise DamagedInputError(_ODD_TIFF if sniffed == "tiff" else _DAMAGED) from error
    return LoadedImage(Frame(image, source=source_name(source, name, default="photo")), tuple(notes), partial)


def _loaded(picture: Image.Image, data: bytes, notes: list[str]) -> Decoded:
    """The picture, decoded by Pillow."""
    deep = is_deep(picture)
    if deep:
        mend_planes(picture)
    picture.load()
    return spread(picture, data, notes, most_bytes=MAX_DECODING_BYTES) if deep else picture


def _reduction(picture: Image.Image, sniffed: str) -> int:
    """How many times smaller the picture has to be read, so that memory suffices.

    Raises:
        TooLargeInputError: At no size of `SMALLER` does it.
    """
    if sniffed == "heic":
        bands, has_more = picture.getbands(), picture.info.get("bit_depth", 8) > 8
        decoding = HEIC_BYTES + HEIC_ALPHA_BYTES * (len(bands) in (2, 4)) + HEIC_DEEP_BYTES * has_more
        # The decoder has let go of its own picture before the first row is read.
        return _fitting(picture, lambda shown: max(decoding, len(bands) + 3 / shown), decoding)
    held = FORMAT_BYTES.get(sniffed, MODE_BYTES.get(picture.mode, 4))
    coefficients = COEFFICIENT_BYTES if picture.info.get("progressive") else 0
    alone = 1 if sniffed == "jpeg" else 0

    def needed(shown: int) -> float:
        """Bytes for a pixel of the file where one of so many is kept."""
        return coefficients + held / shown**alone + 3 / shown

    return _fitting(picture, needed, held + coefficients + 1)


def _fitting(picture: Image.Image, needed: Callable[[int], float], least: float) -> int:
    """The first of `SMALLER` that fits.

    Args:
        picture: Only its size counts.
        needed: Bytes for a pixel of the file where one of so many is kept.
        least: About as many bytes for a pixel are needed at any size.
    """
    for factor in SMALLER:
        if picture.width * picture.height * needed(factor**2) <= MAX_DECODING_BYTES:
            return factor
    most = int(MAX_DECODING_BYTES / least / 1e6)
    raise TooLargeInputError(
        f"The picture of {picture.width} x {picture.height} pixels takes too much memory to decode: pictures "
        f"of its kind have at most about {most} megapixels. Make it smaller, or save it as an ordinary JPEG."
    )


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
    if sniffed == "jpeg" and _JPEG_AFTER_JPEG in data and _WHOLE_OF_SEVERAL not in data[:_MPF_WITHIN]:
        return [_FILM]
    count = int(getattr(picture, "n_frames", 1)) if sniffed in _SEVERAL else 1
    return [_SEVERAL[sniffed].format(n=count)] if count > 1 else []


def _film_behind(data: bytes) -> bool:
    """Whether a film stands behind a JPEG, or in the last box of a HEIC, as the cameras of phones put it."""
    at = data.find(_FILM_BOX)
    while at >= 0:
        if data[max(0, at - 20) : at - 4].endswith(_BEFORE_FILMS):
            return True
        at = data.find(_FILM_BOX, at + 1)
    return False


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


def _open(data: bytes, sniffed: str) -> Image.Image:
    """The picture, its pixels not decoded yet."""
    file = io.BytesIO(data)
    if sniffed == "jpeg":  # `Image.open` refuses sizes that its decoder reads smaller
        return JpegImageFile(file)
    return Image.open(file, formats=[_pillow_name(sniffed)])


def _check_size(size: tuple[int, int] | None, sniffed: str) -> None:
    if size is None or min(size) < 1:
        raise DamagedInputError("The picture's header is damaged: copy or save it again.")
    most = MAX_JPEG_PIXELS if sniffed == "jpeg" else MAX_PIXELS
    if size[0] * size[1] > most:
        raise TooLargeInputError(_too_large_text(size, most=most))


def _too_large_text(size: tuple[int, int] | None = None, *, most: int) -> str:
    shown = f" of {size[0]} x {size[1]} pixels" if size else ""
    return f"The picture{shown} is larger than {most // 1_000_000} megapixels: make it smaller first."
