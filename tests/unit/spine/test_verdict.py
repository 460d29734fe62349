"""The most probable emotion, or "unsure"."""

import numpy as np

from fer.verdict import verdicts


def test_no_rows_give_no_names():
    names, confidence = verdicts(np.zeros((0, 7)), 0.5)
    assert names == []
    assert confidence.shape == (0,)


def test_a_low_highest_probability_is_unsure():
    probs = np.array([[0.1, 0, 0, 0.9, 0, 0, 0], [0.3, 0.2, 0.1, 0.1, 0.1, 0.1, 0.1]])
    names, confidence = verdicts(probs, 0.4)
    assert names == ["happy", "unsure"]
    assert confidence.tolist() == [0.9, 0.3]
