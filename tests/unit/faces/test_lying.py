"""Boxes of a turned picture in the picture as it is; which way a lying face is turned."""

import numpy as np
import pytest

from fer.faces.lying import LEFT, RIGHT, TURNS, detect_lying, lies, turns_for
from fer.faces.mesh import make_faces, regions_from_detections
from fer.records import N_KEYPOINTS, Detections, Faces
from tests.helpers.meshes import turned

PLACE = (60, 20, 90, 60)
"""Left, top, right and bottom of what the detector below takes for a face, in a picture of 200 x 100 px."""


class Bright:
    """A detector that takes what is bright for a face, upright as all faces are to it."""

    name, sure_score, likely_score = "bright", 0.75, 0.5

    def __init__(self, *, eyes: bool = True) -> None:
        self._eyes = eyes
        self.shapes: list[tuple[int, ...]] = []

    def detect(self, image: np.ndarray, *, smallest_px: float = 0.0) -> Detections:
        """The box around all bright pixels."""
        self.shapes.append(image.shape)
        y, x = np.nonzero(image[..., 0] > 128)
        if not len(y):
            return Detections.empty()
        box = np.array([x.min(), y.min(), x.max() + 1, y.max() + 1], np.float32)
        points = np.full((1, N_KEYPOINTS, 2), np.nan, np.float32)
        if self._eyes:
            points[0, :2] = box[:2] + (box[2:] - box[:2]) * [[0.2, 0.5], [0.8, 0.5]]
        return Detections(box[None], np.ones(1, np.float32), points)


def picture() -> np.ndarray:
    left, top, right, bottom = PLACE
    image = np.zeros((100, 200, 3), np.uint8)
    image[top:bottom, left:right] = 255
    return image


def lying(*rolls: float) -> Faces:
    landmarks = np.concatenate([turned(roll=roll) for roll in rolls]).astype(np.float32)
    n = len(rolls)
    boxes = Detections(np.zeros((n, 4), np.float32), np.ones(n, np.float32), np.zeros((n, 6, 2), np.float32))
    return make_faces(boxes, landmarks, np.ones(n, np.float32))


def test_nobody_is_found_in_a_dark_picture_and_nobody_lies():
    assert len(detect_lying(np.zeros((100, 200, 3), np.uint8), Bright(), long_side_px=200)) == 0
    assert lies(Faces.empty()).tolist() == []
    assert turns_for(Faces.empty()) == ()


@pytest.mark.parametrize(("turn", "roll"), [(LEFT, 90.0), (RIGHT, -90.0)])
@pytest.mark.parametrize("eyes", [True, False])
def test_a_box_lies_where_it_is_in_the_picture_and_its_eyes_say_how(turn, roll, eyes):
    found = detect_lying(picture(), Bright(eyes=eyes), [turn], long_side_px=200)
    assert found.xyxy.tolist() == [list(map(float, PLACE))]
    assert regions_from_detections(found).roll.tolist() == [roll]


def test_what_is_found_both_ways_is_one():
    assert len(detect_lying(picture(), Bright(), long_side_px=200)) == 1


def test_a_smaller_picture_is_looked_at_and_boxes_are_of_the_whole_one():
    detector = Bright()
    found = detect_lying(picture(), detector, long_side_px=100)
    assert detector.shapes == [(100, 50, 3)] * len(TURNS)
    assert found.xyxy[0] == pytest.approx(PLACE, abs=3)


def test_the_picture_is_turned_against_the_faces():
    assert lies(lying(0.0, 40.0, 90.0, -60.0, 170.0)).tolist() == [False, False, True, True, False]
    assert turns_for(lying(10.0, 80.0)) == (LEFT,)
    assert turns_for(lying(10.0), lying(-80.0)) == (RIGHT,)
    assert turns_for(lying(80.0, -80.0)) == TURNS
