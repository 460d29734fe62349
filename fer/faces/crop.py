"""The one crop: a face in a picture becomes the 48 x 48 gray square that the network was trained on.

FER2013's images are already cropped, so a live face must be framed as they are. The constants are
medians over 1,144 Training images in which the mesh was found (see `CropFrame`).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from fer.constants import FACE_SIZE_PX
from fer.faces.mesh import LEFT_EYE_OUTER, RIGHT_EYE_OUTER, Regions, eye_roll
from fer.faces.patches import square_patch
from fer.records import Faces

MESH_TRUSTED_FROM = 0.5
"""Presence under which the mesh of a (tiny) face is not used for framing."""

KEYPOINT_TO_CORNERS = 1.45
"""Distance of the outer eye corners over that of the eye centres."""


@dataclass(frozen=True)
class CropFrame:
    """FER2013's framing in its own 48 px.

    Args:
        eye_distance: Distance of the outer eye corners, depth included, so that turning the
            head does not zoom in.
        eyes_x: Their midpoint.
        eyes_y: Their midpoint.
        level_from: Degrees of roll up to which the face stays as it is: FER2013's faces are tilted
            too, and turning costs sharpness.
        level_full: Degrees of roll from which the eyes are levelled. Measured on PublicTest turned
            by 0, 12, 25 and 40 degrees, as it is / levelled: 66.3 / 66.1, 64.9 / 65.6, 61.3 / 66.1
            and 50.9 / 65.8% right.
    """

    eye_distance: float = 26.1
    eyes_x: float = 23.6
    eyes_y: float = 18.0
    level_from: float = 8.0
    level_full: float = 24.0

    def levelled(self, roll: np.ndarray) -> np.ndarray:
        """The part of a roll (degrees) that is taken out; rises smoothly with the roll."""
        t = np.clip((np.abs(roll) - self.level_from) / (self.level_full - self.level_from), 0, 1)
        return roll * t * t * (3 - 2 * t)


DEFAULT_FRAME = CropFrame()


def crop_regions(faces: Faces, frame: CropFrame = DEFAULT_FRAME) -> Regions:
    """The squares that the network sees.

    Args:
        faces: n faces; those without a trusted mesh are framed by the detector's eyes or box.
        frame: The training set's framing.

    Returns:
        n regions in picture pixels.
    """
    right, left = faces.landmarks[:, RIGHT_EYE_OUTER], faces.landmarks[:, LEFT_EYE_OUTER]
    distance = np.linalg.norm(left - right, axis=1)
    middle = (left + right)[:, :2] / 2
    roll = eye_roll(faces.landmarks)
    for k in map(int, np.flatnonzero(faces.presence < MESH_TRUSTED_FROM)):
        distance[k], middle[k], roll[k] = _from_detection(faces, k)
    side = distance * (FACE_SIZE_PX / frame.eye_distance)
    roll = frame.levelled(roll)
    half = FACE_SIZE_PX / 2
    offset = np.array([half - frame.eyes_x, half - frame.eyes_y]) / FACE_SIZE_PX * side[:, None]
    cos, sin = np.cos(np.deg2rad(roll)), np.sin(np.deg2rad(roll))
    turned = np.column_stack(
        [cos * offset[:, 0] - sin * offset[:, 1], sin * offset[:, 0] + cos * offset[:, 1]]
    )
    return Regions(middle + turned, side, roll)


def _from_detection(faces: Faces, k: int) -> tuple[float, np.ndarray, float]:
    """Eye distance, midpoint and roll of one face from the detector alone."""
    eyes = faces.detections.keypoints[k, :2]
    if np.isfinite(eyes).all() and np.linalg.norm(eyes[1] - eyes[0]) > 1:
        across = eyes[1] - eyes[0]
        roll = float(np.degrees(np.arctan2(across[1], across[0])))
        return float(np.linalg.norm(across)) * KEYPOINT_TO_CORNERS, eyes.mean(0), roll
    left, top, right, bottom = faces.detections.xyxy[k]
    middle = np.array([(left + right) / 2, top + 0.38 * (bottom - top)])
    return float(right - left) * 0.6, middle, 0.0


def crop_faces(image: np.ndarray, faces: Faces, frame: CropFrame = DEFAULT_FRAME) -> np.ndarray:
    """Cut every face as the training set is cut.

    Args:
        image: (H, W, 3) uint8, RGB.
        faces: n faces.
        frame: The training set's framing.

    Returns:
        (n, 48, 48) uint8 gray (ITU-R BT.601).
    """
    return crop_each([image] * len(faces), faces, frame)


def crop_each(images: Sequence[np.ndarray], faces: Faces, frame: CropFrame = DEFAULT_FRAME) -> np.ndarray:
    """The same for faces of several pictures.

    Args:
        images: n pictures, one for each face.
        faces: n faces.
        frame: The training set's framing.
    """
    regions = crop_regions(faces, frame)
    crops = np.zeros((len(faces), FACE_SIZE_PX, FACE_SIZE_PX), np.uint8)
    for k, image in enumerate(images):
        side = max(float(regions.side[k]), 1.0)
        patch = square_patch(image, regions.center[k], side, float(regions.roll[k]), FACE_SIZE_PX)
        crops[k] = cv2.cvtColor(patch, cv2.COLOR_RGB2GRAY)
    return crops
