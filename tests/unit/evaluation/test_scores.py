"""Figures with known answers."""

import json

import numpy as np
import pytest

from fer.dataset.class_names import class_index
from fer.dataset.ferplus import ferplus_majority
from fer.dataset.readers.fer2013 import ALL_VOTE_COLUMNS
from fer.errors import DatasetError, MissingModelError, ModelError
from fer.evaluation import metrics
from fer.evaluation.agreement import class_kappa, cohens_kappa
from fer.evaluation.calibration import calibration, expected_calibration_error
from fer.evaluation.coverage import THRESHOLDS, choose_unsure_below
from fer.evaluation.figures.metrics_file import Metrics, SplitScores, read_metrics
from fer.evaluation.intervals import resampled_sums
from fer.evaluation.scores import score_logits
from fer.io.json_records import json_text


def one_hot(labels, confidence=1.0) -> np.ndarray:
    probs = np.full((len(labels), 7), (1 - confidence) / 6)
    probs[np.arange(len(labels)), labels] = confidence
    return probs


def score(guesses, labels, confidence=0.9, **options):
    return score_logits(np.log(one_hot(guesses, confidence)), np.array(labels), **options)


def test_no_row_is_one_sentence():
    with pytest.raises(DatasetError, match="no labelled face"):
        score_logits(np.zeros((0, 7)), np.zeros(0, int))


def test_the_confusion_matrix_has_labels_in_rows():
    confusion = metrics.confusion_matrix(np.array([0, 0, 3]), np.array([0, 3, 3]))
    assert (confusion[0, 0], confusion[0, 3], confusion[3, 3], confusion.sum()) == (1, 1, 1, 3)


def test_an_empty_confusion_matrix_gives_zeros():
    empty = np.zeros((7, 7), int)
    for figure in (metrics.accuracy, metrics.balanced_accuracy, metrics.macro_f1, cohens_kappa):
        assert figure(empty) == 0
    assert class_kappa(empty).tolist() == [0] * 7


def test_known_accuracy_balanced_accuracy_and_f1():
    figures = score([3, 3, 3, 3], [3, 3, 3, 4])
    assert figures.accuracy.value == 0.75
    assert figures.balanced_accuracy.value == 0.5
    assert figures.macro_f1.value == pytest.approx((6 / 7 + 0) / 2)
    assert figures.weighted_f1.value == pytest.approx(6 / 7 * 3 / 4)
    assert figures.accuracy.low <= 0.75 <= figures.accuracy.high
    assert figures.classes["happy"].precision.value == 0.75
    assert figures.classes["sad"].n == 1


def test_kappa_of_a_known_table():
    # Cohen's own kind of example: 20 + 15 of 50 agree, 50% by chance, so (0.7 - 0.5) / (1 - 0.5).
    table = np.array([[20, 5], [10, 15]])
    assert cohens_kappa(table) == pytest.approx(0.4)
    assert class_kappa(table) == pytest.approx([0.4, 0.4])
    assert cohens_kappa(np.stack([table, np.diag([3, 4])])) == pytest.approx([0.4, 1.0])


def test_intervals_are_those_of_the_binomial_and_repeatable():
    right = np.arange(1000) < 700
    sums = resampled_sums(right[:, None]) / 1000
    low, high = np.quantile(sums, [0.025, 0.975])
    assert (low, high) == pytest.approx((0.7 - 1.96 * 0.0145, 0.7 + 1.96 * 0.0145), abs=0.004)
    assert (sums == resampled_sums(right[:, None]) / 1000).all()


def test_calibration_error_is_the_gap_between_confidence_and_accuracy():
    labels = np.zeros(10, int)
    guesses = np.array([0] * 6 + [1] * 4)
    assert expected_calibration_error(one_hot(guesses, 0.9), labels) == pytest.approx(0.3)
    assert expected_calibration_error(np.zeros((0, 7)), np.zeros(0, int)) == 0.0


def test_nll_brier_and_bins_of_known_rows():
    found = calibration(np.log(one_hot([0, 0], 0.7)), np.array([0, 1]))
    other = 0.3 / 6
    assert found.nll.value == pytest.approx(-(np.log(0.7) + np.log(other)) / 2)
    right, wrong = 0.3**2 + 6 * other**2, 0.7**2 + (1 - other) ** 2 + 5 * other**2
    assert found.brier.value == pytest.approx((right + wrong) / 2)
    place = int(0.7 * 15)
    assert (found.bins.n[place], sum(found.bins.n)) == (2, 2)
    assert (found.bins.confidence[place], found.bins.accuracy[place]) == pytest.approx((0.7, 0.5))
    assert len(found.bins.edges) == 16


def test_unsure_is_chosen_where_answers_become_more_right_than_wrong():
    rng = np.random.default_rng(0)
    confidence = rng.uniform(0.3, 0.95, 20_000)
    labels = np.where(rng.random(20_000) < confidence, 3, 4)
    probs = np.zeros((20_000, 7))
    probs[:, 3], probs[:, 0] = confidence, 1 - confidence
    probs[confidence < 0.5, 0] = 0.1  # the answer stays class 3
    assert choose_unsure_below(probs, labels) == pytest.approx(0.45, abs=0.03)


def test_a_lucky_stretch_of_few_faces_does_not_make_low_confidence_an_answer():
    confidence = np.concatenate([np.full(40, 0.24), np.linspace(0.34, 0.44, 500), np.linspace(0.5, 0.9, 500)])
    right = np.concatenate([np.ones(40, bool), np.arange(500) % 5 < 2, np.ones(500, bool)])
    probs = np.repeat((1 - confidence)[:, None] / 6, 7, axis=1)
    probs[:, 3] = confidence
    assert choose_unsure_below(probs, np.where(right, 3, 4)) >= 0.4


def test_coverage_and_accuracy_of_what_is_answered():
    logits = np.log(np.concatenate([one_hot([3, 3], 0.9), one_hot([3, 3], 0.4)]))
    curve = score_logits(logits, np.array([3, 3, 3, 4]), unsure_below=0.5).coverage
    assert (curve.answered.value, curve.accuracy_answered.value) == (0.5, 1.0)
    at = {t: (s, a) for t, s, a in zip(curve.thresholds, curve.shares, curve.accuracies, strict=True)}
    assert at[0.0] == (1.0, 0.75) and at[0.5] == (0.5, 1.0) and at[0.95] == (0.0, None)
    assert len(THRESHOLDS) == len(curve.shares)


def test_ferplus_majority_leaves_out_what_is_none_of_ours():
    def votes(**given):
        return [given.get(name, 0) for name in ALL_VOTE_COLUMNS]

    rows = [
        votes(happiness=6, neutral=4),
        votes(sadness=5, anger=5),
        votes(contempt=9, neutral=1),
        votes(unknown=8, fear=2),
        votes(NF=10),
        votes(),
        votes(anger=7),
    ]
    found = ferplus_majority(np.array(rows, np.float32))
    assert found.labels.tolist() == [3, -1, -1, -1, -1, -1, 0]
    assert found.counts == (1, 2, 1, 1)
    assert ferplus_majority(np.zeros((0, 10))).labels.shape == (0,)


KNOWN_LABELS = {
    **{"happy": 3, " Happiness ": 3, "ANGER": 0, "surprised": 5, "fearful": 2, "disgusted": 1, "sadness": 4},
    **{"0": 0, "6": 6, "7": None, "-1": None, "": None, "smug": None, "\u0663": None, "3.0": None},
}


@pytest.mark.parametrize(("text", "index"), KNOWN_LABELS.items())
def test_labels_as_people_write_them(text, index):
    assert class_index(text) == index


@pytest.fixture
def figures() -> Metrics:
    scores = score([3, 3, 3, 4], [3, 3, 4, 4], unsure_below=0.5)
    return Metrics(
        "toy", "ab", "temperature", 0.5, {"PrivateTest": SplitScores("PrivateTest", False, 0, scores, scores)}
    )


def test_figures_are_read_as_they_were_written(figures, tmp_path):
    (tmp_path / "m.json").write_text(json_text(figures))
    again = read_metrics(tmp_path / "m.json")
    assert json_text(again) == json_text(figures)
    assert again.test.plain.confusion == figures.test.plain.confusion
    assert again.test.plain_clean is None and Metrics("", "", "", 0.0, {}).test is None


def test_damaged_figures_are_one_sentence(figures, tmp_path):
    path = tmp_path / "m.json"
    with pytest.raises(MissingModelError, match="fer evaluate"):
        read_metrics(path)
    values = json.loads(json_text(figures))
    for text in ("", "{", "[]", "3", json.dumps(values | {"format": 0}), json.dumps(values | {"more": 1})):
        path.write_text(text)
        with pytest.raises(ModelError, match="damaged"):
            read_metrics(path)
    values["splits"]["PrivateTest"]["plain"]["accuracy"]["value"] = "high"
    path.write_text(json.dumps(values))
    with pytest.raises(ModelError, match="damaged"):
        read_metrics(path)
