"""Reason codes: why a face should not enter the statistics."""

import cv2
import numpy as np

from fer.constants import QUALITY_OK
from fer.faces.covered import PARTS, covered
from fer.records import Faces

MIN_FACE_PX = 28
"""Shorter side of the face's box; below it the 48 px crop is mostly made up."""

MAX_YAW_DEGREES, MAX_PITCH_DEGREES = 42.0, 38.0
"""Beyond these half of the face is hidden; the training set hardly holds such faces."""

MAX_OUTSIDE_SHARE = 0.12
"""Share of the box beyond the frame's edge."""

MIN_BRIGHTNESS = 36.0
"""Mean gray of the crop, 0..255."""

MIN_SHARPNESS = 0.028
"""Variance of the Laplacian over that of the crop itself, so that contrast does not count."""


def quality_codes(sizes: np.ndarray, faces: Faces, crops: np.ndarray) -> tuple[str, ...]:
    """Judge every face.

    Args:
        sizes: (n, 2) width and height in pixels of the picture that each is in.
        faces: n faces.
        crops: (n, 48, 48) uint8, what the network sees.

    Returns:
        n codes: ``"ok"`` or reasons joined by ``+``, in the order of `QUALITY_CODES`.
    """
    xyxy = faces.detections.xyxy
    size = xyxy[:, 2:] - xyxy[:, :2]
    inside = np.clip(xyxy, 0, np.hstack([sizes, sizes]))
    visible = np.clip(inside[:, 2:] - inside[:, :2], 0, None).prod(1)
    reasons = {
        "small": size.min(1, initial=np.inf) < MIN_FACE_PX,
        "blurred": np.array([sharpness(crop) for crop in crops]) < MIN_SHARPNESS,
        "dark": crops.mean((1, 2)) < MIN_BRIGHTNESS if len(crops) else np.zeros(0, bool),
        "turned": (np.abs(faces.pose[:, 0]) > MAX_YAW_DEGREES)
        | (np.abs(faces.pose[:, 1]) > MAX_PITCH_DEGREES),
        "cut_off": visible < (1 - MAX_OUTSIDE_SHARE) * size.prod(1),
    }
    named = [[name for name, hit in reasons.items() if hit[k]] for k in range(len(faces))]
    clear = [k for k, names in enumerate(named) if not names]  # of the others it could not be told
    for k, hits in zip(clear, covered(crops[clear]), strict=True):
        named[k] = [name for name, hit in zip(PARTS, hits, strict=True) if hit]
    return tuple("+".join(names) or QUALITY_OK for names in named)


def sharpness(crop: np.ndarray) -> float:
    """Variance of the Laplacian of a gray crop over the crop's own variance."""
    spread = float(crop.var())
    return float(cv2.Laplacian(crop, cv2.CV_32F).var()) / spread if spread > 1 else 0.0
