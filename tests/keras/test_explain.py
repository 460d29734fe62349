"""Explanations: a network that looks at one corner lights that corner up, by both methods."""

import numpy as np
import pytest

from fer.emotion.network import EmotionNetwork
from fer.errors import ExplanationError, MissingModelError
from fer.explain import maps
from fer.explain.occlusion import occlusion_map

TOP_LEFT = (slice(0, 16), slice(0, 16))


def face(seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(60, 200, (48, 48)).astype(np.uint8)


def corner_logits(crops: np.ndarray) -> np.ndarray:
    """Class 3 is the brightness of the top left corner, class 4 its opposite; the others are 0."""
    logits = np.zeros((len(crops), 7), np.float32)
    logits[:, 3] = crops[:, *TOP_LEFT].astype(np.float32).mean((1, 2)) / 255
    logits[:, 4] = -logits[:, 3]
    return logits


def inside(heat: np.ndarray) -> float:
    """Share of a map's strength that is in the corner."""
    return float(np.abs(heat[TOP_LEFT]).sum() / np.abs(heat).sum())


def bright_corner() -> np.ndarray:
    crop = np.full((48, 48), 40, np.uint8)
    crop[TOP_LEFT] = 220
    return crop


def test_a_network_that_looks_nowhere_has_a_flat_occlusion_map():
    heat = occlusion_map(lambda crops: np.ones((len(crops), 7), np.float32), face(), 3)
    assert heat.shape == (48, 48) and heat.dtype == np.float32
    assert not heat.any()


def test_occlusion_lights_the_corner_and_its_sign_says_for_or_against():
    for_it, against = (occlusion_map(corner_logits, bright_corner(), k) for k in (3, 4))
    assert inside(for_it) > 0.8
    assert for_it[TOP_LEFT].min() > 0 and against[TOP_LEFT].max() < 0
    assert for_it[24:, 24:] == pytest.approx(0)


def test_occlusion_leaves_the_crop_as_it_was():
    crop = bright_corner()
    occlusion_map(corner_logits, crop, 3)
    assert np.array_equal(crop, bright_corner())


def test_agreement_of_known_maps():
    ramp = np.tile(np.arange(48, dtype=np.float32), (48, 1))
    assert maps.agreement(ramp, ramp**2) == pytest.approx(1.0)
    assert maps.agreement(ramp, -ramp) == pytest.approx(-1.0)
    assert maps.agreement(ramp, ramp.T) == pytest.approx(0.0, abs=1e-6)
    assert np.isnan(maps.agreement(ramp, np.zeros((48, 48))))


def test_the_record_checks_itself():
    flat = np.zeros((48, 48), np.float32)
    probs = np.full(7, 1 / 7, np.float32)
    maps.Explanation("happy", probs, flat, flat, 0.0)
    with pytest.raises(ValueError, match="joyful"):
        maps.Explanation("joyful", probs, flat, flat, 0.0)
    with pytest.raises(ValueError, match="grad_cam"):
        maps.Explanation("happy", probs, flat[:8], flat, 0.0)


def test_wrong_requests_are_refused_before_anything_is_loaded(tmp_path):
    with pytest.raises(ValueError, match="crop"):
        maps.explain_all(face()[:40], network=EmotionNetwork())
    with pytest.raises(MissingModelError, match=r"emotion\.keras"):
        maps.explain_all(face(), network=EmotionNetwork(), folder=tmp_path)


def test_a_child_that_takes_too_long_or_fails_is_one_sentence(tmp_path):
    with pytest.raises(ExplanationError, match="longer than 0 seconds"):
        maps.explain_all(face(), time_limit_s=0.01)
    (tmp_path / maps.KERAS_FILE).write_bytes(b"no network")
    with pytest.raises(ExplanationError, match="Grad-CAM stopped"):
        maps.explain_all(face(), network=EmotionNetwork(), folder=tmp_path)


@pytest.mark.slow
def test_the_shipped_network_explains_a_face(tmp_path):
    pytest.importorskip("keras", reason="Grad-CAM needs TensorFlow")
    crop = face()
    found = maps.explain_all(crop, ("happy", "sad"))
    assert list(found) == ["happy", "sad"]
    for name, one in found.items():
        assert one.emotion == name
        assert one.probs == pytest.approx(EmotionNetwork()(crop[None])[0], abs=1e-6)
        assert one.grad_cam.min() >= 0 and one.grad_cam.max() in (0.0, pytest.approx(1.0))
    assert not np.array_equal(found["happy"].grad_cam, found["sad"].grad_cam)
