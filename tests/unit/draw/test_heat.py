"""Heat maps over faces: colours for and against, and the face where there is nothing."""

import numpy as np

from fer.draw.heat import AGAINST_RGB, FOR_RGB, OPACITY, overlay

FACE = np.full((48, 48), 100, np.uint8)


def test_a_flat_map_leaves_the_face():
    picture = overlay(FACE, np.zeros((48, 48), np.float32), side_px=96)
    assert picture.shape == (96, 96, 3) and picture.dtype == np.uint8
    assert (picture == 100).all()


def test_for_is_orange_and_against_is_blue_whatever_the_scale():
    heat = np.zeros((48, 48), np.float32)
    heat[:20], heat[28:] = 0.004, -0.004
    picture = overlay(FACE, heat, side_px=48)
    for row, color in ((5, FOR_RGB), (40, AGAINST_RGB)):
        wanted = np.rint(100 * (1 - OPACITY) + OPACITY * np.array(color))
        assert np.abs(picture[row, 24] - wanted).max() <= 1
    assert (picture[24] == 100).all()
