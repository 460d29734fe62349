"""Faces from frame to frame: when the detector looks, and what its scores are worth afterwards."""

import numpy as np

from fer.faces.detectors import Detector
from fer.faces.follow import UNSEEN_FACTOR, FaceFollower, _renewed
from fer.records import UNCONFIRMED, Detections, Faces, Frame
from fer.stages import Stages
from tests.helpers.meshes import Watched, faces_of

RATE = 25
SIZE = (480, 640)
"""Height and width of a frame."""


class Growing:
    """A detector to which one still face becomes clearer at every look."""

    name, sure_score, likely_score = "growing", 0.75, 0.5

    def __init__(self, *scores: float) -> None:
        self.scores, self.looks = scores, 0

    def detect(self, image: np.ndarray, *, smallest_px: float = 0.0) -> Detections:
        """The next score; the last one stays. The face stands: there is none in a turned picture."""
        if image.shape[:2] != SIZE:
            return Detections.empty()
        score = self.scores[min(self.looks, len(self.scores) - 1)]
        self.looks += 1
        return faces_of(score).detections


class Steady:
    """A mesh that always lies on that face."""

    def fit(self, image, regions):
        """As `FaceMesh.fit`."""
        faces = faces_of(*[1.0] * len(regions))
        return faces.landmarks, faces.presence

    def faces(self, image, detections):
        """As `FaceMesh.faces`."""
        return faces_of(*detections.score)


def followed(detector: Detector, seconds: float) -> list[Faces]:
    """The faces of every frame."""
    follower = FaceFollower(
        detector,
        Steady(),  # pyright: ignore[reportArgumentType]
        interval_s=1.0,
        stages=Stages(),
    )
    frames = (Frame(np.zeros((*SIZE, 3), np.uint8), k, k / RATE) for k in range(round(seconds * RATE)))
    return [follower.update(frame) for frame in frames]


def ids_over(detector: Growing, seconds: float) -> list[int]:
    """The face's id in every frame."""
    return [int(faces.track_id[0]) for faces in followed(detector, seconds)]


def test_no_face_has_no_score_to_renew():
    assert len(_renewed(Faces.empty(), np.zeros(0), closely=True)) == 0


def test_only_who_has_no_id_is_judged_anew_at_every_look():
    known = faces_of(0.4, 0.8, ids=(UNCONFIRMED, 7))
    seen = np.array([0.8, 0.9])
    assert _renewed(known, seen, closely=False).detections.score.tolist() == np.float32([0.6, 0.8]).tolist()
    assert _renewed(known, seen, closely=True).detections.score.tolist() == np.float32([0.6, 0.85]).tolist()


def test_who_is_overlooked_loses_score_at_close_looks_only():
    known = faces_of(0.4, 0.8, ids=(UNCONFIRMED, 7))
    assert (
        _renewed(known, np.zeros(2), closely=False).detections.score.tolist()
        == np.float32([0.4, 0.8]).tolist()
    )
    score = _renewed(known, np.zeros(2), closely=True).detections.score
    assert score.tolist() == np.float32([0.4 * UNSEEN_FACTOR, 0.8 * UNSEEN_FACTOR]).tolist()
    assert len(_renewed(faces_of(0.32), np.zeros(1), closely=True)) == 0


def test_a_face_that_becomes_clear_gets_its_id_within_a_few_looks():
    ids = ids_over(Growing(0.4, 0.9), 1.0)
    assert ids[0] == UNCONFIRMED
    assert ids.index(1) <= 0.5 * RATE


def test_what_stays_doubtful_is_looked_at_seldom_after_a_while():
    detector = Growing(0.4)
    assert set(ids_over(detector, 10.0)) == {UNCONFIRMED}
    first, detector = detector.looks, Growing(0.4)
    ids_over(detector, 5.0)
    assert first - detector.looks <= 6


def test_an_empty_picture_is_looked_at_on_both_sides_once_a_second_and_small():
    detector = Watched()
    followed(detector, 3.0)
    assert detector.sizes.count(SIZE) == 3 * RATE
    assert detector.sizes.count((320, 240)) == len(detector.sizes) - 3 * RATE == 3 * 2


def test_nobody_looks_at_the_sides_where_somebody_is():
    detector = Watched(0.9)
    followed(detector, 3.0)
    assert set(detector.sizes) == {SIZE}
