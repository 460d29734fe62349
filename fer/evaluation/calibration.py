"""Whether a probability means what it says: reliability bins, ECE, NLL, Brier score.

References:
    Guo et al. 2017, On Calibration of Modern Neural Networks (ECE, reliability diagram).
    Brier 1950, Verification of forecasts expressed in terms of probability.
"""

import numpy as np

from fer.constants import EMOTIONS
from fer.emotion.network import softmax
from fer.emotion.scaling import UNSCALED, Scaling
from fer.evaluation.figures.metrics_file import Calibration, ReliabilityBins
from fer.evaluation.intervals import estimate, resampled_sums

ECE_BINS = 15
CHANCE_DRAWS = 100
_SMALLEST = 1e-12
_N, _CONFIDENCE, _RIGHT = 0, 1, 2


def row_losses(probs: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Negative log-likelihood and Brier score of every row.

    Args:
        probs: (n, 7).
        labels: (n,), or (n, 7) shares of votes.

    Returns:
        Two (n,) float64; the Brier score is the squared distance to the label's one-hot vector, or to the
        shares, 0 to 2.
    """
    probs, shares = probs.astype(float), shares_of(labels)
    brier = ((probs - shares) ** 2).sum(1)
    return -(shares * np.log(np.maximum(probs, _SMALLEST))).sum(1), brier


def shares_of(labels: np.ndarray) -> np.ndarray:
    """Labels (n,) as one-hot rows (n, 7) float64; shares of votes (n, 7) stay as they are."""
    return np.eye(len(EMOTIONS))[labels] if labels.ndim == 1 else labels.astype(float)


def shares_right(answers: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """How right each answer (n,) is: 1 or 0 by the label, or the share of the votes that it got."""
    return shares_of(labels)[np.arange(len(answers)), answers]


def bin_columns(probs: np.ndarray, labels: np.ndarray, *, bins: int = ECE_BINS) -> np.ndarray:
    """What every row adds to its bin of confidence.

    Args:
        probs: (n, 7).
        labels: (n,), or (n, 7) shares of votes.
        bins: Equal-width bins of the highest probability.

    Returns:
        (n, bins, 3): 1, its confidence, 1 if right or the share of the votes for the answer; zeros in the
        other bins.
    """
    confidence, right = probs.max(1), shares_right(probs.argmax(1), labels)
    place = _bin_of(confidence, bins)
    columns = np.zeros((len(labels), bins, 3))
    columns[np.arange(len(labels)), place] = np.column_stack([np.ones(len(labels)), confidence, right])
    return columns


def calibration_error(bin_sums: np.ndarray) -> np.ndarray:
    """ECE (...,) from sums (..., bins, 3): mean gap between confidence and accuracy, weighted by rows."""
    gaps = np.abs(bin_sums[..., _CONFIDENCE] - bin_sums[..., _RIGHT]).sum(-1)
    return gaps / np.maximum(bin_sums[..., _N].sum(-1), 1)


def expected_calibration_error(probs: np.ndarray, labels: np.ndarray, *, bins: int = ECE_BINS) -> float:
    """ECE of probabilities (n, 7) with labels (n,) or shares of votes (n, 7); 0 for no rows."""
    return float(calibration_error(bin_columns(probs, labels, bins=bins).sum(0)))


def _bin_of(confidence: np.ndarray, bins: int) -> np.ndarray:
    return np.minimum((confidence * bins).astype(int), bins - 1)


def ece_by_chance(confidence: np.ndarray, *, seed: int = 0) -> float:
    """Mean ECE of answers that are right exactly as often as they are sure, from seeded draws.

    Args:
        confidence: (n,) highest probabilities.
        seed: Of the draws.
    """
    place = _bin_of(confidence, ECE_BINS)
    rng, errors = np.random.default_rng(seed), []
    for _ in range(CHANCE_DRAWS):
        gaps = confidence - (rng.random(len(confidence)) < confidence)
        errors.append(np.abs(np.bincount(place, gaps, ECE_BINS)).sum() / max(1, len(confidence)))
    return float(np.mean(errors))


def negative_log_likelihood(probs: np.ndarray, labels: np.ndarray) -> float:
    """Mean of -log of the probability given to the label."""
    return float(row_losses(probs, labels)[0].mean())


def calibration(logits: np.ndarray, labels: np.ndarray, *, scaling: Scaling = UNSCALED) -> Calibration:
    """Calibration figures with intervals, and the bins of a reliability diagram.

    Args:
        logits: (n, 7), n >= 1.
        labels: (n,), or (n, 7) shares of votes: then an answer is as right as the share of votes it got.
        scaling: Of the logits.

    Returns:
        The figures. Resampling can only add to a sum of absolute gaps, so the interval of the ECE lies
        high: its lower end can pass the figure itself.
    """
    probs = softmax(scaling(logits))
    nll, brier = row_losses(probs, labels)
    bins = bin_columns(probs, labels)
    columns = np.column_stack([bins.reshape(len(labels), -1), nll, brier])
    samples = resampled_sums(columns)
    sums, n = columns.sum(0), len(labels)

    return Calibration(
        scaling=scaling.kind,
        ece=estimate(_ece_of_columns, sums, samples),
        ece_by_chance=ece_by_chance(probs.max(1)),
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
