"""Augmentations as composable functions of a batch and a seeded generator.

Each takes and returns (n, H, W) float32 in 0..255, so that they can be chained in any order; `mixup` also
takes the targets. `fer.dataset.augment.chains` names them, their ranges and the chains for training.
Brightness, sharpness and the mirror are the original project's own.
"""

from collections.abc import Sequence

import cv2
import numpy as np


def geometric(
    images: np.ndarray,
    rng: np.random.Generator,
    *,
    shift: float = 0.15,
    scale: tuple[float, float] = (0.8, 1.2),
    rotate_degrees: float = 12.0,
    flip: float = 0.5,
) -> np.ndarray:
    """Random shift, scale, rotation and mirror in one interpolation.

    Args:
        images: (n, H, W) float32.
        rng: Source of every random number.
        shift: Largest shift as a share of the side.
        scale: Smallest and largest factor.
        rotate_degrees: Largest angle.
        flip: Share of the images that are mirrored.
    """
    n, height, width = images.shape
    angle = np.deg2rad(rng.uniform(-rotate_degrees, rotate_degrees, n))
    factor = rng.uniform(*scale, n)
    mirror = np.where(rng.random(n) < flip, -1.0, 1.0)
    center = np.array([(width - 1) / 2, (height - 1) / 2])
    offset = rng.uniform(-shift, shift, (n, 2)) * (width, height)
    cos, sin = np.cos(angle) * factor, np.sin(angle) * factor
    matrices = np.empty((n, 2, 3))
    matrices[:, 0, 0], matrices[:, 0, 1] = cos * mirror, -sin
    matrices[:, 1, 0], matrices[:, 1, 1] = sin * mirror, cos
    matrices[:, :, 2] = center + offset - matrices[:, :, :2] @ center
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


def flip(images: np.ndarray, rng: np.random.Generator, *, probability: float = 0.5) -> np.ndarray:
    """Mirror some images left to right; no pixel is interpolated."""
    chosen = rng.random(len(images)) < probability
    return np.where(chosen[:, None, None], images[:, :, ::-1], images)


def shift(images: np.ndarray, rng: np.random.Generator, *, amount: float = 0.15) -> np.ndarray:
    """Move each image along both axes by up to a share of its side; the border is mirrored."""
    return geometric(images, rng, shift=amount, scale=(1.0, 1.0), rotate_degrees=0.0, flip=0.0)


def scale(
    images: np.ndarray, rng: np.random.Generator, *, factor: tuple[float, float] = (0.8, 1.2)
) -> np.ndarray:
    """Enlarge or shrink each image around its centre."""
    return geometric(images, rng, shift=0.0, scale=factor, rotate_degrees=0.0, flip=0.0)


def rotate(images: np.ndarray, rng: np.random.Generator, *, degrees: float = 12.0) -> np.ndarray:
    """Turn each image around its centre, either way."""
    return geometric(images, rng, shift=0.0, scale=(1.0, 1.0), rotate_degrees=degrees, flip=0.0)


def brightness_contrast(
    images: np.ndarray, rng: np.random.Generator, *, brightness: float = 0.2, contrast: float = 0.3
) -> np.ndarray:
    """Add a random level (share of 255) and stretch or squeeze around each image's mean, cut off once."""
    n = len(images)
    gain = rng.uniform(1 - contrast, 1 + contrast, (n, 1, 1)).astype(np.float32)
    level = rng.uniform(-brightness, brightness, (n, 1, 1)).astype(np.float32) * 255
    mean = images.mean((1, 2), keepdims=True)
    return np.clip((images - mean) * gain + mean + level, 0, 255)


def brightness(images: np.ndarray, rng: np.random.Generator, *, amount: float = 0.2) -> np.ndarray:
    """Make each image lighter or darker by up to a share of 255."""
    return brightness_contrast(images, rng, brightness=amount, contrast=0.0)


def contrast(images: np.ndarray, rng: np.random.Generator, *, amount: float = 0.3) -> np.ndarray:
    """Stretch or squeeze the gray levels around each image's mean by up to a share."""
    return brightness_contrast(images, rng, brightness=0.0, contrast=amount)


def sharpness(images: np.ndarray, rng: np.random.Generator, *, amount: float = 0.7) -> np.ndarray:
    """Blend with, or away from, a blurred copy: amount -0.7 blurs, +0.7 sharpens."""
    weight = rng.uniform(-amount, amount, len(images))
    out = np.empty_like(images)
    for image, w, target in zip(images, weight, out, strict=True):
        blurred = cv2.blur(image, (3, 3))
        cv2.addWeighted(image, 1 + w, blurred, -w, 0, dst=target)
    return np.clip(out, 0, 255)


def gamma(
    images: np.ndarray, rng: np.random.Generator, *, exponent: tuple[float, float] = (0.7, 1.4)
) -> np.ndarray:
    """Bend the gray scale of each image: an exponent under 1 opens the shadows, over 1 closes them."""
    low, high = np.log(exponent)
    power = np.exp(rng.uniform(low, high, (len(images), 1, 1))).astype(np.float32)
    return 255 * (images / np.float32(255)) ** power


def resample(
    images: np.ndarray,
    rng: np.random.Generator,
    *,
    probability: float = 0.18,
    factor: tuple[float, float] = (0.3, 0.9),
) -> np.ndarray:
    """Shrink some images and enlarge them again, as a face that is small in its picture is."""
    out = images.copy()
    height, width = images.shape[1:]
    for k in np.flatnonzero(rng.random(len(images)) < probability):
        share = rng.uniform(*factor)
        size = max(2, round(width * share)), max(2, round(height * share))
        small = cv2.resize(images[k], size, interpolation=cv2.INTER_AREA)
        cv2.resize(small, (width, height), dst=out[k], interpolation=cv2.INTER_LINEAR)
    return out


def blur(
    images: np.ndarray,
    rng: np.random.Generator,
    *,
    probability: float = 0.16,
    sigma: tuple[float, float] = (0.3, 1.8),
) -> np.ndarray:
    """Gaussian blur of some images, as a lens out of focus gives; sigma in pixels."""
    out = images.copy()
    for k in np.flatnonzero(rng.random(len(images)) < probability):
        cv2.GaussianBlur(images[k], (0, 0), rng.uniform(*sigma), dst=out[k])
    return out


def noise(
    images: np.ndarray,
    rng: np.random.Generator,
    *,
    probability: float = 0.25,
    deviation: tuple[float, float] = (1.0, 20.0),
) -> np.ndarray:
    """Gaussian noise on some images, as a sensor in the dark gives; its standard deviation in gray levels."""
    out = images.copy()
    chosen = np.flatnonzero(rng.random(len(images)) < probability)
    deviations = rng.uniform(*deviation, (len(chosen), 1, 1)).astype(np.float32)
    grain = rng.standard_normal((len(chosen), *images.shape[1:]), dtype=np.float32)
    out[chosen] = np.clip(images[chosen] + deviations * grain, 0, 255)
    return out


def jpeg(
    images: np.ndarray,
    rng: np.random.Generator,
    *,
    probability: float = 0.25,
    quality: tuple[float, float] = (12.0, 80.0),
) -> np.ndarray:
    """Some images as they come back from a JPEG file of a quality in 1..100."""
    out = images.copy()
    for k in np.flatnonzero(rng.random(len(images)) < probability):
        options = [cv2.IMWRITE_JPEG_QUALITY, round(rng.uniform(*quality))]
        _, file = cv2.imencode(".jpg", np.rint(np.clip(images[k], 0, 255)).astype(np.uint8), options)
        out[k] = cv2.imdecode(file, cv2.IMREAD_GRAYSCALE)
    return out


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


def mixup(
    images: np.ndarray, targets: Sequence[np.ndarray], rng: np.random.Generator, *, alpha: float = 0.2
) -> tuple[np.ndarray, list[np.ndarray]]:
    """Blend each image and its targets with those of another image of the batch.

    Args:
        images: (n, H, W) float32.
        targets: Arrays (n, ...) of class shares, one a head.
        rng: Source of every random number.
        alpha: Of the Beta distribution that the share of the other image is drawn from; 0 changes nothing.

    Returns:
        The blended images and targets; each image keeps at least half of itself.

    Reference: Zhang et al. 2018, mixup: Beyond Empirical Risk Minimization.
    """
    if alpha <= 0:
        return images, list(targets)
    partner = rng.permutation(len(images))
    other = rng.beta(alpha, alpha, len(images)).astype(np.float32)
    other = np.minimum(other, 1 - other)

    def blend(values: np.ndarray) -> np.ndarray:
        """(n, ...) -> the same shape, each row with its partner's."""
        share = other.reshape(-1, *(1,) * (values.ndim - 1))
        return (1 - share) * values + share * values[partner]

    return blend(images), [blend(values) for values in targets]
