"""Each reason code for its reason, and none for a good face."""

import cv2
import numpy as np
import pytest

from fer.faces.covered import covered
from fer.faces.quality import quality_codes, sharpness
from fer.records import Faces
from fer.text import quality_words
from tests.helpers.factories import make_faces


@pytest.fixture
def crop(portrait) -> np.ndarray:
    """(48, 48) uint8: a sharp, bright face."""
    gray = cv2.cvtColor(portrait[65:200, 165:300], cv2.COLOR_RGB2GRAY)
    return cv2.resize(gray, (48, 48), interpolation=cv2.INTER_AREA)


def code_of(crop: np.ndarray, *, box=(100, 100, 200, 200), yaw: float = 0.0) -> str:
    faces = make_faces([1], boxes=[box])
    faces.pose[0] = yaw, 0, 0
    return quality_codes(np.array([[640, 480]]), faces, crop[None])[0]


def test_no_face_has_no_code():
    assert quality_codes(np.zeros((0, 2)), Faces.empty(), np.zeros((0, 48, 48), np.uint8)) == ()


def test_a_good_face_is_ok(crop):
    assert code_of(crop) == "ok"


def test_each_fault_has_its_code(crop):
    assert code_of(crop, box=(100, 100, 112, 114)) == "small"
    assert code_of(cv2.GaussianBlur(crop, (0, 0), 3)) == "blurred"
    assert code_of((crop * 0.1).astype(np.uint8)).startswith("dark")
    assert code_of(crop, yaw=-60) == "turned"
    assert code_of(crop, box=(-50, 100, 50, 200)) == "cut_off"


def test_case_94_a_covered_mouth_and_covered_eyes_have_their_codes(crop):
    masked, shaded = crop.copy(), crop.copy()
    cv2.fillPoly(masked, [np.array([(6, 29), (24, 26), (42, 29), (39, 45), (24, 48), (9, 45)])], 225)
    for x in (15, 33):
        cv2.ellipse(shaded, (x, 18), (8, 6), 0, 0, 360, 25, -1)
    cv2.line(shaded, (20, 17), (28, 17), 25, 2)
    assert code_of(masked) == "mouth_covered"
    assert code_of(shaded) == "eyes_covered"
    assert quality_words("mouth_covered") == "mouth covered"


def test_case_94_of_nobody_nothing_is_covered_and_faint_changes_are_no_cover(crop):
    assert covered(np.zeros((0, 48, 48), np.uint8)).shape == (0, 2)
    softer = cv2.GaussianBlur(crop, (0, 0), 0.6)
    for change in (crop, crop[:, ::-1].copy(), (crop * 0.6).astype(np.uint8), softer):
        assert not covered(change[None]).any()


def test_several_reasons_are_joined_in_the_fixed_order(crop):
    assert code_of(crop, box=(-8, 100, 8, 116), yaw=70) == "small+turned+cut_off"


def test_sharpness_does_not_depend_on_contrast(crop):
    half = (crop * 0.5 + 60).astype(np.uint8)
    assert sharpness(half) == pytest.approx(sharpness(crop), rel=0.1)
    assert sharpness(np.full((48, 48), 7, np.uint8)) == 0.0
