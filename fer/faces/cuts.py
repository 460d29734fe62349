"""Cuts: does this frame show another shot than the one before? Judged by the whole picture."""

from collections import deque

import cv2
import numpy as np

GRID = 24
"""Cells a side: enough for a shot, nothing for the clock."""

DENSE_PX = 96
"""Rows and columns of a large picture that are looked at: averaging all of 4K would cost more than a face."""

CHANGED_FROM = 12.0
"""Difference of a cell's mean in any channel, 0..255, from which it has changed."""

MAX_CHANGED, MAX_CORRELATION = 0.82, 0.85
"""A picture in which a larger share of the cells changed is another shot, unless it only got brighter or
darker. In seven clips with one person close to the camera up to .72 of the cells change within 5 s, and
.9 and more from one clip to the next."""

JUMP_FROM, JUMP_RATIO, STILL = 0.35, 3.0, 0.02
"""So is one in which this share changed at once, this many times the most of the frames just before."""

REMEMBERED = 4
QUICK_S, USUAL = 0.45, 0.1
"""The most that is usual while no frames are remembered, and at least `QUIETLY` of them with longer pauses:
within half a second somebody close to the camera can change as much as a cut does."""

QUIETLY = 2


class CutDetector:
    """Compares the cells' mean colours with those of the frame before; blind to brightness and to size."""

    def __init__(self) -> None:
        self._before: np.ndarray | None = None
        self._before_s = 0.0
        self._changes: deque[float] = deque(maxlen=REMEMBERED)

    def is_cut(self, image: np.ndarray, timestamp_s: float) -> bool:
        """Whether another shot began since the last call.

        Args:
            image: (H, W, 3) uint8.
            timestamp_s: Time of the frame.
        """
        thinned = image[:: max(1, image.shape[0] // DENSE_PX), :: max(1, image.shape[1] // DENSE_PX)]
        cells = cv2.resize(thinned, (GRID, GRID), interpolation=cv2.INTER_AREA).astype(np.float32)
        before, self._before = self._before, cells
        slow, self._before_s = timestamp_s - self._before_s > QUICK_S, timestamp_s
        if before is None:
            return False
        changed = float((np.abs(cells - before).max(2) > CHANGED_FROM).mean())
        known = len(self._changes) >= (QUIETLY if slow else 1)
        usual = max(self._changes) if known else (1.0 if slow else USUAL)
        jumped = changed >= max(JUMP_FROM, JUMP_RATIO * (usual + STILL))
        if changed < JUMP_FROM or not (jumped or changed > MAX_CHANGED):
            self._changes.append(changed)
            return False
        if _correlation(cells, before) > MAX_CORRELATION:
            return False
        self._changes.clear()
        return True


def _correlation(a: np.ndarray, b: np.ndarray) -> float:
    """-1..1; 1 for two flat pictures."""
    a, b = a - a.mean(), b - b.mean()
    spread = float(np.sqrt((a**2).sum() * (b**2).sum()))
    return float((a * b).sum()) / spread if spread > 0 else 1.0
