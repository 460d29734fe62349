"""Eyes from the iris model: how high both lids stand. The 468-point mesh does not close its eyes.

Reference: Ablavatski et al. 2020, Real-time Pupil Tracking from Monocular Video for Digital Puppetry.
"""

import numpy as np

from fer.faces.patches import square_patch
from fer.litert import LiteRTModel, package_model

INPUT_PX = 64
EYE_SCALE = 2.3
"""Side of the crop over the distance of the eye's corners."""

CORNERS = ((33, 133), (263, 362))
"""Outer and inner corner in the mesh: the subject's right eye, the left eye."""

OUTER, INNER = 0, 8
UPPER, LOWER = (11, 12, 13), (3, 4, 5)
"""Points of the model's own contour: corners, and the middle of each lid."""


class EyeModel:
    """The iris model through LiteRT.

    Args:
        threads: Of one inference.

    Raises:
        MissingModelError: The package with the model is not installed.
    """

    def __init__(self, *, threads: int = 1) -> None:
        self._model = LiteRTModel(package_model("iris_landmark.tflite"), threads=threads)

    def lids(self, patches: np.ndarray) -> np.ndarray:
        """Heights of both lids of both eyes over the line through the eye's corners.

        Args:
            patches: (n, 2, 64, 64, 3) uint8, see `eye_patches`.

        Returns:
            (n, 2, 2) float64 in eye widths: right and left eye, upper and lower lid; the lower one is
            negative in an open eye.
        """
        scaled = patches.reshape(-1, INPUT_PX, INPUT_PX, 3) * np.float32(1 / 255)
        contour = self._model(scaled)[0]
        return lid_heights(contour.reshape(-1, 71, 3)[..., :2]).reshape(-1, 2, 2)


def eye_patches(image: np.ndarray, landmarks: np.ndarray) -> np.ndarray:
    """Both eyes of every face, levelled, the left one mirrored.

    Args:
        image: (H, W, 3) uint8, RGB.
        landmarks: (n, 468, 3) px.

    Returns:
        (n, 2, 64, 64, 3) uint8.
    """
    patches = np.zeros((len(landmarks), 2, INPUT_PX, INPUT_PX, 3), np.uint8)
    for n, points in enumerate(landmarks[:, :, :2].astype(float)):
        for eye, (outer, inner) in enumerate(CORNERS):
            patches[n, eye] = _patch(image, points[outer], points[inner], mirrored=eye == 1)
    return patches


def _patch(image: np.ndarray, outer: np.ndarray, inner: np.ndarray, *, mirrored: bool) -> np.ndarray:
    """(64, 64, 3) uint8: the eye, levelled; a left eye is mirrored so that the model sees a right one."""
    across = outer - inner if mirrored else inner - outer
    roll = float(np.degrees(np.arctan2(across[1], across[0])))
    side = max(EYE_SCALE * float(np.hypot(*across)), 1.0)
    patch = square_patch(image, (outer + inner) / 2, side, roll, INPUT_PX)
    return patch[:, ::-1] if mirrored else patch


def lid_heights(contour: np.ndarray) -> np.ndarray:
    """Upper and lower lid over the line of the corners.

    Args:
        contour: (m, 71, 2) px of the patch, y down.

    Returns:
        (m, 2) in eye widths, up is positive.
    """
    outer, across = contour[:, OUTER], contour[:, INNER] - contour[:, OUTER]
    width = np.maximum(np.linalg.norm(across, axis=1), 1e-6)
    heights = []
    for lid in (UPPER, LOWER):
        middle = contour[:, lid].mean(1) - outer
        heights.append((across[:, 1] * middle[:, 0] - across[:, 0] * middle[:, 1]) / width**2)
    return np.column_stack(heights).astype(np.float64)
