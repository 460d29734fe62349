"""The block bootstrap: block lengths of a well-kept library, and what an interval does."""

import numpy as np
import pytest
from scipy.signal import lfilter

from fer.findings.blocks import Channel, block_length, interval_of


def autoregressive(phi: float, n: int, seed: int = 7) -> np.ndarray:
    return lfilter([1], [1, -phi], np.random.default_rng(seed).standard_normal(n + 500))[500:]


def test_no_data_have_no_interval():
    for values in (np.zeros(0), np.full(50, np.nan), np.zeros(1)):
        found = interval_of([[Channel(values)]])
        assert not found.known
        assert not found.differs
    assert not interval_of([]).known
    assert block_length(np.zeros(0)) == 1


@pytest.mark.parametrize(
    ("phi", "n", "wanted"),
    [
        *((0.0, 50, 1.6100544800595815), (0.8, 50, 5.542473394871619), (-0.5, 50, 6.445437263225658)),
        *((0.0, 300, 2.706958862817038), (0.3, 300, 6.1055988771800935), (0.8, 300, 17.109652813625164)),
        *((0.8, 2000, 27.92771498472559), (0.95, 2000, 81.79522470936062)),
    ],
)
def test_block_lengths_are_those_of_arch(phi, n, wanted):
    """Golden numbers: ``arch.bootstrap.optimal_block_length(x)["circular"]``, arch 8.0.0."""
    assert block_length(autoregressive(phi, n)) == pytest.approx(wanted, rel=1e-9)


def test_an_interval_is_repeatable_and_moves_with_its_series():
    values = autoregressive(0.8, 600)
    found, again = (interval_of([[Channel(values)]]) for _ in range(2))
    assert found == again
    moved = interval_of([[Channel(values + 5)]])
    assert (moved.low, moved.high) == pytest.approx((found.low + 5, found.high + 5))
    assert found.low < values.mean() < found.high


def test_it_ends_where_no_difference_can_lie():
    found = interval_of([[Channel(np.array([0.9, 1.0, 0.95, 0.1, 0.98]))]], independent=True)
    ended = interval_of([[Channel(np.array([0.9, 1.0, 0.95, 0.1, 0.98]))]], independent=True, most=1.0)
    assert found.low < -1 and found.high > 1
    assert (ended.low, ended.value, ended.high) == (-1.0, found.value, 1.0)


def test_without_correlation_it_is_the_textbook_interval():
    values = np.random.default_rng(1).standard_normal(2000)
    found = interval_of([[Channel(values)]])
    half = 1.96 * values.std(ddof=1) / np.sqrt(2000)
    assert (found.high - found.low) / 2 == pytest.approx(half, rel=0.15)


def test_correlation_widens_it():
    """The mean of AR(1) varies (1 + phi) / (1 - phi) times as much as that of independent values."""
    values = autoregressive(0.9, 20_000)
    values /= values.std()
    found = interval_of([[Channel(values)]])
    assert (found.high - found.low) / 2 == pytest.approx(1.96 * np.sqrt(19 / 20_000), rel=0.25)
    assert found.effective == pytest.approx(20_000 / 19, rel=0.4)


def test_copies_of_readings_are_no_more_data():
    """Every value written ten times: the interval gets no narrower."""
    values = np.random.default_rng(2).standard_normal(300)
    once, often = (interval_of([[Channel(np.repeat(values, k))]]) for k in (1, 10))
    assert 0.9 < (often.high - often.low) / (once.high - once.low) < 1.6


def test_too_few_independent_readings_have_no_interval():
    slow = np.repeat([0.0, 1.0, 0.0], 100)
    assert not interval_of([[Channel(slow)]]).known


def test_what_does_not_vary_has_no_interval():
    assert not interval_of([[Channel(np.ones(100))], [Channel(np.ones(100), -1.0)]]).known


def test_what_is_shared_cancels_where_series_are_drawn_together():
    shared = 3 * autoregressive(0.9, 1500)
    noise = np.random.default_rng(3).standard_normal((2, 1500))
    sides = [Channel(shared + noise[0]), Channel(shared + noise[1], -1.0)]
    together, apart = interval_of([sides]), interval_of([[side] for side in sides])
    assert together.value == pytest.approx(apart.value)
    assert together.high - together.low < 0.3 * (apart.high - apart.low)


def test_gaps_count_for_nothing():
    values = np.random.default_rng(4).standard_normal(900)
    gaps = values.copy()
    gaps[300:600] = np.nan
    found = interval_of([[Channel(gaps)]])
    assert found.value == pytest.approx(np.nanmean(gaps))
    whole = interval_of([[Channel(values)]])
    assert (found.high - found.low) / (whole.high - whole.low) == pytest.approx(np.sqrt(1.5), rel=0.2)


def test_units_need_five():
    values = np.array([1.0, 2.0, 1.5, 3.0, 2.0, 1.0])
    known = [interval_of([[Channel(values[:n])]], independent=True).known for n in (4, 5, 6)]
    assert known == [False, True, True]
