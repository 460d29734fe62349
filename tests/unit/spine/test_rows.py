"""What a row gives does not hang on the rows beside it."""

import numpy as np
import pytest

from fer.action_units.alignment import align
from fer.action_units.formulas import metrics
from fer.action_units.population import population
from fer.emotion.network import EmotionNetwork, self_test_faces
from fer.rows import each_times


def test_products_are_those_of_the_matrix():
    rows, weights = np.arange(6.0).reshape(2, 3), np.arange(12.0).reshape(3, 4)
    assert np.array_equal(each_times(rows, weights), rows @ weights)
    assert np.array_equal(each_times(rows[0], weights), rows[0] @ weights)
    assert each_times(rows[:0], weights).shape == (0, 4)


@pytest.mark.parametrize("n", [2, 3, 4, 9, 33])
def test_a_row_alone_gives_the_same_digits_as_among_others(n):
    rng = np.random.default_rng(0)
    rows, weights = rng.normal(size=(n, 57)).astype(np.float32), rng.normal(size=(57, 5)).astype(np.float32)
    alone = [each_times(row[None], weights) for row in rows]
    assert np.array_equal(each_times(rows, weights), np.concatenate(alone))


@pytest.mark.parametrize("n", [2, 4, 8])
def test_faces_measured_together_are_those_measured_alone(n):
    rng, canonical = np.random.default_rng(0), population().canonical
    faces = (100 * canonical * [1, -1, -1] + rng.normal(0, 2, (n, *canonical.shape)) + 300).astype(np.float32)
    lids = rng.normal(size=(n, 2, 2))
    together, alone = align(faces, canonical), [align(face[None], canonical) for face in faces]
    assert np.array_equal(together.points, np.concatenate([one.points for one in alone]))
    assert np.array_equal(together.pose, np.concatenate([one.pose for one in alone]))
    measured = [metrics(one.points, lids[[k]]) for k, one in enumerate(alone)]
    assert np.array_equal(metrics(together.points, lids), np.concatenate(measured))


def test_faces_read_together_are_those_read_alone():
    network, crops = EmotionNetwork(), self_test_faces()
    alone = [network(crop[None]) for crop in crops]
    for n in range(2, len(crops) + 1):
        assert np.array_equal(network(crops[:n]), np.concatenate(alone[:n]))
