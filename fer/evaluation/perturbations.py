"""Ways to make a face harder to read, each with one number that says how hard: light, blur, noise and others.

Unlike the augmentations of training they are not random: the same number gives the same picture.

Reference:
    Hendrycks & Dietterich 2019, Benchmarking Neural Network Robustness to Common Corruptions.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

import cv2
import numpy as np

from fer.constants import FACE_SIZE_PX

EYES = (13, 24, 6, 42)
MOUTH = (31, 43, 12, 36)
MASK = (25, 48, 2, 46)
"""Top, bottom, left, right in a crop of 48 px, as FER2013 frames a face (eyes at 18 px, mouth at 36 px)."""

_GLASSES_GRAY, _HAND_GRAY, _MASK_GRAY = 20, 128, 210
_SEED = 0


@dataclass(frozen=True)
class Perturbation:
    """One way to make a face harder to read.

    Args:
        name: Its key in `PERTURBATIONS`.
        label: Words for a heading.
        unit: What its number counts, for an axis.
        neutral: The number that changes nothing (or least).
        levels: Numbers that the robustness figures are taken at, rising, `neutral` among them.
        function: One (48, 48) uint8 picture and a number -> the changed picture.
    """

    name: str
    label: str
    unit: str
    neutral: float
    levels: tuple[float, ...]
    function: Callable[[np.ndarray, float], np.ndarray]

    def __call__(self, images: np.ndarray, level: float) -> np.ndarray:
        """(n, 48, 48) uint8 -> the same shape, each changed by the same amount."""
        if level == self.neutral or not len(images):
            return images.copy()
        return np.stack([self.function(image, level) for image in images])

    def fine_levels(self, n: int) -> np.ndarray:
        """About n numbers over the whole range, `neutral` among them, rising."""
        grid = np.linspace(self.levels[0], self.levels[-1], n)
        return np.unique(np.append(grid, self.neutral))


def _light(image: np.ndarray, gain: float) -> np.ndarray:
    return cv2.convertScaleAbs(image, alpha=gain)


def _blur(image: np.ndarray, sigma_px: float) -> np.ndarray:
    return cv2.GaussianBlur(image, (0, 0), sigma_px, borderType=cv2.BORDER_REPLICATE)


def _noise(image: np.ndarray, std: float) -> np.ndarray:
    grain = np.random.default_rng(_SEED).normal(0.0, std, image.shape)
    return np.clip(image + grain, 0, 255).round().astype(np.uint8)


def _jpeg(image: np.ndarray, quality: float) -> np.ndarray:
    _, coded = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, round(quality)])
    # OpenCV gives None for what is no picture; this one it has just coded itself.
    return cast(np.ndarray, cv2.imdecode(coded, cv2.IMREAD_GRAYSCALE))


def _turn_and_scale(image: np.ndarray, degrees: float, factor: float) -> np.ndarray:
    middle = (FACE_SIZE_PX - 1) / 2
    matrix = cv2.getRotationMatrix2D((middle, middle), -degrees, factor)
    size = (FACE_SIZE_PX, FACE_SIZE_PX)
    return cv2.warpAffine(image, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


def _cover(region: tuple[int, int, int, int], gray: int) -> Callable[[np.ndarray, float], np.ndarray]:
    """Covers a share of a region's height and width, from its middle outwards."""
    top, bottom, left, right = region

    def cover(image: np.ndarray, share: float) -> np.ndarray:
        """The (48, 48) uint8 picture with that share of the region's sides covered, 0..1."""
        y, x = (top + bottom) / 2, (left + right) / 2
        half_height, half_width = (bottom - top) / 2 * share, (right - left) / 2 * share
        out = image.copy()
        rows = slice(round(y - half_height), round(y + half_height))
        out[rows, round(x - half_width) : round(x + half_width)] = gray
        return out

    return cover


_SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)
_COVERED = "share of the region's sides that is covered"
_ANGLES = (-60.0, -45.0, -30.0, -15.0, 0.0, 15.0, 30.0, 45.0, 60.0)

_ALL = (
    Perturbation("light", "Light", "exposure, times", 1.0, (0.1, 0.2, 0.4, 0.7, 1.0, 1.5, 2.0, 3.0), _light),
    Perturbation("blur", "Blur", "sigma, px of 48", 0.0, (0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0), _blur),
    Perturbation(
        "noise", "Noise", "standard deviation, gray levels", 0.0, (0.0, 5.0, 10.0, 20.0, 40.0, 60.0), _noise
    ),
    Perturbation("jpeg", "JPEG quality", "quality", 100.0, (5.0, 10.0, 20.0, 40.0, 70.0, 100.0), _jpeg),
    Perturbation(
        "rotation",
        "Rotation",
        "degrees, clockwise",
        0.0,
        _ANGLES,
        lambda image, degrees: _turn_and_scale(image, degrees, 1.0),
    ),
    Perturbation(
        "scale",
        "Scale",
        "size of the face, times",
        1.0,
        (0.5, 0.7, 0.85, 1.0, 1.15, 1.3, 1.6),
        lambda image, factor: _turn_and_scale(image, 0.0, factor),
    ),
    Perturbation("eyes", "Eyes covered", _COVERED, 0.0, _SHARES, _cover(EYES, _GLASSES_GRAY)),
    Perturbation("mouth", "Mouth covered", _COVERED, 0.0, _SHARES, _cover(MOUTH, _HAND_GRAY)),
    Perturbation("mask", "Mask", _COVERED, 0.0, _SHARES, _cover(MASK, _MASK_GRAY)),
)

PERTURBATIONS = {p.name: p for p in _ALL}
"""Every perturbation, in the order in which they are shown."""
