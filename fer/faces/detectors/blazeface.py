"""BlazeFace (back camera) through LiteRT: the optional detector that was built in first.

Reference: Bazarevsky et al. 2019, BlazeFace; the anchors follow MediaPipe's published SSD options.
"""

import cv2
import numpy as np

from fer.faces.detectors.base import suppress
from fer.litert import LiteRTModel, package_model
from fer.records import N_KEYPOINTS, Detections

INPUT_PX = 256
ANCHOR_GRIDS = ((16, 2), (8, 6))
"""(cells a side, anchors a cell) of the two output scales."""

TILE_SHARES = (0.5, 0.25)
"""Sides of the overlapping square-ish tiles of a photo, as shares of the whole picture."""

SMALL_FACE_SHARE = 0.12
"""Look into quarters only if the halves showed a face under this share of the picture's side."""

MIN_TILE_PX = 96
"""Tiles under this side are blown up so much that the detector sees faces in noise."""

MAX_LOGIT = 80.0


def _anchors() -> np.ndarray:
    """(896, 2) anchor centres in 0..1."""
    centers = []
    for cells, each in ANCHOR_GRIDS:
        axis = (np.arange(cells) + 0.5) / cells
        grid = np.stack(np.meshgrid(axis, axis), -1).reshape(-1, 1, 2)
        centers.append(np.repeat(grid, each, axis=1).reshape(-1, 2))
    return np.concatenate(centers).astype(np.float32)


class BlazeFaceDetector:
    """BlazeFace on the whole picture and, for photos, on overlapping tiles.

    Args:
        tiled: Look again in parts of the picture: small faces in groups, at about ten times the cost.
        score_threshold: Lowest score of a box.

    Raises:
        MissingModelError: The package with the model is not installed.
    """

    name = "blazeface"
    sure_score, likely_score = 0.75, 0.5

    def __init__(self, *, tiled: bool = False, score_threshold: float = 0.5) -> None:
        self.tiled = tiled
        self.score_threshold = score_threshold
        self._model = LiteRTModel(package_model("face_detection_back.tflite"))
        self._anchors = _anchors()

    def detect(self, image: np.ndarray, *, smallest_px: float = 0.0) -> Detections:
        """Find faces.

        Args:
            image: (H, W, 3) uint8, RGB.
            smallest_px: Makes no difference here.

        Returns:
            Boxes in pixels, highest score first.
        """
        found = [self._detect_region(image, (0, 0, image.shape[1], image.shape[0]))]
        if self.tiled:
            for share in TILE_SHARES:
                if share < TILE_SHARES[0] and not _has_small_faces(found, image):
                    break
                found += [self._detect_region(image, tile) for tile in _tiles(image.shape, share)]
        return suppress(Detections.concatenate(found))

    def _detect_region(self, image: np.ndarray, region: tuple[int, int, int, int]) -> Detections:
        left, top, right, bottom = region
        part = image[top:bottom, left:right]
        scale = INPUT_PX / max(part.shape[:2])
        width, height = max(1, round(part.shape[1] * scale)), max(1, round(part.shape[0] * scale))
        method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
        canvas = np.zeros((1, INPUT_PX, INPUT_PX, 3), np.float32)
        canvas[0, :height, :width] = cv2.resize(part, (width, height), interpolation=method)
        canvas *= 1 / 127.5
        canvas -= 1
        found = self._decode(*self._model(canvas), side=INPUT_PX / scale)
        inside = _inside_region(found, region, image.shape)
        offset = np.array([left, top], np.float32)
        found = found[inside]
        return Detections(found.xyxy + np.tile(offset, 2), found.score, found.keypoints + offset)

    def _decode(self, regressors: np.ndarray, logits: np.ndarray, *, side: float) -> Detections:
        score = 1 / (1 + np.exp(-np.clip(logits.reshape(-1), -MAX_LOGIT, MAX_LOGIT)))
        keep = np.flatnonzero(score >= self.score_threshold)
        raw = regressors.reshape(len(score), -1)[keep] / INPUT_PX
        points = raw.reshape(len(keep), N_KEYPOINTS + 2, 2)
        center = points[:, 0] + self._anchors[keep]
        half = points[:, 1] / 2
        xyxy = np.concatenate([center - half, center + half], 1)
        keypoints = points[:, 2 : 2 + N_KEYPOINTS] + self._anchors[keep, None]
        return suppress(Detections(xyxy * side, score[keep].astype(np.float32), keypoints * side))


def _tiles(shape: tuple[int, ...], share: float) -> list[tuple[int, int, int, int]]:
    """Tiles (left, top, right, bottom) of a share of the side, overlapping by half."""
    height, width = shape[:2]
    tile_w, tile_h = round(width * share), round(height * share)
    if min(tile_w, tile_h) < MIN_TILE_PX:
        return []
    steps = round(2 / share) - 1
    lefts = np.linspace(0, width - tile_w, steps).round().astype(int)
    tops = np.linspace(0, height - tile_h, steps).round().astype(int)
    return [(int(x), int(y), int(x) + tile_w, int(y) + tile_h) for y in tops for x in lefts]


def _has_small_faces(found: list[Detections], image: np.ndarray) -> bool:
    widths = [d.xyxy[:, 2] - d.xyxy[:, 0] for d in found]
    return bool((np.concatenate(widths) < SMALL_FACE_SHARE * max(image.shape[:2])).any())


def _inside_region(
    found: Detections, region: tuple[int, int, int, int], shape: tuple[int, ...]
) -> np.ndarray:
    """(n,) bool: not cut by a tile's inner border, where another tile shows the face whole."""
    left, top, right, bottom = region
    low, high = found.xyxy[:, :2], found.xyxy[:, 2:] - (right - left, bottom - top)
    slack = 0.02 * max(right - left, bottom - top)
    cut_low = (low < -slack) & (np.array([left, top]) > 0)
    cut_high = (high > slack) & (np.array([right, bottom]) < (shape[1], shape[0]))
    return ~np.any(cut_low | cut_high, axis=1)
