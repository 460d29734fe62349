"""Augmentations are seeded, keep the shape and range, and do what their name says."""

import numpy as np
import pytest

from fer.dataset.augment import transforms
from fer.dataset.augment.chains import AUGMENTATIONS, CHAINS, augment, training_views
from fer.errors import SettingsError

FACES = np.random.default_rng(0).uniform(40, 200, (6, 48, 48)).astype(np.float32)


@pytest.mark.parametrize(
    "step", [*AUGMENTATIONS.values(), training_views], ids=lambda s: getattr(s, "name", "views")
)
def test_shape_range_and_seed(step):
    once, twice = (step(FACES.copy(), np.random.default_rng(5)) for _ in range(2))
    other = step(FACES.copy(), np.random.default_rng(6))
    assert once.shape == FACES.shape and once.dtype == np.float32
    assert once.min() >= 0 and once.max() <= 255
    assert np.array_equal(once, twice)
    assert not np.array_equal(once, other)
    assert step(FACES[:0], np.random.default_rng(5)).shape == (0, 48, 48)


def test_a_chain_of_nothing_changes_nothing():
    assert np.array_equal(training_views(FACES, np.random.default_rng(0), "none"), FACES)


def test_without_freedom_geometry_changes_nothing_but_the_mirror():
    out = transforms.geometric(FACES, np.random.default_rng(0), shift=0, scale=(1, 1), rotate_degrees=0)
    flipped = transforms.flip(FACES, np.random.default_rng(0))
    for views in (out, flipped):
        mirrored = [np.allclose(v, f[:, ::-1], atol=1e-3) for v, f in zip(views, FACES, strict=True)]
        same = [np.allclose(v, f, atol=1e-3) for v, f in zip(views, FACES, strict=True)]
        assert all(m or s for m, s in zip(mirrored, same, strict=True))
        assert any(mirrored) and any(same)


def test_geometry_moves_the_way_its_name_says():
    """A bright dot right of the centre: shifting moves it, scaling keeps its row, turning its radius."""
    faces = np.zeros((32, 48, 48), np.float32)
    faces[:, 23:25, 33:35] = 255

    def centers(name, **values):
        views = AUGMENTATIONS[name](faces, np.random.default_rng(1), **values)
        rows, columns = np.mgrid[:48, :48] - 23.5
        mass = views.sum((1, 2))
        return (views * rows).sum((1, 2)) / mass, (views * columns).sum((1, 2)) / mass

    rows, columns = centers("shift", amount=0.1)
    assert np.abs(rows).max() <= 4.9 and np.abs(columns - 10).max() <= 4.9 and np.ptp(columns) > 4
    rows, columns = centers("scale", factor=(0.8, 1.2))
    assert np.abs(rows).max() < 0.1 and columns.min() >= 7.9 and columns.max() <= 12.1
    rows, columns = centers("rotate", degrees=30.0)
    assert np.hypot(rows, columns) == pytest.approx(10, abs=0.2)
    assert np.abs(np.degrees(np.arctan2(rows, columns))).max() <= 31 and np.ptp(rows) > 4


def test_brightness_moves_the_mean_and_contrast_the_spread():
    seed = np.random.default_rng
    lighter = AUGMENTATIONS["brightness"](FACES, seed(3), amount=0.1)
    assert lighter.std((1, 2)) == pytest.approx(FACES.std((1, 2)), rel=1e-3)
    assert 3 < np.abs(lighter.mean((1, 2)) - FACES.mean((1, 2))).max() <= 25.6
    stretched = AUGMENTATIONS["contrast"](FACES, seed(3), amount=0.3)
    assert stretched.mean((1, 2)) == pytest.approx(FACES.mean((1, 2)), rel=1e-3)
    assert np.ptp(stretched.std((1, 2)) / FACES.std((1, 2))) > 0.1


def test_erasing_fills_one_rectangle_with_one_level():
    out = transforms.erase(FACES, np.random.default_rng(0), probability=1.0)
    for before, after in zip(FACES, out, strict=True):
        changed = before != after
        rows, columns = np.flatnonzero(changed.any(1)), np.flatnonzero(changed.any(0))
        assert len(np.unique(after[changed])) == 1
        assert changed.sum() == len(rows) * len(columns)


def test_sharpening_raises_and_blurring_lowers_the_variance():
    rng = np.random.default_rng(0)
    spread = transforms.sharpness(FACES, rng, amount=0.9).var((1, 2)) / FACES.var((1, 2))
    assert spread.max() > 1.1 and spread.min() < 0.9


def test_mixup_blends_targets_in_the_shares_of_the_images():
    levels = np.array([0, 50, 100, 150, 200, 250], np.float32)
    images = np.broadcast_to(levels[:, None, None], (6, 48, 48))
    targets = np.eye(6, dtype=np.float32)
    mixed, (shares, again) = transforms.mixup(images, [targets, targets], np.random.default_rng(2), alpha=1.0)
    assert np.array_equal(shares, again)
    assert shares.sum(1) == pytest.approx(1)
    assert (np.diag(shares) >= 0.5).all() and (np.diag(shares) < 0.99).any()
    assert mixed[:, 0, 0] == pytest.approx(shares @ levels, abs=1e-3)
    same, _ = transforms.mixup(images, [], np.random.default_rng(2), alpha=0.0)
    assert same is images


@pytest.mark.parametrize("name", CHAINS)
def test_every_chain_holds_known_values(name):
    for step, values in CHAINS[name].items():
        assert AUGMENTATIONS[step].values(values).items() >= dict(values).items()


def test_every_parameter_is_one_of_its_function_and_has_a_sound_default():
    for augmentation in AUGMENTATIONS.values():
        for parameter in augmentation.parameters:
            assert parameter.check(parameter.default) == parameter.default
            low_to_high = (parameter.low, parameter.high)
            extreme = low_to_high if isinstance(parameter.default, tuple) else parameter.high
            views = augmentation(FACES, np.random.default_rng(0), **{parameter.name: extreme})
            assert np.isfinite(views).all()


@pytest.mark.parametrize(
    ("steps", "words"),
    [
        ({"melt": {}}, "Unknown augmentation 'melt'"),
        ({"flip": {"often": 1}}, "no parameter 'often'"),
        ({"shift": {"amount": 0.9}}, "from 0.0 to 0.5"),
        ({"shift": {"amount": (0.1, 0.2)}}, "give a number"),
        ({"scale": {"factor": (1.2, 0.8)}}, "two rising numbers"),
        ({"rotate": {"degrees": float("nan")}}, "give a number"),
    ],
)
def test_a_wrong_step_is_named(steps, words):
    with pytest.raises(SettingsError, match=words):
        augment(FACES, np.random.default_rng(0), steps)


def test_the_strong_chain_is_the_one_that_the_shipped_network_saw():
    """Same generator, same draws: a change of order or default would change what a seed means."""
    views = training_views(FACES, np.random.default_rng(5))
    rng = np.random.default_rng(5)
    by_hand = transforms.geometric(FACES, rng)
    for step in (transforms.brightness_contrast, transforms.sharpness, transforms.erase):
        by_hand = step(by_hand, rng)
    assert np.array_equal(views, by_hand)


def test_the_camera_changes_the_share_that_it_is_told_and_leaves_the_rest():
    faces = np.random.default_rng(3).uniform(0, 255, (400, 16, 16)).astype(np.float32)
    for name in ("resample", "blur", "noise", "jpeg"):
        views = AUGMENTATIONS[name](faces, np.random.default_rng(1), probability=0.25)
        changed = (views != faces).any((1, 2)).mean()
        assert 0.18 < changed < 0.32
        assert np.array_equal(AUGMENTATIONS[name](faces, np.random.default_rng(1), probability=0.0), faces)


def test_a_camera_takes_detail_away_and_a_sensor_adds_grain():
    everywhere = {"probability": 1.0}
    spread = FACES.var((1, 2))
    for name, values in (("resample", {"factor": (0.3, 0.3)}), ("blur", {"sigma": (1.5, 1.5)})):
        views = AUGMENTATIONS[name](FACES, np.random.default_rng(0), **everywhere, **values)
        assert (views.var((1, 2)) < 0.4 * spread).all()
        assert views.mean((1, 2)) == pytest.approx(FACES.mean((1, 2)), rel=0.05)
    gray = np.full((50, 48, 48), 128, np.float32)
    grain = AUGMENTATIONS["noise"](gray, np.random.default_rng(0), deviation=(20.0, 20.0), **everywhere)
    assert (grain - gray).std() == pytest.approx(20, rel=0.05)
    good, bad = (
        AUGMENTATIONS["jpeg"](FACES, np.random.default_rng(0), quality=(q, q), **everywhere) for q in (95, 10)
    )
    assert np.abs(good - FACES).mean() < np.abs(bad - FACES).mean() / 3


def test_gamma_keeps_black_and_white_and_the_order_of_grays():
    ramp = np.broadcast_to(np.linspace(0, 255, 16, dtype=np.float32), (8, 16, 16))
    views = AUGMENTATIONS["gamma"](ramp, np.random.default_rng(0), exponent=(0.5, 2.0))
    assert views[:, :, 0] == pytest.approx(0) and views[:, :, -1] == pytest.approx(255)
    assert (np.diff(views, axis=2) > 0).all()
    assert views[:, 0, 8].min() < ramp[0, 0, 8] < views[:, 0, 8].max()
