"""Pictures of a data set that are the same or nearly so, in groups, with the labels and splits of each."""

from dataclasses import dataclass

import numpy as np

from fer.dataset.faces import FaceDataset
from fer.dataset.repeats import picture_ids


@dataclass(frozen=True, eq=False)
class CopyGroup:
    """Rows whose pictures are equal, or nearly equal to another one of the group.

    Args:
        places: (k,) int64 places in the data set, rising; at least two.
        conflicting: Their labels differ.
        crosses: They stand in more than one split.
    """

    places: np.ndarray
    conflicting: bool
    crosses: bool


def copy_groups(dataset: FaceDataset, near: np.ndarray) -> tuple[CopyGroup, ...]:
    """Put equal and nearly equal pictures together.

    A picture that is nearly equal to two others brings them together, even where those two differ more.

    Args:
        dataset: n rows.
        near: (m, 2) int64 pairs of picture numbers, see `fer.dataset.cleaning.near_pictures`.

    Returns:
        Groups of at least two rows: conflicting labels first, then those that stand in several splits,
        then by size.
    """
    group = _joined(picture_ids(dataset.images), near)
    order = np.argsort(group, kind="stable")
    starts = np.flatnonzero(np.diff(group[order], prepend=-1))
    found = []
    for places in np.split(order, starts[1:]):
        if len(places) > 1:
            labels, splits = dataset.labels[places], dataset.usage[places]
            found.append(
                CopyGroup(places, bool((labels != labels[0]).any()), bool((splits != splits[0]).any()))
            )
    return tuple(sorted(found, key=lambda g: (not g.conflicting, not g.crosses, -len(g.places))))


def _joined(picture: np.ndarray, near: np.ndarray) -> np.ndarray:
    """(n,) the lowest picture number of each row's group (union-find)."""
    parent = np.arange(int(picture.max(initial=-1)) + 1)

    def root(k: int) -> int:
        """The lowest number that is known to be in k's group."""
        while parent[k] != k:
            parent[k] = parent[parent[k]]
            k = parent[k]
        return k

    for a, b in near.tolist():
        low, high = sorted((root(a), root(b)))
        parent[high] = low
    return np.array([root(k) for k in range(len(parent))], np.int64)[picture]
