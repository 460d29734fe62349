"""The protocol of a face detector, and what all detectors share."""

from typing import Protocol

import cv2
import numpy as np

from fer.records import Detections

NMS_IOU = 0.3
"""Boxes that overlap more than this are one face."""


class Detector(Protocol):
    """Anything that finds faces in a picture."""

    name: str
    sure_score: float
    """A whole face with this score is believed at first sight."""
    likely_score: float
    """A face that keeps this score over several sightings is believed."""

    def detect(self, image: np.ndarray, *, smallest_px: float = 0.0) -> Detections:
        """Find faces.

        Args:
            image: (H, W, 3) uint8, RGB.
            smallest_px: Side of the smallest face that is looked for: a detector may look less
                closely, and be quicker. 0 asks for all that it can find.

        Returns:
            Boxes in pixels of ``image``, highest score first.
        """
        ...


def suppress(detections: Detections, *, iou: float = NMS_IOU) -> Detections:
    """Non-maximum suppression.

    Args:
        detections: Boxes in any order.
        iou: Intersection over union from which two boxes are one face.

    Returns:
        The kept boxes, highest score first.
    """
    if not len(detections):
        return detections
    xywh = detections.xyxy.copy()
    xywh[:, 2:] -= xywh[:, :2]
    kept = cv2.dnn.NMSBoxes(xywh.tolist(), detections.score.tolist(), 0.0, iou)
    return detections[np.asarray(kept, np.int64).reshape(-1)]


def intersection_over_union(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Intersection over union of every pair.

    Args:
        a: (n, 4) boxes, xyxy.
        b: (m, 4) boxes, xyxy.

    Returns:
        (n, m) float in 0..1.
    """
    shared, area_a, area_b = _areas(a, b)
    return shared / np.maximum(area_a + area_b - shared, 1e-9)


def intersection_over_smaller(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Intersection over the smaller box's area of every pair: 1 for a box inside another.

    Args:
        a: (n, 4) boxes, xyxy.
        b: (m, 4) boxes, xyxy.

    Returns:
        (n, m) float in 0..1.
    """
    shared, area_a, area_b = _areas(a, b)
    return shared / np.maximum(np.minimum(area_a, area_b), 1e-9)


def _areas(a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Shared area (n, m), areas of a (n, 1), areas of b (1, m)."""
    low = np.maximum(a[:, None, :2], b[None, :, :2])
    high = np.minimum(a[:, None, 2:], b[None, :, 2:])
    shared = np.clip(high - low, 0, None).prod(2)
    area_a, area_b = (np.clip(x[:, 2:] - x[:, :2], 0, None).prod(1) for x in (a, b))
    return shared, area_a[:, None], area_b[None]
