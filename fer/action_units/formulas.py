"""From an aligned face to one number a unit: the table's formulas, evaluated."""

import numpy as np

from fer.action_units.table import INDEX, TABLE, ActionUnit


def metrics(points: np.ndarray, lids: np.ndarray) -> np.ndarray:
    """Evaluate every formula.

    Args:
        points: (n, 468, 3) in the canonical frame.
        lids: (n, 2, 2) eye widths, see `fer.action_units.eyes`.

    Returns:
        (n, k) float64 in the order of `CODES`: eye distances, for lids eye widths.
    """
    plain = np.column_stack([_plain(unit, points, lids.mean(1)) for unit in TABLE])
    out = plain.copy()
    for k, unit in enumerate(TABLE):
        for factor, code in unit.minus:
            out[:, k] -= factor * plain[:, INDEX[code]]
    return out


def _plain(unit: ActionUnit, points: np.ndarray, lids: np.ndarray) -> np.ndarray:
    """(n,) without what is subtracted of other units."""
    total = lids @ np.array(unit.lids)
    for factor, chosen in unit.heights:
        total = total + factor * points[:, chosen, 1].mean(1)
    for factor, a, b in unit.distances:
        total = total + factor * np.linalg.norm(points[:, a] - points[:, b], axis=1)
    return total
