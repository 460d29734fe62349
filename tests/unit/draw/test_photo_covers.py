"""Photos without faces: what two detectors find is covered, and looked at again."""

import numpy as np
import pytest

from fer.draw.covers import Cover
from fer.draw.photo_covers import PhotoHider, hidden_photo
from fer.draw.second_look import is_clear
from fer.faces.detectors.sensitive import sensitive_detector
from fer.records import Observations
from fer.settings import Settings

SIZE = (640, 360)
BOX = np.array([100.0, 100, 200, 220])


def cover(*boxes, whole: bool = False) -> Cover:
    return Cover(np.array(boxes, float).reshape(-1, 4), len(boxes), whole)


def test_nothing_found_is_not_clear():
    assert is_clear(np.zeros((0, 4)), cover(), SIZE, margin=0.3).tolist() == []


def test_a_face_is_clear_unless_its_middle_is_hidden():
    beside = BOX + 150
    boxes = np.array([BOX, beside, BOX + 4, [300, 100, 306, 106]])
    assert is_clear(boxes, cover(BOX), SIZE, margin=0.3).tolist() == [False, True, False, False]
    assert not is_clear(boxes, cover(whole=True), SIZE, margin=0.3).any()
    assert is_clear(boxes, cover(), SIZE, margin=0.3).tolist() == [True, True, True, False]


@pytest.mark.parametrize("mode", ["blur", "mesh"])
def test_a_photo_keeps_its_size_and_loses_its_face(portrait, mode):
    """Nothing was read from it: the detectors find the face themselves."""
    found, clear = PhotoHider(Settings(), mode).cover(portrait, Observations.empty())
    assert len(found.boxes) >= 1 and not found.whole
    hidden = hidden_photo(portrait, found, mode)
    assert hidden.shape == portrait.shape
    assert (hidden[90:170, 190:270] != portrait[90:170, 190:270]).any(2).mean() > 0.95
    assert (hidden == portrait).all(2).mean() > 0.5
    assert clear == 0


def test_a_wall_stays_as_it_is():
    wall = np.full((200, 300, 3), 128, np.uint8)
    found, clear = PhotoHider(Settings(), "blur").cover(wall, Observations.empty())
    assert (len(found.boxes), clear) == (0, 0)
    assert np.array_equal(hidden_photo(wall, found, "blur"), wall)


def test_a_photo_that_is_hidden_as_a_whole_shows_nothing(portrait):
    hidden = hidden_photo(portrait, cover(whole=True), "mesh")
    assert hidden.std() < portrait.std() / 2
    assert not len(sensitive_detector(Settings().detector).find(hidden)[0])
