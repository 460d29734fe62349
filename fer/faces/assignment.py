"""Who is whom: the cheapest pairs of two lists.

Reference: Kuhn 1955, The Hungarian Method for the Assignment Problem.
"""

import numpy as np

_NEVER = 1e6


def cheapest_pairs(cost: np.ndarray, possible: np.ndarray) -> list[tuple[int, int]]:
    """Pairs (row, column), as many as possible and then as cheap as possible; each row and column once.

    Args:
        cost: (n, m), below 1000 where a pair is possible.
        possible: (n, m) bool.
    """
    if not _competing(possible):
        return [(int(row), int(column)) for row, column in np.argwhere(possible)]
    # Imported here: mostly nobody competes, and SciPy takes longer to load than a short clip to read.
    from scipy.optimize import linear_sum_assignment

    rows, columns = linear_sum_assignment(np.where(possible, cost, _NEVER))
    return [
        (int(row), int(column)) for row, column in zip(rows, columns, strict=True) if possible[row, column]
    ]


def _competing(possible: np.ndarray) -> bool:
    """Whether a row or a column belongs to more than one possible pair."""
    return max(possible.sum(0).max(initial=0), possible.sum(1).max(initial=0)) > 1
