"""Square patches of a picture, turned and scaled: what the mesh and the network look at."""

import math

import cv2
import numpy as np

SHRINK_FROM = 2.0
"""Source pixels a patch pixel from which the region is averaged down first (no aliasing)."""


def square_patch(
    image: np.ndarray, center: np.ndarray, side: float, roll_degrees: float, out_px: int
) -> np.ndarray:
    """Cut a turned square out of a picture.

    Args:
        image: (H, W) or (H, W, 3) uint8.
        center: (2,) x, y of the square's centre in pixels.
        side: Side of the square in pixels.
        roll_degrees: Clockwise angle that is levelled.
        out_px: Side of the patch.

    Returns:
        (out_px, out_px[, 3]) uint8; beyond the picture the border is repeated.
    """
    to_patch = patch_matrix(center, side, roll_degrees, out_px)
    shrink = int(side / out_px / SHRINK_FROM) + 1
    if shrink > 1:
        angle = math.radians(roll_degrees)
        reach = side / 2 * (abs(math.cos(angle)) + abs(math.sin(angle))) + shrink
        height, width = image.shape[:2]
        left, right = _whole_steps(center[0] - reach, center[0] + reach, shrink, width)
        top, bottom = _whole_steps(center[1] - reach, center[1] + reach, shrink, height)
        size = (right - left) // shrink, (bottom - top) // shrink
        if min(size) > 0:
            image = cv2.resize(image[top:bottom, left:right], size, interpolation=cv2.INTER_AREA)
            to_patch[:, 2] += to_patch[:, :2] @ (np.array([left, top]) + (shrink - 1) / 2)
            to_patch[:, :2] *= shrink
    return cv2.warpAffine(
        image, to_patch, (out_px, out_px), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )


def _whole_steps(low: float, high: float, step: int, end: int) -> tuple[int, int]:
    """First pixel and the one after the last of a stretch of whole steps within 0..end, with low..high in it
    as far as there is room: OpenCV averages by a whole factor ten times as fast as by any other."""
    first, last = max(math.floor(low), 0), min(math.ceil(high), end)
    steps = min(math.ceil(max(last - first, 0) / step), end // step)
    first = min(first, end - step * steps)
    return first, first + step * steps


def patch_matrix(center: np.ndarray, side: float, roll_degrees: float, out_px: int) -> np.ndarray:
    """(2, 3) affine matrix from picture pixels to pixels of the patch."""
    scale, angle = out_px / side, math.radians(roll_degrees)
    cos, sin = math.cos(angle) * scale, math.sin(angle) * scale
    x, y, middle = float(center[0]), float(center[1]), (out_px - 1) / 2
    return np.array([[cos, sin, middle - (cos * x + sin * y)], [-sin, cos, middle - (cos * y - sin * x)]])


def to_picture(points: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """Map points of a patch back into the picture.

    Args:
        points: (n, 2) or (n, 3) patch pixels; z is scaled only.
        matrix: (2, 3) from `patch_matrix`.

    Returns:
        The same shape in picture pixels.
    """
    (cos, sin, _), _ = matrix.tolist()
    scale = math.hypot(cos, sin)
    out = np.empty_like(points)
    # Turned and scaled: the inverse is the transpose over the scale's square.
    out[:, :2] = (points[:, :2] - matrix[:, 2]) @ (matrix[:, :2] / scale**2)
    if points.shape[1] == 3:
        out[:, 2] = points[:, 2] / scale
    return out
