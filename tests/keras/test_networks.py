"""Every network: its size, its outputs, and that training with the FER+ head leaves the plain network."""

import numpy as np
import pytest

pytest.importorskip("keras", reason="networks need Keras, which a small container may leave out")

import keras
from keras import layers

from fer.io.places import MODELS_DIR
from fer.training import networks
from tests.keras.conftest import SEED

SIZES = {
    # parameters, multiply-accumulates
    "se_vgg": (1_122_683, 70_682_880),
    "resnet": (1_605_207, 59_610_880),
    "wide": (4_476_387, 282_062_592),
    "teacher": (6_293_623, 701_708_928),
    "original": (4_736_359, 176_897_024),
    "mini_xception": (58_423, 10_163_392),
}
FACES = np.random.default_rng(0).integers(0, 256, (3, 48, 48, 1)).astype(np.float32)


def logits(model: keras.Model, faces: np.ndarray = FACES) -> list[np.ndarray]:
    outputs = model(faces, training=False)
    return [np.asarray(o) for o in (outputs if isinstance(outputs, list) else [outputs])]


def test_every_network_is_in_the_table():
    assert set(networks.ARCHITECTURES) == set(networks._ARCHITECTURES) == set(SIZES)


@pytest.mark.parametrize("arch", SIZES)
def test_size_shape_and_seed(arch, built):
    model = built(arch)
    assert (model.count_params(), networks.multiply_accumulates(model)) == SIZES[arch]
    (out,) = logits(model)
    assert out.shape == (3, 7) and out.dtype == np.float32 and np.isfinite(out).all()
    keras.utils.set_random_seed(SEED)
    assert np.array_equal(logits(networks.build(arch))[0], out)
    keras.utils.set_random_seed(SEED + 1)
    assert not np.array_equal(logits(networks.build(arch))[0], out)


@pytest.mark.parametrize("arch", SIZES)
def test_the_votes_head_comes_last_and_leaves_the_plain_network(arch):
    both = networks.build(arch, votes_head=True, fused=True)
    plain = networks.build(arch)
    emotion, votes = logits(both)
    assert (emotion.shape, votes.shape) == ((3, 7), (3, 8))
    plain.set_weights(both.get_weights()[: len(plain.weights)])
    assert logits(plain)[0] == pytest.approx(emotion, abs=1e-4)


@pytest.mark.parametrize("arch", SIZES)
def test_a_step_in_mixed_precision_moves_the_weights(arch):
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        model = networks.build(arch, fused=True)
    finally:
        keras.config.set_dtype_policy(before)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.SGD(0.1), loss=loss, jit_compile=False)
    weights = [w.copy() for w in model.get_weights()]
    assert np.isfinite(model.train_on_batch(FACES, np.array([0, 3, 6])))
    moved = [not np.array_equal(a, b) for a, b in zip(weights, model.get_weights(), strict=True)]
    assert sum(moved) > len(moved) / 2


@pytest.mark.parametrize("arch", SIZES)
def test_no_layer_keeps_a_network_from_other_backends(arch, built):
    model = built(arch)
    assert not any(isinstance(layer, layers.Lambda) for layer in model.layers)
    assert all(getattr(layer, "data_format", "channels_last") == "channels_last" for layer in model.layers)


def test_dropout_is_set_for_our_networks_and_the_baselines_keep_theirs(built):
    rates = {arch: networks.build(arch, dropout=0.2).get_layer("dropout").rate for arch in list(SIZES)[:5]}
    assert rates == {"se_vgg": 0.2, "resnet": 0.2, "wide": 0.2, "teacher": 0.2, "original": 0.5}
    assert built("se_vgg").get_layer("dropout").rate == 0.4


def test_the_shipped_weights_still_fit():
    shipped = keras.models.load_model(MODELS_DIR / "emotion.keras", compile=False)
    rebuilt = networks.build("se_vgg", votes_head=True)
    rebuilt.set_weights(shipped.get_weights())
    for head, wanted in zip(logits(rebuilt), logits(shipped), strict=True):
        assert head == pytest.approx(wanted, abs=1e-4)


def test_multiply_accumulates_of_known_layers():
    image = keras.Input((8, 8, 3))
    x = layers.Conv2D(5, 3, strides=2, padding="same")(image)  # 4 x 4 places
    x = layers.SeparableConv2D(7, 3, padding="same")(x)
    x = layers.DepthwiseConv2D(3, padding="same")(x)
    x = layers.Dense(2)(layers.GlobalAveragePooling2D()(x))
    model = keras.Model(image, x)
    convolution, separable, depthwise = 16 * 9 * 3 * 5, 16 * (9 * 5 + 5 * 7), 16 * 9 * 7
    assert networks.multiply_accumulates(model) == convolution + separable + depthwise + 7 * 2


def test_fused_batch_normalization_learns_the_same_statistics():
    x = np.random.default_rng(0).normal(3, 2, (32, 4, 4, 8)).astype(np.float32)
    plain, fused = layers.BatchNormalization(), networks.FusedBatchNormalization()
    outputs = [np.asarray(layer(x, training=True)) for layer in (plain, fused)]
    assert outputs[0] == pytest.approx(outputs[1], abs=1e-3)
    for a, b in zip(plain.weights, fused.weights, strict=True):
        assert np.asarray(a) == pytest.approx(np.asarray(b), rel=0.01, abs=1e-3)


def test_an_unknown_network_is_named():
    with pytest.raises(ValueError, match="resnet900"):
        networks.build("resnet900")
