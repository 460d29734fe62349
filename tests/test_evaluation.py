"""Figures with known answers."""

import numpy as np
import pytest

from fer.training.evaluation import (
    choose_unsure_below,
    confusion_matrix,
    evaluate,
    expected_calibration_error,
    fit_temperature,
)


def one_hot(labels, confidence=1.0) -> np.ndarray:
    probs = np.full((len(labels), 7), (1 - confidence) / 6)
    probs[np.arange(len(labels)), labels] = confidence
    return probs


def test_the_confusion_matrix_has_labels_in_rows():
    confusion = confusion_matrix(np.array([0, 0, 3]), np.array([0, 3, 3]))
    assert (confusion[0, 0], confusion[0, 3], confusion[3, 3], confusion.sum()) == (1, 1, 1, 3)


def test_known_accuracy_balanced_accuracy_and_f1():
    labels = np.array([3, 3, 3, 4])
    figures = evaluate(one_hot([3, 3, 3, 3], 0.9), labels)
    assert figures["accuracy"] == 0.75
    assert figures["balanced_accuracy"] == 0.5
    assert figures["macro_f1"] == pytest.approx((6 / 7 + 0) / 2)
    assert figures["accuracy_low"] <= 0.75 <= figures["accuracy_high"]


def test_calibration_error_is_the_gap_between_confidence_and_accuracy():
    labels = np.zeros(10, int)
    guesses = np.array([0] * 6 + [1] * 4)
    assert expected_calibration_error(one_hot(guesses, 0.9), labels) == pytest.approx(0.3)
    assert expected_calibration_error(np.zeros((0, 7)), np.zeros(0, int)) == 0.0


def test_the_temperature_of_overconfident_logits_is_found():
    rng = np.random.default_rng(0)
    logits = rng.normal(0, 1.5, (4000, 7))
    probs = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    labels = np.array([rng.choice(7, p=p) for p in probs])
    assert fit_temperature(2 * logits, labels) == pytest.approx(2.0, rel=0.1)


def test_unsure_is_chosen_where_answers_become_more_right_than_wrong():
    rng = np.random.default_rng(0)
    confidence = rng.uniform(0.3, 0.95, 20_000)
    labels = np.where(rng.random(20_000) < confidence, 3, 4)
    probs = np.zeros((20_000, 7))
    probs[:, 3], probs[:, 0] = confidence, 1 - confidence
    probs[confidence < 0.5, 0] = 0.1  # the answer stays class 3
    assert choose_unsure_below(probs, labels) == pytest.approx(0.45, abs=0.03)


def test_coverage_and_accuracy_of_what_is_answered():
    probs = np.concatenate([one_hot([3, 3], 0.9), one_hot([3, 3], 0.4)])
    figures = evaluate(probs, np.array([3, 3, 3, 4]), unsure_below=0.5)
    assert (figures["answered"], figures["accuracy_answered"]) == (0.5, 1.0)
