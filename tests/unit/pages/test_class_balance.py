"""The sentence over the classes of a data set."""

import pytest

from fer.constants import EMOTIONS
from pages.ui.dataset.classes import balance_sentence


@pytest.mark.parametrize(
    ("counts", "sentence"),
    [
        ((4, 4, 4, 4, 4, 4, 4), "28 faces, as many of each expression."),
        ((40, 4, 4, 4, 4, 4, 4), "63% of 64 faces are angry, 10 times as many as disgust."),
        ((6, 4, 4, 4, 4, 4, 4), "20% of 30 faces are angry, 1.5 times as many as disgust."),
        ((101, 100, 100, 100, 100, 100, 100), "14% of 701 faces are angry, hardly more than disgust."),
        ((6, 0, 4, 4, 4, 4, 4), "23% of 26 faces are angry."),
        ((0, 0, 0, 1, 0, 0, 0), "The only face is happy."),
        ((0, 0, 0, 4, 0, 0, 0), "All 4 faces are happy."),
        ((0, 0, 0, 2, 2, 0, 0), "4 faces, as many of each: happy and sad."),
    ],
)
def test_how_far_the_classes_are_from_one_size(counts, sentence):
    assert balance_sentence(dict(zip(EMOTIONS, counts, strict=True))) == sentence
