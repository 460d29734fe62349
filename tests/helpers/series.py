"""Timelines whose probabilities are known series."""

import numpy as np

from fer.constants import EMOTIONS
from fer.settings import Settings
from fer.timeline.timeline import Timeline, table_of, with_verdicts
from fer.verdict import NO_SETS
from tests.helpers.factories import make_source

FPS = 10
"""Readings a second."""


def timeline_of(happy: dict[int, np.ndarray], name: str = "clip.mp4") -> Timeline:
    """Faces whose probability of happy is given, the rest neutral; NaN: not there."""
    n = len(next(iter(happy.values())))
    rows = [(k, f, p[k]) for k in range(n) for f, p in happy.items() if np.isfinite(p[k])]
    frame, face, p = (np.array(column) for column in zip(*rows, strict=True))
    columns = {
        "frame": frame.astype(int),
        "time_s": frame / FPS,
        "face_id": face.astype(int).tolist(),
        "quality": ["ok"] * len(rows),
        "source": [name] * len(rows),
        **{emotion: np.zeros(len(rows)) for emotion in EMOTIONS},
        **{"happy": p, "neutral": 1 - p},
    }
    settings = Settings(unsure_below=0.5)
    times = np.unique(frame) / FPS
    return Timeline(with_verdicts(table_of(columns), settings, NO_SETS), times, make_source(name), settings)


def noisy(level: float, seconds: float, seed: int) -> np.ndarray:
    """(n,) a probability around a level."""
    rng = np.random.default_rng(seed)
    return np.clip(level + 0.1 * rng.standard_normal(round(seconds * FPS)), 0, 1)
