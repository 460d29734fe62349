"""Lids of a stream: read again when an eye has changed, held for a frame otherwise."""

from dataclasses import replace

import numpy as np
import pytest

from fer.action_units.lids import LidFollower
from fer.records import UNCONFIRMED, Faces
from tests.helpers.action_units import FRAME, KNOWN, faces_of


class CountingEyes:
    """Answers with how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0

    def lids(self, patches: np.ndarray) -> np.ndarray:
        self.asked += len(patches)
        return np.full((len(patches), 2, 2), float(self.asked))


@pytest.fixture
def eyes() -> CountingEyes:
    return CountingEyes()


def face(*ids: int) -> Faces:
    return faces_of(KNOWN.canonical, ids)


def at(time_s: float, lid: float = 0.0, gray: int = 90):
    """A frame with a dark lash line so many eye widths over the eyes."""
    image, points = np.full_like(FRAME.image, gray), face(1).landmarks[0, :, :2]
    width = np.linalg.norm(points[133] - points[33])
    line = round(points[33, 1] - lid * width)
    image[line - 2 : line + 2] //= 3
    return replace(FRAME, timestamp_s=time_s, image=image)


def test_nobody_is_not_asked_about(eyes):
    assert LidFollower(eyes).lids(at(0.0), Faces.empty()).shape == (0, 2, 2)
    assert eyes.asked == 0


def test_an_eye_that_looks_the_same_is_held_for_a_tenth_of_a_second(eyes):
    follower = LidFollower(eyes)
    seen = [follower.lids(at(k / 25), face(1))[0, 0, 0] for k in range(5)]
    assert seen == [1, 1, 1, 2, 2]


def test_an_eye_that_changes_is_read_at_once(eyes):
    follower = LidFollower(eyes)
    seen = [follower.lids(at(k / 30, lid), face(1))[0, 0, 0] for k, lid in enumerate((0.3, 0.3, 0.1, 0.1))]
    assert seen == [1, 1, 2, 2]


def test_light_that_changes_moves_no_lid(eyes):
    follower = LidFollower(eyes)
    seen = [follower.lids(at(k / 30, 0.3, gray), face(1))[0, 0, 0] for k, gray in enumerate((90, 180))]
    assert seen == [1, 1]


def test_slow_streams_read_every_frame(eyes):
    follower = LidFollower(eyes)
    assert [follower.lids(at(k / 8), face(1))[0, 0, 0] for k in range(3)] == [1, 2, 3]


def test_every_face_has_its_own_and_a_face_without_an_id_is_always_read(eyes):
    follower = LidFollower(eyes)
    follower.lids(at(0.0), face(1, UNCONFIRMED))
    assert set(follower.held) == {1}
    follower.lids(at(1 / 30), face(1, UNCONFIRMED))
    assert eyes.asked == 3


def test_time_that_runs_back_and_faces_long_gone(eyes):
    follower = LidFollower(eyes)
    follower.lids(at(10.0), face(1))
    follower.lids(at(9.99), face(1))
    assert eyes.asked == 2
    follower.lids(at(20.0), face(2))
    assert set(follower.held) == {2}


def test_another_follower_goes_on(eyes):
    first, second = LidFollower(eyes), LidFollower(eyes)
    first.lids(at(0.0), face(1))
    second.recall(first.held)
    second.lids(at(1 / 30), face(1))
    assert eyes.asked == 1
