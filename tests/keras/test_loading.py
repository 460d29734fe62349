"""The Keras form of a network: what is damaged, foreign or hostile is refused unbuilt (44 to 50)."""

import hashlib
import io
import json
import tracemalloc
import zipfile

import numpy as np
import pytest

pytest.importorskip("keras", reason="needs TensorFlow, which a small container may leave out")

import h5py
import keras

from fer.errors import MissingModelError, ModelError, ModelHashError, ModelOutputError
from fer.io.places import MODELS_DIR
from fer.training import loading, networks
from fer.training.loading import KERAS_FILE, load_network, load_shipped


def assert_sentence(caught):
    text = str(caught.value)
    assert text.endswith(".") and "\n" not in text and "python -m fer train" in text


@pytest.fixture(scope="module")
def tiny():
    """A network with few weights."""
    face = keras.Input((48, 48, 1))
    x = keras.layers.AveragePooling2D(16)(face)
    return keras.Model(face, keras.layers.Dense(7, name="emotion")(keras.layers.Flatten()(x)))


@pytest.fixture
def saved(tiny, tmp_path):
    path = tmp_path / "tiny.keras"
    tiny.save(path)
    return path


def repack(path, **members):
    """Replace members of a .keras file: a function takes the old bytes and gives the new ones."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    names = {"config": "config.json", "weights": "model.weights.h5"}
    for key, change in members.items():
        parts[names[key]] = change(parts[names[key]])
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


def layer_change(kind, **values):
    """A change of the configuration of all layers of one class; the others follow its shapes."""

    def change(text):
        config = json.loads(text)
        for layer in config["config"]["layers"]:
            layer.pop("build_config", None)
            if layer["class_name"] == kind:
                layer["config"] |= values
        return json.dumps(config).encode()

    return change


def test_a_sound_network_gives_its_answers(saved, tiny):
    faces = np.random.default_rng(0).uniform(0, 255, (3, 48, 48, 1)).astype(np.float32)
    assert np.asarray(load_network(saved)(faces)) == pytest.approx(np.asarray(tiny(faces)))


def test_the_shipped_network_loads():
    assert load_shipped().output_shape == (None, 7)


def test_a_votes_head_is_left_off(tmp_path):
    networks.build("mini_xception", votes_head=True, fused=True).save(tmp_path / "two.keras")
    assert load_network(tmp_path / "two.keras").output_shape == (None, 7)


def test_case_44_another_keras_file_is_refused(saved, tmp_path):
    with pytest.raises(ModelHashError, match=r"tiny\.keras is not the file") as caught:
        load_network(saved, sha256=hashlib.sha256(b"other").hexdigest())
    assert_sentence(caught)
    (tmp_path / "manifest.json").write_bytes((MODELS_DIR / "manifest.json").read_bytes())
    saved.rename(tmp_path / KERAS_FILE)
    with pytest.raises(ModelHashError):
        load_shipped(tmp_path)


@pytest.mark.parametrize("share", [0.0, 0.01, 0.3, 0.99])
def test_case_45_a_truncated_keras_file_is_one_sentence(saved, share):
    content = saved.read_bytes()
    saved.write_bytes(content[: int(share * len(content))])
    with pytest.raises(ModelError, match="damaged") as caught:
        load_network(saved)
    assert_sentence(caught)


@pytest.mark.parametrize("part", ["config", "weights"])
@pytest.mark.parametrize("content", [b"", b"[]", b"\0" * 200, b"\x89HDF\r\n\x1a\n" + b"\xff" * 90])
def test_case_45_damaged_parts_are_one_sentence(saved, part, content):
    repack(saved, **{part: lambda old: content})
    with pytest.raises(ModelError) as caught:
        load_network(saved)
    assert_sentence(caught)


def test_case_45_weights_of_another_network_are_one_sentence(saved):
    repack(saved, config=layer_change("AveragePooling2D", pool_size=[8, 8], strides=[8, 8]))
    with pytest.raises(ModelError, match="damaged") as caught:
        load_network(saved)
    assert_sentence(caught)


def test_case_46_a_lambda_layer_is_refused(tmp_path):
    face = keras.Input((48, 48, 1))
    x = keras.layers.Lambda(lambda t: t * 2, output_shape=(48, 48, 1))(face)
    model = keras.Model(face, keras.layers.Dense(7)(keras.layers.Flatten()(x)))
    model.save(tmp_path / "lambda.keras")
    with pytest.raises(ModelError, match="holds 'Lambda'") as caught:
        load_network(tmp_path / "lambda.keras")
    assert_sentence(caught)


@pytest.mark.parametrize(
    "foreign",
    [
        {"module": "os", "class_name": "system", "config": "true"},
        {"module": "builtins", "class_name": "function", "config": "eval"},
        {"module": "keras.layers", "class_name": "TFSMLayer", "config": {}},
        {"module": "keras.src.models.functional", "class_name": "Functional", "config": {}},
        {"class_name": ["Dense"]},
    ],
)
def test_case_46_whatever_else_could_run_code_is_refused(saved, foreign):
    repack(saved, config=layer_change("Dense", activation=foreign))
    with pytest.raises(ModelError, match="may hold") as caught:
        load_network(saved)
    assert_sentence(caught)


@pytest.mark.parametrize("bomb", ["filters", "parameters", "activation", "weights", "unpacked"])
def test_case_47_shape_bombs_are_refused_without_memory(saved, bomb, monkeypatch):
    bomb_into(saved, bomb, monkeypatch)
    tracemalloc.start()
    try:
        with pytest.raises(ModelError, match="far more") as caught:
            load_network(saved)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert_sentence(caught)
    assert peak < 30_000_000


def bomb_into(path, bomb, monkeypatch):
    """Save a network that asks for terabytes in one of several ways."""
    face = keras.Input((48, 48, 1))
    x = keras.layers.SeparableConv2D(2, 3)(keras.layers.Conv2D(2, 3)(face))
    keras.Model(face, keras.layers.Dense(7)(keras.layers.GlobalAveragePooling2D()(x))).save(path)
    if bomb == "filters":
        repack(path, config=layer_change("Conv2D", filters=10**12))
    elif bomb == "parameters":
        repack(path, config=layer_change("SeparableConv2D", depth_multiplier=10**6, filters=10**6))
    elif bomb == "activation":
        repack(path, config=layer_change("Conv2D", filters=1000))
    elif bomb == "weights":
        repack(path, weights=lambda old: hdf5_bomb())
    else:
        monkeypatch.setattr(loading, "MAX_CONFIG_BYTES", 1000)


def hdf5_bomb() -> bytes:
    """A few bytes of HDF5 that announce 10^12 numbers."""
    out = io.BytesIO()
    with h5py.File(out, "w") as file:
        file.create_dataset("layers/dense/vars/0", (10**6, 10**6), "f4", chunks=(1000, 1000))
    return out.getvalue()


@pytest.mark.parametrize("kind", ["external file", "link"])
def test_case_47_weights_that_lie_elsewhere_are_refused(saved, tmp_path, kind):
    secret = tmp_path / "secret.bin"
    secret.write_bytes(b"x" * 4000)
    out = io.BytesIO()
    with h5py.File(out, "w") as file:
        if kind == "link":
            file["layers"] = h5py.ExternalLink(str(secret), "/x")
        else:
            file.create_dataset("w", (1000,), "f4", external=[(str(secret), 0, 4000)])
    repack(saved, weights=lambda old: out.getvalue())
    with pytest.raises(ModelError, match="damaged") as caught:
        load_network(saved)
    assert_sentence(caught)


def test_case_48_other_inputs_or_outputs_are_refused(tmp_path):
    for side, classes in ((48, 6), (64, 7)):
        face = keras.Input((side, side, 1))
        keras.Model(face, keras.layers.Dense(classes)(keras.layers.Flatten()(face))).save(
            tmp_path / "m.keras"
        )
        with pytest.raises(ModelError, match="does not map a 48 x 48 face to 7") as caught:
            load_network(tmp_path / "m.keras")
        assert_sentence(caught)


def test_case_49_a_network_that_gives_nan_is_refused(tmp_path):
    face = keras.Input((48, 48, 1))
    model = keras.Model(face, keras.layers.Dense(7)(keras.layers.Flatten()(face)))
    model.set_weights([np.full(w.shape, np.nan, np.float32) for w in model.get_weights()])
    model.save(tmp_path / "m.keras")
    with pytest.raises(ModelOutputError, match="no numbers") as caught:
        load_network(tmp_path / "m.keras")
    assert_sentence(caught)


def test_case_50_a_missing_keras_file_says_how_to_mend_it(tmp_path):
    with pytest.raises(MissingModelError, match="is not in") as caught:
        load_network(tmp_path / "nothing.keras")
    assert_sentence(caught)
