"""Where faces are covered: before they appear, through gaps, over cuts; and when all of a frame is hidden."""

import numpy as np
import pytest

from fer.draw.covers import (
    BRIEF_S,
    LINGER_S,
    MIN_SIGHTINGS,
    Cover,
    Sighting,
    mask_of,
    merged,
    plan,
)
from fer.draw.hidden import MARGIN

FPS = 25
SIZE = (640, 360)
FACE = np.array([300.0, 150.0, 340.0, 200.0])


def sighting(frame: int, *boxes, believed: bool = True, cut: bool = False) -> Sighting:
    return Sighting(frame / FPS, np.array(boxes, float).reshape(-1, 4), np.full(len(boxes), believed), cut)


def video(count: int, seen: dict[int, np.ndarray], *, believed: bool = True, cuts=()) -> list[Sighting]:
    """Frames in which a face is seen at some places only."""
    return [
        sighting(k, *([seen[k]] if k in seen else []), believed=believed, cut=k in cuts) for k in range(count)
    ]


def hides(cover: Cover, box: np.ndarray) -> bool:
    """The ellipse in the box is hidden."""
    hidden, _ = mask_of(cover.boxes, SIZE, margin=MARGIN["mesh"])
    face, _ = mask_of(box[None], SIZE)
    return face.any() and not (face & ~hidden).any()


def frames_covered(covers: list[Cover]) -> list[int]:
    return [k for k, cover in enumerate(covers) if len(cover.boxes)]


def test_no_frame_and_no_face():
    assert plan([], SIZE) == []
    covers = plan(video(5, {}), SIZE)
    assert [len(c.boxes) for c in covers] == [0] * 5
    assert not any(c.whole for c in covers)


def test_a_sighting_needs_a_flag_for_every_box():
    with pytest.raises(ValueError, match=r"wanted \(1, 4\)"):
        Sighting(0.0, np.zeros((2, 4)), np.ones(1, bool))


def test_a_face_that_appears_is_covered_before_and_after():
    seen = {k: FACE for k in range(50, 60)}
    covers = plan(video(120, seen), SIZE)
    reach = round(LINGER_S * FPS)
    assert frames_covered(covers) == list(range(50 - reach, 59 + reach + 1))
    assert all(hides(covers[k], FACE) for k in frames_covered(covers))
    widths = [np.ptp(covers[k].boxes[:, [0, 2]]) for k in range(50 - reach, 50)]
    assert (np.diff(widths) < 0).all(), "the longer unseen, the wider"


def test_a_face_that_comes_in_is_covered_along_its_way():
    """It moves 200 px a second from the right edge and is overlooked for its first 15 frames."""
    place = {k: FACE + np.array([1, 0, 1, 0]) * (300 - 8.0 * (k - 30)) for k in range(30, 70)}
    seen = {k: box for k, box in place.items() if k >= 45}
    covers = plan(video(100, seen), SIZE)
    assert all(hides(covers[k], box) for k, box in place.items())


def test_a_gap_is_covered_between_its_ends():
    place = {k: FACE + np.array([1, 0, 1, 0]) * 4.0 * k for k in range(60)}
    seen = {k: box for k, box in place.items() if k not in range(20, 40)}
    covers = plan(video(60, seen), SIZE)
    assert all(hides(covers[k], box) for k, box in place.items())
    assert [c.seen for c in covers[18:22]] == [1, 1, 0, 0]


def test_what_is_seen_once_with_a_low_score_is_covered_briefly():
    covers = plan(video(60, {30: FACE}, believed=False), SIZE)
    reach = int(BRIEF_S * FPS)
    assert frames_covered(covers) == list(range(30 - reach, 30 + reach + 1))
    often = plan(video(60, {30 + k: FACE for k in range(MIN_SIGHTINGS)}, believed=False), SIZE)
    assert len(frames_covered(often)) > 40


def test_a_cut_ends_a_cover_but_for_a_little():
    covers = plan(video(60, {k: FACE for k in range(20, 30)}, cuts=(20, 30)), SIZE)
    assert frames_covered(covers) == list(range(18, 32))


def test_doubt_over_half_the_picture_hides_all_of_it():
    large = np.array([100.0, 30.0, 440.0, 330.0])
    covers = plan(video(60, {k: large for k in range(30, 40)}), SIZE)
    assert covers[10].whole, "a large face may have been anywhere"
    assert not covers[35].whole, "where it was seen nothing is in doubt"


def test_two_people_who_cross_are_both_covered():
    right = {k: np.array([10.0 + 12 * k, 100, 70 + 12 * k, 180]) for k in range(45)}
    left = {k: np.array([540.0 - 12 * k, 110, 600 - 12 * k, 190]) for k in range(45)}
    frames = [sighting(k, right[k], left[k]) for k in range(45)]
    frames[22] = sighting(22)
    covers = plan(frames, SIZE)
    assert all(hides(covers[k], right[k]) and hides(covers[k], left[k]) for k in range(45))


def test_boxes_of_one_face_become_one_that_holds_both():
    boxes, believed = merged(
        np.array([[0.0, 0, 10, 10], [2, 2, 12, 11], [50, 50, 60, 60], [np.nan, 0, 1, 1], [5, 5, 5, 9]]),
        np.array([False, True, False, True, True]),
    )
    assert boxes.tolist() == [[0, 0, 12, 11], [50, 50, 60, 60]]
    assert believed.tolist() == [True, False]


def test_a_mask_is_small_and_says_its_scale():
    mask, scale = mask_of(np.array([[0.0, 0, 640, 360]]), SIZE)
    assert mask.shape == (54, 96)
    assert scale == pytest.approx(0.15)
    assert mask.mean() == pytest.approx(np.pi / 4, abs=0.03)
    assert mask_of(np.zeros((0, 4)), SIZE)[0].sum() == 0
