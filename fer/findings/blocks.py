"""Intervals for differences of means of series whose neighbours are alike: a studentized block bootstrap.

Readings of neighbouring frames are no independent observations. Stretches of time (blocks) are therefore
drawn instead of frames, of the length that the series' own autocorrelation asks for.

References:
    Politis & Romano 1992, A circular block-resampling procedure for stationary data.
    Politis & White 2004, Automatic block-length selection for the dependent bootstrap; Patton, Politis &
    White 2009, Correction.
    Götze & Künsch 1996, Second-order correctness of the blockwise bootstrap (studentizing by blocks).
    Politis & Romano 1995, Bias-corrected nonparametric spectral estimation (the standard error).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

ROUNDS, SEED = 1999, 0
LEVEL = 0.95

LENGTH_FACTOR = 2.0
"""Blocks are this much longer than the rule says: the rule makes the variance's error small, intervals need a
smaller bias (Sun, Phillips & Jin 2008). Chosen on simulations before the ones that docs/FINDINGS.md shows."""

MIN_BLOCKS = 5
MAX_BLOCKS = 400
MIN_EFFECTIVE = 10.0
"""A mean that rests on fewer independent readings gets no interval."""

MIN_UNITS = 5
"""Fewer events or videos get no interval."""


@dataclass(frozen=True, eq=False)
class Channel:
    """One side of a difference.

    Args:
        values: (n,) float64 in the order of time; NaN where missing.
        sign: 1.0 or -1.0.
    """

    values: np.ndarray
    sign: float = 1.0


@dataclass(frozen=True)
class Interval:
    """A sum of signed means with its 95% interval.

    Args:
        value: The sum.
        low: Lower end; NaN where there are too few data.
        high: Upper end; NaN likewise.
        effective: Independent readings that the weaker side is worth; NaN where nothing varies.
        block: Longest block, in steps.
    """

    value: float
    low: float
    high: float
    effective: float
    block: int

    @property
    def known(self) -> bool:
        """There are data enough for an interval."""
        return bool(np.isfinite(self.low) and np.isfinite(self.high))

    @property
    def differs(self) -> bool:
        """The interval leaves zero out."""
        return self.known and (self.low > 0 or self.high < 0)


def interval_of(
    groups: Sequence[Sequence[Channel]],
    *,
    independent: bool = False,
    most: float = math.inf,
    rounds: int = ROUNDS,
    seed: int = SEED,
) -> Interval:
    """The sum of signed means, and what other recordings of the kind would have given.

    Args:
        groups: Channels of one group run over the same time (equal n) and are drawn together, so that what
            they share cancels; groups are drawn apart.
        independent: The values are no time series but units (events, videos) of their own.
        most: No sum can lie further from zero: there the interval ends.
        rounds: Resamples.
        seed: Makes the interval repeatable.
    """
    cut = [_Group.of(group, independent) for group in groups]
    value = float(sum(group.value for group in cut))
    effective = min((group.effective for group in cut), default=0.0)
    block = max((group.block for group in cut), default=0)
    error = float(np.sqrt(sum(group.variance for group in cut)))
    enough = all(group.enough for group in cut) and error > 1e-12
    if not enough:
        return Interval(value, float("nan"), float("nan"), effective, block)
    rng = np.random.default_rng(seed)
    drawn = [group.draw(rounds, rng) for group in cut]
    off, spread = np.sum([d[0] for d in drawn], axis=0), np.sqrt(np.sum([d[1] for d in drawn], axis=0))
    usable = np.isfinite(off) & np.isfinite(spread) & (spread > 0)
    reach = error * float(np.quantile(np.abs(off[usable] / spread[usable]), LEVEL))
    return Interval(value, max(value - reach, -most), min(value + reach, most), effective, block)


@dataclass(frozen=True, eq=False)
class _Group:
    """Channels over one time, cut into overlapping circular blocks.

    Args:
        value: Sum of the signed means.
        variance: Of that sum.
        effective: Independent readings of the weakest channel.
        block: Length of a block.
        sums: (c, n) sum of the centered values of each block that starts at each step.
        seen: (c, n) how many values each block holds.
        signs: (c,).
        enough: There are data enough for an interval.
    """

    value: float
    variance: float
    effective: float
    block: int
    sums: np.ndarray
    seen: np.ndarray
    signs: np.ndarray
    enough: bool

    @classmethod
    def of(cls, channels: Sequence[Channel], independent: bool) -> "_Group":
        """Cut the channels; those of one group have equal lengths."""
        values = np.stack([np.asarray(channel.values, np.float64) for channel in channels])
        signs = np.array([channel.sign for channel in channels])
        seen = np.isfinite(values).astype(np.float64)
        counts = seen.sum(axis=1)
        if not values.size or counts.min() < 2:
            means = [
                float(v[s > 0].mean()) if s.any() else float("nan") for v, s in zip(values, seen, strict=True)
            ]
            nothing = np.zeros_like(values)
            return cls(
                float(signs @ np.array(means)), 0.0, float(counts.min()), 0, nothing, nothing, signs, False
            )
        means = np.where(seen > 0, values, 0).sum(axis=1) / counts
        centered = np.where(seen > 0, values - means[:, None], 0.0)
        influence = (signs / counts) @ centered
        block = 1 if independent else _block(influence)
        own = counts - 1 if independent else _effective(centered, counts, block)
        effective = float(counts.min() if independent else own.min())
        return cls(
            value=float(signs @ means),
            variance=_variance(influence, block),
            effective=effective,
            block=block,
            sums=_block_sums(centered, block),
            seen=_block_sums(seen, block),
            signs=signs,
            enough=effective >= (MIN_UNITS if independent else MIN_EFFECTIVE),
        )

    def draw(self, rounds: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """How far resamples lie off, and their own variance: two (rounds,)."""
        n = self.sums.shape[1]
        k = max(2, round(n / self.block))
        start = rng.integers(0, n, (rounds, k))
        off, rest = np.zeros(rounds), np.zeros((rounds, k))
        with np.errstate(invalid="ignore", divide="ignore"):
            for sums, seen, sign in zip(self.sums, self.seen, self.signs, strict=True):
                s, w = sums[start], seen[start]
                total = w.sum(axis=1)
                mean = s.sum(axis=1) / total
                off += sign * mean
                rest += sign * (s - mean[:, None] * w) / total[:, None]
        return off, k / (k - 1) * (rest**2).sum(axis=1)


def block_length(values: np.ndarray) -> float:
    """Length of the blocks of a circular block bootstrap of the mean, by Politis & White's rule.

    Args:
        values: (n,) float64 without gaps (put the mean where values are missing).

    Returns:
        Steps, at least 1; at most a third of the series and ``3 * sqrt(n)``.

    Reference:
        Politis & White 2004; Patton, Politis & White 2009.
    """
    n = len(values)
    if n < 3 or np.ptp(values) == 0:
        return 1.0
    run = max(5, int(np.log10(n)))
    longest = min(int(np.ceil(np.sqrt(n))) + run, n - 1)
    covariance = _autocovariances(values, longest)
    small = np.abs(covariance[1:] / covariance[0]) < 2 * np.sqrt(np.log10(n) / n)
    # The first lag from which on `run` correlations in a row are small.
    quiet = np.convolve(small, np.ones(run, int), "valid") == run if len(small) >= run else np.zeros(0, bool)
    width = min(2 * (int(quiet.argmax()) + 1), longest) if quiet.any() else longest
    lags = np.arange(-width, width + 1)
    window = np.clip(2 * (1 - np.abs(lags) / width), 0, 1) * covariance[np.abs(lags)]
    slope, spectrum = float((np.abs(lags) * window).sum()), float(window.sum())
    if spectrum <= 0:
        return 1.0
    length = (2 * slope**2 / (4 / 3 * spectrum**2)) ** (1 / 3) * n ** (1 / 3)
    return float(np.clip(length, 1.0, np.ceil(min(3 * np.sqrt(n), n / 3))))


def _autocovariances(values: np.ndarray, longest: int) -> np.ndarray:
    """(longest + 1,) by FFT, divided by n."""
    n = len(values)
    size = 1 << (2 * n - 1).bit_length()
    spectrum = np.fft.rfft(values - values.mean(), size)
    return np.fft.irfft(np.abs(spectrum) ** 2, size)[: longest + 1] / n


def _block(influence: np.ndarray) -> int:
    """The rule's length, longer by the factor, within what leaves enough blocks and not too many."""
    n = len(influence)
    wanted = max(LENGTH_FACTOR * block_length(influence), n / MAX_BLOCKS)
    return max(1, min(round(wanted), n // MIN_BLOCKS))


def _block_sums(rows: np.ndarray, block: int) -> np.ndarray:
    """(..., n) sums over circular stretches of `block` steps."""
    n = rows.shape[-1]
    around = np.concatenate([rows, rows[..., : block - 1]], axis=-1)
    total = np.cumsum(np.concatenate([np.zeros((*rows.shape[:-1], 1)), around], axis=-1), axis=-1)
    return total[..., block:] - total[..., :n]


def _variance(influence: np.ndarray, block: int) -> float:
    """Of the sum over all steps: from blocks and half blocks, so that the bias of the first order goes.

    It is at least what the correlation of neighbours alone implies: in short series blocks miss slow changes.
    """
    whole, half = _raw_variance(influence, block), block // 2
    corrected = (block * whole - half * _raw_variance(influence, half)) / (block - half) if half else whole
    return max(whole, corrected, _implied_variance(influence) if block > 1 else 0.0)


def _implied_variance(influence: np.ndarray) -> float:
    """The same if the series were AR(1), its correlation corrected for the length (Kendall 1954)."""
    n, squares = len(influence), float((influence**2).sum())
    if squares <= 0:
        return 0.0
    rho = float(influence[1:] @ influence[:-1]) / squares
    rho = min(max(rho + (1 + 3 * rho) / n, 0.0), 1 - 1 / n)
    return squares * (1 + rho) / (1 - rho)


def _raw_variance(influence: np.ndarray, block: int) -> float:
    n = len(influence)
    # The series' own mean was taken out, which takes the share block / n of the variance with it.
    return float(n / block * np.mean(_block_sums(influence, block) ** 2) / (1 - block / n))


def _effective(centered: np.ndarray, counts: np.ndarray, block: int) -> np.ndarray:
    """(c,) number of independent values whose mean would vary as much as each channel's."""
    spread = (centered**2).sum(axis=1) / np.maximum(counts - 1, 1)
    varies = np.array([_variance(row / n, block) for row, n in zip(centered, counts, strict=True)])
    return np.divide(spread, varies, out=np.full(len(counts), np.nan), where=varies > 1e-18)
