""" "Unsure": how many faces are answered at a threshold of confidence, and how many answers are right.

Reference:
    Geifman & El-Yaniv 2017, Selective Classification for Deep Neural Networks (risk and coverage).
"""

import numpy as np

from fer.evaluation.figures.metrics_file import Coverage
from fer.evaluation.intervals import estimate, resampled_sums

THRESHOLDS = tuple(round(k / 100, 2) for k in range(0, 100))
NEAR, FEWEST_NEAR = 0.1, 30
_LOWEST, _HIGHEST = 0.2, 0.8


def coverage(probs: np.ndarray, labels: np.ndarray, unsure_below: float) -> Coverage:
    """The coverage-accuracy curve and the point that the product stands at.

    Args:
        probs: (n, 7) calibrated, n >= 1.
        labels: (n,).
        unsure_below: The product's threshold, chosen on PublicTest.
    """
    confidence, right = probs.max(1), probs.argmax(1) == labels
    answered = confidence[:, None] >= np.array(THRESHOLDS)[None]
    count = answered.sum(0)
    hits = (answered & right[:, None]).sum(0)
    sure = confidence >= unsure_below
    columns = np.column_stack([sure, sure & right]).astype(float)
    samples, sums, n = resampled_sums(columns), columns.sum(0), len(labels)
    return Coverage(
        unsure_below=unsure_below,
        answered=estimate(lambda values: values[..., 0] / n, sums, samples),
        accuracy_answered=estimate(lambda v: v[..., 1] / np.maximum(v[..., 0], 1), sums, samples),
        thresholds=THRESHOLDS,
        shares=tuple((count / n).tolist()),
        # Where nobody is answered there is no accuracy: the curve ends.
        accuracies=tuple(float(h / c) if c else None for h, c in zip(hits, count, strict=True)),
    )


def choose_unsure_below(probs: np.ndarray, labels: np.ndarray, *, coin_toss: float = 0.5) -> float:
    """The lowest confidence from which on answers are more often right than wrong.

    A stretch of few faces passes by luck now and then: so none may fail above the threshold.

    Args:
        probs: (n, 7) calibrated, of PublicTest.
        labels: (n,).
        coin_toss: Accuracy that answers near a threshold must reach.

    Returns:
        The lowest threshold (steps of 0.01) such that the answers up to `NEAR` above it, and above every
        higher one, reach it; 0 if there is none.
    """
    confidence, right = probs.max(1), probs.argmax(1) == labels
    found = 0.0
    for threshold in np.arange(_HIGHEST, _LOWEST - 1e-9, -0.01):
        near = (confidence >= threshold) & (confidence < threshold + NEAR)
        if near.sum() < FEWEST_NEAR:
            continue
        if right[near].mean() < coin_toss:
            break
        found = round(float(threshold), 2)
    return found
