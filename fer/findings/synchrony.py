"""Whether two faces move together in time: their correlation, against the same two shifted in time."""

from dataclasses import dataclass

import numpy as np

from fer.errors import InputError
from fer.findings.comparison import measure_words
from fer.findings.series import series_of
from fer.text import percent, signed, span
from fer.timeline.timeline import Timeline

MAX_LAG_S = 1.0
MIN_SHIFTS = 20
"""Shifts further apart than the longest lag; fewer say nothing."""

MIN_SHARED = 0.25
"""A shift counts where at least this share of the time of the shorter one is shared."""

RARE = 0.05


@dataclass(frozen=True)
class Synchrony:
    """How two series go together.

    Args:
        measure: One of `fer.findings.series.MEASURES`.
        first: Name of the first person.
        second: Name of the second.
        correlation: Pearson's, the largest in size over the lags; NaN where one does not vary.
        lag_s: Seconds by which the second follows the first there; negative where it leads.
        usual: Median size of the same figure over circular shifts.
        chance: Share of the shifts, none counted too, with at least that size: a p-value. NaN where the
            time that they share is too short.
        shared_s: Seconds in which both were read.
    """

    measure: str
    first: str
    second: str
    correlation: float
    lag_s: float
    usual: float
    chance: float
    shared_s: float

    @property
    def differs(self) -> bool:
        """It is more than shifted ones show."""
        return self.chance <= RARE

    @property
    def sentence(self) -> str:
        """What the numbers carry, and no more."""
        pair = f"{measure_words(self.measure)} of {self.first} and of {self.second}"
        if not np.isfinite(self.chance):
            return f"Too few data to tell whether {pair} go together: they share {span(self.shared_s)}."
        figures = (
            f"correlation {signed(self.correlation, 2)} at a lag of {signed(self.lag_s, 1)} s; shifted in "
            f"time it is usually {self.usual:.2f}, and as large in {percent(self.chance)} of the shifts"
        )
        if not self.differs:
            return f"It cannot be told whether {pair} go together: {figures}."
        how = "go together" if self.correlation > 0 else "go against each other"
        return f"{pair[0].upper()}{pair[1:]} {how}: {figures}."


def synchrony(
    timeline: Timeline, first: int, second: int, measure: str, *, max_lag_s: float = MAX_LAG_S
) -> Synchrony:
    """The correlation of two people's series within some lag, against surrogates.

    A surrogate is the second series turned around in time (circularly) by more than the lag: it keeps
    everything but the common clock. What both show because of a common event counts as going together.

    Args:
        timeline: Unsmoothed.
        first: Face id.
        second: Another one.
        measure: One of `fer.findings.series.MEASURES`.
        max_lag_s: The second may follow or lead by as much, in seconds.

    Raises:
        InputError: The lag is negative, or see `series_of`.
    """
    if not 0 <= max_lag_s <= 60:
        raise InputError("The lag has to be 0 to 60 seconds.")
    one, other = (series_of(timeline, face, measure) for face in (first, second))
    lag = round(max_lag_s / one.step_s)
    at, size, chance, usual = against_shifts(one.values, other.values, lag)
    shared = np.isfinite(one.values) & np.isfinite(other.values)
    return Synchrony(
        measure=measure,
        first=timeline.name(first, start=False),
        second=timeline.name(second, start=False),
        correlation=size,
        lag_s=float(at * one.step_s),
        usual=usual,
        chance=chance,
        shared_s=float(shared.sum() * one.step_s),
    )


def against_shifts(first: np.ndarray, second: np.ndarray, lag: int) -> tuple[int, float, float, float]:
    """The largest correlation within a lag, and how it stands among circular shifts.

    Args:
        first: (n,) with NaN where missing.
        second: (n,) likewise.
        lag: Steps.

    Returns:
        Steps by which the second follows, the correlation, the share of shifts as large, their median size;
        NaN where it cannot be told.
    """
    nan = float("nan")
    n = len(first)
    if n < (2 * lag + 1) * (MIN_SHIFTS + 1):
        return 0, nan, nan, nan
    r = shifted_correlations(first, second)
    near = np.arange(-lag, lag + 1)
    if not np.isfinite(r[near]).any():
        return 0, nan, nan, nan
    at = int(near[np.nanargmax(np.abs(r[near]))])
    size = np.where(np.isfinite(r), np.abs(r), -1.0)
    around = np.concatenate([size[-lag:], size, size[:lag]]) if lag else size
    largest = np.lib.stride_tricks.sliding_window_view(around, 2 * lag + 1).max(axis=1)
    away = largest[2 * lag + 1 : n - 2 * lag]
    away = away[away >= 0]
    if len(away) < MIN_SHIFTS * (2 * lag + 1):
        return at, float(r[at]), nan, nan
    chance = (1 + int((away >= largest[0] - 1e-12).sum())) / (1 + len(away))
    return at, float(r[at]), float(chance), float(np.median(away))


def shifted_correlations(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """(n,) Pearson's correlation of ``first[t]`` and ``second[t + s]`` for every circular shift s.

    Only steps at which both are there count; NaN where they are too few or one does not vary.
    """
    n = len(first)
    a, b = (
        np.where(np.isfinite(v), v - np.nanmean(v), 0.0) if np.isfinite(v).any() else np.zeros(n)
        for v in (first, second)
    )
    seen_a, seen_b = np.isfinite(first).astype(float), np.isfinite(second).astype(float)

    def over_shifts(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """(n,) sum of ``x[t] * y[t + s]``."""
        return np.fft.irfft(np.conj(np.fft.rfft(x)) * np.fft.rfft(y), n)

    count = np.rint(over_shifts(seen_a, seen_b))
    sum_a, sum_b = over_shifts(a, seen_b), over_shifts(seen_a, b)
    squares_a, squares_b = over_shifts(a**2, seen_b), over_shifts(seen_a, b**2)
    enough = count >= max(3, MIN_SHARED * min(seen_a.sum(), seen_b.sum()))
    per = np.where(enough, count, 1)
    products = over_shifts(a, b) - sum_a * sum_b / per
    spread = (squares_a - sum_a**2 / per) * (squares_b - sum_b**2 / per)
    varies = enough & (spread > 1e-18 * n**2)
    return np.divide(products, np.sqrt(np.maximum(spread, 0)), out=np.full(n, np.nan), where=varies)
