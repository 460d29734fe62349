"""Labelled faces in memory, and the collector that readers fill row by row."""

from dataclasses import dataclass, field

import numpy as np

from fer.constants import EMOTIONS, FACE_SIZE_PX
from fer.errors import DatasetError, TooLargeInputError

N_PIXELS = FACE_SIZE_PX * FACE_SIZE_PX

FER2013_ROW = f"a label from 0 to {len(EMOTIONS) - 1} and {N_PIXELS} pixels"
"""What a row of FER2013 has to hold."""

MAX_ROWS = 1_000_000
"""Most rows of one data set, rejected ones included: their pixels take 2.3 GB."""

MAX_REASONS = 100
"""As many rejected rows keep their sentence; the others are only counted."""

MAX_SPLITS = 1000
"""Most different split names, so that hostile names cannot fill the memory."""

MAX_SPLIT_LENGTH = 40
"""Longest split name in characters."""

_FIRST_ROWS = 1024


@dataclass(frozen=True, eq=False)
class FaceDataset:
    """Labelled 48 x 48 gray faces.

    Args:
        images: (n, 48, 48) uint8.
        labels: (n,) int64, indices into `EMOTIONS`.
        usage: (n,) str, the split of each row.
        rows: (n,) int64, row numbers in the file (what FER+ is joined by).
        rejected: Rows left out because they could not be read, with their reason; the first
            `MAX_REASONS` of them.
        n_rejected: How many rows were left out; at least the length of ``rejected``.
        names: (n,) labels of the files that the faces came from; empty text where they were rows of a table
            (none given means that for all of them).
    """

    images: np.ndarray
    labels: np.ndarray
    usage: np.ndarray
    rows: np.ndarray
    rejected: tuple[str, ...] = ()
    n_rejected: int = 0
    names: np.ndarray = field(default_factory=lambda: np.zeros(0, object))

    def __post_init__(self) -> None:
        object.__setattr__(self, "n_rejected", max(self.n_rejected, len(self.rejected)))
        if not len(self.names):
            object.__setattr__(self, "names", np.full(len(self.labels), "", object))

    def __len__(self) -> int:
        return len(self.labels)

    def where(self, mask: np.ndarray) -> "FaceDataset":
        """The rows chosen by a boolean mask or an index array."""
        chosen = (self.images[mask], self.labels[mask], self.usage[mask], self.rows[mask])
        return FaceDataset(*chosen, self.rejected, self.n_rejected, self.names[mask])

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


class FaceCollector:
    """Collects faces one by one in a growing buffer: memory is one byte a pixel and little more.

    Example:
        >>> faces = FaceCollector()
        >>> faces.add(np.zeros(2304, np.uint8), 3, "Training")
        >>> len(faces.finish("the file"))
        1
    """

    def __init__(self) -> None:
        self._images = np.empty((_FIRST_ROWS, N_PIXELS), np.uint8)
        self._labels: list[int] = []
        self._usage: list[str] = []
        self._names: list[str] = []
        self._rows: list[int] = []
        self._splits: dict[str, str] = {}
        self._rejected: list[str] = []
        self.n_rejected = 0

    @property
    def n_seen(self) -> int:
        """Rows met so far, rejected ones included: the number of the next row."""
        return len(self._rows) + self.n_rejected

    def add(self, pixels: np.ndarray, label: int, split: str, *, name: str = "") -> None:
        """Take the next row.

        Args:
            pixels: (2304,) uint8.
            label: Index into `EMOTIONS`.
            split: Name of its split.
            name: Label of its file, if it has one.

        Raises:
            TooLargeInputError: There are more than `MAX_ROWS` rows.
        """
        if split not in self._splits and (len(self._splits) >= MAX_SPLITS or len(split) > MAX_SPLIT_LENGTH):
            self.reject("the name of its split is too long, or there are too many different ones")
            return
        self._check_room()
        n = len(self._rows)
        if n == len(self._images):
            # Growing in place: the allocator moves the pages and does not copy them.
            self._images.resize((n + max(_FIRST_ROWS, n // 8), N_PIXELS), refcheck=False)
        self._images[n] = pixels
        self._rows.append(self.n_seen)
        self._labels.append(label)
        self._usage.append(self._splits.setdefault(split, split))
        self._names.append(name)

    def reject(self, reason: str, *, name: str | None = None) -> None:
        """Leave the next row out.

        Args:
            reason: Why.
            name: What to call it; ``row 12`` if None.

        Raises:
            TooLargeInputError: There are more than `MAX_ROWS` rows.
        """
        self._check_room()
        if len(self._rejected) < MAX_REASONS:
            self._rejected.append(f"{name or f'row {self.n_seen}'}: {reason}")
        self.n_rejected += 1

    def finish(self, label: str, *, wanted: str = FER2013_ROW) -> FaceDataset:
        """The collected faces; the collector is used up.

        Args:
            label: What the file is called in the error.
            wanted: What a row has to hold, in the error.

        Raises:
            DatasetError: No row could be read.
        """
        n = len(self._rows)
        if not n:
            first = f" (the first one, {self._rejected[0]})" if self._rejected else ""
            raise DatasetError(f"No row in {label!r} holds {wanted}{first}.")
        self._images.resize((n, N_PIXELS), refcheck=False)
        return FaceDataset(
            self._images.reshape(n, FACE_SIZE_PX, FACE_SIZE_PX),
            np.array(self._labels, np.int64),
            np.array(self._usage),
            np.array(self._rows, np.int64),
            tuple(self._rejected),
            self.n_rejected,
            np.array(self._names, object),
        )

    def _check_room(self) -> None:
        if self.n_seen >= MAX_ROWS:
            raise TooLargeInputError(
                f"The data has more than {MAX_ROWS:,} rows: split it into smaller files."
            )
