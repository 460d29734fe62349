"""A tiny training: it learns, goes on where it was killed, and ends in files that the app loads."""

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("keras", reason="training needs TensorFlow, which a small container may leave out")

from fer.constants import EMOTIONS
from fer.dataset.fer2013 import FaceDataset
from fer.emotion import EmotionNetwork, softmax
from fer.errors import DatasetError, SettingsError
from fer.training import networks
from fer.training.convert import export
from fer.training.trainer import HISTORY, Plan, Trainer, WarmupCosine, predict_logits

TINY = Plan(epochs=2, batch_size=16, peak_rate=0.02, precision="float32", votes_weight=0.0)


def toy(n: int = 64, seed: int = 0) -> FaceDataset:
    """Faces whose brightness is their class."""
    rng = np.random.default_rng(seed)
    labels = np.arange(n) % len(EMOTIONS)
    images = (labels[:, None, None] * 30 + 20 + rng.integers(0, 20, (n, 48, 48))).astype(np.uint8)
    return FaceDataset(images, labels, np.full(n, "Training"), np.arange(n))


def test_one_class_is_refused(tmp_path):
    data = toy()
    data.labels[:] = 3
    with pytest.raises(DatasetError, match="one class"):
        Trainer(TINY, data, toy(), tmp_path)


def test_votes_must_fit_the_rows(tmp_path):
    with pytest.raises(DatasetError, match="votes"):
        Trainer(Plan(votes_weight=1.0), toy(), toy(), tmp_path, votes=np.ones((3, 8), np.float32))


def test_the_rate_rises_then_falls_to_zero():
    schedule = WarmupCosine(0.1, 100, 0.05)
    rates = [float(schedule(step)) for step in range(101)]
    assert max(rates) == pytest.approx(0.1)
    assert rates.index(max(rates)) in (4, 5)
    assert rates[-1] == pytest.approx(0.0, abs=1e-6)


@pytest.mark.slow
def test_a_resumed_training_equals_an_uninterrupted_one(tmp_path):
    class Killed(RuntimeError):
        pass

    def kill(_epoch):
        raise Killed

    votes = np.full((64, 8), 1 / 8, np.float32)
    plan = Plan(epochs=2, batch_size=16, peak_rate=0.02, precision="float32", votes_weight=0.5)
    whole = Trainer(plan, toy(), toy(21, 1), tmp_path / "whole", votes=votes)
    whole.run()
    with pytest.raises(Killed):
        Trainer(plan, toy(), toy(21, 1), tmp_path / "cut", votes=votes).run(kill)
    with pytest.raises(SettingsError, match="another plan"):
        Trainer(replace(plan, epochs=3), toy(), toy(21, 1), tmp_path / "cut", votes=votes).run()
    resumed = Trainer(plan, toy(), toy(21, 1), tmp_path / "cut", votes=votes)
    resumed.run()
    assert [e.epoch for e in resumed.history] == [1, 2]
    assert resumed.history[1].loss == pytest.approx(whole.history[1].loss, rel=1e-4)
    for a, b in zip(whole.average, resumed.average, strict=True):
        assert a == pytest.approx(b, abs=1e-4)
    assert len((tmp_path / "cut" / HISTORY).read_text().splitlines()) == 3


@pytest.mark.slow
def test_the_exported_network_repeats_keras_and_is_calibrated(tmp_path):
    model = networks.build("se_vgg")
    public = toy(140, 2)
    manifest = export(model, tmp_path, public, name="toy")
    network = EmotionNetwork(tmp_path)
    assert network.logits(public.images) == pytest.approx(predict_logits(model, public.images), abs=1e-3)
    assert network.manifest == manifest
    assert 0.25 <= manifest.temperature <= 4
    assert network(public.images) == pytest.approx(
        softmax(network.logits(public.images) / manifest.temperature)
    )
