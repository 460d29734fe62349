"""From an aligned face to one number a unit: the table's formulas, evaluated."""

import numpy as np

from fer.action_units.table import INDEX, TABLE, ActionUnit

_CHOSEN = tuple(dict.fromkeys(chosen for unit in TABLE for _, chosen in unit.heights))
_PAIRS = tuple(dict.fromkeys((a, b) for unit in TABLE for _, a, b in unit.distances))
_FROM, _TO = (list(points) for points in zip(*_PAIRS, strict=True))
"""What the formulas share is worked out once a frame."""


def metrics(points: np.ndarray, lids: np.ndarray) -> np.ndarray:
    """Evaluate every formula.

    Args:
        points: (n, 468, 3) in the canonical frame.
        lids: (n, 2, 2) eye widths, see `fer.action_units.eyes`.

    Returns:
        (n, k) float64 in the order of `CODES`: eye distances, for lids eye widths.
    """
    heights = {chosen: points[:, chosen, 1].mean(1) for chosen in _CHOSEN}
    apart = np.linalg.norm(points[:, _FROM] - points[:, _TO], axis=2)
    distances = dict(zip(_PAIRS, apart.T, strict=True))
    middle = lids.mean(1)
    plain = np.column_stack([_plain(unit, heights, distances, middle) for unit in TABLE])
    out = plain.copy()
    for k, unit in enumerate(TABLE):
        for factor, code in unit.minus:
            out[:, k] -= factor * plain[:, INDEX[code]]
    return out


def _plain(
    unit: ActionUnit,
    heights: dict[tuple[int, ...], np.ndarray],
    distances: dict[tuple[int, int], np.ndarray],
    lids: np.ndarray,
) -> np.ndarray:
    """(n,) without what is subtracted of other units."""
    total = lids @ np.array(unit.lids)
    for factor, chosen in unit.heights:
        total = total + factor * heights[chosen]
    for factor, a, b in unit.distances:
        total = total + factor * distances[a, b]
    return total
