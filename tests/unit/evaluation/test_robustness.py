"""Faces made harder to read: each perturbation alone, response curves, flips, and figures of a set."""

import json

import numpy as np
import pytest

from fer.charts.dataset import response_chart, robustness_chart
from fer.constants import EMOTIONS, UNSURE
from fer.emotion.network import EmotionNetwork
from fer.errors import DatasetError, MissingModelError
from fer.evaluation.card_robustness import robustness_section
from fer.evaluation.perturbations import EYES, MASK, MOUTH, PERTURBATIONS
from fer.evaluation.robustness import Response, Robustness, measure_robustness, read_robustness, response
from fer.io.json_records import from_values, json_text
from fer.io.places import MODELS_DIR
from fer.settings import ANSWERS
from tests.helpers.datasets import make_dataset, scenes


class Stub:
    """Happy for bright pictures, sad for dark ones; looks like a network."""

    sha256 = "0" * 64

    class manifest:
        name = "stub"

    class head:
        answer, unsure_below = "labels", 0.6

    def __call__(self, crops):
        bright = (crops.reshape(len(crops), -1).mean(1) / 255).astype(np.float32)
        probs = np.zeros((len(crops), 7), np.float32)
        probs[:, EMOTIONS.index("happy")] = bright
        probs[:, EMOTIONS.index("sad")] = 1 - bright
        return probs


@pytest.mark.parametrize("name", PERTURBATIONS)
def test_the_neutral_number_changes_nothing_and_the_last_one_a_lot(name):
    p, images = PERTURBATIONS[name], scenes(2)
    assert p(images[:0], p.levels[0]).shape == (0, 48, 48)
    assert (p(images, p.neutral) == images).all()
    far = max(p.levels, key=lambda level: abs(level - p.neutral))
    changed = p(images, far)
    assert changed.dtype == np.uint8
    assert changed.shape == images.shape
    assert np.abs(changed.astype(int) - images).mean() > 2
    assert (p(images, far) == changed).all()
    assert p.neutral in p.levels
    assert list(p.levels) == sorted(p.levels)


def test_covers_hide_their_region_and_nothing_else():
    images = np.zeros((1, 48, 48), np.uint8) + 77
    for name, (top, bottom, left, right) in (("eyes", EYES), ("mouth", MOUTH), ("mask", MASK)):
        covered = PERTURBATIONS[name](images, 1.0)[0] != 77
        assert covered[top:bottom, left:right].all()
        assert covered.sum() == (bottom - top) * (right - left)


def test_light_is_exposure():
    image = np.full((1, 48, 48), 60, np.uint8)
    assert PERTURBATIONS["light"](image, 2.0).max() == 120
    assert PERTURBATIONS["light"](image + 100, 3.0).max() == 255


def test_a_response_says_where_the_answer_changes():
    found = response(Stub(), np.full((48, 48), 180, np.uint8), "light")
    assert found.probs.shape == (len(found.levels), 7)
    assert found.levels[found.neutral] == 1.0
    [(flip, _)] = found.changes(0.0)
    # Half of 255 is reached at an exposure of 0.71.
    assert 0.6 < flip < 0.72
    assert response(Stub(), np.full((48, 48), 255, np.uint8), "noise").changes(0.0) == ()
    assert "changes at 0.6" in response_chart(found, 0.5).layout.meta["alt"]


def test_flips_on_both_sides_are_the_nearest_ones():
    probs = np.eye(7)[[1, 1, 2, 0, 0, 3, 0, 4]]
    found = Response(PERTURBATIONS["rotation"], np.arange(8.0), probs, 4)
    assert found.changes(0.0) == ((2.0, EMOTIONS[2]), (5.0, EMOTIONS[3]))


def test_an_answer_below_its_own_threshold_is_unsure_and_flips_to_nothing():
    probs = np.full((3, 7), 0.1)
    probs[[0, 1, 2], [3, 3, 0]] = 0.9, 0.3, 0.39  # happy, then weaker, then another one in front
    found = Response(PERTURBATIONS["rotation"], np.arange(3.0), probs, 0)
    assert found.changes(0.0) == ((2.0, EMOTIONS[0]),)
    assert found.changes(0.43) == ((1.0, UNSURE),)
    assert list(found.answers(0.43)) == [EMOTIONS[3], UNSURE, UNSURE]


def test_figures_of_a_set_and_their_chart():
    images = np.stack([np.full((48, 48), level, np.uint8) for level in (200, 90)])
    data = make_dataset(images, ["PrivateTest"] * 2, [EMOTIONS.index("happy"), EMOTIONS.index("sad")])
    told = []
    found = measure_robustness(Stub(), data, split="PrivateTest", on_progress=told.append)
    assert found.accuracy == 1.0
    assert len(told) == len(PERTURBATIONS)
    light = {one.level: one for one in found.perturbations["light"].levels}
    assert light[0.1].accuracy == 0.5
    assert light[0.1].same_answer == 0.5
    assert light[1.0].unsure == 0.0
    assert from_values(Robustness, json.loads(json_text(found))) == found
    assert "50% right" in robustness_chart(found, "light").layout.meta["alt"]
    with pytest.raises(DatasetError):
        measure_robustness(Stub(), data.where(np.zeros(2, bool)))


def test_the_section_of_the_model_card_quotes_the_figures():
    found = read_robustness()
    text = robustness_section(found)
    blur = found.perturbations["blur"].levels[-1]
    assert f"{blur.accuracy:.1%} at {blur.level:g}" in text
    assert f"{found.n:,} faces of {found.split}" in text
    # Two sides where the range has them.
    rotations = [line for line in text.splitlines() if line.startswith("| Rotation")]
    assert len(rotations) == len(ANSWERS), "a table for each head"
    assert all("at -60" in line and "at 60" in line for line in rotations)
    assert text.count("\n| ") == len(ANSWERS) * (2 + len(PERTURBATIONS))


def test_missing_figures_say_how_to_write_them(tmp_path):
    with pytest.raises(MissingModelError, match="fer robustness"):
        read_robustness(tmp_path / "none.json")


def test_the_shipped_figures_cover_every_perturbation():
    found = read_robustness(MODELS_DIR / "robustness.json")
    assert list(found.perturbations) == list(PERTURBATIONS)
    assert (found.split, found.n) == ("PrivateTest", 3589)
    for name, figures in found.perturbations.items():
        assert tuple(one.level for one in figures.levels) == PERTURBATIONS[name].levels
        [neutral] = [one for one in figures.levels if one.level == figures.neutral]
        assert neutral.accuracy == pytest.approx(found.accuracy)


def test_the_shipped_figures_belong_to_the_shipped_network():
    assert read_robustness().sha256 == EmotionNetwork().sha256
