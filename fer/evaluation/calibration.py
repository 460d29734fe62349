"""Whether a probability means what it says: reliability bins, ECE, NLL, Brier score, temperature.

References:
    Guo et al. 2017, On Calibration of Modern Neural Networks (temperature, ECE, reliability diagram).
    Brier 1950, Verification of forecasts expressed in terms of probability.
"""

import numpy as np
from scipy.optimize import minimize_scalar

from fer.emotion import softmax
from fer.evaluation.intervals import estimate, resampled_sums
from fer.evaluation.schema import Calibration, ReliabilityBins

ECE_BINS = 15
_SMALLEST = 1e-12
_N, _CONFIDENCE, _RIGHT = 0, 1, 2


def row_losses(probs: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Negative log-likelihood and Brier score of every row.

    Args:
        probs: (n, 7).
        labels: (n,).

    Returns:
        Two (n,) float64; the Brier score is the squared distance to the label's one-hot vector, 0 to 2.
    """
    probs = probs.astype(float)
    given = probs[np.arange(len(labels)), labels]
    brier = (probs**2).sum(1) - 2 * given + 1
    return -np.log(np.maximum(given, _SMALLEST)), brier


def bin_columns(probs: np.ndarray, labels: np.ndarray, *, bins: int = ECE_BINS) -> np.ndarray:
    """What every row adds to its bin of confidence.

    Args:
        probs: (n, 7).
        labels: (n,).
        bins: Equal-width bins of the highest probability.

    Returns:
        (n, bins, 3): 1, its confidence, 1 if right; zeros in the other bins.
    """
    confidence, right = probs.max(1), probs.argmax(1) == labels
    place = np.minimum((confidence * bins).astype(int), bins - 1)
    columns = np.zeros((len(labels), bins, 3))
    columns[np.arange(len(labels)), place] = np.column_stack([np.ones(len(labels)), confidence, right])
    return columns


def calibration_error(bin_sums: np.ndarray) -> np.ndarray:
    """ECE (...,) from sums (..., bins, 3): mean gap between confidence and accuracy, weighted by rows."""
    gaps = np.abs(bin_sums[..., _CONFIDENCE] - bin_sums[..., _RIGHT]).sum(-1)
    return gaps / np.maximum(bin_sums[..., _N].sum(-1), 1)


def expected_calibration_error(probs: np.ndarray, labels: np.ndarray, *, bins: int = ECE_BINS) -> float:
    """ECE of probabilities (n, 7) with labels (n,); 0 for no rows."""
    return float(calibration_error(bin_columns(probs, labels, bins=bins).sum(0)))


def negative_log_likelihood(probs: np.ndarray, labels: np.ndarray) -> float:
    """Mean of -log of the probability given to the label."""
    return float(row_losses(probs, labels)[0].mean())


def calibration(logits: np.ndarray, labels: np.ndarray, *, temperature: float = 1.0) -> Calibration:
    """Calibration figures with intervals, and the bins of a reliability diagram.

    Args:
        logits: (n, 7), n >= 1.
        labels: (n,).
        temperature: Divides the logits.

    Returns:
        The figures. Resampling can only add to a sum of absolute gaps, so the interval of the ECE lies
        high: its lower end can pass the figure itself.
    """
    probs = softmax(logits / temperature)
    nll, brier = row_losses(probs, labels)
    bins = bin_columns(probs, labels)
    columns = np.column_stack([bins.reshape(len(labels), -1), nll, brier])
    samples = resampled_sums(columns)
    sums, n = columns.sum(0), len(labels)

    return Calibration(
        temperature=temperature,
        ece=estimate(_ece_of_columns, sums, samples),
        nll=estimate(lambda values: values[..., -2] / n, sums, samples),
        brier=estimate(lambda values: values[..., -1] / n, sums, samples),
        bins=_reliability(bins.sum(0)),
    )


def _ece_of_columns(sums: np.ndarray) -> np.ndarray:
    """ECE from sums (..., bins x 3 + 2) in which the two losses come last."""
    return calibration_error(sums[..., :-2].reshape(*sums.shape[:-1], ECE_BINS, 3))


def _reliability(bin_sums: np.ndarray) -> ReliabilityBins:
    n = bin_sums[:, _N]
    means = bin_sums / np.maximum(n, 1)[:, None]
    edges = np.linspace(0, 1, len(n) + 1)
    return ReliabilityBins(
        edges=tuple(edges.tolist()),
        n=tuple(int(value) for value in n),
        confidence=tuple(means[:, _CONFIDENCE].tolist()),
        accuracy=tuple(means[:, _RIGHT].tolist()),
    )


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
