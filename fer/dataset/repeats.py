"""Pictures that stand in a data set more than once, pixel for pixel."""

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from fer.dataset.faces import FaceDataset
from fer.text import count, verb

_DIGEST_BYTES = 16


@dataclass(frozen=True, eq=False)
class Repeats:
    """How often pictures stand in a data set again.

    Args:
        within: Split -> rows whose picture stands in an earlier row of the same split.
        across: (split, other split) -> rows of the first whose picture stands in the second too;
            the split that is trained on is always the second.
    """

    within: dict[str, int]
    across: dict[tuple[str, str], int]

    def sentences(self) -> tuple[str, ...]:
        """One sentence a count that is not 0, without a full stop; those across splits come first."""
        between = [
            f"{count(n, 'picture')} of {split} {verb(n, 'stands', 'stand')} pixel for pixel in {other} too"
            for (split, other), n in self.across.items()
        ]
        inside = [
            f"{count(n, 'picture')} of {split} {verb(n, 'repeats', 'repeat')} an earlier one"
            for split, n in self.within.items()
        ]
        return (*between, *inside)


def count_repeats(dataset: FaceDataset) -> Repeats:
    """Count pictures that are equal pixel for pixel, within each split and across splits.

    Args:
        dataset: (n, 48, 48) uint8 images and their splits.

    Returns:
        The counts that are not 0.
    """
    names = split_order(dataset.usage.tolist())
    splits_of: dict[bytes, set[str]] = {}
    within: Counter[str] = Counter()
    digests = [_digest(image) for image in dataset.images]
    for digest, split in zip(digests, dataset.usage.tolist(), strict=True):
        known = splits_of.setdefault(digest, set())
        within[split] += split in known
        known.add(split)
    across: Counter[tuple[str, str]] = Counter()
    order = {name: k for k, name in enumerate(names)}
    for digest, split in zip(digests, dataset.usage.tolist(), strict=True):
        earlier = (other for other in splits_of[digest] if order[other] < order[split])
        across.update((split, other) for other in earlier)
    return Repeats(
        {name: within[name] for name in names if within[name]},
        {key: across[key] for key in sorted(across, key=lambda pair: (order[pair[0]], order[pair[1]]))},
    )


def picture_ids(images: np.ndarray) -> np.ndarray:
    """Number pictures by their pixels: equal ones get the same number.

    Args:
        images: (n, 48, 48) uint8.

    Returns:
        (n,) int64, 0 for the first picture and the next number for every new one.
    """
    known: dict[bytes, int] = {}
    return np.array([known.setdefault(_digest(image), len(known)) for image in images], np.int64)


def split_order(names: Iterable[str]) -> list[str]:
    """Names of splits, each once, in the order in which they are used: what is trained on comes first."""
    return sorted(set(names), key=_training_first)


def seen_before(images: np.ndarray, reference: np.ndarray) -> np.ndarray:
    """Which images stand pixel for pixel in a reference set.

    Args:
        images: (n, 48, 48) uint8.
        reference: (m, 48, 48) uint8.

    Returns:
        (n,) bool.
    """
    known = {_digest(image) for image in reference}
    return np.array([_digest(image) in known for image in images], bool)


def _digest(image: np.ndarray) -> bytes:
    # 16 bytes instead of 2304 for each picture; two different ones never share them by chance.
    return hashlib.blake2b(image.tobytes(), digest_size=_DIGEST_BYTES).digest()


def _training_first(name: str) -> tuple[bool, bool, str]:
    return not name.casefold().startswith("train"), name != "PublicTest", name
