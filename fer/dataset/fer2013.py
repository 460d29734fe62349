"""Readers: FER2013's CSV in its published forms, FER+ votes and labelled folders.

References:
    Goodfellow et al. 2013, Challenges in Representation Learning.
    Barsoum et al. 2016, Training Deep Networks with Crowd-Sourced Label Distribution (FER+).
"""

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pandas as pd

from fer.constants import EMOTIONS, FACE_SIZE_PX
from fer.errors import DatasetError, EmptyInputError, MissingInputError

N_PIXELS = FACE_SIZE_PX * FACE_SIZE_PX
SPLITS = ("Training", "PublicTest", "PrivateTest")
VOTE_COLUMNS = ("neutral", "happiness", "surprise", "sadness", "anger", "disgust", "fear", "contempt")
"""FER+'s eight expressions, in its own order; ``unknown`` and ``NF`` are not expressions."""

IMAGE_SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".bmp")


@dataclass(frozen=True, eq=False)
class FaceDataset:
    """Labelled 48 x 48 gray faces.

    Args:
        images: (n, 48, 48) uint8.
        labels: (n,) int64, indices into `EMOTIONS`.
        usage: (n,) str, the split of each row.
        rows: (n,) int64, row numbers in the file (what FER+ is joined by).
        rejected: Rows left out because they could not be read, with their reason.
    """

    images: np.ndarray
    labels: np.ndarray
    usage: np.ndarray
    rows: np.ndarray
    rejected: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.labels)

    def where(self, mask: np.ndarray) -> "FaceDataset":
        """The rows chosen by a boolean mask or an index array."""
        return FaceDataset(
            self.images[mask], self.labels[mask], self.usage[mask], self.rows[mask], self.rejected
        )

    def split(self, name: str) -> "FaceDataset":
        """The rows of one split.

        Raises:
            DatasetError: There is no such split.
        """
        chosen = self.where(self.usage == name)
        if not len(chosen):
            known = ", ".join(sorted(set(self.usage)))
            raise DatasetError(f"The data holds no split named {name!r}; it has: {known}.")
        return chosen


def read_dataset(path: str | Path) -> FaceDataset:
    """Read a FER2013 CSV (plain, .gz or .zip) or a folder ``[split/]<emotion>/*.jpg``.

    Args:
        path: A CSV with the columns ``emotion``, ``pixels`` and optionally ``Usage``, or a folder.

    Returns:
        The readable rows; the others stand in ``rejected``.

    Raises:
        MissingInputError: Nothing is there.
        DatasetError: It is neither such a CSV nor such a folder.
    """
    path = Path(path)
    if not path.exists():
        raise MissingInputError(
            f"There is no data at {path.name!r}: give a FER2013 CSV or a labelled folder."
        )
    return _read_folder(path) if path.is_dir() else _read_csv(path)


def _read_csv(path: Path) -> FaceDataset:
    if path.stat().st_size == 0:
        raise EmptyInputError(f"{path.name!r} is empty: give a FER2013 CSV.")
    try:
        table = pd.read_csv(path, skipinitialspace=True, dtype=str)
    except (UnicodeDecodeError, ValueError, OSError) as exc:
        raise DatasetError(f"{path.name!r} is not a readable CSV ({exc}); it must be UTF-8 text.") from exc
    table.columns = [str(name).strip() for name in table.columns]
    missing = {"emotion", "pixels"} - set(table.columns)
    if missing:
        raise DatasetError(f"{path.name!r} lacks the column {' and '.join(sorted(missing))}.")
    return _parse_rows(table)


def _parse_rows(table: pd.DataFrame) -> FaceDataset:
    usage = table["Usage"].fillna("").str.strip() if "Usage" in table else pd.Series("Training", table.index)
    images, labels, rows, rejected = [], [], [], []
    for row, (label, pixels) in enumerate(zip(table["emotion"], table["pixels"], strict=True)):
        reason = None
        if not (isinstance(label, str) and label.strip().isdigit() and int(label) < len(EMOTIONS)):
            reason = f"the label {label!r} is not 0 to 6"
        else:
            values = _parse_pixels(pixels)
            if values is None:
                reason = f"its pixels are not {N_PIXELS} numbers from 0 to 255"
        if reason:
            rejected.append(f"row {row}: {reason}")
            continue
        images.append(values)
        labels.append(int(label))
        rows.append(row)
    if not rows:
        raise DatasetError("No row holds a label from 0 to 6 and 2304 pixels.")
    rows = np.array(rows)
    stacked = np.stack(images).reshape(-1, FACE_SIZE_PX, FACE_SIZE_PX)
    return FaceDataset(stacked, np.array(labels), usage.to_numpy(str)[rows], rows, tuple(rejected))


def _parse_pixels(text: object) -> np.ndarray | None:
    try:
        values = np.array(str(text).split(), np.int64)
    except (ValueError, OverflowError):
        return None
    if values.size != N_PIXELS or values.min() < 0 or values.max() > 255:
        return None
    return values.astype(np.uint8)


def _read_folder(folder: Path) -> FaceDataset:
    images, labels, usage, rejected = [], [], [], []
    for path in sorted(p for p in folder.rglob("*") if p.suffix.lower() in IMAGE_SUFFIXES):
        emotion = path.parent.name.lower()
        if emotion not in EMOTIONS:
            rejected.append(f"{path.name}: the folder {emotion!r} is not one of {', '.join(EMOTIONS)}")
            continue
        image = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
        if image is None:
            rejected.append(f"{path.name}: not a readable image")
            continue
        images.append(cv2.resize(image, (FACE_SIZE_PX, FACE_SIZE_PX), interpolation=cv2.INTER_AREA))
        labels.append(EMOTIONS.index(emotion))
        usage.append(path.parent.parent.name if path.parent.parent != folder else "all")
    if not images:
        raise DatasetError(f"{folder.name!r} holds no images in folders named after the emotions.")
    return FaceDataset(
        np.stack(images), np.array(labels), np.array(usage), np.arange(len(labels)), tuple(rejected)
    )


def read_ferplus(path: str | Path) -> tuple[np.ndarray, np.ndarray]:
    """Read FER+ votes; row r belongs to row r of fer2013.csv (never join by image name).

    Args:
        path: FER+'s CSV with its ten vote columns.

    Returns:
        votes: (n, 8) float32 shares over `VOTE_COLUMNS`, rows sum to 1 (uniform where nobody
            voted for an expression).
        named: (n,) bool, False where ``Image name`` is empty (the image has no vote of its own).

    Raises:
        DatasetError: The columns are missing.
    """
    table = pd.read_csv(path)
    missing = set(VOTE_COLUMNS) - set(table.columns)
    if missing:
        raise DatasetError(f"The FER+ file lacks the columns {', '.join(sorted(missing))}.")
    counts = table[list(VOTE_COLUMNS)].to_numpy(np.float32)
    total = counts.sum(1, keepdims=True)
    votes = np.where(total > 0, counts / np.maximum(total, 1), 1 / len(VOTE_COLUMNS))
    return votes.astype(np.float32), table["Image name"].notna().to_numpy()


def seen_before(images: np.ndarray, reference: np.ndarray) -> np.ndarray:
    """Which images stand pixel for pixel in a reference set.

    Args:
        images: (n, 48, 48) uint8.
        reference: (m, 48, 48) uint8.

    Returns:
        (n,) bool.
    """
    known = {image.tobytes() for image in reference}
    return np.array([image.tobytes() in known for image in images], bool)
