"""How right and how honest are the probabilities: accuracy, F1, calibration, "unsure". NumPy only.

References:
    Guo et al. 2017, On Calibration of Modern Neural Networks (temperature, ECE).
    Efron & Tibshirani 1993 (bootstrap intervals).
"""

import numpy as np
from scipy.optimize import minimize_scalar

from fer.constants import EMOTIONS
from fer.emotion import softmax

ECE_BINS = 15
BOOTSTRAP_ROUNDS = 1000
NEAR, FEWEST_NEAR = 0.1, 30
N_CLASSES = len(EMOTIONS)


def confusion_matrix(labels: np.ndarray, predicted: np.ndarray) -> np.ndarray:
    """(7, 7) counts; rows are the labels, columns the predictions."""
    flat = np.bincount(labels * N_CLASSES + predicted, minlength=N_CLASSES**2)
    return flat.reshape(N_CLASSES, N_CLASSES)


def class_scores(confusion: np.ndarray) -> dict[str, np.ndarray]:
    """Precision, recall and F1 of each class (7,); 0 where a class has no row to judge by."""
    hits = np.diag(confusion).astype(float)
    recall = hits / np.maximum(confusion.sum(1), 1)
    precision = hits / np.maximum(confusion.sum(0), 1)
    f1 = 2 * precision * recall / np.maximum(precision + recall, 1e-12)
    return {"precision": precision, "recall": recall, "f1": f1}


def expected_calibration_error(probs: np.ndarray, labels: np.ndarray, *, bins: int = ECE_BINS) -> float:
    """Mean gap between confidence and accuracy over equal-width bins of confidence."""
    if not len(labels):
        return 0.0
    confidence, right = probs.max(1), probs.argmax(1) == labels
    place = np.minimum((confidence * bins).astype(int), bins - 1)
    gaps = [abs(confidence[place == b].sum() - right[place == b].sum()) for b in range(bins)]
    return float(sum(gaps) / len(labels))


def negative_log_likelihood(probs: np.ndarray, labels: np.ndarray) -> float:
    """Mean of -log of the probability given to the label."""
    return float(-np.log(np.maximum(probs[np.arange(len(labels)), labels], 1e-12)).mean())


def fit_temperature(logits: np.ndarray, labels: np.ndarray) -> float:
    """The temperature with the lowest negative log-likelihood.

    Args:
        logits: (n, 7) of the rows that choices are made on (PublicTest).
        labels: (n,).
    """
    found = minimize_scalar(
        lambda log_t: negative_log_likelihood(softmax(logits / np.exp(log_t)), labels),
        bounds=(np.log(0.25), np.log(4.0)),
        method="bounded",
    )
    return float(np.exp(found.x))


def choose_unsure_below(probs: np.ndarray, labels: np.ndarray, *, coin_toss: float = 0.5) -> float:
    """The lowest confidence from which answers are more often right than wrong.

    Args:
        probs: (n, 7) calibrated, of PublicTest.
        labels: (n,).
        coin_toss: Accuracy that answers at the threshold must reach.

    Returns:
        The lowest threshold (steps of 0.01) such that answers up to `NEAR` above it reach it.
    """
    confidence, right = probs.max(1), probs.argmax(1) == labels
    for threshold in np.arange(0.2, 0.8, 0.01):
        near = (confidence >= threshold) & (confidence < threshold + NEAR)
        if near.sum() >= FEWEST_NEAR and right[near].mean() >= coin_toss:
            return round(float(threshold), 2)
    return 0.0


def accuracy_interval(right: np.ndarray, *, seed: int = 0) -> tuple[float, float]:
    """95% bootstrap interval of an accuracy.

    Args:
        right: (n,) bool.
        seed: Makes the interval repeatable.
    """
    n = len(right)
    rounds = np.random.default_rng(seed).binomial(n, right.mean(), BOOTSTRAP_ROUNDS) / n
    return tuple(float(q) for q in np.quantile(rounds, [0.025, 0.975]))


def evaluate(probs: np.ndarray, labels: np.ndarray, *, unsure_below: float = 0.0) -> dict:
    """All figures of one labelled set.

    Args:
        probs: (n, 7) calibrated.
        labels: (n,), n >= 1.
        unsure_below: Threshold of "unsure".

    Returns:
        Plain values for JSON.
    """
    predicted = probs.argmax(1)
    right = predicted == labels
    confusion = confusion_matrix(labels, predicted)
    scores = class_scores(confusion)
    present = confusion.sum(1) > 0
    answered = probs.max(1) >= unsure_below
    low, high = accuracy_interval(right)
    return {
        "n": len(labels),
        "accuracy": float(right.mean()),
        "accuracy_low": low,
        "accuracy_high": high,
        "balanced_accuracy": float(scores["recall"][present].mean()),
        "macro_f1": float(scores["f1"][present].mean()),
        "ece": expected_calibration_error(probs, labels),
        "nll": negative_log_likelihood(probs, labels),
        "unsure_below": unsure_below,
        "answered": float(answered.mean()),
        "accuracy_answered": float(right[answered].mean()) if answered.any() else 0.0,
        "classes": {
            name: {key: float(values[k]) for key, values in scores.items()} | {"n": int(confusion[k].sum())}
            for k, name in enumerate(EMOTIONS)
        },
        "confusion": confusion.tolist(),
    }
