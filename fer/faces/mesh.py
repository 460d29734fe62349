"""The 468-point face mesh: boxes or earlier meshes in, landmarks, presence and head pose out.

Reference: Kartynnik et al. 2019, Real-time Facial Surface Geometry from Monocular Video on Mobile GPUs.
"""

from dataclasses import dataclass

import numpy as np

from fer.constants import N_LANDMARKS
from fer.faces.patches import patch_matrix, square_patch, to_picture
from fer.litert import LiteRTModel, package_model
from fer.records import N_KEYPOINTS, UNCONFIRMED, Detections, Faces

INPUT_PX = 192
ROI_SCALE = 1.5
"""Side of the region of interest over the longer side of the face's box (MediaPipe's value)."""

RIGHT_EYE_OUTER, LEFT_EYE_OUTER = 33, 263
FOREHEAD, CHIN = 10, 152
"""Mesh points that move little with expression (the chin only with the jaw)."""


@dataclass(frozen=True, eq=False)
class Regions:
    """Turned squares in which the mesh is fitted.

    Args:
        center: (n, 2) px.
        side: (n,) px.
        roll: (n,) degrees, clockwise.
    """

    center: np.ndarray
    side: np.ndarray
    roll: np.ndarray

    def __len__(self) -> int:
        return len(self.side)


def regions_from_detections(detections: Detections) -> Regions:
    """Regions around boxes, levelled by the eyes where a detector gives them."""
    xyxy = detections.xyxy
    eyes = detections.keypoints[:, 1] - detections.keypoints[:, 0]
    roll = np.nan_to_num(np.degrees(np.arctan2(eyes[:, 1], eyes[:, 0])))
    center = (xyxy[:, :2] + xyxy[:, 2:]) / 2
    return Regions(center, (xyxy[:, 2:] - xyxy[:, :2]).max(1, initial=0) * ROI_SCALE, roll)


def regions_from_landmarks(landmarks: np.ndarray) -> Regions:
    """Regions around the meshes (n, 468, 3) of the frame before."""
    low, high = landmarks[:, :, :2].min(1), landmarks[:, :, :2].max(1)
    return Regions((low + high) / 2, (high - low).max(1, initial=0) * ROI_SCALE, eye_roll(landmarks))


def eye_roll(landmarks: np.ndarray) -> np.ndarray:
    """(n,) degrees: clockwise angle of the line through the outer eye corners."""
    across = landmarks[:, LEFT_EYE_OUTER] - landmarks[:, RIGHT_EYE_OUTER]
    return np.degrees(np.arctan2(across[:, 1], across[:, 0]))


def head_pose(landmarks: np.ndarray) -> np.ndarray:
    """Yaw, pitch and roll from the mesh's own depth.

    Args:
        landmarks: (n, 468, 3) px.

    Returns:
        (n, 3) float32 degrees; yaw is positive towards the subject's left, pitch up, roll clockwise.
    """
    across = landmarks[:, LEFT_EYE_OUTER] - landmarks[:, RIGHT_EYE_OUTER]
    down = landmarks[:, CHIN] - landmarks[:, FOREHEAD]
    yaw = np.arctan2(across[:, 2], np.linalg.norm(across[:, :2], axis=1))
    pitch = np.arctan2(-down[:, 2], np.linalg.norm(down[:, :2], axis=1))
    return np.column_stack([np.degrees(yaw), np.degrees(pitch), eye_roll(landmarks)]).astype(np.float32)


def mesh_boxes(landmarks: np.ndarray) -> np.ndarray:
    """(n, 4) xyxy boxes of the meshes (n, 468, 3)."""
    points = landmarks[:, :, :2]
    return np.concatenate([points.min(1), points.max(1)], 1).astype(np.float32)


class FaceMesh:
    """The mesh model through LiteRT.

    Raises:
        MissingModelError: The package with the model is not installed.
    """

    def __init__(self) -> None:
        self._model = LiteRTModel(package_model("face_landmark.tflite"))

    def fit(self, image: np.ndarray, regions: Regions) -> tuple[np.ndarray, np.ndarray]:
        """Fit one mesh in every region.

        Args:
            image: (H, W, 3) uint8, RGB.
            regions: n regions.

        Returns:
            landmarks: (n, 468, 3) float32 px.
            presence: (n,) float32 in 0..1.
        """
        n = len(regions)
        landmarks, presence = np.zeros((n, N_LANDMARKS, 3), np.float32), np.zeros(n, np.float32)
        for k in range(n):
            place = (regions.center[k], max(float(regions.side[k]), 1.0), float(regions.roll[k]), INPUT_PX)
            patch = square_patch(image, *place).astype(np.float32) * (1 / 255)
            points, logit = self._model(patch[None])
            landmarks[k] = to_picture(points.reshape(N_LANDMARKS, 3), patch_matrix(*place))
            presence[k] = 1 / (1 + np.exp(-np.clip(logit[0, 0], -50, 50)))
        return landmarks, presence

    def faces(self, image: np.ndarray, detections: Detections) -> Faces:
        """Faces at detected boxes, with pose; nobody has an id yet.

        Args:
            image: (H, W, 3) uint8, RGB.
            detections: n boxes.
        """
        landmarks, presence = self.fit(image, regions_from_detections(detections))
        return make_faces(detections, landmarks, presence)


def fit_boxes(mesh: FaceMesh, image: np.ndarray, xyxy: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Meshes in boxes that came without keypoints: fitted twice, so that the second fit is level.

    Args:
        mesh: The model.
        image: (H, W, 3) uint8, RGB.
        xyxy: (n, 4) px.

    Returns:
        As `FaceMesh.fit`.
    """
    n = len(xyxy)
    unknown = np.full((n, N_KEYPOINTS, 2), np.nan, np.float32)
    boxes = Detections(np.asarray(xyxy, np.float32).reshape(n, 4), np.ones(n, np.float32), unknown)
    landmarks, _ = mesh.fit(image, regions_from_detections(boxes))
    return mesh.fit(image, regions_from_landmarks(landmarks))


def make_faces(detections: Detections, landmarks: np.ndarray, presence: np.ndarray) -> Faces:
    """A `Faces` record with the head pose worked out and no ids."""
    ids = np.full(len(detections), UNCONFIRMED, np.int64)
    return Faces(detections, landmarks, presence, head_pose(landmarks), ids)
