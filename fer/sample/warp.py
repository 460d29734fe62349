"""How the skin of the portrait moves: control points pull it by radial basis functions.

References:
    Arad et al. 1994, Image Warping by Radial Basis Functions; Wendland 1995 for the kernel.
"""

from collections.abc import Mapping

import cv2
import numpy as np

from fer.sample.points import MOVES

SCALE = 3
"""Pixels of the working patch per pixel of the portrait."""

LEFT, TOP, RIGHT, BOTTOM = 166, 66, 288, 212
"""The part of the portrait that moves (the patch), px."""

GRID_PX = 2
"""Spacing of the grid on which the warp is worked out, px of the portrait."""

RADIUS_PX = 34.0
"""How far a control point pulls the skin."""

RIDGE = 1e-3
"""Added to the diagonal: points may miss by a hair, so that close ones do not tear at each other."""


class Layer:
    """Control points that move one connected piece of skin.

    Args:
        pairs: Name to the points on the subject's right and left half, px.
        middle: Name to a point in the middle, px.
        top: First row that it covers, px.
        bottom: Row after the last one, px.
    """

    def __init__(self, pairs: dict, middle: dict, top: int, bottom: int) -> None:
        self.names = [(name, side) for name in pairs for side in (0, 1)] + [(name, 2) for name in middle]
        self.points = np.array([pairs[n][s] if s < 2 else middle[n] for n, s in self.names], np.float32)
        xs = np.arange(LEFT, RIGHT, GRID_PX, dtype=np.float32) + (GRID_PX - 1) / 2
        ys = np.arange(top, bottom, GRID_PX, dtype=np.float32) + (GRID_PX - 1) / 2
        self._shape = (len(ys), len(xs))
        self._grid = np.stack(np.meshgrid(xs, ys), -1).reshape(-1, 2)
        self._moves = {unit: self._unit_moves(unit) for unit in MOVES}

    def _unit_moves(self, unit: str) -> np.ndarray:
        sign = (-1.0, 1.0, 0.0)
        rows = [MOVES[unit].get(name, (0.0, 0.0)) for name, _ in self.names]
        return np.array(
            [(sign[s] * dx, dy) for (_, s), (dx, dy) in zip(self.names, rows, strict=True)], np.float32
        )

    def rows(self, names: tuple[str, ...]) -> list[int]:
        """Indices of points from the subject's right over the middle (the last name) to the left."""
        right = [self.names.index((name, 0)) for name in names[:-1]]
        left = [self.names.index((name, 1)) for name in names[-2::-1]]
        return [*right, self.names.index((names[-1], 2)), *left]

    def moved(self, strength: Mapping[str, float]) -> np.ndarray:
        """(K, 2) the points in the new face, px."""
        return self.points + sum(value * self._moves[unit] for unit, value in strength.items())

    def field(self, moved: np.ndarray) -> np.ndarray:
        """(rows, columns, 2) float32: from a pixel of the new face to the old one, in px of the patch."""
        system = _kernel(moved, moved) + RIDGE * np.eye(len(moved), dtype=np.float32)
        weights = np.linalg.solve(system, self.points - moved) * SCALE
        coarse = (_kernel(self._grid, moved) @ weights).reshape(*self._shape, 2)
        size = (self._shape[1] * GRID_PX * SCALE, self._shape[0] * GRID_PX * SCALE)
        return cv2.resize(coarse, size, interpolation=cv2.INTER_LINEAR)


def _kernel(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Wendland's C2 function of the distances between (n, 2) and (m, 2) points."""
    squared = (a * a).sum(1)[:, None] + (b * b).sum(1)[None] - 2 * (a @ b.T)
    r = np.sqrt(np.clip(squared, 0, None)) * (1 / RADIUS_PX)
    near = np.clip(1 - r, 0, None)
    near *= near
    return near * near * (4 * r + 1)


def curve(points: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Cubic Hermite curve through (m, 2) points of rising x, at columns (n,); level beyond its ends."""
    x, y = points[:, 0].astype(float), points[:, 1].astype(float)
    slope = np.gradient(y, x)
    k = np.clip(np.searchsorted(x, columns) - 1, 0, len(x) - 2)
    width = x[k + 1] - x[k]
    t = np.clip((columns - x[k]) / width, 0, 1)
    a, b = (1 + 2 * t) * (1 - t) ** 2, t**2 * (3 - 2 * t)
    c, d = t * (1 - t) ** 2 * width, t**2 * (t - 1) * width
    return a * y[k] + b * y[k + 1] + c * slope[k] + d * slope[k + 1]


def patch_x(column: np.ndarray) -> np.ndarray:
    """Columns of the patch in px of the portrait (centres of pixels)."""
    return (column + 0.5) / SCALE - 0.5 + LEFT


def patch_y(row: np.ndarray) -> np.ndarray:
    """Rows of the patch in px of the portrait (centres of pixels)."""
    return (row + 0.5) / SCALE - 0.5 + TOP


def to_patch(points: np.ndarray) -> np.ndarray:
    """Points (n, 2) of the portrait in px of the patch."""
    return (points - (LEFT, TOP) + 0.5) * SCALE - 0.5
