"""A temperature and a prior for one user's footage, held back by what is known without it.

Fifty tags cannot fit eight numbers freely: each is pulled towards the shipped network's, and the result is
offered only where tags that were held out get better by more than chance.
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize

from fer.constants import EMOTIONS
from fer.emotion.footage_scaling import FootageScaling, log_probs
from fer.evaluation.figures.metrics_file import Estimate

TEMPERATURE_SD, PRIOR_SD = 0.35, 0.7
"""Before any tag: the temperature's logarithm and each factor's lie within about so much of 0."""

FOLDS = 5
MIN_TAGS = 30
"""Fewer are not fitted at all."""

_N = len(EMOTIONS)
_Z = 1.96


@dataclass(frozen=True)
class Recalibration:
    """A calibration of the footage and whether it is worth using.

    Args:
        scaling: Fitted on all tags.
        gain: By how much tags that were held out became more probable: the mean fall of the negative
            log-likelihood, with its 95% interval.
        offered: The interval lies over 0.
    """

    scaling: FootageScaling
    gain: Estimate
    offered: bool


def fit_footage_scaling(
    probs: np.ndarray, labels: np.ndarray, weights: np.ndarray, *, model: dict[str, str] | None = None
) -> FootageScaling:
    """The most plausible temperature and prior (maximum a posteriori).

    Args:
        probs: (n, 7) unsmoothed, n >= 0.
        labels: (n,) int.
        weights: (n,) what part of the footage each face stands for; any scale.
        model: What gave the probabilities.
    """
    n = len(labels)
    if not n or not weights.sum():
        return FootageScaling(1.0, (1.0,) * _N, n, model or {})
    logs, wanted = log_probs(probs), np.eye(_N)[labels]
    # Uneven weights carry less than as many tags (Kish 1965).
    weights = weights / weights.sum() * (weights.sum() ** 2 / (weights**2).sum())

    def cost(values: np.ndarray) -> tuple[float, np.ndarray]:
        """Negative log posterior, and its slope."""
        scale, bias = np.exp(values[0]), values[1:]
        scores = scale * logs + bias
        scores -= scores.max(1, keepdims=True)
        logs_now = scores - np.log(np.exp(scores).sum(1, keepdims=True))
        gap = weights[:, None] * (np.exp(logs_now) - wanted)
        loss = -(weights[:, None] * wanted * logs_now).sum()
        loss += (values[0] / TEMPERATURE_SD) ** 2 / 2 + ((bias / PRIOR_SD) ** 2).sum() / 2
        slope_scale = scale * (gap * logs).sum() + values[0] / TEMPERATURE_SD**2
        return loss, np.concatenate([[slope_scale], gap.sum(0) + bias / PRIOR_SD**2])

    found = minimize(cost, np.zeros(_N + 1), jac=True, method="L-BFGS-B").x
    prior = np.exp(found[1:] - found[1:].mean()).round(4)
    return FootageScaling(round(float(np.exp(-found[0])), 4), tuple(prior.tolist()), n, model or {})


def recalibrate(
    probs: np.ndarray,
    labels: np.ndarray,
    weights: np.ndarray,
    *,
    model: dict[str, str] | None = None,
    seed: int = 0,
) -> Recalibration | None:
    """Fit, and try it on tags that were held out.

    Args:
        probs: (n, 7) unsmoothed.
        labels: (n,) int.
        weights: (n,) what part of the footage each face stands for.
        model: What gave the probabilities.
        seed: Of the folds.

    Returns:
        None for fewer than `MIN_TAGS` tags.
    """
    n = len(labels)
    if n < MIN_TAGS:
        return None
    fold = np.random.default_rng(seed).permutation(n) % FOLDS
    gain = np.zeros(n)
    for k in range(FOLDS):
        held = fold == k
        scaling = fit_footage_scaling(probs[~held], labels[~held], weights[~held])
        gain[held] = _log_given(scaling(probs[held]), labels[held]) - _log_given(probs[held], labels[held])
    share = weights / weights.sum()
    mean = float(share @ gain)
    error = float(np.sqrt((share**2 * (gain - mean) ** 2).sum()))
    found = Estimate(mean, mean - _Z * error, mean + _Z * error)
    return Recalibration(fit_footage_scaling(probs, labels, weights, model=model), found, found.low > 0)


def _log_given(probs: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """(n,) logarithm of the probability that each label was given."""
    return log_probs(probs)[np.arange(len(labels)), labels]
