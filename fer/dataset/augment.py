"""Augmentations as composable functions of a batch and a seeded generator.

Each takes and returns (n, 48, 48) float32 in 0..255, so that they can be chained in any order.
Brightness, sharpness and the mirror are the original project's own.
"""

import cv2
import numpy as np


def geometric(
    images: np.ndarray,
    rng: np.random.Generator,
    *,
    shift: float = 0.15,
    scale: tuple[float, float] = (0.8, 1.2),
    rotate_degrees: float = 12.0,
    flip: bool = True,
) -> np.ndarray:
    """Random shift, scale, rotation and mirror in one interpolation.

    Args:
        images: (n, H, W) float32.
        rng: Source of every random number.
        shift: Largest shift as a share of the side.
        scale: Smallest and largest factor.
        rotate_degrees: Largest angle.
        flip: Mirror half of the images.
    """
    n, height, width = images.shape
    angle = np.deg2rad(rng.uniform(-rotate_degrees, rotate_degrees, n))
    factor = rng.uniform(*scale, n)
    mirror = np.where(rng.random(n) < 0.5, -1.0, 1.0) if flip else np.ones(n)
    centre = np.array([(width - 1) / 2, (height - 1) / 2])
    offset = rng.uniform(-shift, shift, (n, 2)) * (width, height)
    cos, sin = np.cos(angle) * factor, np.sin(angle) * factor
    matrices = np.empty((n, 2, 3))
    matrices[:, 0, 0], matrices[:, 0, 1] = cos * mirror, -sin
    matrices[:, 1, 0], matrices[:, 1, 1] = sin * mirror, cos
    matrices[:, :, 2] = centre + offset - matrices[:, :, :2] @ centre
    out = np.empty_like(images)
    for image, matrix, target in zip(images, matrices, out, strict=True):
        cv2.warpAffine(
            image,
            matrix,
            (width, height),
            dst=target,
            flags=cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REFLECT_101,
        )
    return out


def brightness_contrast(
    images: np.ndarray, rng: np.random.Generator, *, brightness: float = 0.2, contrast: float = 0.3
) -> np.ndarray:
    """Add a random level (share of 255) and stretch or squeeze around each image's mean."""
    n = len(images)
    gain = rng.uniform(1 - contrast, 1 + contrast, (n, 1, 1)).astype(np.float32)
    level = rng.uniform(-brightness, brightness, (n, 1, 1)).astype(np.float32) * 255
    mean = images.mean((1, 2), keepdims=True)
    return np.clip((images - mean) * gain + mean + level, 0, 255)


def sharpness(images: np.ndarray, rng: np.random.Generator, *, amount: float = 0.7) -> np.ndarray:
    """Blend with, or away from, a blurred copy: amount -0.7 blurs, +0.7 sharpens."""
    weight = rng.uniform(-amount, amount, len(images))
    out = np.empty_like(images)
    for image, w, target in zip(images, weight, out, strict=True):
        blurred = cv2.blur(image, (3, 3))
        cv2.addWeighted(image, 1 + w, blurred, -w, 0, dst=target)
    return np.clip(out, 0, 255)


def erase(
    images: np.ndarray,
    rng: np.random.Generator,
    *,
    probability: float = 0.5,
    area: tuple[float, float] = (0.02, 0.2),
) -> np.ndarray:
    """Random erasing: fill one rectangle of some images with one random level.

    Reference: Zhong et al. 2020, Random Erasing Data Augmentation.
    """
    out = images.copy()
    n, height, width = images.shape
    for k in np.flatnonzero(rng.random(n) < probability):
        size = rng.uniform(*area) * height * width
        ratio = np.exp(rng.uniform(np.log(0.4), np.log(2.5)))
        h = int(min(height - 1, max(2, round(np.sqrt(size * ratio)))))
        w = int(min(width - 1, max(2, round(np.sqrt(size / ratio)))))
        top, left = rng.integers(0, height - h), rng.integers(0, width - w)
        out[k, top : top + h, left : left + w] = rng.uniform(0, 255)
    return out


def training_views(images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The chain that the network is trained with.

    Args:
        images: (n, 48, 48) uint8 or float32 in 0..255.
        rng: Seeded generator.

    Returns:
        (n, 48, 48) float32 in 0..255.
    """
    views = geometric(np.asarray(images, np.float32), rng)
    views = brightness_contrast(views, rng)
    views = sharpness(views, rng)
    return erase(views, rng)
