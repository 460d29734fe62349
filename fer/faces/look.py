"""How somebody looks around the face: hair, skin, clothes and what is beside the head, as rough colours.

It tells apart the few people of one clip, for as long as the analysis runs. It is no identity embedding:
other clothes or another light make another look, and it is written nowhere.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from fer.faces.patches import square_patch

PATCH_PX, FACE_PX = 28, 10
"""Side of the patch, and of the face in it."""

FACE_ROW, FACE_COLUMN = 11, 14
"""Where the middle of the face lies in the patch."""

LIGHT_BINS, TINT_BINS, TINT_STEP = 16, 12, 5.0
MIN_PIXELS = 8
"""A part with fewer pixels inside the picture is not known."""

MIN_PARTS = 3
"""Fewer parts do not tell two people apart."""

LIMITS = {"hair": 0.17, "skin": 0.09, "clothes": 0.32, "beside": 0.4}
"""Distance of each part (1 - Bhattacharyya coefficient) that counts as 1. Measured on seven people: 95% of
one person's looks are within .17 / .08 / .25 / .23 of one of four others, and every two people are further
apart in at least one part."""


def _parts() -> dict[str, np.ndarray]:
    """Part -> (PATCH_PX, PATCH_PX) bool."""
    rows, columns = np.mgrid[:PATCH_PX, :PATCH_PX] + 0.5
    down, across = (rows - FACE_ROW) / FACE_PX, np.abs(columns - FACE_COLUMN) / FACE_PX
    return {
        "hair": (across < 0.45) & (down < -0.5) & (down > -0.95),
        "skin": (across < 0.35) & (np.abs(down) < 0.45),
        "clothes": (across > 0.2) & (across < 1.0) & (down > 0.85),
        "beside": (across > 0.6) & (across < 1.3) & (np.abs(down) < 0.9),
    }


_PARTS = _parts()


@dataclass(frozen=True, eq=False)
class Look:
    """One moment of one face.

    Args:
        colors: (4, bins) float16 in the order of `LIMITS`: square roots of the shares of each colour; a
            row of zeros where the part is not known.
    """

    colors: np.ndarray

    def distance(self, other: "Look") -> float:
        """How different two looks are: under 1 alike, from 2 on plainly different.

        Infinity where fewer than `MIN_PARTS` are known of both.
        """
        known = self.colors.any(1) & other.colors.any(1)
        if known.sum() < MIN_PARTS:
            return float("inf")
        alike = np.einsum("pb,pb->p", self.colors.astype(np.float32), other.colors.astype(np.float32))
        return float(((1 - alike) / np.array(list(LIMITS.values())))[known].max())


def look_at(image: np.ndarray, xyxy: np.ndarray) -> Look:
    """The look of one face.

    Args:
        image: (H, W, 3) uint8, RGB.
        xyxy: (4,) px, the face's box.
    """
    size = max(1.0, float(np.sqrt(np.prod(np.clip(xyxy[2:] - xyxy[:2], 1, None)))))
    side = size * PATCH_PX / FACE_PX
    face = (xyxy[:2] + xyxy[2:]) / 2
    center = face + size / FACE_PX * (PATCH_PX / 2 - np.array([FACE_COLUMN, FACE_ROW]))
    patch = cv2.cvtColor(square_patch(image, center, side, 0.0, PATCH_PX), cv2.COLOR_RGB2LAB)
    offsets = ((np.arange(PATCH_PX) + 0.5) / PATCH_PX - 0.5) * side
    x, y = center[0] + offsets, center[1] + offsets
    seen = ((y >= 0) & (y < image.shape[0]))[:, None] & ((x >= 0) & (x < image.shape[1]))
    return Look(_colors([patch[seen & part] for part in _PARTS.values()]))


def _colors(parts: list[np.ndarray]) -> np.ndarray:
    """(parts, bins) float16 of the (n, 3) uint8 Lab pixels of each part."""
    shape = (LIGHT_BINS, TINT_BINS, TINT_BINS)
    shares = np.zeros((len(parts), *shape), np.float32)
    for row, pixels in zip(shares, parts, strict=True):
        if len(pixels) >= MIN_PIXELS:
            light = pixels[:, 0] // (256 // LIGHT_BINS)
            tint = (pixels[:, 1:].astype(np.float32) - 128) / TINT_STEP + TINT_BINS / 2
            bins = (light, *np.clip(tint, 0, TINT_BINS - 1).astype(int).T)
            np.add.at(row, bins, np.float32(1 / len(pixels)))
    for axis in (1, 2, 3):  # a color on the border of two bins belongs to both
        shares = 0.5 * shares + 0.25 * (np.roll(shares, 1, axis) + np.roll(shares, -1, axis))
    return np.sqrt(shares).reshape(len(parts), -1).astype(np.float16)
