"""Ids stay with people: through motion, gaps, cuts and changes of size; another person gets another id."""

from dataclasses import replace

import numpy as np
import pytest

from fer.faces.mesh import make_faces
from fer.faces.track import FAIR_S, MAX_GAP_S, MAX_KNOWN, Tracker
from fer.records import Detections, Faces, Frame, Suggestion

SIZE = 100.0
STEP_S = 1 / 25
BACKDROP = (90, 120, 100)

# Hair, skin and clothes of people who look alike to nobody.
ANNA = ((20, 20, 25), (200, 150, 130), (180, 30, 30))
BEN = ((190, 150, 60), (235, 200, 185), (30, 60, 160))
CARL = ((120, 60, 20), (110, 70, 50), (230, 230, 225))


def faces_at(*centers: tuple[float, float], size: float = SIZE, score: float = 0.95) -> Faces:
    """Square faces around the centres."""
    middle = np.array(centers, np.float32).reshape(-1, 2)
    xyxy = np.concatenate([middle - size / 2, middle + size / 2], 1)
    n = len(middle)
    detections = Detections(xyxy, np.full(n, score, np.float32), np.zeros((n, 6, 2), np.float32))
    return make_faces(detections, np.ones((n, 468, 3), np.float32), np.full(n, score, np.float32))


def picture(*people: tuple, width: int = 1200, height: int = 600) -> np.ndarray:
    """People as (x, y, colours[, size]) on a plain ground."""
    image = np.full((height, width, 3), BACKDROP, np.uint8)
    for x, y, (hair, skin, clothes), *size in people:
        side = size[0] if size else SIZE
        for left, top, right, bottom, color in (
            (-0.5, -0.95, 0.5, -0.4, hair),
            (-0.45, -0.45, 0.45, 0.6, skin),
            (-1.0, 0.8, 1.0, 1.7, clothes),
        ):
            rows = slice(max(0, int(y + top * side)), max(0, int(y + bottom * side)))
            image[rows, max(0, int(x + left * side)) : max(0, int(x + right * side))] = color
    return image


def see(tracker: Tracker, time_s: float, *people: tuple, score: float = 0.95) -> list[int]:
    """Ids of the people of a frame, in the order that was given."""
    faces = faces_at(*((p[0], p[1]) for p in people), score=score)
    return tracker.update(faces, Frame(picture(*people), timestamp_s=time_s)).track_id.tolist()


def watch(tracker: Tracker, start_s: float, end_s: float, *people: tuple, step_s: float = STEP_S) -> set:
    """All ids of the people between two times."""
    times = np.arange(start_s, end_s, step_s)
    return {k for time_s in times for k in see(tracker, float(time_s), *people)}


def test_no_face_is_no_track():
    tracker = Tracker()
    assert see(tracker, 0.0) == []
    assert tracker.missing == 0 and tracker.suggestions == ()


def test_a_sure_face_has_an_id_at_once_and_a_likely_one_after_a_second():
    assert see(Tracker(), 0.0, (200, 200, ANNA)) == [1]
    likely, unlikely = Tracker(likely_score=0.6), Tracker(likely_score=0.6)
    ids = [see(likely, k * 0.1, (200, 200, ANNA), score=0.65)[0] for k in range(12)]
    assert ids[:9] == [-1] * 9 and ids[-1] == 1
    assert {see(unlikely, k * 0.1, (200, 200, ANNA), score=0.55)[0] for k in range(40)} == {-1}


def test_a_face_of_fair_scores_is_believed_by_its_mean_and_the_mesh_a_drawing_s_moments_are_not_enough():
    def first_id(scores, presence=0.95):
        tracker = Tracker(sure_score=0.88, likely_score=0.84)
        for k, score in enumerate(scores):
            faces = replace(faces_at((200, 200), score=score), presence=np.array([presence], np.float32))
            if tracker.update(faces, Frame(picture((200, 200, ANNA)), timestamp_s=k / 10)).track_id[0] == 1:
                return k / 10
        return None

    face, drawing = [0.74, 0.82] * 20, [0.65, 0.65, 0.83] * 20
    assert first_id(face) == pytest.approx(FAIR_S, abs=0.1)
    assert first_id(face, presence=0.8) is None
    assert first_id(drawing) is None


def test_a_crowd_that_left_is_forgotten_but_for_a_bounded_number():
    tracker = Tracker()
    for k in range(3 * MAX_KNOWN):
        tracker.cut()
        color = tuple(np.random.default_rng(k).integers(0, 255, 3).tolist())
        see(tracker, k * 5.0, (300, 300, (color, color[::-1], color)))
    assert len(tracker._tracks) <= MAX_KNOWN + 1


def test_what_was_never_believed_is_freed():
    tracker = Tracker()
    assert see(tracker, 0.0, (200, 200, ANNA), score=0.6) == [-1]
    watch(tracker, STEP_S, 2 * MAX_GAP_S)
    assert tracker._tracks == []


def test_two_people_who_cross_keep_their_ids():
    tracker = Tracker()
    for k in range(60):
        a, b = (100 + 8 * k, 200, ANNA), (580 - 8 * k, 212, BEN)
        hidden = abs(a[0] - b[0]) < 60  # the one behind is not found while they overlap
        assert see(tracker, k * STEP_S, *((a,) if hidden else (a, b))) == ([1] if hidden else [1, 2])


def test_the_order_of_the_faces_does_not_matter():
    tracker = Tracker()
    assert see(tracker, 0.0, (150, 200, ANNA), (450, 200, BEN)) == [1, 2]
    assert see(tracker, STEP_S, (452, 200, BEN), (152, 200, ANNA)) == [2, 1]


def test_case_95_in_a_shot_a_face_at_its_place_is_the_same_whatever_it_does():
    tracker = Tracker()
    rng = np.random.default_rng(0)
    for k in range(50):  # another look in every frame
        look = tuple(tuple(rng.integers(0, 255, 3).tolist()) for _ in range(3))
        assert see(tracker, k * STEP_S, (300 + 2 * k, 250, look)) == [1]


def test_case_96_two_side_by_side_who_change_keep_their_ids():
    tracker = Tracker()
    rng = np.random.default_rng(1)
    for k in range(50):
        looks = [tuple(tuple(rng.integers(0, 255, 3).tolist()) for _ in range(3)) for _ in range(2)]
        assert see(tracker, k * STEP_S, (300, 250, looks[0]), (520, 250, looks[1])) == [1, 2]


@pytest.mark.parametrize("step_s", [1 / 30, 1 / 5, 1 / 2, 2.0, 5.0])
def test_case_95_a_face_keeps_its_id_at_any_rate(step_s):
    tracker = Tracker()
    ids = [see(tracker, k * step_s, (300 + 40 * np.sin(k * step_s), 250, ANNA))[0] for k in range(20)]
    assert set(ids) == {1}


def test_after_a_gap_at_the_same_place_the_look_decides():
    for who, wanted in ((ANNA, [1]), (BEN, [2])):
        tracker = Tracker()
        watch(tracker, 0.0, 2.0, (300, 250, ANNA))
        see(tracker, 2.1)
        assert see(tracker, 2.8, (310, 250, who)) == wanted


@pytest.mark.parametrize("gap_s", [0.5, 2.0, 10.0, 60.0])
def test_somebody_known_comes_back_elsewhere_under_the_old_id(gap_s):
    tracker = Tracker()
    watch(tracker, 0.0, 2.0, (300, 250, ANNA))
    see(tracker, 2.0)
    assert see(tracker, 2.0 + gap_s, (900, 300, ANNA)) == [1]


def test_case_97_cuts_between_two_people_bring_their_ids_back():
    tracker = Tracker()
    for k in range(6):
        tracker.cut()
        who = ANNA if k % 2 == 0 else BEN
        assert watch(tracker, 2.0 * k, 2.0 * k + 2.0, (600, 300, who)) == {1 + k % 2}
    assert tracker.suggestions == ()


def test_after_a_cut_somebody_new_gets_a_new_id():
    tracker = Tracker()
    watch(tracker, 0.0, 1.0, (300, 250, ANNA), (800, 250, BEN))
    tracker.cut()
    assert watch(tracker, 1.0, 2.0, (300, 250, CARL)) == {3}


def test_where_the_evidence_is_fair_it_is_suggested_that_two_are_one():
    tracker = Tracker()
    watch(tracker, 0.0, 2.0, (300, 250, ANNA))
    tracker.cut()
    now = faces_at((300, 250))
    image = picture((300, 250, ANNA))
    image[180:215, 260:300] = (140, 140, 140)  # half of the hair is something else
    ids = tracker.update(now, Frame(image, timestamp_s=3.0)).track_id.tolist()
    assert ids == [2]
    (suggestion,) = tracker.suggestions
    assert (suggestion.first, suggestion.second, suggestion.came_s) == (1, 2, 3.0)
    assert suggestion.left_s == pytest.approx(2.0, abs=2 * STEP_S)


def test_who_is_seen_together_is_never_suggested_as_one():
    tracker = Tracker()
    tracker._suggestions[1, 2] = Suggestion(1, 2, 0.0, 1.0)
    see(tracker, 0.0, (300, 250, ANNA), (800, 250, BEN))
    assert tracker.suggestions == ()


def test_case_87_another_size_of_the_picture_changes_no_id():
    tracker = Tracker()
    for k, scale in enumerate((1.0, 0.5, 2.0, 0.75)):
        image = picture(
            (300 * scale, 250 * scale, ANNA, SIZE * scale), width=int(1200 * scale), height=int(600 * scale)
        )
        faces = faces_at((300 * scale, 250 * scale), size=SIZE * scale)
        assert tracker.update(faces, Frame(image, timestamp_s=k * STEP_S)).track_id.tolist() == [1]


def test_a_lost_face_is_missing_until_it_is_expected_nowhere():
    tracker = Tracker()
    see(tracker, 0.0, (200, 200, ANNA))
    see(tracker, STEP_S)
    assert tracker.missing == 1
    see(tracker, 1.5 * MAX_GAP_S)
    see(tracker, 1.5 * MAX_GAP_S + STEP_S)
    assert tracker.missing == 0


def test_half_a_face_at_the_edge_is_not_believed_at_once():
    assert see(Tracker(), 0.0, (0, 200, ANNA)) == [-1]
