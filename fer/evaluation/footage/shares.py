"""Shares of the whole footage from tags of a part: post-stratified by answer, with intervals.

Within each answer the tags say what the faces really show; the answers' shares of the time are known for
the whole footage; their product is the corrected share. Over tags alone, over a difference estimator and over
inverting the confusion matrix this had the lowest error at the wanted coverage
(``python -m tests.bench.footage_check``).

References:
    Holt & Smith 1979, Post stratification.
    Clopper & Pearson 1934 (an interval's lower end from Beta(x, n - x + 1), its upper one from
    Beta(x + 1, n - x)); here the one extra tag lies where the network expects it.
"""

import numpy as np

from fer.evaluation.figures.metrics_file import Estimate
from fer.evaluation.footage.census import N_CLASSES, N_STATES, Census
from fer.evaluation.intervals import LEVELS

PRIOR_TAGS = 0.25
"""The network's own mean probabilities count as so many tags of each answer, for the readings without a tag:
they speak where no tag does."""

INTERVAL_TAGS = 1.0
"""So many tags are added at each end of an interval: none of ten is not "never"."""

DRAWS = 2000
_TINY = 1e-9


def corrected_shares(
    census: Census, states: np.ndarray, labels: np.ndarray, *, seed: int = 0
) -> tuple[Estimate, ...]:
    """The share of each expression in the footage, corrected for the errors that were seen.

    Args:
        census: Of the footage.
        states: (n,) int, the tagged faces' states.
        labels: (n,) int, their tags as indices into `EMOTIONS`.
        seed: Of the intervals' draws.

    Returns:
        7 estimates in the order of `EMOTIONS`; the values sum to 1.
    """
    hits = np.zeros((N_STATES, N_CLASSES))
    np.add.at(hits, (states, labels), 1)
    return stratified(
        census, hits, np.bincount(states, minlength=N_STATES), np.array(census.probs), seed=seed
    )


def stratified_rate(
    census: Census, states: np.ndarray, hit: np.ndarray, *, among: np.ndarray | None = None
) -> Estimate:
    """How often something holds over the whole footage, as "the answer is right".

    Args:
        census: Of the footage.
        states: (n,) int, the tagged faces' states.
        hit: (n,) bool.
        among: (8,) bool, the states that count; all by default.
    """
    hits = np.bincount(states, np.asarray(hit, float), N_STATES)[:, None]
    n = np.bincount(states, minlength=N_STATES)
    [found] = stratified(census, hits, n, np.array(census.right)[:, None], among=among)
    return found


def stratified(
    census: Census,
    hits: np.ndarray,
    n: np.ndarray,
    prior: np.ndarray,
    *,
    among: np.ndarray | None = None,
    seed: int = 0,
) -> tuple[Estimate, ...]:
    """Rates over the footage from hits within each state.

    Args:
        census: Of the footage.
        hits: (8, k) tags of each state for which it holds.
        n: (8,) tags of each state.
        prior: (8, k) what is expected where there are few tags.
        among: (8,) bool, the states that count; all by default.
        seed: Of the draws.

    Returns:
        k estimates.

    Raises:
        ValueError: No state that counts has a share.
    """
    weights = np.array(census.shares) * (np.ones(N_STATES) if among is None else among)
    if not weights.sum():
        raise ValueError("stratified: no state that counts has a share")
    weights = weights / weights.sum()
    tags = n[:, None].astype(float)
    counts = np.array(census.counts)
    untagged = np.clip(1 - n / np.maximum(counts, 1), 0, 1)[:, None]
    expected = (hits + PRIOR_TAGS * prior) / (tags + PRIOR_TAGS)
    value = weights @ (untagged * expected + (1 - untagged) * hits / np.maximum(tags, 1))
    low, high = _ends(weights, hits, tags, prior, counts=counts, seed=seed)
    low, high = np.minimum(low, value), np.maximum(high, value)
    return tuple(Estimate(float(v), float(a), float(b)) for v, a, b in zip(value, low, high, strict=True))


def _ends(
    weights: np.ndarray,
    hits: np.ndarray,
    tags: np.ndarray,
    prior: np.ndarray,
    *,
    counts: np.ndarray,
    seed: int,
) -> tuple[np.ndarray, np.ndarray]:
    """Both ends (k,) of the 95% intervals."""
    rng = np.random.default_rng(seed)
    low, high = np.zeros((DRAWS, hits.shape[1])), np.zeros((DRAWS, hits.shape[1]))
    for s in np.flatnonzero(weights):
        x, n, more = hits[s], tags[s, 0], INTERVAL_TAGS * np.clip(prior[s], 0.02, 0.98)
        below = rng.beta(np.maximum(x, _TINY), n - x + INTERVAL_TAGS, low.shape)
        above = rng.beta(x + more, np.maximum(n - x, 0) + INTERVAL_TAGS - more, high.shape)
        # Of a state whose every reading was tagged, nothing is uncertain.
        left = np.sqrt(max(0.0, 1 - n / max(counts[s], 1))) if n else 1.0
        seen = x / n if n else prior[s]
        low += weights[s] * (seen + left * (below - seen) if n else below)
        high += weights[s] * (seen + left * (above - seen))
    return np.quantile(low, LEVELS[0], axis=0), np.quantile(high, LEVELS[1], axis=0)
