"""LiteRT forms of a network: they repeat Keras, and the smallest that loses nothing is chosen."""

from dataclasses import replace

import numpy as np
import pytest

from fer.evaluation.figures.conversion import (
    Conversion,
    FormFigures,
    ScalingFigures,
    choose_form,
    read_conversion,
)
from fer.io.json_records import json_text

MS = {"batch 1, 1 thread": 1.0, "batch 8, 1 thread": 8.0}
BASE = FormFigures("float32", 4000, 0.70, 0.71, 0.8, 0.02, 1e-5, MS)


def test_the_smallest_form_that_costs_nothing_is_chosen():
    half = replace(BASE, form="float16", bytes=2000)
    small = replace(BASE, form="dynamic", bytes=1000, accuracy=0.698, ms={k: v / 2 for k, v in MS.items()})
    assert choose_form([BASE]) == "float32"
    assert choose_form([BASE, half, small]) == "dynamic"
    assert choose_form([BASE, half, replace(small, accuracy=0.6969)]) == "float16"
    assert choose_form([BASE, replace(small, accuracy_flip=0.70)]) == "float32"
    two, less = replace(BASE, votes_accuracy=0.85), replace(small, votes_accuracy=0.84)
    assert choose_form([two, less]) == "float32"
    assert choose_form([two, replace(less, votes_accuracy=0.849)]) == "dynamic"


def test_a_slower_form_is_not_chosen():
    slow = replace(BASE, form="int8", bytes=1000, ms=MS | {"batch 8, 1 thread": 8.8})
    assert choose_form([BASE, slow]) == "float32"
    assert choose_form([BASE, replace(slow, ms=MS | {"batch 8, 1 thread": 8.2})]) == "int8"


def test_the_comparison_is_read_as_it_was_written(tmp_path):
    scalings = (
        ScalingFigures("as trained", 0.7, 0.9, 0.1),
        ScalingFigures("vector", 0.7, 0.8, 0.02, chosen=True),
    )
    written = Conversion("toy", (BASE,), scalings)
    (tmp_path / "c.json").write_text(json_text(written))
    assert read_conversion(tmp_path / "c.json") == written


@pytest.fixture(scope="module")
def shipped():
    pytest.importorskip("keras", reason="needs TensorFlow, which a small container may leave out")
    from fer.training.loading import load_shipped

    return load_shipped()


def keras_and_litert(model, images):
    from fer.emotion.network import EmotionNetwork
    from fer.training.trainer import predict_logits

    return predict_logits(model, images), EmotionNetwork(answer="labels").logits(images)


def assert_equal_enough(wanted, got):
    form = next(f for f in read_conversion().forms if f.chosen)
    # Rows whose two best classes are closer than the rounding of the weights may go either way.
    assert np.abs(wanted - got).max() <= max(1e-3, 1.5 * form.largest_difference)
    assert (wanted.argmax(1) == got.argmax(1)).mean() >= 0.97


def test_the_shipped_tflite_repeats_the_shipped_keras_network_on_patterns(shipped):
    rng = np.random.default_rng(0)
    smooth = rng.uniform(0, 255, (40, 6, 6)).repeat(8, 1).repeat(8, 2).astype(np.uint8)
    wanted, got = keras_and_litert(shipped, smooth)
    assert (wanted.argmax(1) == got.argmax(1)).mean() >= 0.9
    assert np.abs(wanted - got).max() < 0.5


@pytest.mark.data
def test_the_shipped_tflite_repeats_the_shipped_keras_network_on_real_rows(shipped, fer2013_faces):
    rows = fer2013_faces.split("PublicTest")
    assert_equal_enough(*keras_and_litert(shipped, rows.images[:400]))


@pytest.mark.slow
@pytest.mark.parametrize("form", ["float32", "float16", "dynamic", "int8"])
def test_every_form_of_a_small_network_gives_its_answers(form, tmp_path):
    keras = pytest.importorskip("keras", reason="needs TensorFlow, which a small container may leave out")
    from fer.litert import LiteRTModel
    from fer.training.conversion.forms import to_litert

    face = keras.Input((48, 48, 1))
    x = keras.layers.Conv2D(8, 3, strides=2, activation="relu")(keras.layers.Rescaling(1 / 127.5, -1.0)(face))
    model = keras.Model(face, keras.layers.Dense(7)(keras.layers.GlobalAveragePooling2D()(x)))
    images = np.random.default_rng(0).integers(0, 255, (5, 48, 48)).astype(np.uint8)
    (tmp_path / "m.tflite").write_bytes(to_litert(model, form, calibration=images))
    faces = images[..., None].astype(np.float32)
    got = LiteRTModel(tmp_path / "m.tflite", max_batch=8)(faces)[0]
    wanted = np.asarray(model(faces))
    most = {"float32": 1e-4, "float16": 1e-2}.get(form, 0.1)
    assert got == pytest.approx(wanted, abs=most)


def test_int8_needs_rows_and_forms_have_names():
    pytest.importorskip("keras", reason="needs TensorFlow, which a small container may leave out")
    from fer.errors import SettingsError
    from fer.training.conversion.forms import to_litert

    with pytest.raises(SettingsError, match="Training rows"):
        to_litert(None, "int8")
    with pytest.raises(SettingsError, match="float32, float16"):
        to_litert(None, "int4")
