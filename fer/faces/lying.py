"""Faces that lie on their side: a detector finds them in the picture turned by a quarter."""

from collections.abc import Sequence

import cv2
import numpy as np

from fer.faces.detectors.base import Detector, suppress
from fer.records import Detections, Faces

LEFT, RIGHT = cv2.ROTATE_90_COUNTERCLOCKWISE, cv2.ROTATE_90_CLOCKWISE
"""How the picture is turned: to the left for a face whose head points to the right."""

TURNS = (LEFT, RIGHT)

LYING_DEGREES = (45.0, 135.0)
"""Roll, either way, of a face that is nearer to lying than to standing, on its feet or on its head."""

EYES = np.array([[0.3, 0.4], [0.7, 0.4]], np.float32)
"""The subject's right and left eye in shares of an upright box: for detectors that give none, so that the
mesh knows which side is up."""


def lies(faces: Faces) -> np.ndarray:
    """(n,) bool: the faces that lie on their side."""
    roll = np.abs(faces.pose[:, 2])
    return (roll >= LYING_DEGREES[0]) & (roll <= LYING_DEGREES[1])


def turns_for(*groups: Faces) -> tuple[int, ...]:
    """The turns in which lying faces of any group are upright."""
    rolls = np.concatenate([faces.pose[lies(faces), 2] for faces in groups])
    return tuple(
        turn for turn, there in zip(TURNS, ((rolls > 0).any(), (rolls < 0).any()), strict=True) if there
    )


def detect_lying(
    image: np.ndarray,
    detector: Detector,
    turns: Sequence[int] = TURNS,
    *,
    long_side_px: int,
    smallest_px: float = 0.0,
) -> Detections:
    """What a detector finds in a picture that is turned for it.

    Args:
        image: (H, W, 3) uint8, RGB.
        detector: Finds upright faces.
        turns: `LEFT`, `RIGHT` or both.
        long_side_px: The picture is made as small as this first.
        smallest_px: As for the detector, in pixels of that picture.

    Returns:
        Boxes in pixels of ``image`` as it is, each with eyes, highest score first.
    """
    scale = min(1.0, long_side_px / max(image.shape[:2]))
    if scale < 1:
        size = (max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale)))
        image = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    found = []
    for turn in turns:
        there = detector.detect(cv2.rotate(image, turn), smallest_px=smallest_px)
        found.append(_turned_back(_with_eyes(there), turn, image.shape[1], image.shape[0]))
    best = suppress(Detections.concatenate(found))
    return Detections(best.xyxy / scale, best.score, best.keypoints / scale)


def _with_eyes(found: Detections) -> Detections:
    """Upright boxes, with eyes where eyes are in a face if the detector does not say."""
    keypoints = found.keypoints.copy()
    blind = np.isnan(keypoints[:, :2]).any((1, 2))
    low, high = found.xyxy[blind, None, :2], found.xyxy[blind, None, 2:]
    keypoints[blind, :2] = low + (high - low) * EYES
    return Detections(found.xyxy, found.score, keypoints)


def _turned_back(found: Detections, turn: int, width: int, height: int) -> Detections:
    """Boxes of a turned picture in the picture as it was, (width, height) px large."""

    def _back(points: np.ndarray) -> np.ndarray:
        x, y = points[..., 0], points[..., 1]
        return np.stack([width - y, x] if turn == LEFT else [y, height - x], axis=-1)

    corners = _back(found.xyxy.reshape(-1, 2, 2))
    xyxy = np.concatenate([corners.min(1), corners.max(1)], axis=1)
    return Detections(xyxy, found.score, _back(found.keypoints))
