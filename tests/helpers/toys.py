"""Tiny data sets for training tests, made from known numbers."""

from pathlib import Path

import numpy as np

from fer.constants import EMOTIONS
from fer.dataset.readers.fer2013 import ALL_VOTE_COLUMNS, VOTE_COLUMNS, FaceDataset


def toy(n: int = 64, seed: int = 0) -> FaceDataset:
    """Faces whose brightness is their class."""
    rng = np.random.default_rng(seed)
    labels = np.arange(n) % len(EMOTIONS)
    images = (labels[:, None, None] * 30 + 20 + rng.integers(0, 20, (n, 48, 48))).astype(np.uint8)
    return FaceDataset(images, labels, np.full(n, "Training"), np.arange(n))


def write_csv(path: Path, *, training: int = 64, public: int = 21) -> Path:
    """The same as a FER2013 CSV."""
    lines = ["emotion,pixels,Usage"]
    for data, usage in ((toy(training), "Training"), (toy(public, 1), "PublicTest")):
        for image, label in zip(data.images, data.labels, strict=True):
            lines.append(f"{label},{' '.join(map(str, image.ravel()))},{usage}")
    path.write_text("\n".join(lines))
    return path


def uniform_votes(n: int = 64) -> np.ndarray:
    """(n, 8) FER+ shares of nobody in particular."""
    return np.full((n, len(VOTE_COLUMNS)), 1 / len(VOTE_COLUMNS), np.float32)


def write_votes(path: Path, n: int) -> Path:
    """A FER+ CSV of n rows: row r has r % 10 votes for "unknown" and the rest for one expression."""
    lines = ["Usage,Image name," + ",".join(ALL_VOTE_COLUMNS)]
    for r in range(n):
        votes = [0] * len(ALL_VOTE_COLUMNS)
        votes[r % len(VOTE_COLUMNS)] = 10 - r % 10
        votes[ALL_VOTE_COLUMNS.index("unknown")] = r % 10
        lines.append(f"Training,fer{r:07d}.png,{','.join(map(str, votes))}")
    path.write_text("\n".join(lines))
    return path
