"""A tiny training: it learns, goes on where it was killed, and ends in files that the app loads."""

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("keras", reason="training needs TensorFlow, which a small container may leave out")

import keras

from fer.emotion.network import EmotionNetwork, self_test_faces, softmax
from fer.errors import CancelledError, DatasetError, OutputError, SettingsError
from fer.evaluation.figures.conversion import CONVERSION, read_conversion
from fer.training import checkpoint, networks
from fer.training.averaging import WeightAverage, mean_weights
from fer.training.batches import Batches
from fer.training.conversion.convert import export
from fer.training.plan import Plan
from fer.training.progress import TrainingCallback
from fer.training.schedule import WarmupCosine
from fer.training.trainer import Trainer, cross_entropy, predict_heads, predict_logits
from tests.helpers.toys import toy, uniform_votes

TINY = Plan(epochs=2, batch_size=16, peak_rate=0.02, precision="float32", votes_weight=0.0)


class StopAfter(TrainingCallback):
    """Stops after some steps and remembers what it was told."""

    def __init__(self, steps: int) -> None:
        self.left, self.told = steps, []

    def stepped(self, progress):
        self.left -= 1
        self.told.append((progress.epoch, progress.step))

    def wants_stop(self):
        return self.left == 0


def test_one_class_is_refused(tmp_path):
    data = toy()
    data.labels[:] = 3
    with pytest.raises(DatasetError, match="one class"):
        Trainer(TINY, data, toy(), tmp_path)


def test_votes_and_teachers_must_fit_the_rows(tmp_path):
    with pytest.raises(DatasetError, match="votes"):
        Trainer(Plan(votes_weight=1.0), toy(), toy(), tmp_path, votes=np.ones((3, 8), np.float32))
    taught = replace(TINY, teachers=("1",), teacher_weight=0.5)
    with pytest.raises(DatasetError, match="teachers"):
        Trainer(taught, toy(), toy(), tmp_path, teacher={"labels": np.ones((3, 7), np.float32)})
    both = replace(taught, votes_weight=1.0, votes_teacher_weight=0.5)
    answers = {"labels": np.full((64, 7), 1 / 7, np.float32)}
    with pytest.raises(DatasetError, match="teachers"):
        Trainer(both, toy(), toy(), tmp_path, votes=uniform_votes(), teacher=answers)


def test_a_start_must_be_of_the_same_architecture(tmp_path):
    with pytest.raises(SettingsError, match="another architecture"):
        Trainer(TINY, toy(), toy(), tmp_path, start=[np.zeros((3, 3), np.float32)])


def test_a_training_starts_from_the_given_weights(tmp_path):
    start = [np.full_like(w, 0.01) for w in networks.build("se_vgg", votes_head=True).get_weights()]
    plan = replace(TINY, votes_weight=1.0)
    plain = start[:-2]  # Without the votes head, which then begins anew.
    for name, given in (("both", start), ("plain", plain)):
        trainer = Trainer(plan, toy(), toy(), tmp_path / name, votes=uniform_votes(), start=given)
        got = trainer.averaged_model().get_weights()
        assert len(got) == len(start)
        assert all(np.array_equal(a, b) for a, b in zip(got, given, strict=False))
    alone = Trainer(TINY, toy(), toy(), tmp_path / "alone", start=start).averaged_model()
    assert all(np.array_equal(a, b) for a, b in zip(alone.get_weights(), plain, strict=True))


def test_the_rate_rises_then_falls_to_zero():
    schedule = WarmupCosine(0.1, 100, 0.05)
    rates = [float(schedule(step)) for step in range(101)]
    assert max(rates) == pytest.approx(0.1)
    assert rates.index(max(rates)) in (4, 5)
    assert rates[-1] == pytest.approx(0.0, abs=1e-6)


def test_the_average_follows_fast_first_and_slowly_then():
    average = WeightAverage([np.zeros(2, np.float32)], decay=0.9)
    average.update([np.ones(2)], step=1)
    assert average.values[0] == pytest.approx(1 - 2 / 11)
    average = WeightAverage([np.zeros(2, np.float32)], decay=0.9)
    average.update([np.ones(2)], step=1000)
    assert average.values[0] == pytest.approx(0.1)


def test_a_mean_of_weights_takes_a_head_from_those_that_have_it():
    plain, both = [np.zeros(2)], [np.full(2, 4.0), np.ones(3)]
    first, head = mean_weights([plain, both])
    assert first.tolist() == [2, 2] and head.tolist() == [1, 1, 1]
    assert mean_weights([plain])[0].dtype == np.float32


def test_a_batch_depends_on_its_place_only():
    batches = Batches(replace(TINY, mixup=0.4), toy(), votes=None, teacher=None)
    later = [b for b in batches.stream(0, 3)]
    assert [(b.epoch, b.step) for b in later] == [(0, 3), (1, 0), (1, 1), (1, 2), (1, 3)]
    again = batches.batch(1, 2)
    assert np.array_equal(later[3].images, again.images)
    assert np.array_equal(later[3].targets[0], again.targets[0])
    assert again.targets[0].sum(1) == pytest.approx(1)
    assert not np.array_equal(batches.batch(0, 2).images, again.images)


def test_an_epoch_shows_every_row_once():
    data = toy()
    data.images[:] = (np.arange(64) * 3)[:, None, None]
    batches = Batches(replace(TINY, views="none"), data, votes=None, teacher=None)
    shown = np.concatenate([batches.batch(0, step).images[:, 0, 0, 0] for step in range(4)])
    assert sorted(shown) == [3 * k for k in range(64)]


def test_the_target_is_the_label_and_the_teacher_in_the_plans_shares():
    plan = replace(TINY, teachers=("1",), teacher_weight=0.7, views="none")
    teacher = np.full((64, 7), 1 / 7, np.float32)
    batch = Batches(plan, toy(), votes=None, teacher={"labels": teacher}).batch(0, 0)
    assert batch.targets[0].max(1) == pytest.approx(0.3 + 0.7 / 7)
    assert batch.targets[0].sum(1) == pytest.approx(1)


def test_teachers_of_votes_leave_a_row_what_it_counts():
    plan = replace(TINY, votes_weight=1.0, teachers=("1",), votes_teacher_weight=0.5, views="none")
    votes = np.zeros((64, 8), np.float32)
    votes[:, 2] = np.arange(64) / 64
    sure = np.eye(8, dtype=np.float32)[np.full(64, 5)]
    batches = Batches(plan, toy(), votes=votes, teacher={"votes": sure})
    labels, got = batches.batch(0, 0).targets
    assert labels.max(1) == pytest.approx(1)
    assert got[:, 2] == pytest.approx(got[:, 5])
    assert sorted(np.concatenate([batches.batch(0, k).targets[1].sum(1) for k in range(4)])) == pytest.approx(
        np.arange(64) / 64
    )


def test_the_loss_is_kerass_where_rows_sum_to_one_and_less_where_they_do_not():
    rng = np.random.default_rng(0)
    logits = rng.normal(size=(6, 7)).astype(np.float32)
    targets = rng.dirichlet(np.ones(7), 6).astype(np.float32)
    kerass = keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=0.1, reduction=None)
    ours = np.asarray(cross_entropy(0.1)(targets, logits))
    assert ours == pytest.approx(np.asarray(kerass(targets, logits)), abs=1e-5)
    assert np.asarray(cross_entropy(0.1)(targets / 4, logits)) == pytest.approx(ours / 4, abs=1e-5)


def test_consistency_asks_for_the_same_answer_in_both_views():
    targets = np.full((4, 7), 1 / 7, np.float32)
    logits = np.zeros((4, 7), np.float32)
    plain, asked = cross_entropy(), cross_entropy(consistency=2.0)
    assert np.asarray(asked(targets, logits)) == pytest.approx(np.asarray(plain(targets, logits)))
    logits[0, 3] = 2.0  # Row 2 is the other view of row 0.
    more = np.asarray(asked(targets, logits)) - np.asarray(plain(targets, logits))
    assert more[[1, 3]] == pytest.approx(0, abs=1e-6)
    assert more[0] == pytest.approx(more[2]) and more[0] > 0.5


def test_with_consistency_a_batch_holds_two_views_of_each_face():
    data = toy()
    data.images[:] = (np.arange(64) * 3)[:, None, None]
    plan = replace(TINY, consistency=1.0, views="none")
    batches = Batches(plan, data, votes=None, teacher=None)
    assert batches.steps == 8
    shown = [batches.batch(0, step).images[:, 0, 0, 0] for step in range(8)]
    assert all(np.array_equal(faces[:8], faces[8:]) for faces in shown)
    assert sorted(np.concatenate([faces[:8] for faces in shown])) == [3 * k for k in range(64)]
    moved = Batches(replace(plan, views="camera"), toy(), votes=None, teacher=None).batch(0, 0).images
    assert not np.array_equal(moved[:8], moved[8:])


def test_a_set_smaller_than_a_batch_is_one_step():
    batches = Batches(TINY, toy(9), votes=None, teacher=None)
    assert batches.steps == 1
    assert len(batches.batch(0, 0).images) == 9


def test_a_stage_may_end_before_its_rate_is_zero(tmp_path):
    def rates(name, **changes):
        trainer = Trainer(replace(TINY, **changes), toy(), toy(21, 1), tmp_path / name)
        trainer.run()
        return [epoch.learning_rate for epoch in trainer.history]

    assert rates("short", epochs=1, schedule_epochs=2) == rates("long", epochs=2)[:1]
    assert rates("own", epochs=1) == [pytest.approx(0, abs=1e-9)]


@pytest.mark.slow
def test_a_stopped_training_equals_an_uninterrupted_one(tmp_path):
    """Stopped within the second of three epochs, with dropout, FER+ votes and mixup at work."""
    plan = replace(TINY, epochs=3, votes_weight=0.5, mixup=0.2)

    def trainer(name, plan=plan):
        return Trainer(plan, toy(), toy(21, 1), tmp_path / name, votes=uniform_votes())

    whole = trainer("whole")
    whole.run()
    with pytest.raises(CancelledError, match="in epoch 2 after step 2 of 4; everything is saved"):
        trainer("cut").run(StopAfter(6))
    with pytest.raises(SettingsError, match="another plan"):
        trainer("cut", replace(plan, epochs=4)).run()
    resumed, callback = trainer("cut"), StopAfter(-1)
    resumed.run(callback)
    assert callback.told[0] == (2, 3)
    assert [e.epoch for e in resumed.history] == [1, 2, 3]
    for a, b in zip(whole.history, resumed.history, strict=True):
        assert (a.loss, a.val_accuracy) == pytest.approx((b.loss, b.val_accuracy), rel=1e-4)
    for a, b in zip(whole.average.values, resumed.average.values, strict=True):
        assert a == pytest.approx(b, abs=1e-4)


def test_both_heads_are_read_and_the_mirror_is_averaged_in():
    model = networks.build("mini_xception", votes_head=True)
    faces = toy(5).images
    plain, mirrored = predict_heads(model, faces), predict_heads(model, faces[:, :, ::-1])
    assert (plain["labels"].shape, plain["votes"].shape) == ((5, 7), (5, 8))
    both = predict_heads(model, faces, flip=True)
    for head in plain:
        assert both[head] == pytest.approx((plain[head] + mirrored[head]) / 2, abs=1e-5)
    assert np.array_equal(predict_logits(model, faces), plain["labels"])
    assert set(predict_heads(networks.build("mini_xception"), faces)) == {"labels"}


@pytest.mark.slow
def test_it_learns_what_is_easy(tmp_path):
    plan = replace(TINY, epochs=12, views="none")
    trainer = Trainer(plan, toy(112), toy(21, 1), tmp_path)
    trainer.run()
    assert trainer.history[-1].loss < 0.7 * trainer.history[0].loss
    assert trainer.history[-1].val_accuracy > 0.5


def test_a_checkpoint_is_whole_or_the_one_before(tmp_path, monkeypatch):
    trainer = Trainer(TINY, toy(), toy(), tmp_path)
    trainer.save()
    before = (tmp_path / checkpoint.CHECKPOINT).read_bytes()

    def full(_fd):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("fer.io.parts.os.fsync", full)
    trainer.step = 3
    with pytest.raises(OutputError, match="disk is full"):
        trainer.save()
    assert (tmp_path / checkpoint.CHECKPOINT).read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == [checkpoint.CHECKPOINT]


def test_a_damaged_checkpoint_and_other_rows_are_named(tmp_path):
    Trainer(TINY, toy(), toy(), tmp_path).save()
    with pytest.raises(SettingsError, match="other rows"):
        Trainer(TINY, toy(seed=5), toy(), tmp_path).run()
    path = tmp_path / checkpoint.CHECKPOINT
    path.write_bytes(path.read_bytes()[:-2000])
    with pytest.raises(SettingsError, match="damaged"):
        Trainer(TINY, toy(), toy(), tmp_path).run()


@pytest.mark.slow
def test_the_exported_network_repeats_keras_and_is_calibrated(tmp_path):
    model = networks.build("se_vgg")
    public = toy(140, 2)
    manifest = export(model, tmp_path, public, name="toy", forms=("float32",))
    network = EmotionNetwork(tmp_path)
    assert network.logits(public.images) == pytest.approx(predict_logits(model, public.images), abs=1e-3)
    assert network.manifest == manifest
    assert len(manifest.self_test) == len(self_test_faces())
    assert read_conversion(tmp_path / CONVERSION).forms[0].largest_difference < 1e-3
    assert {row.kind for row in read_conversion(tmp_path / CONVERSION).scalings if row.chosen} == {
        manifest.scaling.kind
    }
    assert network(public.images) == pytest.approx(softmax(manifest.scaling(network.logits(public.images))))
