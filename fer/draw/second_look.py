"""A finished copy read once more: is a face clear in it that should be hidden?"""

import numpy as np

from fer.draw.covers import Cover, mask_of, merged
from fer.faces.detectors.base import intersection_over_union
from fer.faces.detectors.sensitive import SensitiveDetector, second_detector, sensitive_detector
from fer.faces.mesh import FaceMesh, fit_boxes, mesh_boxes
from fer.settings import Settings

CORE = 0.7
"""Share of a box, around its middle, that has to be hidden: the corners of a box are no face."""

COVERED_FROM = 0.75
"""Share of that core under which a face counts as clear."""

MIN_FACE_PX = 10.0
"""Smaller boxes are no face that anybody could be known by."""

SAME_FACE_IOU = 0.3
SURE_PRESENCE = 0.5
"""Mesh presence from which there is a face, whatever the detectors say."""


class SecondLook:
    """Two detectors at their most sensitive: that of the settings, and another one where there is one.

    A cover beside a hand, or on a pair of shoulders, can look like a face to a detector. So what is found in
    a copy counts only if the original shows a face there, to the same detector or to the mesh, and that face
    is not hidden.

    Args:
        settings: `detector` and `detector_path` are read.
        margin: By which covers are grown when they are drawn.
        tiled: For photos: the first one looks for small faces too, as `make_detector` says.

    Raises:
        ModelError: A detector cannot be used.
    """

    def __init__(self, settings: Settings, *, margin: float, tiled: bool = False) -> None:
        first = sensitive_detector(settings.detector, settings.detector_path, tiled=tiled)
        second = second_detector(settings)
        self._detectors = [first] if second is None else [first, second]
        self._margin = margin
        self._mesh = FaceMesh()

    @property
    def names(self) -> tuple[str, ...]:
        """Of the detectors."""
        return tuple(detector.name for detector in self._detectors)

    def faces(self, image: np.ndarray) -> np.ndarray:
        """(n, 4) float64 xyxy px: whatever may be a face to one of the detectors."""
        found = [detector.find(image) for detector in self._detectors]
        boxes = np.concatenate([detections.xyxy.astype(float) for detections, _ in found])
        return merged(boxes, np.concatenate([sure for _, sure in found]))[0]

    def clear_faces(
        self, copy: np.ndarray, original: np.ndarray, cover: Cover
    ) -> tuple[np.ndarray, np.ndarray]:
        """Faces that can be seen in a copy.

        Args:
            copy: (H, W, 3) uint8, RGB.
            original: The same picture with nothing hidden.
            cover: What was to be hidden.

        Returns:
            boxes: (n, 4) float64 xyxy px.
            believed: (n,) bool, found with an ordinary score.
        """
        size = copy.shape[1], copy.shape[0]
        boxes, sure = np.zeros((0, 4)), np.zeros(0, bool)
        for detector in self._detectors:
            found, believed = detector.find(copy)
            here = found.xyxy.astype(float)
            rows = is_clear(here, cover, size, margin=self._margin)
            if not rows.any():
                continue
            there = self._in_original(detector, original, here[rows])
            faces = is_clear(there, cover, size, margin=self._margin)
            boxes = np.concatenate([boxes, there[faces]])
            sure = np.concatenate([sure, np.full(faces.sum(), believed[rows].any())])
        return merged(boxes, sure)

    def _in_original(self, detector: SensitiveDetector, image: np.ndarray, boxes: np.ndarray) -> np.ndarray:
        """(n, 4) xyxy px: the faces that the original shows where something was found in the copy."""
        found, _ = detector.find(image)
        same = intersection_over_union(found.xyxy.astype(float), boxes) >= SAME_FACE_IOU
        landmarks, presence = fit_boxes(self._mesh, image, boxes)
        fitted = mesh_boxes(landmarks[presence >= SURE_PRESENCE])
        return np.concatenate([found.xyxy[same.any(1)], fitted]).astype(float)


def is_clear(boxes: np.ndarray, cover: Cover, size: tuple[int, int], *, margin: float) -> np.ndarray:
    """Which boxes show a face that is not hidden.

    Args:
        boxes: (n, 4) xyxy px.
        cover: What is hidden.
        size: Width and height of the picture in px.
        margin: By which the covers are grown when they are drawn.

    Returns:
        (n,) bool.
    """
    if cover.whole or not len(boxes):
        return np.zeros(len(boxes), bool)
    mask, scale = mask_of(cover.boxes, size, margin=margin)
    height, width = mask.shape
    clear = np.zeros(len(boxes), bool)
    for k, box in enumerate(boxes):
        if (box[2:] - box[:2]).min() < MIN_FACE_PX:
            continue
        middle, half = (box[:2] + box[2:]) / 2, (box[2:] - box[:2]) / 2 * CORE
        low = np.clip(np.floor((middle - half) * scale), 0, [width - 1, height - 1]).astype(int)
        high = np.clip(np.ceil((middle + half) * scale), low + 1, [width, height]).astype(int)
        clear[k] = mask[low[1] : high[1], low[0] : high[0]].mean() < COVERED_FROM
    return clear
