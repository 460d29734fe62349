"""What can be wrong with the rows of a data set, found on request, and rows left out with a report.

Nothing is left out unless it is asked for, and the report names every row.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from fer.dataset.face_check import NO_FACE_BELOW, face_presence
from fer.dataset.faces import FaceDataset
from fer.dataset.near import NEAR_FROM, near_pairs
from fer.dataset.repeats import picture_ids, split_order
from fer.errors import DatasetError, SettingsError

FAULTS = {
    "blank": "are blank or a placeholder: one gray level covers most of them",
    "not_a_face": "show no face that the face mesh can be fitted to",
    "conflict": "stand in the data with another label too",
    "exact": "repeat an earlier picture of their split pixel for pixel",
    "seen_earlier": "stand in a split that is used earlier (Training, then PublicTest, then PrivateTest)",
    "seen_later": "stand in a split that is used later",
    "near": "nearly repeat an earlier picture of their split",
    "near_earlier": "nearly repeat a picture of a split that is used earlier",
    "near_later": "nearly repeat a picture of a split that is used later",
}
"""What can be looked for and left out, each with the end of the sentence "12 pictures ..."."""

BLANK_SHARE = 0.65
"""A picture is blank where one gray level (give or take `BLANK_LEVELS`) covers this share of it. In
FER2013 that finds 39 rows: black squares, warning signs, "moved or deleted" texts; two are drawn faces."""

BLANK_LEVELS = 2


@dataclass(frozen=True, eq=False)
class CleaningReport:
    """What was looked for, found and left out.

    Args:
        n_rows: Rows before.
        n_kept: Rows after.
        found: Fault -> (k,) int64 row numbers in the file of all rows that have it, in `drop`'s order.
        dropped: Fault -> (k,) int64 row numbers left out because of it; a row with several faults
            stands under the first one only.
        near_from: Correlation from which pictures count as nearly the same.
        mirrored: Whether mirror images were compared too.
    """

    n_rows: int
    n_kept: int
    found: Mapping[str, np.ndarray] = field(default_factory=dict)
    dropped: Mapping[str, np.ndarray] = field(default_factory=dict)
    near_from: float = NEAR_FROM
    mirrored: bool = False

    def __post_init__(self) -> None:
        n_dropped = sum(len(rows) for rows in self.dropped.values())
        if self.n_rows - n_dropped != self.n_kept:
            raise ValueError(
                f"n_kept: wanted {self.n_rows} - {n_dropped} = {self.n_rows - n_dropped}, got {self.n_kept}"
            )
        if list(self.found) != list(self.dropped):
            raise ValueError(f"dropped: wanted the faults {list(self.found)}, got {list(self.dropped)}")

    def sentences(self) -> tuple[str, ...]:
        """One sentence a fault that left rows out, without a full stop."""
        return tuple(
            f"{len(rows):,} pictures left out that {FAULTS.get(fault, f'are marked as {fault}')}"
            for fault, rows in self.dropped.items()
            if len(rows)
        )

    def to_dict(self) -> dict:
        """Plain values for JSON, with the number of every row that was left out."""
        return {
            "n_rows": self.n_rows,
            "n_kept": self.n_kept,
            "near_from": self.near_from,
            "mirrored": self.mirrored,
            "found": {fault: len(rows) for fault, rows in self.found.items()},
            "dropped": {fault: rows.tolist() for fault, rows in self.dropped.items()},
        }


def find_faults(
    dataset: FaceDataset,
    faults: Sequence[str] = tuple(FAULTS),
    *,
    near_from: float = NEAR_FROM,
    mirrored: bool = False,
    near: np.ndarray | None = None,
) -> dict[str, np.ndarray]:
    """Look for faults.

    Near duplicates take about 5 s for FER2013's 35,887 rows on two cores, `not_a_face` a minute or
    two; all others together less than a second.

    Args:
        dataset: n rows.
        faults: Names from `FAULTS`.
        near_from: Correlation from which pictures count as nearly the same.
        mirrored: Compare mirror images too, which takes twice the time.
        near: What `near_pictures` gave, where that is known already.

    Returns:
        Fault -> (n,) bool, in the order asked for.

    Raises:
        SettingsError: A name is not in `FAULTS`.
        TooLargeInputError: There are too many pictures to look for near duplicates.
    """
    unknown = [name for name in faults if name not in FAULTS]
    if unknown:
        raise SettingsError(f"Unknown fault {unknown[0]!r}: choose among {', '.join(FAULTS)}.")
    places = _Places.of(dataset)
    masks: dict[str, np.ndarray] = {}
    if any(name.startswith("near") for name in faults):
        if near is None:
            near = near_pictures(dataset, near_from=near_from, mirrored=mirrored)
        masks |= _near(near, places)
    simple: dict[str, Callable[[], np.ndarray]] = {
        "blank": lambda: _blank(dataset.images),
        "not_a_face": lambda: face_presence(dataset.images) < NO_FACE_BELOW,
        "conflict": lambda: places.differs(dataset.labels),
        "exact": places.repeated,
        "seen_earlier": lambda: places.lowest(places.rank) < places.rank,
        "seen_later": lambda: places.highest(places.rank) > places.rank,
    }
    return {name: masks[name] if name in masks else simple[name]() for name in faults}


def near_pictures(
    dataset: FaceDataset, *, near_from: float = NEAR_FROM, mirrored: bool = False
) -> np.ndarray:
    """Pairs of different pictures that are nearly the same: about 5 s for FER2013 on two cores.

    Args:
        dataset: n rows.
        near_from: Correlation from which pictures count as nearly the same.
        mirrored: Compare mirror images too, which takes twice the time.

    Returns:
        (m, 2) int64 numbers as `picture_ids` gives them, the smaller one first.

    Raises:
        TooLargeInputError: There are too many pictures or pairs.
    """
    first = np.unique(picture_ids(dataset.images), return_index=True)[1]
    return near_pairs(dataset.images[first], correlation=near_from, mirrored=mirrored)[0]


def clean(
    dataset: FaceDataset,
    *,
    drop: Sequence[str] = (),
    marked: Mapping[str, np.ndarray] | None = None,
    near_from: float = NEAR_FROM,
    mirrored: bool = False,
) -> tuple[FaceDataset, CleaningReport]:
    """Leave out the rows that have certain faults.

    Args:
        dataset: n rows.
        drop: Names from `FAULTS`; none leaves everything in.
        marked: Reason -> (n,) bool of rows to leave out that the caller knows of, for example the rows
            that FER+ marks as not pixel-exact; they come first.
        near_from: Correlation from which pictures count as nearly the same.
        mirrored: Mirror images count as near duplicates too.

    Returns:
        The rows that are left, with their row numbers, and the report.

    Raises:
        SettingsError: A name is not in `FAULTS`.
        DatasetError: No row would be left.

    Example:
        >>> data, report = clean(read_dataset("fer2013.csv.gz"), drop=("exact", "seen_later"))
        >>> len(report.dropped["exact"])
    """
    masks = dict(marked or {}) | find_faults(dataset, drop, near_from=near_from, mirrored=mirrored)
    left_out = np.zeros(len(dataset), bool)
    dropped = {}
    for name, mask in masks.items():
        dropped[name] = dataset.rows[mask & ~left_out]
        left_out |= mask
    if left_out.all() and len(dataset):
        raise DatasetError(f"No row is left without {', '.join(masks)}: leave fewer of them out.")
    found = {name: dataset.rows[mask] for name, mask in masks.items()}
    n_kept = int((~left_out).sum())
    report = CleaningReport(len(dataset), n_kept, found, dropped, near_from=near_from, mirrored=mirrored)
    return dataset.where(~left_out), report


@dataclass(frozen=True, eq=False)
class _Places:
    """Where equal pictures stand.

    Args:
        picture: (n,) int64, equal for pictures that are equal pixel for pixel.
        rank: (n,) int64, the place of the row's split in the order of use.
    """

    picture: np.ndarray
    rank: np.ndarray

    @classmethod
    def of(cls, dataset: FaceDataset) -> "_Places":
        """Of the rows of a data set."""
        order = {name: k for k, name in enumerate(split_order(dataset.usage.tolist()))}
        rank = np.array([order[name] for name in dataset.usage.tolist()], np.int64)
        return cls(picture_ids(dataset.images), rank)

    @property
    def n_pictures(self) -> int:
        """How many different ones."""
        return int(self.picture.max(initial=-1)) + 1

    def lowest_each(self, values: np.ndarray) -> np.ndarray:
        """The lowest value of each different picture."""
        lowest = np.full(self.n_pictures, np.iinfo(np.int64).max)
        np.minimum.at(lowest, self.picture, values)
        return lowest

    def lowest(self, values: np.ndarray) -> np.ndarray:
        """(n,) for each row the lowest value among the rows with its picture."""
        return self.lowest_each(values)[self.picture]

    def highest(self, values: np.ndarray) -> np.ndarray:
        """(n,) for each row the highest value among the rows with its picture."""
        return -self.lowest(-values)

    def differs(self, values: np.ndarray) -> np.ndarray:
        """(n,) whether the rows with the same picture have different values."""
        return self.lowest(values) != self.highest(values)

    def repeated(self) -> np.ndarray:
        """(n,) whether an earlier row of the same split has the picture."""
        key = self.picture * (self.rank.max(initial=0) + 1) + self.rank
        first = np.unique(key, return_index=True)[1]
        mask = np.ones(len(key), bool)
        mask[first] = False
        return mask


def _blank(images: np.ndarray) -> np.ndarray:
    """(n,) whether one gray level covers most of the picture."""
    window = np.ones(2 * BLANK_LEVELS + 1)
    return np.array(
        [
            np.convolve(np.bincount(image.ravel(), minlength=256), window).max() >= BLANK_SHARE * image.size
            for image in images
        ],
        bool,
    )


def _near(pairs: np.ndarray, places: _Places) -> dict[str, np.ndarray]:
    """The three faults of near duplicates, from the pairs of different pictures."""
    both = np.concatenate([pairs, pairs[:, ::-1]])
    lowest = places.lowest_each(places.rank)
    highest = -places.lowest_each(-places.rank)
    earliest = np.full(places.n_pictures, np.iinfo(np.int64).max)
    latest = np.full(places.n_pictures, -1)
    np.minimum.at(earliest, both[:, 0], lowest[both[:, 1]])
    np.maximum.at(latest, both[:, 0], highest[both[:, 1]])
    return {
        "near": _near_in_split(both, places),
        "near_earlier": earliest[places.picture] < places.rank,
        "near_later": latest[places.picture] > places.rank,
    }


def _near_in_split(pairs: np.ndarray, places: _Places) -> np.ndarray:
    """(n,) whether an earlier row of the same split has a picture that is nearly the same."""
    n_ranks = int(places.rank.max(initial=0)) + 1
    none = len(places.rank)
    mask = np.zeros(len(places.rank), bool)
    for rank in range(n_ranks):
        rows = np.flatnonzero(places.rank == rank)
        first = np.full(places.n_pictures, none)
        np.minimum.at(first, places.picture[rows], rows)
        near_first = np.full(places.n_pictures, none)
        np.minimum.at(near_first, pairs[:, 0], first[pairs[:, 1]])
        mask[rows] = near_first[places.picture[rows]] < rows
    return mask
