"""Everything that can be said about a data set in numbers: computed from its rows, shown by page and command.

Nothing here holds a picture: counts, distributions, shares, and averages over many faces.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import cv2
import numpy as np

from fer.constants import EMOTIONS, FACE_SIZE_PX
from fer.dataset.cleaning import FAULTS, find_faults
from fer.dataset.faces import FaceDataset
from fer.dataset.ferplus import VoteFigures, vote_figures
from fer.dataset.hashes import content_sha256
from fer.dataset.repeats import count_repeats, picture_ids, split_order
from fer.faces.quality import sharpness

FORMAT = 1
QUICK_FAULTS = tuple(name for name in FAULTS if name != "not_a_face")
"""All that is looked for without being asked: the mesh would take minutes."""

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
MEASURES = {
    "brightness": ("mean gray level, 0 to 255", 256.0),
    "contrast": ("standard deviation of the gray levels", 120.0),
    "sharpness": ("variance of the Laplacian over that of the picture", 3.0),
}
"""Name -> what it is, and the upper end of its histogram; what lies beyond stands in the last bin."""

BINS = 32
_CHUNK = 2048


@dataclass(frozen=True)
class SplitFigures:
    """One split.

    Args:
        n: Rows.
        sha256: Hash of its labels and pixels, see `content_sha256`.
        classes: Emotion -> rows.
    """

    n: int
    sha256: str
    classes: dict[str, int]


@dataclass(frozen=True)
class Measure:
    """One number a picture, and how it is spread.

    Args:
        what: In words, with its unit.
        edges: Limits of the bins, one more than there are bins.
        counts: Emotion -> rows in each bin.
        quantiles: Emotion -> its values at `QUANTILES`.
    """

    what: str
    edges: tuple[float, ...]
    counts: dict[str, tuple[int, ...]]
    quantiles: dict[str, tuple[float, ...]]


@dataclass(frozen=True)
class Shared:
    """Pictures of one split that stand pixel for pixel in another.

    Args:
        split: Whose rows are counted.
        other: Where they stand too; it is used earlier.
        n: Rows.
    """

    split: str
    other: str
    n: int


@dataclass(frozen=True)
class RepeatFigures:
    """Pictures that stand in the data more than once.

    Args:
        within: Split -> rows that repeat an earlier row of it.
        same_label: Split -> those of them that have the label of an earlier such row too.
        across: Pairs of splits that share pictures.
        conflict_groups: Split -> different pictures that stand in it with more than one label.
    """

    within: dict[str, int]
    same_label: dict[str, int]
    across: tuple[Shared, ...]
    conflict_groups: dict[str, int]


@dataclass(frozen=True)
class Statistics:
    """All figures of a data set.

    Args:
        format: Version of this layout.
        source: Label of the file or folder.
        source_sha256: Its hash.
        n_rows: Rows that could be read.
        n_rejected: Rows that could not.
        rejected: The first of those, with the reason.
        pixel_mean: Mean gray level over all pixels.
        pixel_std: Their standard deviation.
        splits: Figures of each split, in the order in which they are used.
        measures: Brightness, contrast and sharpness.
        repeats: Pictures that stand there more than once.
        faults: Fault -> split -> rows; see `FAULTS`.
        votes: What FER+'s annotators say to the labels; None without their file.
    """

    format: int
    source: str
    source_sha256: str
    n_rows: int
    n_rejected: int
    rejected: tuple[str, ...]
    pixel_mean: float
    pixel_std: float
    splits: dict[str, SplitFigures]
    measures: dict[str, Measure]
    repeats: RepeatFigures
    faults: dict[str, dict[str, int]]
    votes: VoteFigures | None


@dataclass(frozen=True, eq=False)
class ClassFaces:
    """Averages over all faces of each expression, in the order of `EMOTIONS`.

    Args:
        mean: (7, 48, 48) float32, the mean face; zeros where there is none.
        spread: (7, 48, 48) float32, the standard deviation of each pixel.
        n: (7,) int64 faces.
    """

    mean: np.ndarray
    spread: np.ndarray
    n: np.ndarray


def class_faces(dataset: FaceDataset) -> ClassFaces:
    """Mean face and standard deviation of every expression, in bounded memory.

    Args:
        dataset: (n, 48, 48) uint8 images and their labels.
    """
    shape = (len(EMOTIONS), FACE_SIZE_PX, FACE_SIZE_PX)
    total, squares = np.zeros(shape), np.zeros(shape)
    n = np.bincount(dataset.labels, minlength=len(EMOTIONS))
    for label in range(len(EMOTIONS)):
        places = np.flatnonzero(dataset.labels == label)
        for start in range(0, len(places), _CHUNK):
            part = dataset.images[places[start : start + _CHUNK]].astype(np.float32)
            total[label] += part.sum(0, dtype=np.float64)
            squares[label] += np.square(part).sum(0, dtype=np.float64)
    count = np.maximum(n, 1)[:, None, None]
    mean = total / count
    spread = np.sqrt(np.maximum(squares / count - mean**2, 0))
    return ClassFaces(mean.astype(np.float32), spread.astype(np.float32), n)


def picture_measures(images: np.ndarray) -> dict[str, np.ndarray]:
    """Brightness, contrast and sharpness of every picture.

    Args:
        images: (n, 48, 48) uint8.

    Returns:
        A name of `MEASURES` -> (n,) float32.
    """
    values = np.zeros((len(images), 3), np.float32)
    for image, row in zip(images, values, strict=True):
        mean, std = cv2.meanStdDev(image)
        row[:] = mean[0, 0], std[0, 0], sharpness(image)
    return dict(zip(MEASURES, values.T, strict=True))


def compute_statistics(
    dataset: FaceDataset,
    *,
    source: str = "",
    source_sha256: str = "",
    vote_counts: np.ndarray | None = None,
    found: Mapping[str, np.ndarray] | None = None,
    on_progress: Callable[[float, str], None] = lambda share, step: None,
) -> Statistics:
    """Work out all figures: about 4 s for FER2013's 35,887 rows on two cores.

    Args:
        dataset: n rows.
        source: Label of the file or folder.
        source_sha256: Its hash.
        vote_counts: (m, 10) FER+ votes; row r belongs to row r of the file. See `read_vote_counts`.
        found: What `find_faults` gave; None looks for `QUICK_FAULTS`.
        on_progress: Called with the share that is done, in 0..1, and what is done next.

    Raises:
        DatasetError: FER+ has fewer rows than the data.
    """
    on_progress(0.0, "counting")
    names = split_order(dataset.usage.tolist())
    votes = None if vote_counts is None else vote_figures(dataset, vote_counts)
    splits = {name: _split_figures(dataset.split(name)) for name in names}
    mean, std = _pixels(dataset.images)
    on_progress(0.2, "brightness, contrast and sharpness")
    measures = _measures(dataset)
    on_progress(0.5, "looking for repeats and other faults")
    found = find_faults(dataset, QUICK_FAULTS) if found is None else found
    return Statistics(
        format=FORMAT,
        source=source,
        source_sha256=source_sha256,
        n_rows=len(dataset),
        n_rejected=dataset.n_rejected,
        rejected=dataset.rejected,
        pixel_mean=mean,
        pixel_std=std,
        splits=splits,
        measures=measures,
        repeats=_repeats(dataset, names),
        faults={
            fault: {name: int((mask & (dataset.usage == name)).sum()) for name in names}
            for fault, mask in found.items()
        },
        votes=votes,
    )


def _split_figures(part: FaceDataset) -> SplitFigures:
    counts = np.bincount(part.labels, minlength=len(EMOTIONS)).tolist()
    return SplitFigures(len(part), content_sha256(part), dict(zip(EMOTIONS, counts, strict=True)))


def _pixels(images: np.ndarray) -> tuple[float, float]:
    """Mean and standard deviation of all gray levels, from their histogram."""
    counts = np.zeros(256)
    for start in range(0, len(images), _CHUNK):
        counts += np.bincount(images[start : start + _CHUNK].ravel(), minlength=256)
    levels, n = np.arange(256), max(counts.sum(), 1)
    mean = float((counts * levels).sum() / n)
    return mean, float(np.sqrt((counts * (levels - mean) ** 2).sum() / n))


def _measures(dataset: FaceDataset) -> dict[str, Measure]:
    found = {}
    for name, values in picture_measures(dataset.images).items():
        what, end = MEASURES[name]
        edges = np.linspace(0.0, end, BINS + 1)
        counts, quantiles = {}, {}
        for label, emotion in enumerate(EMOTIONS):
            own = values[dataset.labels == label]
            place = np.minimum((own / end * BINS).astype(int), BINS - 1)
            counts[emotion] = tuple(np.bincount(place, minlength=BINS).tolist())
            quantiles[emotion] = tuple(np.quantile(own, QUANTILES).tolist()) if len(own) else ()
        found[name] = Measure(what, tuple(edges.tolist()), counts, quantiles)
    return found


def _repeats(dataset: FaceDataset, names: list[str]) -> RepeatFigures:
    repeats = count_repeats(dataset)
    same, groups = {}, {}
    for name in names:
        part = dataset.split(name)
        picture = picture_ids(part.images)
        pairs, n_pairs = np.unique(picture * len(EMOTIONS) + part.labels, return_counts=True)
        same[name] = int((n_pairs - 1).sum())
        groups[name] = int((np.bincount(pairs // len(EMOTIONS)) > 1).sum())
    across = tuple(Shared(split, other, n) for (split, other), n in repeats.across.items())
    within = {name: repeats.within.get(name, 0) for name in names}
    return RepeatFigures(within, same, across, groups)
