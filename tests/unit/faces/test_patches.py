"""Patches and the way back into the picture."""

import numpy as np
import pytest

from fer.faces.patches import patch_matrix, square_patch, to_picture


def test_a_patch_of_its_own_size_is_the_region_itself():
    image = np.random.default_rng(0).integers(0, 255, (40, 60, 3)).astype(np.uint8)
    patch = square_patch(image, np.array([29.5, 19.5]), 16, 0.0, 16)
    assert np.array_equal(patch, image[12:28, 22:38])


@pytest.mark.parametrize("roll", [0.0, 30.0, -75.0])
def test_points_come_back_to_where_they_were(roll):
    matrix = patch_matrix(np.array([120.0, 80.0]), 90.0, roll, 192)
    points = np.array([[100.0, 70.0], [150.0, 95.0]])
    there = points @ matrix[:, :2].T + matrix[:, 2]
    assert to_picture(there, matrix) == pytest.approx(points, abs=1e-4)


def test_a_clockwise_roll_is_levelled():
    matrix = patch_matrix(np.array([0.0, 0.0]), 100.0, 20.0, 100)
    along = np.array([np.cos(np.deg2rad(20)), np.sin(np.deg2rad(20))])  # y grows downwards: clockwise
    assert matrix[:, :2] @ along == pytest.approx([1.0, 0.0], abs=1e-9)


def test_a_large_region_is_averaged_not_sampled():
    checkers = (np.indices((800, 800)).sum(0) % 2 * 255).astype(np.uint8)
    patch = square_patch(checkers, np.array([400.0, 400.0]), 600, 0.0, 48)
    assert np.abs(patch.astype(int) - 127).max() <= 3  # of 7 x 7 fields 24 or 25 are white


def test_large_and_small_pictures_give_the_same_framing():
    ramp = np.tile(np.linspace(0, 255, 960), (960, 1)).astype(np.uint8)
    large = square_patch(ramp, np.array([479.5, 479.5]), 480, 0.0, 48).astype(int)
    small = square_patch(ramp[::10, ::10].copy(), np.array([47.5, 47.5]), 48, 0.0, 48).astype(int)
    assert np.abs(large - small).max() <= 3


def test_beyond_the_frame_the_border_is_repeated():
    image = np.full((20, 20, 3), 90, np.uint8)
    assert (square_patch(image, np.array([0.0, 0.0]), 40, 15.0, 32) == 90).all()


@pytest.mark.parametrize("middle", [(100.0, 100.0), (3.0, 250.0), (399.0, 399.0), (-500.0, 20.0)])
def test_whatever_of_a_large_region_lies_in_the_picture_is_looked_at(middle):
    """White beyond the last whole step of averaging must not be lost: 401 pixels are no whole steps of 6."""
    image = np.zeros((401, 401), np.uint8)
    image[-2:, :] = image[:, -2:] = 255
    patch = square_patch(image, np.array(middle), 480.0, 0.0, 48)
    reaches = max(middle) + 240 > 401 and min(middle) + 240 > 0
    assert (patch[-24:, -24:].max() > 20) == reaches
