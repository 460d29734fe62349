"""What a caller gives in place of what is wanted: one sentence that names the cure."""

import math
import os
from collections.abc import Mapping

import numpy as np

BYTES = bytes | bytearray | memoryview
"""The contents of a file, as a caller may give them."""

CURES: Mapping[str, str] = {
    "Settings": "make one with fer.Settings(fps=5)",
    "Frame": "wrap an RGB array with fer.Frame(array), or open a file with fer.read_image(path).frame",
    "Observations": "fer.Analyzer().analyze(frame) gives it",
    "Timeline": "a report holds it as report.timeline",
    "Summary": "a report holds it as report.summary",
    "Report": "fer.analyze_video and fer.analyze_images give it",
}
"""Name of a record -> where a caller gets one."""

ARRAY_CURE = "for an RGB array: fer.Analyzer(still=True).analyze(fer.Frame(array))"
FILE_CURE = "for an open file: its path, or file.read()"


def check_is(where: str, value: object, wanted: type) -> None:
    """Refuse a value that is no record of the wanted kind.

    Args:
        where: Whose argument it is, as ``"to_csv(timeline)"``.
        value: What was given.
        wanted: One of the records that `CURES` knows.

    Raises:
        TypeError: It is something else; says how to get what is wanted.
    """
    if not isinstance(value, wanted):
        name, got = wanted.__name__, type(value).__name__
        raise TypeError(f"{where}: wanted {name}, got {got}: {CURES[name]}.")


def path_of(source: object) -> str | os.PathLike:
    """The path that a caller gave.

    Raises:
        TypeError: It is no path; says what to give.
    """
    if isinstance(source, (str, os.PathLike)):
        return source
    cure = ARRAY_CURE if isinstance(source, np.ndarray) else "give the path of one file"
    cure = FILE_CURE if hasattr(source, "read") else cure
    raise TypeError(f"Wanted a path or a file's bytes, got {type(source).__name__}: {cure}.")


def check_picture(where: str, image: object) -> None:
    """Refuse what is no picture as the library takes it.

    Args:
        where: Whose argument it is, as ``"Frame.image"``.
        image: Wanted: (H, W, 3) uint8, RGB, of at least one pixel.

    Raises:
        ValueError: It is something else; says how to make it one.
    """
    if not (isinstance(image, np.ndarray) and image.ndim == 3 and image.shape[2] == 3 and image.size):
        raise ValueError(_picture_text(where, image))
    if image.dtype != np.uint8:
        raise ValueError(_picture_text(where, image))


def check_time(where: str, time_s: object, *, unknown: bool = False) -> None:
    """Refuse what is no time in seconds.

    Args:
        where: Whose argument it is.
        time_s: What was given.
        unknown: NaN may stand for a time that is not known.

    Raises:
        ValueError: It is no number, or not finite.
    """
    try:
        fine = math.isfinite(time_s) or (unknown and time_s != time_s)  # pyright: ignore[reportArgumentType]
    except TypeError:
        fine = False
    if not fine:
        raise ValueError(f"{where}: wanted seconds as a number, got {time_s!r}.")


def _picture_text(where: str, image: object) -> str:
    got = f"shape {image.shape}, {image.dtype}" if isinstance(image, np.ndarray) else type(image).__name__
    return f"{where}: wanted shape (H, W, 3), uint8, RGB, got {got}: {_picture_cure(image)}."


def _picture_cure(image: object) -> str:
    if image is None:
        return "no picture was read, so check the path or whether the video has ended"
    if isinstance(image, (str, bytes, os.PathLike)):
        return "open a file with fer.read_image(path).frame"
    if isinstance(getattr(image, "image", None), np.ndarray):
        return "give the array inside, its .image"
    if not isinstance(image, np.ndarray):
        return "make it an array, as with numpy.asarray(picture.convert('RGB')) for Pillow's"
    if not image.size:
        return "it has no pixels"
    if image.ndim == 2 or (image.ndim == 3 and image.shape[2] == 1):
        return "a gray picture becomes one with cv2.cvtColor(image, cv2.COLOR_GRAY2RGB)"
    if image.ndim == 4:
        return "give one picture at a time"
    if image.ndim == 3 and image.shape[2] == 4:
        return "leave the transparency out with image[:, :, :3]"
    if image.ndim == 3 and image.shape[0] == 3 and image.shape[2] != 3:
        return "put the colours last with image.transpose(1, 2, 0)"
    if np.issubdtype(image.dtype, np.floating):
        return "scale it, for values of 0 to 1 with (image * 255).round().astype('uint8')"
    return "scale its values to 0 to 255 and make them uint8"
