"""Ids stay with faces through gaps and crossings; another face gets another id."""

import numpy as np
import pytest

from fer.faces.mesh import make_faces
from fer.faces.track import MAX_GAP_S, Tracker
from fer.records import Detections, Faces, Frame

SIZE = 100.0
STEP_S = 1 / 25


def faces_at(*centers: tuple[float, float], score: float = 0.95) -> Faces:
    """Square faces of 100 px around the centres."""
    middle = np.array(centers, np.float32).reshape(-1, 2)
    xyxy = np.concatenate([middle - SIZE / 2, middle + SIZE / 2], 1)
    n = len(middle)
    detections = Detections(xyxy, np.full(n, score, np.float32), np.zeros((n, 6, 2), np.float32))
    return make_faces(detections, np.ones((n, 468, 3), np.float32), np.full(n, score, np.float32))


def looks(*seeds: int) -> np.ndarray:
    """One fixed pattern of noise a person."""
    return np.stack([np.random.default_rng(s).integers(0, 255, (48, 48)) for s in seeds]).astype(np.uint8)


def ids(tracker: Tracker, faces: Faces, crops: np.ndarray, time_s: float) -> list[int]:
    frame = Frame(np.zeros((400, 3000, 3), np.uint8), timestamp_s=time_s)
    return tracker.update(faces, crops, frame).track_id.tolist()


def nobody(tracker: Tracker, time_s: float) -> None:
    assert ids(tracker, Faces.empty(), np.zeros((0, 48, 48), np.uint8), time_s) == []


def test_no_face_is_no_track():
    tracker = Tracker()
    nobody(tracker, 0.0)
    assert tracker.missing == 0


def test_a_sure_face_has_an_id_at_once_and_an_unsure_one_after_three_sightings():
    sure, unsure = Tracker(), Tracker()
    assert ids(sure, faces_at((200, 200)), looks(1), 0.0) == [1]
    seen = [ids(unsure, faces_at((200, 200), score=0.6), looks(1), k * STEP_S)[0] for k in range(4)]
    assert seen == [-1, -1, 1, 1]


def test_case_61_twenty_faces_that_left_are_freed():
    tracker = Tracker()
    crowd = faces_at(*[(140 * k + 100, 200) for k in range(20)])
    for k in range(5):
        assert len(set(ids(tracker, crowd, looks(*range(20)), k * STEP_S))) == 20
    nobody(tracker, 4 * STEP_S + MAX_GAP_S + STEP_S)
    assert tracker._tracks == [] and tracker.missing == 0


def test_two_people_who_cross_keep_their_ids():
    tracker = Tracker()
    for k in range(60):
        a, b = (100 + 8 * k, 200), (580 - 8 * k, 212)
        hidden = abs(a[0] - b[0]) < 60  # the one behind is not found while they overlap
        faces, crops = (faces_at(a), looks(1)) if hidden else (faces_at(a, b), looks(1, 2))
        got = ids(tracker, faces, crops, k * STEP_S)
        assert got == ([1] if hidden else [1, 2])


def test_the_order_of_the_faces_does_not_matter():
    tracker = Tracker()
    assert ids(tracker, faces_at((100, 100), (300, 100)), looks(1, 2), 0.0) == [1, 2]
    assert ids(tracker, faces_at((302, 100), (102, 100)), looks(2, 1), STEP_S) == [2, 1]


def test_a_short_gap_keeps_the_id_and_a_long_one_does_not():
    tracker = Tracker()
    ids(tracker, faces_at((200, 200)), looks(1), 0.0)
    assert ids(tracker, faces_at((210, 200)), looks(1), 0.8 * MAX_GAP_S) == [1]
    assert ids(tracker, faces_at((210, 200)), looks(1), 3 * MAX_GAP_S) == [2]


def test_another_face_at_the_same_place_in_the_next_frame_gets_a_new_id():
    tracker = Tracker()
    assert ids(tracker, faces_at((200, 200)), looks(1), 0.0) == [1]
    assert ids(tracker, faces_at((200, 200)), looks(2), STEP_S) == [2]


def test_after_a_cut_nobody_keeps_an_id():
    tracker = Tracker()
    ids(tracker, faces_at((200, 200)), looks(1), 0.0)
    tracker.cut()
    assert ids(tracker, faces_at((200, 200)), looks(1), STEP_S) == [2]


def test_a_lost_face_is_missing_until_it_is_forgotten():
    tracker = Tracker()
    ids(tracker, faces_at((200, 200)), looks(1), 0.0)
    nobody(tracker, STEP_S)
    assert tracker.missing == 1
    nobody(tracker, 2 * MAX_GAP_S)
    assert tracker.missing == 0


def test_tracks_are_freed_when_a_crowd_leaves():
    tracker = Tracker()
    crowd = [(60.0 + 150 * k, 200.0) for k in range(20)]
    assert len(set(ids(tracker, faces_at(*crowd), looks(*range(20)), 0.0))) == 20
    nobody(tracker, 2 * MAX_GAP_S)
    assert tracker._tracks == []


@pytest.mark.parametrize("step_s", [1 / 30, 1 / 5])
def test_a_moving_face_keeps_its_id_at_any_rate(step_s):
    tracker = Tracker()
    got = {ids(tracker, faces_at((100 + 150 * k * step_s, 200)), looks(1), k * step_s)[0] for k in range(20)}
    assert got == {1}


def test_a_face_that_slides_over_the_edge_keeps_its_id_although_its_pixels_change():
    tracker = Tracker()
    assert ids(tracker, faces_at((60, 200)), looks(1), 0.0) == [1]
    assert ids(tracker, faces_at((30, 200)), looks(2), STEP_S) == [1]
    assert ids(tracker, faces_at((0, 200)), looks(3), 2 * STEP_S) == [1]


def test_half_a_face_at_the_edge_is_not_believed_at_once():
    tracker = Tracker()
    assert ids(tracker, faces_at((0, 200)), looks(1), 0.0) == [-1]
