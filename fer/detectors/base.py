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

    def detect(self, image: np.ndarray) -> Detections:
        """Find faces.

        Args:
            image: (H, W, 3) uint8, RGB.

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
    low = np.maximum(a[:, None, :2], b[None, :, :2])
    high = np.minimum(a[:, None, 2:], b[None, :, 2:])
    shared = np.clip(high - low, 0, None).prod(2)
    area_a = np.clip(a[:, 2:] - a[:, :2], 0, None).prod(1)
    area_b = np.clip(b[:, 2:] - b[:, :2], 0, None).prod(1)
    return shared / np.maximum(area_a[:, None] + area_b[None] - shared, 1e-9)
