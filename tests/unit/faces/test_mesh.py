"""Head pose has the stated signs; regions follow boxes and meshes; the model finds a real face."""

import numpy as np
import pytest

from fer.faces.mesh import (
    FaceMesh,
    head_pose,
    regions_from_detections,
    regions_from_landmarks,
)
from fer.records import Detections
from tests.helpers.meshes import turned


def test_no_face_has_no_pose():
    assert head_pose(np.zeros((0, 468, 3))).shape == (0, 3)


@pytest.mark.parametrize("angles", [{"yaw": 25.0}, {"pitch": 15.0}, {"roll": -30.0}])
def test_pose_has_the_angle_and_sign_of_the_turn(angles):
    got = dict(zip(("yaw", "pitch", "roll"), head_pose(turned(**angles))[0], strict=True))
    assert got == pytest.approx({"yaw": 0.0, "pitch": 0.0, "roll": 0.0} | angles, abs=0.01)


def test_regions_are_levelled_by_the_eyes_and_larger_than_the_box():
    keypoints = np.full((1, 6, 2), np.nan, np.float32)
    keypoints[0, :2] = [[40, 50], [60, 70]]
    found = Detections(np.array([[30, 30, 70, 90]], np.float32), np.ones(1, np.float32), keypoints)
    regions = regions_from_detections(found)
    assert regions.roll[0] == pytest.approx(45.0)
    assert regions.side[0] == pytest.approx(90.0)
    assert len(regions_from_detections(Detections.empty())) == 0


def test_a_detector_without_eyes_gives_an_upright_region():
    nothing = np.full((1, 6, 2), np.nan, np.float32)
    found = Detections(np.array([[0, 0, 10, 10]], np.float32), np.ones(1, np.float32), nothing)
    assert regions_from_detections(found).roll.tolist() == [0.0]


def test_the_region_of_a_mesh_turns_with_it():
    assert regions_from_landmarks(turned(roll=20.0)).roll[0] == pytest.approx(20.0)
    assert len(regions_from_landmarks(np.zeros((0, 468, 3)))) == 0


def test_noise_has_no_face_and_a_portrait_has(portrait):
    mesh = FaceMesh()
    everything = np.array([[170, 60, 290, 190]], np.float32)
    found = Detections(everything, np.ones(1, np.float32), np.full((1, 6, 2), np.nan, np.float32))
    noise = np.random.default_rng(0).integers(0, 255, portrait.shape).astype(np.uint8)
    seen, unseen = mesh.faces(portrait, found), mesh.faces(noise, found)
    assert seen.presence[0] > 0.9
    assert unseen.presence[0] < 0.1
    assert abs(seen.pose[0]).max() < 40
