"""FER2013's CSV from a stream of bytes: one bounded line at a time, so that no file can fill the memory."""

import csv
from collections.abc import Iterator
from itertools import chain
from typing import Protocol

import numpy as np

from fer.constants import EMOTIONS
from fer.dataset.faces import N_PIXELS, FaceCollector
from fer.errors import DatasetError, EmptyInputError, TooLargeInputError

MAX_LINE_BYTES = 2**17
"""Longest line. A row of FER2013 has at most 9,300 bytes; Python's own limit for a cell is the same."""

_UTF8_MARK = b"\xef\xbb\xbf"
# The mark of UTF-32 begins with that of UTF-16, so it is asked first.
_FOREIGN_MARKS = (
    (b"\xff\xfe\x00\x00", "UTF-32"),
    (b"\x00\x00\xfe\xff", "UTF-32"),
    (b"\xff\xfe", "UTF-16"),
    (b"\xfe\xff", "UTF-16"),
)
_SPLIT_WITHOUT_COLUMN = "Training"
_MAX_LABEL_DIGITS = 3
_SHOWN = 20


class LineReader(Protocol):
    """What a table is read from: an open file, or a member of a packed one."""

    def readline(self, size: int, /) -> bytes:
        """The next line, or its first ``size`` bytes."""
        ...


def read_csv(stream: LineReader, label: str, *, max_bytes: int | None = None) -> FaceCollector:
    """Read the columns ``emotion``, ``pixels`` and optionally ``Usage``.

    Args:
        stream: The CSV's bytes, already unpacked.
        label: What the file is called in errors.
        max_bytes: Where an unpacking stream must have ended; None for no limit.

    Returns:
        The rows, (2304,) uint8 pixels each; rows that cannot be used are rejected and counted.

    Raises:
        EmptyInputError: There are no bytes, or only blank lines.
        DatasetError: It is not UTF-8 text, or columns are missing or doubled.
        TooLargeInputError: A line, the number of rows or the unpacked size passes its limit.
    """
    lines = _lines(stream, label, max_bytes)
    first = next(lines, None)
    if first is None:
        raise EmptyInputError(f"{label!r} is empty: give a FER2013 CSV.")
    names = _column_names(_cells(first, lines, label))
    _check_columns(names, label)
    faces = FaceCollector()
    for line in lines:
        _take(_cells(line, lines, label), names, faces)
    if not faces.n_seen:
        raise DatasetError(f"No row follows the header of {label!r}: it may not have been copied completely.")
    return faces


def looks_like_faces(stream: LineReader) -> bool:
    """Whether the first line names the columns of a FER2013 CSV; used to find it among other files."""
    head = stream.readline(MAX_LINE_BYTES).removeprefix(_UTF8_MARK)
    names = _column_names(head.replace(b'"', b"").split(b","))
    return "pixels" in names or "emotion" in names


def _lines(stream: LineReader, label: str, max_bytes: int | None) -> Iterator[bytes]:
    """The lines that are not blank, each checked before it is handed on."""
    total = 0
    first = True
    while line := stream.readline(MAX_LINE_BYTES + 1):
        total += len(line)
        if first:
            _check_encoding(line, label)
            line = line.removeprefix(_UTF8_MARK)
            first = False
        if len(line) > MAX_LINE_BYTES:
            raise TooLargeInputError(
                f"{label!r} has a line of more than {MAX_LINE_BYTES:,} bytes, so it is no FER2013 CSV."
            )
        if max_bytes is not None and total > max_bytes:
            raise TooLargeInputError(
                f"{label!r} unpacks to a size that only a zip bomb has: unpack it yourself if you trust it."
            )
        if b"\0" in line:
            raise DatasetError(f"{label!r} holds binary data (a NUL byte): give a CSV of UTF-8 text.")
        if line and not line.isspace():
            yield line


def _check_encoding(head: bytes, label: str) -> None:
    found = next((name for mark, name in _FOREIGN_MARKS if head.startswith(mark)), None)
    if found is None and b"\0" in head and b"pixels" in head.replace(b"\0", b""):
        found = "UTF-16"
    if found:
        raise DatasetError(f"{label!r} is {found} text: save it as UTF-8.")


def _cells(line: bytes, lines: Iterator[bytes], label: str) -> list[bytes]:
    """The cells of a row; a quoted cell may go on over the next lines."""
    if b'"' not in line:
        return line.rstrip(b"\r\n").split(b",")
    try:
        # UTF-8 of any kind passes through latin-1 unchanged; only names and labels are decoded later.
        text = (part.decode("latin-1") for part in chain([line], lines))
        return [cell.encode("latin-1") for cell in next(csv.reader(text, skipinitialspace=True))]
    except csv.Error as error:
        raise DatasetError(f"{label!r} is no readable CSV: a quotation mark is not closed.") from error


def _column_names(cells: list[bytes]) -> list[str]:
    return [cell.decode("utf-8", "replace").strip().casefold() for cell in cells]


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
        raise DatasetError(
            f"{label!r} lacks the column {' and '.join(missing)} in its first line: give a FER2013 CSV."
        )


def _take(cells: list[bytes], names: list[str], faces: FaceCollector) -> None:
    """Add one row to the faces, or reject it with its reason."""
    if len(cells) != len(names):
        faces.reject(f"it has {len(cells)} cells where the header has {len(names)}")
        return
    row = dict(zip(names, cells, strict=True))
    label = row["emotion"].strip()
    if not label.isdigit() or len(label) > _MAX_LABEL_DIGITS or int(label) >= len(EMOTIONS):
        shown = label[:_SHOWN].decode("utf-8", "replace")
        faces.reject(f"the label {shown!r} is not 0 to {len(EMOTIONS) - 1}")
        return
    pixels = _parse_pixels(row["pixels"])
    if pixels is None:
        faces.reject(f"its pixels are not {N_PIXELS} numbers from 0 to 255")
        return
    split = row["usage"].decode("utf-8", "replace").strip() if "usage" in row else _SPLIT_WITHOUT_COLUMN
    faces.add(pixels, int(label), split)


def _parse_pixels(text: bytes) -> np.ndarray | None:
    """(2304,) uint8, or None where the cell is anything else."""
    # Only digits and blanks are left, so that nothing can stop the parser half-way; a number that is
    # too long for 64 bits becomes the largest one and falls out of the range.
    if text.translate(None, b"0123456789 \t\r\n"):
        return None
    values = np.fromstring(text, dtype=np.int64, sep=" ")
    if values.size != N_PIXELS or values.max() > 255 or values.min() < 0:
        return None
    return values.astype(np.uint8)
