"""Which scaling of the logits makes the probabilities mean what they say: fitted, compared, chosen.

References:
    Guo et al. 2017, On Calibration of Modern Neural Networks (temperature, vector and matrix scaling).
    Kull et al. 2019, Beyond temperature scaling (what is not a temperature has to be held small).
"""

import numpy as np
from scipy.optimize import minimize

from fer.constants import EMOTIONS
from fer.emotion.network import softmax
from fer.emotion.scaling import AS_TRAINED, KINDS, UNSCALED, Scaling, scaling_of
from fer.evaluation.calibration import (
    expected_calibration_error,
    negative_log_likelihood,
    shares_of,
    shares_right,
)
from fer.evaluation.figures.conversion import ScalingFigures

FOLDS = 5
PENALTY = 0.003
"""On the mean of the squares of all that is no temperature, beside a negative log-likelihood of about 1. On
PublicTest anything from 0.001 to 0.01 does as well."""
_N = len(EMOTIONS)
_SMALLEST = 1e-12


def fit_scaling(logits: np.ndarray, labels: np.ndarray, kind: str) -> Scaling:
    """The scaling of a kind with the lowest negative log-likelihood and penalty.

    Args:
        logits: (n, 7), n >= 1, of the rows that choices are made on (PublicTest).
        labels: (n,), or (n, 7) shares of votes.
        kind: One of `KINDS`.
    """
    free = {"temperature": np.zeros((_N, _N)), "vector": np.eye(_N), "matrix": np.ones((_N, _N))}[kind]
    with_bias = kind != "temperature"
    logits, wanted = logits.astype(float), shares_of(labels)

    def parts(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """What is added to the scaled unit matrix, and the offsets."""
        return values[1 : 1 + _N * _N].reshape(_N, _N) * free, values[-_N:] * with_bias

    def cost(values: np.ndarray) -> tuple[float, np.ndarray]:
        """Loss with penalty, and its slopes."""
        change, bias = parts(values)
        scale = np.exp(values[0])
        probs = softmax(logits @ (scale * np.eye(_N) + change).T + bias).astype(float)
        gap = (probs - wanted) / len(labels)
        by_weight = gap.T @ logits
        loss = -(wanted * np.log(np.maximum(probs, _SMALLEST))).sum(1).mean()
        slopes = (
            [scale * np.trace(by_weight)],
            ((by_weight + 2 * PENALTY * change) * free).ravel(),
            (gap.sum(0) + 2 * PENALTY * bias) * with_bias,
        )
        return loss + PENALTY * ((change**2).sum() + (bias**2).sum()), np.concatenate(slopes)

    # Within a factor of four, as separable rows would drive the scale to infinity.
    bounds = [(np.log(0.25), np.log(4.0))] + [(None, None)] * (_N * _N + _N)
    found = minimize(cost, np.zeros(len(bounds)), jac=True, method="L-BFGS-B", bounds=bounds).x
    change, bias = parts(found)
    return scaling_of(kind, np.exp(found[0]) * np.eye(_N) + change, bias)


def compare_scalings(logits: np.ndarray, labels: np.ndarray, *, seed: int = 0) -> tuple[ScalingFigures, ...]:
    """The kinds by cross-validation, the one with the lowest negative log-likelihood marked.

    Args:
        logits: (n, 7), n >= 1.
        labels: (n,), or (n, 7) shares of votes; then the accuracy is the share of votes for the answers.
        seed: Of the folds.
    """
    fold = np.random.default_rng(seed).permutation(len(labels)) % min(FOLDS, max(2, len(labels)))
    rows = [_figures(AS_TRAINED, UNSCALED(logits), labels)]
    for kind in KINDS:
        scaled = np.array(logits, np.float32)
        for k in range(fold.max() + 1):
            held = fold == k
            if not held.all():
                scaled[held] = fit_scaling(logits[~held], labels[~held], kind)(logits[held])
        rows.append(_figures(kind, scaled, labels))
    best = min(rows[1:], key=lambda row: row.nll).kind
    return tuple(ScalingFigures(r.kind, r.accuracy, r.nll, r.ece, chosen=r.kind == best) for r in rows)


def choose_scaling(logits: np.ndarray, labels: np.ndarray) -> tuple[Scaling, tuple[ScalingFigures, ...]]:
    """The best kind fitted on all rows, and the comparison that it won."""
    figures = compare_scalings(logits, labels)
    kind = next(row.kind for row in figures if row.chosen)
    return fit_scaling(logits, labels, kind), figures


def _figures(kind: str, logits: np.ndarray, labels: np.ndarray) -> ScalingFigures:
    probs = softmax(logits)
    return ScalingFigures(
        kind=kind,
        accuracy=float(shares_right(logits.argmax(1), labels).mean()),
        nll=negative_log_likelihood(probs, labels),
        ece=expected_calibration_error(probs, labels),
    )
