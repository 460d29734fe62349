"""One object that says exactly which rows a network was trained, chosen and scored on."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from fer.dataset.cleaning import CleaningReport, clean
from fer.dataset.faces import FaceDataset
from fer.dataset.readers.fer2013 import SPLITS, read_dataset
from fer.dataset.repeats import split_order
from fer.sources.opening import hash_source, safe_label

TRAINING, PUBLIC, PRIVATE = SPLITS


@dataclass(frozen=True, eq=False)
class Splits:
    """The rows of a data set by split, with the hashes that name them.

    Args:
        dataset: The rows that are left after cleaning.
        cleaning: What was left out and why.
        source: Label of the file or folder.
        source_sha256: Hash of the file as it is on the disk, hexadecimal; see `source_sha256`.

    Example:
        >>> splits = read_splits("fer2013.csv.gz", drop=("seen_earlier",))
        >>> splits.private.labels  # the rows to score on
        >>> metrics["data"] = splits.to_dict()  # which rows those were
    """

    dataset: FaceDataset
    cleaning: CleaningReport
    source: str = ""
    source_sha256: str = ""

    def __post_init__(self) -> None:
        if len(self.dataset) != self.cleaning.n_kept:
            raise ValueError(f"dataset: wanted {self.cleaning.n_kept} rows, got {len(self.dataset)}")

    @property
    def names(self) -> tuple[str, ...]:
        """The splits that are there, in the order in which they are used."""
        return tuple(split_order(self.dataset.usage.tolist()))

    @property
    def training(self) -> FaceDataset:
        """The rows to train on.

        Raises:
            DatasetError: There are none.
        """
        return self.dataset.split(TRAINING)

    @property
    def public(self) -> FaceDataset:
        """The rows to choose on.

        Raises:
            DatasetError: There are none.
        """
        return self.dataset.split(PUBLIC)

    @property
    def private(self) -> FaceDataset:
        """The rows to score on, once.

        Raises:
            DatasetError: There are none.
        """
        return self.dataset.split(PRIVATE)

    def to_dict(self) -> dict:
        """Plain values for JSON: source, what was left out, and for each split its size and hash."""
        parts = {name: self.dataset.split(name) for name in self.names}
        return {
            "source": self.source,
            "source_sha256": self.source_sha256,
            "n_rejected": self.dataset.n_rejected,
            "cleaning": self.cleaning.to_dict(),
            "splits": {
                name: {"n": len(part), "sha256": content_sha256(part)} for name, part in parts.items()
            },
        }


def read_splits(
    path: str | Path, *, drop: Sequence[str] = (), near_from: float | None = None, mirrored: bool = False
) -> Splits:
    """Read a data set, leave out what is asked for, and note which rows are left.

    Args:
        path: Whatever `read_dataset` reads.
        drop: Names from `fer.dataset.cleaning.FAULTS`.
        near_from: Correlation from which pictures are nearly the same; None for the usual one.
        mirrored: Mirror images count as near duplicates too.

    Raises:
        InputError: The file cannot be used.
        DatasetError: It holds no such data, or no row is left.
        SettingsError: A name is not in `FAULTS`.
    """
    path = Path(path)
    dataset = read_dataset(path)
    more = {} if near_from is None else {"near_from": near_from}
    kept, report = clean(dataset, drop=drop, mirrored=mirrored, **more)
    return Splits(kept, report, safe_label(path.name, default="data"), source_sha256(path))


def content_sha256(dataset: FaceDataset) -> str:
    """Hash of labels and pixels in their order; the same for the same rows in whatever form they came.

    Args:
        dataset: (n, 48, 48) uint8 images and (n,) labels.

    Returns:
        Hexadecimal SHA-256 of n records of one byte (the label) and 2304 bytes (the pixels).
    """
    digest = hashlib.sha256()
    for label, image in zip(dataset.labels.astype(np.uint8), dataset.images, strict=True):
        digest.update(label.tobytes())
        digest.update(np.ascontiguousarray(image))
    return digest.hexdigest()


def source_sha256(path: bytes | Path) -> str:
    """Hash of a file, or of a folder's files: their relative names and contents in sorted order.

    Args:
        path: A file or folder that can be read, or a file's content.

    Raises:
        InputError: It cannot be read.
    """
    if isinstance(path, bytes) or not path.is_dir():
        return hash_source(path)
    digest = hashlib.sha256()
    for file in sorted(p for p in path.rglob("*") if p.is_file()):
        digest.update(file.relative_to(path).as_posix().encode("utf-8", "surrogateescape") + b"\0")
        if file.stat().st_size:
            digest.update(bytes.fromhex(hash_source(file)))
    return digest.hexdigest()
