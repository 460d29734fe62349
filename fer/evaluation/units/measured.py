"""Labelled 48 px faces measured: what the population's statistics and the gates are made from."""

from dataclasses import dataclass

import cv2
import numpy as np

from fer.action_units.eyes import EyeModel, eye_patches
from fer.faces.mesh import FaceMesh, Regions, regions_from_landmarks

UPSCALE = 4
MARGIN = 1.1
"""Side of the first region over the picture's: FER2013's faces fill theirs."""

MIN_PRESENCE = 0.5


@dataclass(frozen=True, eq=False)
class MeasuredCrops:
    """Meshes and lids of n pictures.

    Args:
        landmarks: (n, 468, 3) float32 px of the enlarged picture.
        lids: (n, 2, 2) eye widths.
        presence: (n,) the mesh model's belief, 0..1.
    """

    landmarks: np.ndarray
    lids: np.ndarray
    presence: np.ndarray

    @property
    def found(self) -> np.ndarray:
        """(n,) bool: the mesh was found."""
        return self.presence >= MIN_PRESENCE

    def __getitem__(self, rows) -> "MeasuredCrops":
        """The chosen rows."""
        return MeasuredCrops(self.landmarks[rows], self.lids[rows], self.presence[rows])


def measure_crops(images: np.ndarray, mesh: FaceMesh, eyes: EyeModel) -> MeasuredCrops:
    """Enlarge every picture, fit the mesh, fit it again where it lies, read the eyes.

    Args:
        images: (n, 48, 48) uint8 gray faces that fill the picture.
        mesh: The mesh model.
        eyes: The iris model.
    """
    parts = [_measure(enlarged(image), mesh, eyes) for image in images]
    if not parts:
        return MeasuredCrops(np.zeros((0, 468, 3), np.float32), np.zeros((0, 2, 2)), np.zeros(0, np.float32))
    return MeasuredCrops(*(np.concatenate(values) for values in zip(*parts, strict=True)))


def enlarged(image: np.ndarray) -> np.ndarray:
    """(48, 48) uint8 gray to (192, 192, 3) RGB."""
    large = cv2.resize(image, None, fx=UPSCALE, fy=UPSCALE, interpolation=cv2.INTER_CUBIC)
    return cv2.cvtColor(large, cv2.COLOR_GRAY2RGB)


def _measure(image: np.ndarray, mesh: FaceMesh, eyes: EyeModel) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    side = image.shape[0]
    whole = Regions(np.array([[side / 2, side / 2]]), np.array([side * MARGIN]), np.zeros(1))
    landmarks, first = mesh.fit(image, whole)
    landmarks, second = mesh.fit(image, regions_from_landmarks(landmarks))
    return landmarks, eyes.lids(eye_patches(image, landmarks)), np.minimum(first, second)
