"""Agreement beyond chance between two sets of labels.

Reference:
    Cohen 1960, A coefficient of agreement for nominal scales.
"""

import numpy as np


def cohens_kappa(confusion: np.ndarray) -> np.ndarray:
    """Agreement beyond chance: 1 is perfect, 0 what chance gives.

    Args:
        confusion: (..., k, k) counts.

    Returns:
        (...,); 0 where chance alone explains everything (one class only, or no rows).
    """
    total = confusion.sum((-2, -1)).astype(float)
    observed = np.diagonal(confusion, axis1=-2, axis2=-1).sum(-1)
    # Both sides are multiplied by the number of rows, so that an empty matrix needs no division.
    by_chance = (confusion.sum(-1) * confusion.sum(-2)).sum(-1) / np.maximum(total, 1)
    room = total - by_chance
    return np.where(room > 1e-9, (observed - by_chance) / np.where(room > 1e-9, room, 1), 0.0)


def class_kappa(confusion: np.ndarray) -> np.ndarray:
    """Cohen's kappa of each class against all others together.

    Args:
        confusion: (..., k, k) counts.

    Returns:
        (..., k).
    """
    both = np.diagonal(confusion, axis1=-2, axis2=-1)
    first, second = confusion.sum(-1) - both, confusion.sum(-2) - both
    neither = confusion.sum((-2, -1))[..., None] - both - first - second
    pairs = np.stack([np.stack([both, first], -1), np.stack([second, neither], -1)], -2)
    return cohens_kappa(pairs)
