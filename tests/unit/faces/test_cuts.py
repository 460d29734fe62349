"""Cuts are seen; light, motion and another size of the picture are not taken for one."""

import cv2
import numpy as np

from fer.faces.cuts import CutDetector


def scene(seed: int) -> np.ndarray:
    """(160, 160, 3): a blocky picture of large shapes."""
    blocks = np.random.default_rng(seed).integers(0, 200, (8, 8, 3))
    return np.kron(blocks, np.ones((20, 20, 1))).astype(np.uint8)


def test_the_first_frame_is_no_cut():
    assert not CutDetector().is_cut(scene(0), 0.0)


def test_another_scene_is_a_cut_and_the_same_is_not():
    cuts = CutDetector()
    cuts.is_cut(scene(0), 0.0)
    assert not cuts.is_cut(scene(0), 0.0)
    assert cuts.is_cut(scene(1), 0.0)
    assert not cuts.is_cut(scene(1), 0.0)


def test_a_cut_between_two_pictures_with_one_background_is_seen():
    cuts, other = CutDetector(), scene(0)
    other[40:160, 40:120] = scene(1)[40:160, 40:120]
    for _ in range(3):
        assert not cuts.is_cut(scene(0), 0.0)
    assert cuts.is_cut(other, 0.0)


def test_light_and_a_shift_are_no_cut():
    cuts = CutDetector()
    cuts.is_cut(scene(0), 0.0)
    assert not cuts.is_cut(scene(0) // 2 + 40, 0.0)
    assert not cuts.is_cut(np.roll(scene(0) // 2 + 40, 3, axis=1), 0.0)


def test_somebody_who_moves_in_half_of_the_picture_is_no_cut():
    cuts, rng = CutDetector(), np.random.default_rng(0)
    for k in range(10):
        image = scene(0)
        size = (80, 90) if k < 3 else (110, 120)
        move = cv2.resize(rng.integers(0, 255, (6, 4, 3), np.uint8), size)
        image[160 - size[1] :, 20 : 20 + size[0]] = move
        assert not cuts.is_cut(image, 0.0)


def test_another_picture_size_is_no_cut():
    cuts = CutDetector()
    cuts.is_cut(scene(0), 0.0)
    assert not cuts.is_cut(cv2.resize(scene(0), (320, 320)), 0.0)
    assert not cuts.is_cut(cv2.resize(scene(0), (80, 80), interpolation=cv2.INTER_AREA), 0.0)


def test_a_black_frame_is_no_cut_to_be_divided_by_zero():
    cuts = CutDetector()
    black = np.zeros((40, 40, 3), np.uint8)
    cuts.is_cut(black, 0.0)
    assert not cuts.is_cut(black, 0.0)
