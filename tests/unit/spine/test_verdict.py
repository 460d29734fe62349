"""The most probable emotion, or "unsure"."""

import numpy as np

from fer.verdict import prediction_sets, set_words, verdicts


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
    assert set_words(probs[0], sets[0]) == "angry or happy"
    assert set_words(probs[0][::-1], sets[0][::-1]) == "neutral or happy"
