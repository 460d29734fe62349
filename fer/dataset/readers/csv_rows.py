"""FER2013's CSV from a stream of bytes, row by row, so that no file can fill the memory."""

import re

import numpy as np

from fer.constants import EMOTIONS
from fer.dataset.faces import N_PIXELS, FaceCollector
from fer.errors import DatasetError
from fer.io.table import PEEK_BYTES, Stream, Table, header_of
from fer.text import count

MAX_LINE_CHARACTERS = 2**17
"""Longest line. A row of FER2013 has at most 9,300 characters; Python's own limit for a cell is the same."""

_SPLIT_WITHOUT_COLUMN = "Training"
_MAX_LABEL_DIGITS = 3
_SHOWN = 20
_NOT_PIXELS = re.compile(r"[^0-9 \t\r\n]")


def read_csv(stream: Stream, label: str, *, max_bytes: int | None = None) -> FaceCollector:
    """Read the columns ``emotion``, ``pixels`` and optionally ``Usage``.

    Args:
        stream: The CSV's bytes, already unpacked.
        label: What the file is called in errors.
        max_bytes: Where an unpacking stream must have ended; None for no limit.

    Returns:
        The rows, (2304,) uint8 pixels each; rows that cannot be used are rejected and counted.

    Raises:
        EmptyInputError: There are no bytes, or only blank lines.
        DamagedInputError: It is no text, or a quotation mark is not closed.
        DatasetError: Columns are missing or doubled.
        TooLargeInputError: A line, the number of rows or the unpacked size passes its limit.
    """
    table = Table(stream, label=repr(label), max_line=MAX_LINE_CHARACTERS, max_bytes=max_bytes)
    names = [name.casefold() for name in table.header]
    _check_columns(names, label)
    faces = FaceCollector()
    for cells in table:
        _take(cells, names, faces)
    if not faces.n_seen:
        raise DatasetError(f"No row follows the header of {label!r}: it may not have been copied completely.")
    return faces


def looks_like_faces(stream: Stream) -> bool:
    """Whether the first line names the columns of a FER2013 CSV; used to find it among other files."""
    names = [name.casefold() for name in header_of(stream.read(PEEK_BYTES))]
    return "pixels" in names or "emotion" in names


def _check_columns(names: list[str], label: str) -> None:
    doubled = sorted(name for name in ("emotion", "pixels", "usage") if names.count(name) > 1)
    if doubled:
        raise DatasetError(f"{label!r} has the column {' and '.join(doubled)} twice: remove one of them.")
    missing = [name for name in ("emotion", "pixels") if name not in names]
    if missing == ["emotion"]:
        raise DatasetError(
            f"{label!r} lacks the column emotion, as Kaggle's test.csv does: "
            "give train.csv, icml_face_data.csv or fer2013.csv, which have labels."
        )
    if missing:
        what = "columns" if len(missing) > 1 else "column"
        raise DatasetError(
            f"{label!r} lacks the {what} {' and '.join(missing)} in its first line: give a FER2013 CSV."
        )


def _take(cells: list[str], names: list[str], faces: FaceCollector) -> None:
    """Add one row to the faces, or reject it with its reason."""
    if len(cells) != len(names):
        faces.reject(f"it has {count(len(cells), 'cell')} where the header has {len(names)}")
        return
    row = dict(zip(names, cells, strict=True))
    label = row["emotion"].strip()
    if (
        not (label.isascii() and label.isdigit())
        or len(label) > _MAX_LABEL_DIGITS
        or int(label) >= len(EMOTIONS)
    ):
        faces.reject(f"the label {label[:_SHOWN]!r} is not 0 to {len(EMOTIONS) - 1}")
        return
    pixels = _parse_pixels(row["pixels"])
    if pixels is None:
        faces.reject(f"its pixels are not {N_PIXELS} numbers from 0 to 255")
        return
    split = row["usage"].strip() if "usage" in row else _SPLIT_WITHOUT_COLUMN
    faces.add(pixels, int(label), split)


def _parse_pixels(text: str) -> np.ndarray | None:
    """(2304,) uint8, or None where the cell is anything else."""
    # Only digits and blanks are left, so that nothing can stop the parser half-way; a number that is
    # too long for 64 bits becomes the largest one and falls out of the range.
    if _NOT_PIXELS.search(text):
        return None
    values = np.fromstring(text, dtype=np.int64, sep=" ")
    if values.size != N_PIXELS or values.max() > 255 or values.min() < 0:
        return None
    return values.astype(np.uint8)
