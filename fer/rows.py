"""Products of rows that do not depend on how many rows there are."""

import numpy as np


def each_times(rows: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """``rows @ weights`` whose every row is, to the last digit, what that row gives alone.

    BLAS adds up in another order for one row than for several, and how many faces are read together is
    chance: but who repeats an analysis is to find the same digits.

    Args:
        rows: (..., k).
        weights: (k, m).

    Returns:
        (..., m).
    """
    return (np.ascontiguousarray(rows)[..., None, :] @ weights)[..., 0, :]
