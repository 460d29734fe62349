"""From an aligned face to one number a unit: the table's formulas, evaluated."""

import numpy as np

from fer.action_units.table import INDEX, TABLE
from fer.rows import each_times

_CHOSEN = tuple(dict.fromkeys(chosen for unit in TABLE for _, chosen in unit.heights))
_PAIRS = tuple(dict.fromkeys((a, b) for unit in TABLE for _, a, b in unit.distances))
_FROM, _TO = (list(points) for points in zip(*_PAIRS, strict=True))
_POINTS = sorted({point for chosen in _CHOSEN for point in chosen})


def _factors() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """The table as matrices: of the heights of `_POINTS`, of the distances of `_PAIRS` and of the lids, each
    (terms, k); and (k, k) what is subtracted of other units."""
    heights, distances = np.zeros((len(_POINTS), len(TABLE))), np.zeros((len(_PAIRS), len(TABLE)))
    lids, minus = np.zeros((2, len(TABLE))), np.eye(len(TABLE))
    for k, unit in enumerate(TABLE):
        for factor, chosen in unit.heights:
            for point in chosen:
                heights[_POINTS.index(point), k] += factor / len(chosen)
        for factor, a, b in unit.distances:
            distances[_PAIRS.index((a, b)), k] += factor
        for factor, code in unit.minus:
            minus[INDEX[code], k] -= factor
        lids[:, k] = unit.lids
    return heights, distances, lids, minus


_HEIGHTS, _DISTANCES, _LIDS, _MINUS = _factors()


def metrics(points: np.ndarray, lids: np.ndarray) -> np.ndarray:
    """Evaluate every formula.

    Args:
        points: (n, 468, 3) in the canonical frame.
        lids: (n, 2, 2) eye widths, see `fer.action_units.eyes`.

    Returns:
        (n, k) float64 in the order of `CODES`: eye distances, for lids eye widths.
    """
    apart = np.linalg.norm(points[:, _FROM] - points[:, _TO], axis=2)
    heights = each_times(points[:, _POINTS, 1], _HEIGHTS)
    plain = heights + each_times(apart, _DISTANCES) + each_times(lids.mean(1), _LIDS)
    return each_times(plain, _MINUS)
