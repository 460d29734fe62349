"""The mouth of the portrait: what shows between the lips, and the line where they meet."""

import cv2
import numpy as np

from fer.sample.points import TEETH
from fer.sample.warp import LEFT, SCALE, TOP, curve, patch_y, to_patch

MOUTH = (190, 132, 258, 180)
"""Left, top, right, bottom of the part in which the lips are drawn, px."""

CAVITY_RGB = np.array((62, 24, 24), np.float32)
TONGUE_RGB = np.array((132, 66, 62), np.float32)
SEAM_RGB = np.array((112, 58, 52), np.float32)

SEAM_GAP_PX = 1.6
"""Lips nearer than about this meet in a dark line."""


class Lips:
    """The lips' inner edges of one frame, per column of the patch.

    Args:
        upper_points: (m, 2) px, from the right mouth corner to the left one.
        lower_points: (m, 2) px, likewise.
        columns: (W,) x of the columns, px.

    Attributes:
        upper, lower, middle: (W,) y, px; level beyond the corners.
        softness: (W,) half the height over which upper and lower skin blend, px.
        taper: (W,) 1 in the middle, 0 at the corners and beyond.
    """

    def __init__(self, upper_points: np.ndarray, lower_points: np.ndarray, columns: np.ndarray) -> None:
        first, last = upper_points[0, 0], upper_points[-1, 0]
        # Over the angle of a half circle instead of x an open mouth is as smooth at its corners
        # as in its middle.
        angle = np.arccos(np.clip(1 - 2 * (columns - first) / (last - first), -1, 1))
        edges = []
        for points in (upper_points, lower_points):
            turned = np.arccos(np.clip(1 - 2 * (points[:, 0] - first) / (last - first), -1, 1))
            edges.append(curve(np.column_stack([turned, points[:, 1]]), angle))
        self.upper, self.lower = edges[0], np.maximum(edges[1], edges[0])
        self.middle = (self.upper + self.lower) / 2
        outside = np.maximum(np.maximum(first - columns, columns - last), 0)
        self.softness = 0.15 + np.minimum(outside * 0.8, 7.0)
        self.taper = np.sqrt(np.clip(np.minimum(columns - first, last - columns) / 8, 0, 1))


class Mouth:
    """Draws the inside of the mouth.

    Args:
        skin: (H, W, 3) uint8, the portrait's patch with its smile.
    """

    def __init__(self, skin: np.ndarray) -> None:
        left, top, right, bottom = ((v - o) * SCALE for v, o in zip(MOUTH, (LEFT, TOP) * 2, strict=True))
        self._place = (slice(top, bottom), slice(left, right))
        self._y = patch_y(np.arange(top, bottom))[:, None]
        self._smile = skin[self._place].astype(np.float32)
        self._open = _cavity(skin)[self._place]

    def draw(self, face: np.ndarray, lips: Lips, opened: float) -> None:
        """Draw what lies between the lips, or the line where they meet.

        Args:
            face: (H, W, 3) uint8, the moved patch; changed in place.
            lips: Where the lips are now.
            opened: 0 for the portrait's own smile, 1 for any other mouth.
        """
        columns = self._place[1]
        up, low, taper = lips.upper[columns], lips.lower[columns], lips.taper[columns]
        gap = low - up
        seam = np.exp(-((gap / SEAM_GAP_PX) ** 2)) * opened
        inside = np.minimum(self._y - up, low - self._y) + 0.62 * seam * taper
        mask = np.clip(inside / 0.8 + 0.25, 0, 1) * (taper > 0) * (1 - 0.35 * seam)
        cavity = self._smile + opened * (self._open - self._smile)
        depth = np.clip((self._y - up) / np.maximum(gap, 1), 0, 1)
        tongue = opened * np.clip(depth * 2.4 - 1.5, 0, 1) * np.clip(gap / 8 - 0.5, 0, 1)
        cavity += tongue[..., None] * (TONGUE_RGB - cavity)
        shadow_of_lip = 1 - 0.45 * opened * np.exp(-np.clip(self._y - up, 0, None) / 1.4)
        cavity *= shadow_of_lip[..., None]
        cavity += seam[None, :, None] * (SEAM_RGB - cavity)
        below = face[self._place]
        face[self._place] = below + mask[..., None] * (cavity - below)


def _cavity(skin: np.ndarray) -> np.ndarray:
    """The open mouth, which does not move with the lips: the teeth, and darkness around them."""
    outline = np.round(to_patch(np.array(TEETH, np.float32)) * 16).astype(np.int32)
    mask = np.zeros(skin.shape[:2], np.float32)
    cv2.fillPoly(mask, [outline], 1.0, cv2.LINE_AA, 4)
    mask = cv2.GaussianBlur(mask, (0, 0), 0.4 * SCALE)[..., None]
    return skin * mask * 0.92 + CAVITY_RGB * (1 - mask)
