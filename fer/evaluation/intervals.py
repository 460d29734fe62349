"""95% intervals by resampling rows with replacement, all figures from the same seeded resamples.

Reference:
    Efron & Tibshirani 1993, An Introduction to the Bootstrap (percentile intervals).
"""

from collections.abc import Callable, Iterator

import numpy as np

from fer.evaluation.figures.metrics_file import Estimate

ROUNDS = 1000
SEED = 0
LEVELS = (0.025, 0.975)
_CELLS_AT_ONCE = 8_000_000
"""Counts held in memory at once: 32 MB."""


def resampled_sums(columns: np.ndarray, *, rounds: int = ROUNDS, seed: int = SEED) -> np.ndarray:
    """Column sums over resampled rows.

    A resample is a count for every row, so the sums of all resamples are one matrix product.

    Args:
        columns: (n, k) what is summed over rows, n >= 1.
        rounds: Number of resamples.
        seed: Makes the intervals repeatable.

    Returns:
        (rounds, k) float64.
    """
    columns = np.asarray(columns, np.float32)
    return np.concatenate([counts @ columns for counts in _counts(len(columns), rounds, seed)]).astype(float)


def _counts(n: int, rounds: int, seed: int) -> Iterator[np.ndarray]:
    """How often each row stands in each resample, (some rounds, n) float32 at a time."""
    rng = np.random.default_rng(seed)
    at_once = max(1, min(rounds, _CELLS_AT_ONCE // n))
    for start in range(0, rounds, at_once):
        m = min(at_once, rounds - start)
        drawn = rng.integers(0, n, (m, n), dtype=np.int64)
        drawn += np.arange(m)[:, None] * n
        yield np.bincount(drawn.ravel(), minlength=m * n).reshape(m, n).astype(np.float32)


def limits(samples: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The 2.5% and 97.5% points over the first axis."""
    low, high = np.quantile(samples, LEVELS, axis=0)
    return low, high


def estimate(figure: Callable[[np.ndarray], np.ndarray], sums: np.ndarray, samples: np.ndarray) -> Estimate:
    """A figure with its interval.

    Args:
        figure: Takes sums (..., *s) and gives the figure (...,).
        sums: (*s) of the rows themselves.
        samples: (rounds, *s) of the resamples.
    """
    low, high = limits(figure(samples))
    return Estimate(float(figure(sums)), float(low), float(high))


def estimates(
    figure: Callable[[np.ndarray], np.ndarray], sums: np.ndarray, samples: np.ndarray
) -> list[Estimate]:
    """Like `estimate`, for a figure that gives one value a class (..., k)."""
    low, high = limits(figure(samples))
    return [Estimate(*map(float, values)) for values in zip(figure(sums), low, high, strict=True)]
