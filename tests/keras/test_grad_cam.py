"""Grad-CAM on networks whose answer is known, and the sanity checks of Adebayo et al. 2018."""

import numpy as np
import pytest

pytest.importorskip("keras", reason="Grad-CAM needs TensorFlow, which a small container may leave out")

import keras
from keras import layers

from fer.explain.grad_cam import grad_cam
from fer.explain.maps import agreement
from fer.io.places import MODELS_DIR

TOP_LEFT = (slice(0, 16), slice(0, 16))


def corner_network() -> keras.Model:
    """Sees the top left 16 x 16 only, in maps of 12 x 12; class 0 is its brightness, class 1 is constant."""
    face = keras.Input((48, 48, 1))
    x = layers.AveragePooling2D(4)(face)
    x = layers.ZeroPadding2D(((0, 8), (0, 8)))(layers.Cropping2D(((0, 8), (0, 8)))(x))
    x = layers.Conv2D(2, 1, use_bias=False, name="maps")(x)
    x = layers.GlobalAveragePooling2D()(x)
    model = keras.Model(face, layers.Dense(2, use_bias=False)(x))
    model.set_weights([np.ones((1, 1, 1, 2), np.float32), np.array([[1.0, 0.0], [1.0, 0.0]], np.float32)])
    return model


def test_the_corner_lights_up_and_a_class_that_looks_nowhere_stays_dark():
    crop = np.random.default_rng(0).integers(60, 200, (48, 48)).astype(np.uint8)
    heat = grad_cam(corner_network(), crop, layer="maps")
    assert heat.shape == (2, 48, 48) and heat.dtype == np.float32
    assert heat[0][TOP_LEFT].sum() / heat[0].sum() > 0.9
    assert heat[0].max() == pytest.approx(1.0)
    assert not heat[1].any()


def test_the_default_is_the_last_layer_with_maps_wide_enough():
    crop = np.random.default_rng(0).integers(60, 200, (48, 48)).astype(np.uint8)
    model = corner_network()
    assert np.array_equal(grad_cam(model, crop), grad_cam(model, crop, layer="maps"))
    flat = keras.Input((48, 48, 1))
    dense = keras.Model(flat, layers.Dense(7)(layers.Flatten()(flat)))
    with pytest.raises(ValueError, match="no maps"):
        grad_cam(dense, crop)


def shipped() -> keras.Model:
    return keras.models.load_model(MODELS_DIR / "emotion.keras", compile=False)


def test_randomised_weights_change_the_map():
    """Model parameter randomisation: a map that survives random weights explains nothing.

    Reference: Adebayo et al. 2018, Sanity Checks for Saliency Maps.
    """
    crop = np.random.default_rng(1).integers(60, 200, (48, 48)).astype(np.uint8)
    model = shipped()
    before = grad_cam(model, crop)
    keras.utils.set_random_seed(0)
    for name in ("emotion", "block5_conv1", "block4_conv2"):
        layer = model.get_layer(name)
        layer.set_weights(
            [np.random.default_rng(0).permutation(w.ravel()).reshape(w.shape) for w in layer.get_weights()]
        )
    after = grad_cam(model, crop)
    similar = [agreement(a, b) for a, b in zip(before, after, strict=True) if a.any() and b.any()]
    assert len(similar) >= 4
    assert np.mean(similar) < 0.5


def test_the_same_weights_give_the_same_map():
    crop = np.random.default_rng(1).integers(60, 200, (48, 48)).astype(np.uint8)
    assert np.array_equal(grad_cam(shipped(), crop), grad_cam(shipped(), crop))
