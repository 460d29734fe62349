"""The crop frames a live face as FER2013's images are framed."""

import numpy as np
import pytest

from fer.faces.crop import DEFAULT_FRAME, crop_faces, crop_regions
from fer.faces.mesh import LEFT_EYE_OUTER, RIGHT_EYE_OUTER, make_faces
from fer.records import Detections, Faces


def face_with_eyes(right: tuple, left: tuple, *, presence: float = 1.0) -> Faces:
    """One face whose outer eye corners (mesh) and eyes (detector) are given."""
    landmarks = np.zeros((1, 468, 3), np.float32)
    landmarks[0, RIGHT_EYE_OUTER, : len(right)], landmarks[0, LEFT_EYE_OUTER, : len(left)] = right, left
    keypoints = np.full((1, 6, 2), np.nan, np.float32)
    keypoints[0, :2] = right[:2], left[:2]
    detections = Detections(np.array([[0, 0, 90, 90]], np.float32), np.ones(1, np.float32), keypoints)
    return make_faces(detections, landmarks, np.array([presence], np.float32))


def test_no_face_gives_no_crop():
    assert crop_faces(np.zeros((10, 10, 3), np.uint8), Faces.empty()).shape == (0, 48, 48)


def test_the_eyes_land_where_fer2013_has_them():
    image = np.zeros((200, 200, 3), np.uint8)
    right, left = (70, 80), (122, 80)
    for x, y in (right, left):
        image[y - 1 : y + 2, x - 1 : x + 2] = 255
    crop = crop_faces(image, face_with_eyes(right, left))[0].astype(float)
    ys, xs = np.indices(crop.shape)
    middle = (crop * xs).sum() / crop.sum(), (crop * ys).sum() / crop.sum()
    spread = np.sqrt((crop * (xs - middle[0]) ** 2).sum() / crop.sum()) * 2
    assert middle == pytest.approx((DEFAULT_FRAME.eyes_x, DEFAULT_FRAME.eyes_y), abs=0.8)
    assert spread == pytest.approx(DEFAULT_FRAME.eye_distance, abs=1.0)


def test_turning_the_head_does_not_zoom_in():
    straight = crop_regions(face_with_eyes((50, 80, 0), (110, 80, 0)))
    turned = crop_regions(face_with_eyes((58, 80, -20), (58 + 44.7, 80, 20)))
    assert turned.side[0] == pytest.approx(straight.side[0], rel=0.01)


@pytest.mark.parametrize(("roll", "levelled"), [(5.0, 0.0), (-5.0, 0.0), (30.0, 30.0), (-60.0, -60.0)])
def test_a_small_tilt_stays_and_a_large_one_is_levelled(roll, levelled):
    assert DEFAULT_FRAME.levelled(np.array([roll])) == pytest.approx([levelled])


def test_levelling_rises_smoothly_with_the_tilt():
    out = DEFAULT_FRAME.levelled(np.linspace(0, 40, 400))
    assert (np.diff(out) >= 0).all()
    assert np.diff(out).max() < 0.3


def test_a_face_without_a_trusted_mesh_is_framed_by_the_detector():
    faces = face_with_eyes((30, 40), (60, 40), presence=0.2)
    region = crop_regions(faces)
    assert region.side[0] == pytest.approx(30 * 1.45 * 48 / DEFAULT_FRAME.eye_distance, rel=0.01)


def test_a_face_without_eyes_is_framed_by_its_box():
    faces = face_with_eyes((30, 40), (60, 40), presence=0.2)
    faces.detections.keypoints[:] = np.nan
    region = crop_regions(faces)
    assert 80 < region.side[0] < 130
    assert region.center[0] == pytest.approx([45, 45], abs=12)


def test_gray_is_bt601():
    image = np.zeros((100, 100, 3), np.uint8)
    image[..., 1] = 200
    crop = crop_faces(image, face_with_eyes((30, 40), (60, 40)))
    assert np.abs(crop.astype(float) - 0.587 * 200).max() <= 1
