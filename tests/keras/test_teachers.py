"""Teachers: their views, their cache, and a recipe whose last stage learns from them."""

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("keras", reason="training needs TensorFlow, which a small container may leave out")

from fer.errors import MissingModelError, OutputError, SettingsError
from fer.training import networks, teachers
from fer.training.check import check_recipe
from fer.training.loading import load_network
from fer.training.plan import Plan, Recipe
from fer.training.progress import TrainingCallback
from fer.training.rows import load_rows
from fer.training.run import NETWORK, Run
from fer.training.saving import save_network
from fer.training.teachers import TeacherCache, mean_probabilities, teacher_logits
from fer.training.trainer import predict_logits
from tests.helpers.toys import toy, write_csv, write_votes

TINY = Plan(arch="mini_xception", epochs=1, batch_size=16, peak_rate=0.02, precision="float32")


class Listener(TrainingCallback):
    """Remembers what was said."""

    def __init__(self):
        self.said = []

    def say(self, text):
        self.said.append(text)


@pytest.fixture(scope="module")
def network(tmp_path_factory):
    """(model, its file) of a small network."""
    model = networks.build("mini_xception")
    path = tmp_path_factory.mktemp("net") / "teacher.keras"
    save_network(model, path)
    return model, path


def test_no_teacher_has_no_answer():
    with pytest.raises(SettingsError, match="at least one"):
        mean_probabilities([])


def test_an_ensemble_answers_with_the_mean_of_probabilities():
    sure, torn = np.zeros((1, 7), np.float32), np.zeros((1, 7), np.float32)
    sure[0, 2] = 50
    mean = mean_probabilities([sure, torn])
    assert mean[0] == pytest.approx([1 / 14] * 2 + [0.5 + 1 / 14] + [1 / 14] * 4)
    assert mean.dtype == np.float32


def test_views_are_the_five_shifts_and_their_mirrors(network):
    images = toy(6).images
    padded = np.pad(images, ((0, 0), (4, 4), (4, 4)), mode="reflect")
    places = [(4, 4), (4, 6), (4, 2), (6, 4), (2, 4)]
    views = [padded[:, y : y + 48, x : x + 48] for y, x in places]
    wanted = np.mean([predict_logits(network[0], v) for v in (*views, *(v[:, :, ::-1] for v in views))], 0)
    got = teacher_logits(network[0], images)
    assert set(got) == {"labels"}
    assert got["labels"] == pytest.approx(wanted, abs=1e-4)


def test_a_teacher_may_answer_for_the_face_and_its_mirror_image_only(network):
    images = toy(4).images
    wanted = predict_logits(network[0], images, flip=True)
    got = teacher_logits(network[0], images, shift_px=0)["labels"]
    assert got == pytest.approx(wanted, abs=1e-5)
    assert not np.allclose(got, teacher_logits(network[0], images)["labels"])


def test_a_teacher_with_both_heads_is_kept_with_both(tmp_path):
    save_network(networks.build("mini_xception", votes_head=True), tmp_path / "two.keras")
    cache = TeacherCache(tmp_path / "t", {"train": toy(6).images, "public": toy(3).images})
    first = cache.logits("two", tmp_path / "two.keras")
    again = cache.logits("two", tmp_path / "two.keras")
    assert (first["train"]["labels"].shape, first["train"]["votes"].shape) == ((6, 7), (6, 8))
    for images, heads in first.items():
        for head, logits in heads.items():
            assert np.array_equal(logits, again[images][head])


def test_logits_are_computed_once_for_a_network_and_its_images(network, tmp_path, monkeypatch):
    first = TeacherCache(tmp_path / "t", {"train": toy(6).images}).logits("a", network[1])
    with monkeypatch.context() as patch:
        patch.setattr(teachers, "load_network", lambda path: pytest.fail("computed again"))
        again = TeacherCache(tmp_path / "t", {"train": toy(6).images}).logits("a", network[1])
    assert np.array_equal(first["train"]["labels"], again["train"]["labels"])
    other = TeacherCache(tmp_path / "t", {"train": toy(6, seed=3).images}).logits("a", network[1])
    assert not np.array_equal(first["train"]["labels"], other["train"]["labels"])
    (tmp_path / "t" / "logits-a.npz").write_bytes(b"cut off")
    assert TeacherCache(tmp_path / "t", {"train": toy(6).images}).logits("a", network[1])


def test_a_recipe_is_checked_before_hours_are_spent(network, tmp_path):
    one = Plan("1")
    taught = {"teachers": ("2",), "teacher_weight": 0.5}
    wrong = [
        (Recipe("x", (Plan("1", arch="giant"),)), SettingsError, "giant"),
        (Recipe("x", (Plan("1", **taught), Plan("2"))), SettingsError, "does not come before"),
        (Recipe("x", (Plan("1", start="1"),)), SettingsError, "does not come before"),
        (Recipe("x", (one, Plan("2", arch="original", start="1"))), SettingsError, "another network"),
        (Recipe("x", (one, Plan("2", start="1+3"), Plan("3"))), SettingsError, "does not come before"),
        (Recipe("x", (Plan("1", start=str(tmp_path / "none.keras")),)), MissingModelError, "earlier stage"),
    ]
    for recipe, error, words in wrong:
        with pytest.raises(error, match=words):
            check_recipe(recipe)
    check_recipe(
        Recipe("x", (one, Plan("2", start="1", teachers=("1", str(network[1])), teacher_weight=0.5)))
    )


@pytest.mark.slow
def test_stages_follow_each_other_and_a_finished_one_is_kept(network, tmp_path):
    rows = load_rows(write_csv(tmp_path / "toy.csv", training=32, public=14), None)
    first = replace(TINY, name="a")
    second = replace(
        TINY, name="b", start="a", teachers=("a", str(network[1])), teacher_weight=0.7, label_smoothing=0.0
    )
    listener = Listener()
    run = Run(Recipe("toy", (first, second)), rows, tmp_path / "run")
    run.folder.mkdir()
    model = run.train(listener)
    assert [epoch.stage for epoch in run.history] == ["a", "b"]
    assert [line.split(":")[0] for line in listener.said] == [
        "teacher a",
        f"teacher {network[1]}",
        "2 teachers together",
    ]
    again, heard = Run(Recipe("toy", (first, second)), rows, tmp_path / "run"), Listener()
    assert np.array_equal(again.train(heard).get_weights()[0], model.get_weights()[0])
    assert [line.split(":")[0] for line in heard.said] == ["stage a is finished", "stage b is finished"]
    assert again.history == run.history
    both = [load_network(run.network_of(name)).get_weights()[0] for name in "ab"]
    averaged = Run(Recipe("toy", (first, second), average=("a", "b")), rows, tmp_path / "run").train()
    assert averaged.get_weights()[0] == pytest.approx(np.mean(both, axis=0), abs=1e-6)
    changed = Recipe("toy", (replace(first, seed=9), second))
    with pytest.raises(SettingsError, match="another plan"):
        Run(changed, rows, tmp_path / "run").train()


@pytest.mark.slow
def test_both_heads_go_through_stages_averages_and_teachers(tmp_path):
    csv = write_csv(tmp_path / "toy.csv", training=32, public=14)
    rows = load_rows(csv, write_votes(tmp_path / "votes.csv", 46))
    two = replace(TINY, votes_weight=1.0, vote_rows="named")
    taught = {"teachers": ("a", "b"), "teacher_weight": 0.5, "votes_teacher_weight": 0.5}
    stages = (
        replace(two, name="a"),
        replace(two, name="b", seed=1, consistency=0.5),
        replace(two, name="ab", average=("a", "b")),
        replace(two, name="c", start="ab", **taught | {"teachers": ("ab",)}),
    )
    (tmp_path / "run").mkdir()
    run = Run(Recipe("toy", stages, average=("b", "c")), rows, tmp_path / "run")
    model = run.train()
    assert [output.shape[1] for output in model.outputs] == [7, 8]
    last = {
        name: load_network(run.network_of(name), heads=True).get_weights()[-1]
        for name in ("a", "b", "ab", "c")
    }
    assert last["ab"] == pytest.approx((last["a"] + last["b"]) / 2, abs=1e-6)
    assert [epoch.stage for epoch in run.history] == ["a", "b", "c"]
    both = [last["b"], last["c"]]
    assert model.get_weights()[-1] == pytest.approx(np.mean(both, axis=0), abs=1e-6)
    (tmp_path / "plain").mkdir()
    plain = Run(Recipe("toy", stages[:1]), load_rows(csv, None), tmp_path / "plain").train()
    assert len(plain.outputs) == 1


def test_a_network_is_stored_whole_or_not_at_all(network, tmp_path, monkeypatch):
    save_network(network[0], tmp_path / NETWORK)
    before = (tmp_path / NETWORK).read_bytes()

    def full(_fd):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("fer.io.parts.os.fsync", full)
    with pytest.raises(OutputError, match="disk is full"):
        save_network(network[0], tmp_path / NETWORK)
    assert [p.name for p in tmp_path.iterdir()] == [NETWORK]
    assert (tmp_path / NETWORK).read_bytes() == before
