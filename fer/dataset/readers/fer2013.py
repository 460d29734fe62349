"""Readers: FER2013 in its published forms, told apart by content, and FER+ votes.

References:
    Goodfellow et al. 2013, Challenges in Representation Learning.
    Barsoum et al. 2016, Training Deep Networks with Crowd-Sourced Label Distribution (FER+).
"""

import gzip
import io
import os
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np

from fer.dataset.faces import MAX_ROWS, FaceDataset
from fer.dataset.readers.csv_rows import read_csv
from fer.dataset.readers.folders import read_folder
from fer.dataset.readers.zipped import read_zipped
from fer.dataset.repeats import seen_before
from fer.errors import DamagedInputError, DatasetError, MissingInputError
from fer.io.table import header_of, read_columns
from fer.sources.archives import BOMB_BYTES, MAX_RATIO
from fer.sources.magic import HEAD_BYTES, input_kind, sniff
from fer.sources.opening import OpenFile, open_binary, source_name

__all__ = [
    "ALL_VOTE_COLUMNS",
    "SPLITS",
    "VOTE_COLUMNS",
    "FaceDataset",
    "is_ferplus",
    "read_dataset",
    "read_ferplus",
    "read_vote_counts",
    "seen_before",
]

SPLITS = ("Training", "PublicTest", "PrivateTest")
VOTE_COLUMNS = ("neutral", "happiness", "surprise", "sadness", "anger", "disgust", "fear", "contempt")
"""FER+'s eight expressions, in its own order; ``unknown`` and ``NF`` are not expressions."""
ALL_VOTE_COLUMNS = (*VOTE_COLUMNS, "unknown", "NF")
"""All that FER+'s ten annotators could say; NF is "no face"."""

IMAGE_NAME = "Image name"
MAX_VOTES = 1000
"""Most votes of one row for one answer; FER+ had ten annotators."""

_GZIP_MARK = b"\x1f\x8b"


def read_dataset(
    source: bytes | str | Path,
    *,
    name: str | None = None,
    on_progress: Callable[[float], None] | None = None,
) -> FaceDataset:
    """Read a FER2013 CSV (plain, gzipped or zipped) or a folder ``[split/]<emotion>/*.jpg`` (also zipped).

    Args:
        source: A CSV with the columns ``emotion``, ``pixels`` and optionally ``Usage``, or a folder, or a
            file's content. Names do not matter: fer2013.csv, Kaggle's train.csv and icml_face_data.csv
            are all read.
        name: What it is called in errors; the path's last part if None.
        on_progress: Told what share of the file is read, 0..1; it may raise to stop. A folder tells nothing.

    Returns:
        The readable rows, (n, 48, 48) uint8 images; the others stand in ``rejected``.

    Raises:
        MissingInputError: Nothing is there.
        EmptyInputError: The file holds no bytes.
        DamagedInputError: A packed file is cut off or damaged.
        UnsupportedInputError: The zip file has a password or names that lead out of it.
        TooLargeInputError: A line, the number of rows or the unpacked size passes its limit.
        DatasetError: It is neither such a CSV nor such a folder.
    """
    file_name = source_name(source, name, default="data")
    if not isinstance(source, bytes):
        source = Path(source)
        if not source.exists():
            raise MissingInputError(
                f"There is no data at {source.name!r}: give a FER2013 CSV or a labelled folder."
            )
        if source.is_dir():
            return read_folder(source)
    return _read_file(source, file_name, on_progress)


def is_ferplus(table: bytes) -> bool:
    """Whether the first line of a CSV names FER+'s columns."""
    return {*VOTE_COLUMNS} <= {*header_of(table)}


class _Watched(io.RawIOBase):
    """A file that tells how much of it was read.

    Args:
        raw: The file, at its start.
        size: Its bytes.
        on_progress: Told the share.
    """

    def __init__(self, raw: OpenFile, size: int, on_progress: Callable[[float], None]) -> None:
        self._raw, self._size, self._on_progress = raw, size, on_progress

    def readable(self) -> bool:
        """Always."""
        return True

    def seekable(self) -> bool:
        """Always."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go somewhere else."""
        return self._raw.seek(offset, whence)

    def tell(self) -> int:
        """Where it stands."""
        return self._raw.tell()

    def readinto(self, buffer: memoryview) -> int:
        """Read on, and tell."""
        n = self._raw.readinto(buffer)
        self._on_progress(self._raw.tell() / max(self._size, 1))
        return n


def _read_file(
    source: bytes | Path, file_name: str, on_progress: Callable[[float], None] | None
) -> FaceDataset:
    with open_binary(source) as file:
        head = file.read(HEAD_BYTES)
        packed_bytes = file.seek(0, os.SEEK_END)
        file.seek(0)
        raw = file if on_progress is None else _Watched(file, packed_bytes, on_progress)
        kind = input_kind(sniff(head))
        if kind == "zip":
            return read_zipped(raw, file_name)
        if head.startswith(_GZIP_MARK):
            return _read_gzip(raw, file_name, packed_bytes)
        if kind != "unknown":
            cure = "give a FER2013 CSV or a folder that holds one folder an emotion"
            raise DatasetError(f"{file_name!r} is a single {kind}: {cure}.")
        with io.BufferedReader(raw) as stream:
            return read_csv(stream, file_name).finish(file_name)


def _read_gzip(raw: OpenFile | _Watched, file_name: str, packed_bytes: int) -> FaceDataset:
    try:
        with gzip.open(raw) as stream:
            max_bytes = max(BOMB_BYTES, MAX_RATIO * packed_bytes)
            return read_csv(stream, file_name, max_bytes=max_bytes).finish(file_name)
    except (OSError, EOFError, zlib.error) as error:
        raise DamagedInputError(f"{file_name!r} is cut off or damaged: copy or download it again.") from error


def read_ferplus(path: bytes | str | Path) -> tuple[np.ndarray, np.ndarray]:
    """Read FER+ votes; row r belongs to row r of fer2013.csv (never join by image name).

    Args:
        path: FER+'s CSV with its ten vote columns, or its content.

    Returns:
        votes: (n, 8) float32 shares over `VOTE_COLUMNS`, rows sum to 1 (uniform where nobody
            voted for an expression).
        named: (n,) bool, False where ``Image name`` is empty (the image has no vote of its own).

    Raises:
        MissingInputError: The file cannot be read.
        EmptyInputError: The file holds no bytes.
        DatasetError: It is no CSV of numbers, or columns are missing.
    """
    counts, named = _vote_table(path, VOTE_COLUMNS)
    total = counts.sum(1, keepdims=True)
    votes = np.where(total > 0, counts / np.maximum(total, 1), 1 / len(VOTE_COLUMNS))
    return votes.astype(np.float32), named


def read_vote_counts(path: bytes | str | Path) -> np.ndarray:
    """Read how many of FER+'s annotators said what; row r belongs to row r of fer2013.csv.

    Args:
        path: FER+'s CSV with its ten vote columns, or its content.

    Returns:
        (n, 10) float32 votes over `ALL_VOTE_COLUMNS`; zeros where ``Image name`` is empty.

    Raises:
        MissingInputError: The file cannot be read.
        EmptyInputError: The file holds no bytes.
        DatasetError: It is no CSV of numbers, or columns are missing.
    """
    counts, named = _vote_table(path, ALL_VOTE_COLUMNS)
    return counts * named[:, None]


def _vote_table(path: bytes | str | Path, columns: tuple[str, ...]) -> tuple[np.ndarray, np.ndarray]:
    """The votes in some columns, and which rows have an image name."""
    try:
        with open_binary(path) as stream:
            table = read_columns(
                stream,
                is_text=lambda name: name == IMAGE_NAME,
                keep=lambda name: name == IMAGE_NAME or name in columns,
                max_rows=MAX_ROWS,
                label="The FER+ file",
            )
    except DamagedInputError as error:
        raise DatasetError(f"{error} Or download fer2013new.csv again.") from error
    missing = {*columns, IMAGE_NAME} - set(table.names)
    if missing:
        raise DatasetError(f"The FER+ file lacks the columns {', '.join(sorted(missing))}.")
    counts = np.column_stack([table.numbers[name] for name in columns]).reshape(len(table), len(columns))
    if not ((counts >= 0) & (counts <= MAX_VOTES)).all():
        raise DatasetError("The FER+ file has votes that are empty, negative or too many: download it again.")
    named = np.array([bool(name.strip()) for name in table.texts[IMAGE_NAME]], bool)
    return counts.astype(np.float32), named
