"""Occlusion map: how much a class loses when a part of the face is hidden. LiteRT only, no TensorFlow.

Reference: Zeiler & Fergus 2014, Visualizing and Understanding Convolutional Networks.
"""

from collections.abc import Callable

import numpy as np

PATCH_PX, STEP_PX = 9, 3


def occlusion_map(
    logits_of: Callable[[np.ndarray], np.ndarray],
    crop: np.ndarray,
    class_index: int,
    *,
    patch_px: int = PATCH_PX,
    step_px: int = STEP_PX,
) -> np.ndarray:
    """How much each place matters for a class, found by hiding it.

    A square in the face's own mean gray goes over the face; the fall of the class's logit is
    shared by the pixels under the square, and each pixel shows the mean over all squares on it.

    Args:
        logits_of: From crops (n, H, W) uint8 to logits (n, k), such as `EmotionNetwork.logits`.
        crop: (H, W) uint8 gray.
        class_index: Which logit.
        patch_px: Side of the square; an odd number.
        step_px: Distance between the squares' centres.

    Returns:
        (H, W) float32 in logits: positive where hiding speaks against the class, negative where
        hiding helps it.
    """
    height, width = crop.shape
    reach = patch_px // 2
    centers = [
        (y, x) for y in range(step_px // 2, height, step_px) for x in range(step_px // 2, width, step_px)
    ]
    windows = [
        (slice(max(0, y - reach), y + reach + 1), slice(max(0, x - reach), x + reach + 1)) for y, x in centers
    ]
    hidden = np.repeat(crop[None], len(windows), axis=0)
    for image, window in zip(hidden, windows, strict=True):
        image[window] = round(float(crop.mean()))
    before = logits_of(crop[None])[0, class_index]
    fall = before - logits_of(hidden)[:, class_index]
    total, hits = np.zeros(crop.shape, np.float64), np.zeros(crop.shape, np.float64)
    for window, value in zip(windows, fall, strict=True):
        total[window] += value
        hits[window] += 1
    return (total / np.maximum(hits, 1)).astype(np.float32)
