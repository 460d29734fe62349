"""Rough looks: near for one person, far for two, unknown where the picture ends."""

import numpy as np

from fer.faces.look import LIMITS, look_at

BOX = np.array([150, 150, 250, 250], np.float32)


def portrait(hair: int, clothes: int) -> np.ndarray:
    """(400, 400, 3): gray levels for hair and clothes."""
    image = np.full((400, 400, 3), 128, np.uint8)
    image[100:155, 150:250] = hair
    image[155:250, 160:240] = (210, 160, 140)
    image[280:, 60:340] = clothes
    return image


def test_the_same_picture_has_no_distance_and_light_noise_a_small_one():
    image = portrait(30, 200)
    noisy = np.clip(image + np.random.default_rng(0).normal(0, 4, image.shape), 0, 255).astype(np.uint8)
    look = look_at(image, BOX)
    assert abs(look.distance(look)) < 0.02
    assert look.distance(look_at(noisy, BOX)) < 1


def test_other_hair_or_other_clothes_are_far():
    look = look_at(portrait(30, 200), BOX)
    assert look.distance(look_at(portrait(220, 200), BOX)) > 2
    assert look.distance(look_at(portrait(30, 40), BOX)) > 1.5


def test_a_face_beyond_the_picture_tells_nothing():
    look = look_at(portrait(30, 200), BOX + 1000)
    assert not look.colors.any()
    assert look.distance(look) == np.inf


def test_a_look_is_small_and_holds_no_picture():
    look = look_at(portrait(30, 200), BOX)
    assert look.colors.shape[0] == len(LIMITS)
    assert look.colors.nbytes < 20_000
