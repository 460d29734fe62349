"""Small data sets of pictures that have nothing to do with each other."""

import cv2
import numpy as np

from fer.constants import FACE_SIZE_PX
from fer.dataset.faces import FaceDataset

SIDE = (FACE_SIZE_PX, FACE_SIZE_PX)


def scenes(n: int, seed: int = 0) -> np.ndarray:
    """(n, 48, 48) uint8 smooth pictures that have nothing to do with each other."""
    noise = np.random.default_rng(seed).normal(size=(n, 8, 8)).astype(np.float32)
    smooth = np.stack([cv2.resize(part, SIDE, interpolation=cv2.INTER_CUBIC) for part in noise])
    return np.clip(128 + 40 * smooth, 0, 255).astype(np.uint8)


def make_dataset(images, usage, labels=None) -> FaceDataset:
    n = len(images)
    labels = np.zeros(n, np.int64) if labels is None else np.array(labels, np.int64)
    # Row numbers with gaps, as rejected rows leave them.
    return FaceDataset(np.asarray(images, np.uint8), labels, np.array(usage), 10 * np.arange(n))


def write(path, images, labels, usage):
    lines = ["emotion,pixels,Usage"]
    for image, label, split in zip(images, labels, usage, strict=True):
        lines.append(f"{label},{' '.join(map(str, image.ravel()))},{split}")
    path.write_text("\n".join(lines) + "\n")
    return path
