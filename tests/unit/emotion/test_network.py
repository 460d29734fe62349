"""The shipped network loads only if it is whole and the one that is known (cases 44 to 50)."""

import hashlib
import itertools
import json
import resource
import shutil
import struct

import numpy as np
import pytest

from fer.constants import EMOTIONS
from fer.emotion.network import MANIFEST, EmotionNetwork, read_manifest, self_test_faces, softmax
from fer.errors import MissingModelError, ModelError, ModelHashError, ModelOutputError
from fer.io.places import MODELS_DIR
from fer.litert import package_model


@pytest.fixture
def models(tmp_path):
    """A copy of models/ that a test may damage."""
    for name in (MANIFEST, "emotion.tflite"):
        shutil.copy(MODELS_DIR / name, tmp_path / name)
    return tmp_path


def change_manifest(folder, **values) -> None:
    path = folder / MANIFEST
    path.write_text(json.dumps(json.loads(path.read_text()) | values))


def test_no_crop_gives_no_probabilities():
    assert EmotionNetwork()(np.zeros((0, 48, 48), np.uint8)).shape == (0, len(EMOTIONS))


def test_probabilities_sum_to_one_and_do_not_depend_on_the_batch():
    crops = np.random.default_rng(0).integers(0, 255, (19, 48, 48)).astype(np.uint8)
    network = EmotionNetwork()
    together = network(crops)
    alone = np.concatenate([network(crop[None]) for crop in crops])
    assert together.sum(1) == pytest.approx(np.ones(19), abs=1e-5)
    assert together == pytest.approx(alone, abs=1e-4)


def test_flip_averaging_does_not_care_which_way_a_face_looks():
    crops = np.random.default_rng(0).integers(0, 255, (3, 48, 48)).astype(np.uint8)
    network = EmotionNetwork(flip=True)
    assert network(crops) == pytest.approx(network(crops[:, :, ::-1]), abs=1e-4)


def test_softmax_of_known_numbers():
    assert softmax(np.log(np.array([[1.0, 2.0, 7.0]]))) == pytest.approx(np.array([[0.1, 0.2, 0.7]]))
    assert np.isfinite(softmax(np.array([[1e4, 0.0]]))).all()


def test_case_44_another_file_under_the_name_is_refused(models):
    with open(models / "emotion.tflite", "ab") as file:
        file.write(b"x")
    with pytest.raises(ModelHashError, match=r"emotion\.tflite"):
        EmotionNetwork(models)


@pytest.mark.parametrize("length", [0, 7, 5000, 1_000_000])
def test_case_45_a_truncated_model_is_one_sentence(models, length):
    change_network(models, (models / "emotion.tflite").read_bytes()[:length])
    with pytest.raises(ModelError, match="damaged"):
        EmotionNetwork(models)


def change_network(folder, content) -> None:
    """Another .tflite file under a manifest that vouches for it."""
    (folder / "emotion.tflite").write_bytes(content)
    change_manifest(folder, sha256={"emotion.tflite": hashlib.sha256(content).hexdigest()})


def test_case_47_a_shape_bomb_is_refused_without_memory(models):
    content = (models / "emotion.tflite").read_bytes()
    shape = struct.pack("<5i", 4, 1, 48, 48, 1)
    assert shape in content
    change_network(models, content.replace(shape, struct.pack("<5i", 4, 1, 60_000, 60_000, 1)))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(ModelError, match="far more memory"):
        EmotionNetwork(models)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 30_000  # KiB


@pytest.mark.parametrize("classes", [list(EMOTIONS[:6]), list(reversed(EMOTIONS))])
def test_case_48_other_classes_fail_at_the_start(models, classes):
    change_manifest(models, classes=classes)
    with pytest.raises(ModelError, match="other classes"):
        EmotionNetwork(models)


def test_case_48_a_network_of_another_kind_fails_at_the_start(models):
    other = package_model("face_landmark.tflite").read_bytes()
    change_network(models, other)
    with pytest.raises(ModelError, match="does not map a 48 x 48 face to 7 classes"):
        EmotionNetwork(models)


def test_case_48_classes_in_another_order_fail_the_self_test(models):
    logits = EmotionNetwork(models).head_logits(self_test_faces())["labels"]
    change_manifest(models, self_test=logits.tolist())
    EmotionNetwork(models)
    for first, second in itertools.combinations(range(len(EMOTIONS)), 2):
        exchanged = logits.copy()
        exchanged[:, [first, second]] = logits[:, [second, first]]
        change_manifest(models, self_test=exchanged.tolist())
        with pytest.raises(ModelOutputError, match="another order"):
            EmotionNetwork(models)


def test_case_49_nan_is_an_error_and_never_a_label(monkeypatch):
    network = EmotionNetwork()
    monkeypatch.setattr(network, "_model", lambda batch: [np.full((len(batch), 7), np.nan, np.float32)])
    with pytest.raises(ModelOutputError):
        network(np.zeros((1, 48, 48), np.uint8))


def test_case_50_missing_files_say_how_to_mend_it(models, tmp_path):
    (models / "emotion.tflite").unlink()
    with pytest.raises(MissingModelError, match="models/ folder"):
        EmotionNetwork(models)
    with pytest.raises(MissingModelError, match=r"fer train"):
        read_manifest(tmp_path / "nowhere")


@pytest.mark.parametrize("text", ["", "{", "[]", '{"name": 1}'])
def test_a_damaged_manifest_is_one_sentence(models, text):
    (models / MANIFEST).write_text(text)
    with pytest.raises(ModelError, match=r"manifest\.json is damaged"):
        read_manifest(models)
