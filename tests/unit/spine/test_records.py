"""Records check their shapes and have an empty value."""

import numpy as np
import pytest

from fer.records import Detections, Faces, Frame, Observations


def test_empty_values_have_length_zero_and_the_right_width():
    assert Detections.empty().xyxy.shape == (0, 4)
    assert len(Faces.empty()) == 0
    assert Observations.empty(3, 0.5).probs.shape == (0, 7)


def test_a_wrong_shape_names_field_wanted_and_got():
    with pytest.raises(ValueError, match=r"Detections\.xyxy: wanted shape \(None, 4\).*\(2, 3\)"):
        Detections(np.zeros((2, 3), np.float32), np.zeros(2, np.float32), np.zeros((2, 6, 2), np.float32))


def test_a_float_image_is_refused():
    with pytest.raises(ValueError, match=r"Frame\.image: wanted .*uint8"):
        Frame(np.zeros((4, 4, 3), np.float32))


def test_rows_are_chosen_by_mask_and_joined_again():
    detections = Detections(
        np.arange(12, dtype=np.float32).reshape(3, 4),
        np.array([0.9, 0.8, 0.7], np.float32),
        np.zeros((3, 6, 2), np.float32),
    )
    kept = detections[np.array([True, False, True])]
    both = Detections.concatenate([kept, detections[1:2]])
    assert kept.score.tolist() == pytest.approx([0.9, 0.7])
    assert both.xyxy[:, 0].tolist() == [0, 8, 4]
    assert len(Detections.concatenate([])) == 0


def test_observations_need_a_quality_code_for_every_face():
    with pytest.raises(ValueError, match="wanted 0 codes, got 1"):
        Observations(0, 0.0, Faces.empty(), np.zeros((0, 7), np.float32), ("ok",))
