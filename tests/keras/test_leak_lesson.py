"""The leak lesson: copies, both splits, and a tiny run."""

import json

import numpy as np
import pytest

from fer.errors import ModelError
from fer.evaluation.figures.leak_lesson import LeakLesson, SplitOutcome, explanation, read_lesson
from fer.io.json_records import json_text

pytest.importorskip("keras", reason="the lesson trains a network")

from fer.dataset.readers.fer2013 import FaceDataset
from fer.errors import DatasetError, SettingsError
from fer.training import leak_lesson
from fer.training.leak_lesson import (
    COPIES,
    Setup,
    copies,
    share_with_sibling,
    split_copies,
    train_both_splits,
)


def faces(n: int, seed: int = 0) -> FaceDataset:
    rng = np.random.default_rng(seed)
    images = rng.integers(0, 256, (n, 48, 48)).astype(np.uint8)
    return FaceDataset(images, np.arange(n) % 7, np.full(n, "Training"), np.arange(n))


def test_each_photo_gets_its_six_copies():
    assert copies(faces(0).images).shape == (0, 6, 48, 48)
    image = faces(1).images
    made = copies(image)[0].astype(int)
    assert np.array_equal(made[0], image[0]) and np.array_equal(made[1], image[0][:, ::-1])
    assert made[2].mean() > made[0].mean() > made[3].mean()
    assert made[4].std() > made[0].std() > made[5].std()


def test_a_leaky_split_tears_photos_apart_and_an_honest_one_does_not():
    for photos_first, share in ((True, 0.0), (False, 1.0)):
        train, test = split_copies(100, np.random.default_rng(0), photos_first=photos_first)
        assert sorted([*train, *test]) == list(range(600))
        assert len(test) == 120
        assert share_with_sibling(train, test) == pytest.approx(share, abs=0.02)


def test_repeats_are_taken_once():
    data = faces(4)
    data.images[3] = data.images[0]
    kept = leak_lesson.without_repeats(data)
    assert kept.rows.tolist() == [0, 1, 2]


def test_wrong_requests_are_refused():
    with pytest.raises(SettingsError, match="at least 10"):
        Setup(rows=3)
    with pytest.raises(DatasetError, match="20 different photos"):
        train_both_splits(faces(12), faces(7, 1), Setup(rows=20, epochs=1))


def test_a_tiny_lesson_and_its_file(tmp_path):
    seen = []
    public = faces(9, 1)
    data = faces(12)
    public.images[0] = data.images[0]
    lesson = train_both_splits(data, public, Setup(rows=12, epochs=1), lambda *told: seen.append(told[:2]))
    assert seen == [("leaky", 1), ("honest", 1)]
    assert lesson.unseen_faces == 8
    assert (lesson.leaky.images_trained_on, lesson.leaky.images_tested_on) == (60, 12)
    assert (
        lesson.honest.test_images_with_a_copy_in_training
        == 0
        < lesson.leaky.test_images_with_a_copy_in_training
    )
    assert lesson.copies == COPIES
    path = tmp_path / "lesson.json"
    path.write_text(json_text(lesson))
    assert read_lesson(path).explanation == lesson.explanation
    path.write_text(json.dumps({"format": 1}))
    with pytest.raises(ModelError, match="fer lesson"):
        read_lesson(path)


def test_the_explanation_tells_both_figures():
    way = SplitOutcome(4800, 1200, 1.0, 0.9, 0.4)
    told = explanation(LeakLesson("original", 1000, COPIES, 45, 3375, 0, 3500, way, way))
    assert "90.0%" in told and "40.0%" in told and "50 points" in told


def test_the_shipped_lesson_shows_the_gap_and_its_words_are_its_figures():
    lesson = read_lesson()
    assert lesson.explanation == explanation(lesson)
    assert lesson.leaky.accuracy_on_its_own_test - lesson.leaky.accuracy_on_unseen_faces > 0.3
    assert abs(lesson.honest.accuracy_on_its_own_test - lesson.honest.accuracy_on_unseen_faces) < 0.1
