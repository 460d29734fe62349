"""Cuts are seen, brightness and motion are not."""

import numpy as np

from fer.faces.cuts import CutDetector


def scene(seed: int) -> np.ndarray:
    """A blocky picture of large shapes."""
    blocks = np.random.default_rng(seed).integers(0, 200, (8, 8, 3))
    return np.kron(blocks, np.ones((20, 20, 1))).astype(np.uint8)


def test_the_first_frame_is_no_cut():
    assert not CutDetector().is_cut(scene(0), 0.0)


def test_another_scene_is_a_cut_and_the_same_is_not():
    cuts = CutDetector()
    cuts.is_cut(scene(0), 0.0)
    assert not cuts.is_cut(scene(0), 0.04)
    assert cuts.is_cut(scene(1), 0.08)


def test_light_and_a_shift_are_no_cut():
    cuts = CutDetector()
    cuts.is_cut(scene(0), 0.0)
    assert not cuts.is_cut(scene(0) // 2 + 40, 0.04)
    assert not cuts.is_cut(np.roll(scene(0) // 2 + 40, 3, axis=1), 0.08)


def test_another_picture_size_goes_on():
    cuts = CutDetector()
    cuts.is_cut(scene(0), 0.0)
    cuts.is_cut(scene(0)[:10, :10], 0.04)
    assert not cuts.is_cut(scene(0)[:10, :10], 0.08)


def test_a_black_frame_is_no_cut_to_be_divided_by_zero():
    cuts = CutDetector()
    black = np.zeros((40, 40, 3), np.uint8)
    cuts.is_cut(black, 0.0)
    assert not cuts.is_cut(black, 0.04)
