"""Many small faces as one picture: a page of them costs one image, not hundreds."""

from collections.abc import Sequence

import cv2
import numpy as np

GAP_PX = 4


def sheet(
    images: Sequence[np.ndarray],
    *,
    columns: int,
    zoom: int = 2,
    background: int = 255,
    gap_px: int = GAP_PX,
) -> np.ndarray:
    """Faces side by side.

    Args:
        images: (h, w) uint8 each, all of the same size.
        columns: Faces in a row.
        zoom: Enlargement.
        background: Gray level between them.
        gap_px: How far they stand apart.

    Returns:
        (H, W) uint8; (1, 1) where there is no face.
    """
    if not len(images):
        return np.full((1, 1), background, np.uint8)
    height, width = (side * zoom for side in images[0].shape)
    rows = -(-len(images) // columns)
    out = np.full(
        (rows * (height + gap_px) - gap_px, columns * (width + gap_px) - gap_px), background, np.uint8
    )
    for k, image in enumerate(images):
        top, left = (k // columns) * (height + gap_px), (k % columns) * (width + gap_px)
        large = cv2.resize(image, (width, height), interpolation=cv2.INTER_CUBIC)
        out[top : top + height, left : left + width] = large
    return out
