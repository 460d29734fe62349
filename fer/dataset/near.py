"""Pictures that are nearly the same: another brightness, contrast or JPEG copy, or moved by a pixel.

Two pictures are compared by the correlation of their pixels, which neither brightness nor contrast
changes. All pairs are compared at 8 x 8 pixels, and only those that are close there at 48 x 48.

Reference: Barz & Denzler 2020, Do We Train on Test Data? Purging CIFAR of Near-Duplicates.
"""

from collections.abc import Iterator

import cv2
import numpy as np

from fer.errors import TooLargeInputError

NEAR_FROM = 0.93
"""Correlation from which two pictures are nearly the same. In FER2013, looked at by hand: of 162 pairs
between 0.93 and 0.95 all show the same photo; below 0.92 the first pairs of two people appear."""

MAX_PICTURES = 200_000
"""Most different pictures: every one is compared with every other, which takes minutes there."""

MAX_PAIRS = 500_000
"""Most pairs: beyond it the data is one picture over and over, and the list would fill the memory."""

_COARSE_PX = 8
_COARSE_MARGIN = 0.02
_BLOCK = 2048


def near_pairs(
    images: np.ndarray, *, correlation: float = NEAR_FROM, mirrored: bool = False
) -> tuple[np.ndarray, np.ndarray]:
    """Find all pairs of pictures that are nearly the same.

    Args:
        images: (n, H, W) uint8, no two of them equal pixel for pixel (those would be pairs too).
        correlation: Lowest correlation of a pair's pixels, in 0..1.
        mirrored: Compare with the mirrored pictures too.

    Returns:
        pairs: (m, 2) int64 places, the smaller one first, sorted and each once.
        correlations: (m,) float32 of the pixels, the higher one where the mirror image fits too.

    Raises:
        TooLargeInputError: There are more than `MAX_PICTURES` pictures or `MAX_PAIRS` pairs.
    """
    if len(images) > MAX_PICTURES:
        raise TooLargeInputError(
            f"Near duplicates are looked for among at most {MAX_PICTURES:,} pictures, not {len(images):,}: "
            "leave them out of what is looked for."
        )
    others = [images, images[:, :, ::-1]] if mirrored else [images]
    coarse = _standardised(images, _COARSE_PX)
    found: dict[tuple[int, int], float] = {}
    for other in others:
        across = coarse if other is images else _standardised(other, _COARSE_PX)
        for pairs in _candidates(coarse, across, correlation - _COARSE_MARGIN):
            exact = _correlation(images[pairs[:, 0]], other[pairs[:, 1]])
            near = exact >= correlation
            for (a, b), value in zip(pairs[near].tolist(), exact[near].tolist(), strict=True):
                found[a, b] = max(value, found.get((a, b), 0.0))
            if len(found) > MAX_PAIRS:
                raise TooLargeInputError(
                    f"More than {MAX_PAIRS:,} pairs of pictures are nearly the same: "
                    "leave near duplicates out of what is looked for."
                )
    keys = sorted(found)
    return np.array(keys, np.int64).reshape(-1, 2), np.array([found[key] for key in keys], np.float32)


def _candidates(left: np.ndarray, right: np.ndarray, correlation: float) -> Iterator[np.ndarray]:
    """(k, 2) places of the pairs that are close at 8 x 8, at most a block's worth at a time."""
    for top in range(0, len(left), _BLOCK):
        for start in range(top, len(right), _BLOCK):
            close = left[top : top + _BLOCK] @ right[start : start + _BLOCK].T >= correlation
            a, b = np.nonzero(close)
            pairs = np.column_stack([a + top, b + start])
            pairs = pairs[pairs[:, 0] < pairs[:, 1]]
            yield from (pairs[k : k + _BLOCK] for k in range(0, len(pairs), _BLOCK))


def _correlation(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """(k,) correlation of the pixels of (k, H, W) pictures."""
    return (_standardised(left) * _standardised(right)).sum(1)


def _standardised(images: np.ndarray, side_px: int | None = None) -> np.ndarray:
    """(n, pixels) float32 with mean 0 and length 1; a picture of one level becomes zeros."""
    if side_px is not None:
        size = (side_px, side_px)
        # Each alone: OpenCV takes pictures with their channels last and has a limit on those.
        small = np.empty((len(images), side_px, side_px), np.float32)
        for image, target in zip(images, small, strict=True):
            cv2.resize(image.astype(np.float32), size, dst=target, interpolation=cv2.INTER_AREA)
        images = small
    flat = images.reshape(len(images), images.shape[1] * images.shape[2]).astype(np.float32)
    flat -= flat.mean(1, keepdims=True)
    return flat / np.maximum(np.linalg.norm(flat, axis=1, keepdims=True), 1e-6)
