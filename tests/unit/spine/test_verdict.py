"""The most probable emotion, or "unsure"."""

import numpy as np

from fer.constants import UNSURE
from fer.verdict import NO_SETS, SetRule, answer_words, plausible, prediction_sets, set_words, verdicts

RULE = SetRule(0.9, named_from=0.4, unsure_from=0.16)


def test_no_rows_give_no_names():
    names, confidence = verdicts(np.zeros((0, 7)), 0.5)
    assert names == []
    assert confidence.shape == (0,)


def test_a_low_highest_probability_is_unsure():
    probs = np.array([[0.1, 0, 0, 0.9, 0, 0, 0], [0.3, 0.2, 0.1, 0.1, 0.1, 0.1, 0.1]])
    names, confidence = verdicts(probs, 0.4)
    assert names == ["happy", "unsure"]
    assert confidence.tolist() == [0.9, 0.3]


def test_a_set_holds_the_probable_ones_and_never_nothing():
    assert prediction_sets(np.zeros((0, 7)), 0.3).shape == (0, 7)
    probs = np.array([[0.5, 0, 0, 0.4, 0.1, 0, 0], [0.2, 0.16, 0.16, 0.12, 0.12, 0.12, 0.12]])
    sets = prediction_sets(probs, 0.3)
    assert np.flatnonzero(sets[0]).tolist() == [0, 3]
    assert np.flatnonzero(sets[1]).tolist() == [0]
    assert prediction_sets(probs, 0.0).all()


def test_an_unsure_answer_has_a_threshold_of_its_own_and_no_promise_no_sets():
    probs = np.array(
        [[0.1, 0, 0, 0.5, 0, 0, 0.4], [0.3, 0, 0.05, 0.05, 0.2, 0.17, 0.23], [0.9, 0, 0, 0.1, 0, 0, 0]]
    )
    assert plausible(np.zeros((0, 7)), 0.35, RULE) == []
    assert plausible(probs, 0.35, RULE) == ["happy|neutral", "angry|neutral|sad|surprise", "angry"]
    assert plausible(probs, 0.6, RULE)[0] == "happy|neutral"
    assert plausible(probs, 0.35, NO_SETS) == ["", "", ""]
    assert plausible(np.full((1, 7), np.nan), 0.35, RULE) == [""]


def test_only_an_unsure_answer_with_few_plausible_expressions_is_put_in_their_words():
    assert set_words("sad") == "sad"
    assert set_words("sad|neutral") == "sad or neutral"
    assert set_words("sad|neutral|angry") == "sad, neutral or angry"
    assert answer_words(UNSURE, "sad|neutral") == "sad or neutral"
    assert answer_words("sad", "sad|neutral") == "sad"
    assert [answer_words(UNSURE, text) for text in ("", "sad", "sad|neutral|angry|fear")] == [UNSURE] * 3
