"""Cuts: is this frame another scene than the one before?"""

import numpy as np

GRID = 24
"""Sample points a side: enough for a scene, nothing for the clock."""

PAUSES_S = (0.1, 0.4)
MIN_CORRELATION = (0.5, 0.25)
"""Correlation of the samples of two frames under which the scene has changed, by the time between
them. On five clips consecutive frames keep 0.87, frames half a second apart 0.28."""


class CutDetector:
    """Compares a coarse grid of samples with that of the frame before; blind to brightness."""

    def __init__(self) -> None:
        self._before: np.ndarray | None = None
        self._before_s = 0.0

    def is_cut(self, image: np.ndarray, timestamp_s: float) -> bool:
        """Whether the scene changed since the last call.

        Args:
            image: (H, W, 3) uint8.
            timestamp_s: Time of the frame.
        """
        least = np.interp(timestamp_s - self._before_s, PAUSES_S, MIN_CORRELATION)
        self._before_s = timestamp_s
        height, width = image.shape[:2]
        rows = np.linspace(0, height - 1, min(GRID, height)).astype(int)
        columns = np.linspace(0, width - 1, min(GRID, width)).astype(int)
        samples = image[rows[:, None], columns].astype(np.float32)
        samples -= samples.mean()
        before, self._before = self._before, samples
        if before is None or before.shape != samples.shape:
            return before is not None
        spread = np.sqrt((samples**2).sum() * (before**2).sum())
        return bool(spread > 0 and (samples * before).sum() < least * spread)
