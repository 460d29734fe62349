"""Smoothing while it happens: each face's probabilities averaged over its past."""

from dataclasses import dataclass

import numpy as np

from fer.records import Observations
from fer.timeline.timeline import MAX_STEP_S


@dataclass(frozen=True, eq=False)
class _Past:
    """Decayed sum of a face's probabilities (7,), its weight, and when it was seen last in seconds."""

    total: np.ndarray
    weight: float
    seen_s: float


class CausalSmoother:
    """The backward half of `fer.timeline.smooth`: a row ``t`` seconds old counts ``2 ** (-t / half_life)``.

    Args:
        half_life_s: Seconds after which a row counts half; 0 changes nothing.
    """

    def __init__(self, half_life_s: float) -> None:
        self.half_life_s = half_life_s
        self._past: dict[int, _Past] = {}

    def __len__(self) -> int:
        """Faces that are remembered."""
        return len(self._past)

    def update(self, observations: Observations) -> np.ndarray:
        """Average the next frame with what came before; faces unseen for over 1 s are forgotten.

        Args:
            observations: Rows that are not usable neither count nor change.

        Returns:
            (n, 7) float32, rows sum to 1.
        """
        now_s = observations.timestamp_s
        self._past = {k: p for k, p in self._past.items() if now_s - p.seen_s <= MAX_STEP_S}
        smoothed = observations.probs.astype(np.float32)
        if self.half_life_s <= 0:
            return smoothed
        for row in np.flatnonzero(observations.usable):
            face = int(observations.faces.track_id[row])
            total, weight = observations.probs[row].astype(np.float64), 1.0
            if face in self._past:
                past = self._past[face]
                decay = 0.5 ** (max(0.0, now_s - past.seen_s) / self.half_life_s)
                total, weight = total + decay * past.total, weight + decay * past.weight
            self._past[face] = _Past(total, weight, now_s)
            smoothed[row] = total / total.sum()
        return smoothed
