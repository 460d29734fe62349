"""Augmentations are seeded, keep the shape and range, and do what their name says."""

import numpy as np
import pytest

from fer.dataset import augment

FACES = np.random.default_rng(0).uniform(40, 200, (6, 48, 48)).astype(np.float32)
STEPS = (
    augment.geometric,
    augment.brightness_contrast,
    augment.sharpness,
    augment.erase,
    augment.training_views,
)


@pytest.mark.parametrize("step", STEPS)
def test_shape_range_and_seed(step):
    once, twice = (step(FACES.copy(), np.random.default_rng(5)) for _ in range(2))
    other = step(FACES.copy(), np.random.default_rng(6))
    assert once.shape == FACES.shape and once.dtype == np.float32
    assert once.min() >= 0 and once.max() <= 255
    assert np.array_equal(once, twice)
    assert not np.array_equal(once, other)
    assert step(FACES[:0], np.random.default_rng(5)).shape == (0, 48, 48)


def test_without_freedom_geometry_changes_nothing_but_the_mirror():
    out = augment.geometric(FACES, np.random.default_rng(0), shift=0, scale=(1, 1), rotate_degrees=0)
    mirrored = [np.allclose(o, f[:, ::-1], atol=1e-3) for o, f in zip(out, FACES, strict=True)]
    same = [np.allclose(o, f, atol=1e-3) for o, f in zip(out, FACES, strict=True)]
    assert all(m or s for m, s in zip(mirrored, same, strict=True))
    assert any(mirrored) and any(same)


def test_erasing_fills_one_rectangle_with_one_level():
    out = augment.erase(FACES, np.random.default_rng(0), probability=1.0)
    for before, after in zip(FACES, out, strict=True):
        changed = before != after
        rows, columns = np.flatnonzero(changed.any(1)), np.flatnonzero(changed.any(0))
        assert len(np.unique(after[changed])) == 1
        assert changed.sum() == len(rows) * len(columns)


def test_sharpening_raises_and_blurring_lowers_the_variance():
    rng = np.random.default_rng(0)
    spread = augment.sharpness(FACES, rng, amount=0.9).var((1, 2)) / FACES.var((1, 2))
    assert spread.max() > 1.1 and spread.min() < 0.9
