"""What the network makes of labelled faces: a map of its answers, and the faces that it gets most wrong.

The map is made of the seven logits, which the shipped .tflite gives; the layer before them would need
TensorFlow.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from fer.dataset.faces import FaceDataset
from fer.emotion.network import EmotionNetwork
from fer.errors import CancelledError

MAX_FACES = 2000
"""More points hide each other; the faces are taken evenly over the rows."""

_BATCH = 64


@dataclass(frozen=True, eq=False)
class FeatureMap:
    """Faces on the plane on which the network's answers differ most.

    Args:
        places: (k,) int64 places of the faces in the data set.
        xy: (k, 2) float32, the first two principal components of the logits.
        explained: Share of the logits' variance that the two keep, 0..1.
        probs: (k, 7) float32 calibrated probabilities.
    """

    places: np.ndarray
    xy: np.ndarray
    explained: float
    probs: np.ndarray

    def hardest(self, labels: np.ndarray) -> np.ndarray:
        """(k,) places in the data set, the least probability for the label first.

        Args:
            labels: (n,) of the whole data set.
        """
        own = self.probs[np.arange(len(self.places)), labels[self.places]]
        return self.places[np.argsort(own, kind="stable")]


def feature_map(
    network: EmotionNetwork,
    dataset: FaceDataset,
    *,
    most: int = MAX_FACES,
    on_progress: Callable[[float], None] = lambda share: None,
    cancel: threading.Event | None = None,
) -> FeatureMap:
    """Read faces and lay them out by principal component analysis: about 4 ms a face.

    Args:
        network: The network.
        dataset: n faces.
        most: As many are read at most, evenly over the rows.
        on_progress: Called with the share that is done, in 0..1.
        cancel: Set it to stop.

    Raises:
        CancelledError: It was stopped.
    """
    n = min(len(dataset), most)
    places = np.linspace(0, len(dataset) - 1, n).round().astype(np.int64)
    parts = [np.zeros((0, 7), np.float32)]
    for start in range(0, n, _BATCH):
        if cancel is not None and cancel.is_set():
            raise CancelledError("The reading was cancelled.")
        parts.append(network.logits(dataset.images[places[start : start + _BATCH]]))
        on_progress(min(1.0, (start + _BATCH) / n))
    logits = np.concatenate(parts)
    xy, explained = _principal(logits)
    return FeatureMap(places, xy, explained, network.probabilities(logits))


def _principal(values: np.ndarray) -> tuple[np.ndarray, float]:
    """The first two principal components (k, 2), and the share of the variance that they keep."""
    if len(values) < 2:
        return np.zeros((len(values), 2), np.float32), 0.0
    centerd = values - values.mean(0)
    left, sizes, _ = np.linalg.svd(centerd, full_matrices=False)
    total = float((sizes**2).sum())
    return (left[:, :2] * sizes[:2]).astype(np.float32), float(
        (sizes[:2] ** 2).sum() / total
    ) if total else 0.0
