"""Accuracy, F1 and their kin from confusion matrices; every function takes one matrix or a stack of them.

Reference:
    Sokolova & Lapalme 2009, A systematic analysis of performance measures for classification tasks.
"""

import numpy as np

from fer.constants import EMOTIONS

N_CLASSES = len(EMOTIONS)


def confusion_matrix(labels: np.ndarray, predicted: np.ndarray) -> np.ndarray:
    """Count answers by label.

    Args:
        labels: (n,) int, indices into `EMOTIONS`.
        predicted: (n,) int, likewise.

    Returns:
        (7, 7) int64; rows are the labels, columns the answers.
    """
    cells = labels * N_CLASSES + predicted
    return np.bincount(cells, minlength=N_CLASSES**2).reshape(N_CLASSES, N_CLASSES)


def accuracy(confusion: np.ndarray) -> np.ndarray:
    """Share of right answers (...,) of matrices (..., 7, 7); 0 for an empty one."""
    return _ratio(_hits(confusion).sum(-1), confusion.sum((-2, -1)))


def precision(confusion: np.ndarray) -> np.ndarray:
    """Share of right ones among the answers of each class (..., 7); 0 where it was never answered."""
    return _ratio(_hits(confusion), confusion.sum(-2))


def recall(confusion: np.ndarray) -> np.ndarray:
    """Share of each class (..., 7) that was recognised; 0 where it has no row."""
    return _ratio(_hits(confusion), confusion.sum(-1))


def f1(confusion: np.ndarray) -> np.ndarray:
    """Harmonic mean of precision and recall of each class (..., 7)."""
    return _ratio(2 * _hits(confusion), confusion.sum(-1) + confusion.sum(-2))


def balanced_accuracy(confusion: np.ndarray) -> np.ndarray:
    """Mean recall (...,) over the classes that have a row."""
    return _mean_of_present(recall(confusion), confusion)


def macro_f1(confusion: np.ndarray) -> np.ndarray:
    """Mean F1 (...,) over the classes that have a row."""
    return _mean_of_present(f1(confusion), confusion)


def weighted_f1(confusion: np.ndarray) -> np.ndarray:
    """Mean F1 (...,) weighted by the rows of each class."""
    return _ratio((f1(confusion) * confusion.sum(-1)).sum(-1), confusion.sum((-2, -1)))


def row_shares(confusion: np.ndarray) -> np.ndarray:
    """Each row divided by its sum (..., 7, 7); a class without a row gives zeros."""
    return _ratio(confusion, confusion.sum(-1, keepdims=True))


def _hits(confusion: np.ndarray) -> np.ndarray:
    return np.diagonal(confusion, axis1=-2, axis2=-1)


def _ratio(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """The quotient, 0 where the divisor is 0."""
    whole = np.asarray(whole, float)
    return np.divide(part, whole, out=np.zeros(np.broadcast(part, whole).shape), where=whole > 0)


def _mean_of_present(values: np.ndarray, confusion: np.ndarray) -> np.ndarray:
    present = confusion.sum(-1) > 0
    return _ratio((values * present).sum(-1), present.sum(-1))
