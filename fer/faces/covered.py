"""Is the mouth or are the eyes covered: by a mask, a hand, a scarf, sunglasses? Judged by the crop alone.

Two logistic regressions over oriented gradients and coarse brightness, fitted to FER2013's Training faces
with painted masks, hands and glasses (`tests/bench/covered.py`). The thresholds leave one plain face in two
hundred of PublicTest marked; some of those are covered indeed.

Reference: Dalal & Triggs 2005, Histograms of Oriented Gradients for Human Detection.
"""

import json
from functools import cache
from pathlib import Path

import cv2
import numpy as np

from fer.rows import each_times

PARTS = ("mouth_covered", "eyes_covered")
"""Quality codes, in the order of the model's outputs."""

WEIGHTS = Path(__file__).with_name("covered.json")
COARSE_PX = 12


@cache
def _hog() -> cv2.HOGDescriptor:
    return cv2.HOGDescriptor((48, 48), (16, 16), (8, 8), (8, 8), 9)


def features(crops: np.ndarray) -> np.ndarray:
    """What the model sees of gray crops.

    Args:
        crops: (n, 48, 48) uint8.

    Returns:
        (n, 1044) float32.
    """
    rows = np.zeros((len(crops), 900 + COARSE_PX**2), np.float32)
    for k, crop in enumerate(crops):
        rows[k, :900] = np.asarray(_hog().compute(crop)).reshape(-1)
        coarse = cv2.resize(crop, (COARSE_PX, COARSE_PX), interpolation=cv2.INTER_AREA).astype(np.float32)
        rows[k, 900:] = ((coarse - coarse.mean()) / (coarse.std() + 8)).reshape(-1)
    return rows


@cache
def _model() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(1044, 2) weights, (2,) offsets and (2,) thresholds of the scores."""
    values = json.loads(WEIGHTS.read_text())
    weights = np.array(values["weights"], np.float32) * np.array(values["scale"], np.float32)
    return weights, np.array(values["offset"], np.float32), np.array(values["threshold"], np.float32)


def covered(crops: np.ndarray) -> np.ndarray:
    """(n, 2) bool: which of `PARTS` is covered in each of the gray crops (n, 48, 48) uint8."""
    if not len(crops):
        return np.zeros((0, len(PARTS)), bool)
    weights, offset, threshold = _model()
    return each_times(features(crops), weights) + offset > threshold
