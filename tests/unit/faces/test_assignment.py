"""The cheapest pairs, with and without anybody who competes."""

import itertools

import numpy as np

from fer.faces.assignment import cheapest_pairs


def _best(cost: np.ndarray, possible: np.ndarray) -> tuple[int, float]:
    """Most pairs and their least cost, by trying every way."""
    n, m = cost.shape
    best = (0, 0.0)
    for columns in itertools.permutations([*range(m), *[None] * n], n):
        pairs = [(r, c) for r, c in enumerate(columns) if c is not None and possible[r, c]]
        if len(pairs) == sum(c is not None for c in columns):
            best = min(best, (-len(pairs), float(sum(cost[p] for p in pairs))))
    return -best[0], best[1]


def test_nobody_is_paired_with_nobody():
    assert cheapest_pairs(np.zeros((0, 3)), np.zeros((0, 3), bool)) == []
    assert cheapest_pairs(np.zeros((2, 0)), np.zeros((2, 0), bool)) == []
    assert cheapest_pairs(np.zeros((2, 2)), np.zeros((2, 2), bool)) == []


def test_the_pairs_are_the_cheapest_of_all_ways():
    random = np.random.default_rng(0)
    for _ in range(60):
        shape = random.integers(1, 4, 2)
        cost, possible = random.random(shape), random.random(shape) < random.choice([0.3, 0.7, 1.0])
        pairs = cheapest_pairs(cost, possible)
        rows, columns = [r for r, _ in pairs], [c for _, c in pairs]
        assert len(set(rows)) == len(rows) and len(set(columns)) == len(columns)
        assert all(possible[p] for p in pairs)
        count, least = _best(cost, possible)
        assert len(pairs) == count and abs(sum(cost[p] for p in pairs) - least) < 1e-9
