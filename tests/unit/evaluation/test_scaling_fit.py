"""Scaling of logits: the fit finds what was done to them, and the choice is made on rows it has not seen."""

import numpy as np
import pytest

from fer.emotion.network import softmax
from fer.emotion.scaling import KINDS, UNSCALED, Scaling, scaling_of
from fer.evaluation.calibration import calibration, ece_by_chance
from fer.evaluation.scaling_fit import choose_scaling, compare_scalings, fit_scaling


def drawn(n: int = 4000, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Logits (n, 7), and labels that come as often as their probabilities say."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(0, 1.5, (n, 7))
    return logits, (rng.random((n, 1)) > softmax(logits).cumsum(1)).sum(1).clip(0, 6)


@pytest.mark.parametrize("kind", KINDS)
def test_one_face_gives_finite_numbers(kind):
    scaling = fit_scaling(np.array([[4.0, 0, 0, 0, 0, 0, 0]]), np.array([0]), kind)
    assert np.isfinite(scaling(np.ones((1, 7)))).all()
    assert compare_scalings(np.ones((1, 7)), np.array([0]))[0].accuracy == 1


def test_the_temperature_of_overconfident_logits_is_found():
    logits, labels = drawn()
    scaling = fit_scaling(2 * logits, labels, "temperature")
    assert 1 / scaling.weights[0][0] == pytest.approx(2.0, rel=0.1)
    assert scaling.bias == (0.0,) * 7 and scaling.weights[0][1] == 0
    before, after = (calibration(2 * logits, labels, scaling=s) for s in (UNSCALED, scaling))
    assert after.ece.value < before.ece.value and after.nll.value < before.nll.value


def test_logits_that_need_only_a_temperature_get_no_more():
    logits, labels = drawn(600)
    chosen, figures = choose_scaling(2 * logits, labels)
    assert chosen.kind == "temperature" and [f.kind for f in figures if f.chosen] == ["temperature"]
    assert [f.kind for f in figures] == ["as trained", *KINDS]


def test_a_class_that_is_too_sure_needs_a_vector():
    logits, labels = drawn()
    spoiled = logits * np.array([3, 1, 1, 1, 1, 1, 1]) + np.array([0, 0, 1.5, 0, 0, 0, 0])
    chosen, figures = choose_scaling(spoiled, labels)
    by_kind = {f.kind: f for f in figures}
    assert chosen.kind in ("vector", "matrix")
    assert by_kind["vector"].nll < by_kind["temperature"].nll - 0.02
    assert chosen(spoiled).argmax(1) == pytest.approx(logits.argmax(1), abs=6) and (
        (chosen(spoiled).argmax(1) == logits.argmax(1)).mean() > 0.93
    )


def test_mixed_classes_need_a_matrix():
    logits, labels = drawn()
    mix = np.eye(7)
    mix[0, 4], mix[6, 4] = 0.8, -0.8
    figures = {f.kind: f for f in compare_scalings(logits @ mix.T, labels)}
    assert figures["matrix"].chosen and figures["matrix"].nll < figures["vector"].nll - 0.02


def test_perfect_answers_show_an_error_by_chance_that_shrinks_with_their_number():
    confidence = np.random.default_rng(0).uniform(0.3, 1, 3589)
    few, many = ece_by_chance(confidence), ece_by_chance(np.tile(confidence, 16))
    assert 0.01 < few < 0.025 and many == pytest.approx(few / 4, rel=0.15)
    assert ece_by_chance(np.ones(10)) == 0 and ece_by_chance(np.zeros(0)) == 0


def test_a_scaling_checks_itself():
    logits = np.arange(7.0)
    assert scaling_of("temperature", 2 * np.eye(7), np.zeros(7))(logits) == pytest.approx(2 * logits)
    for weights, bias in (((), ()), (UNSCALED.weights, (0.0,) * 6), (UNSCALED.weights, (np.nan,) * 7)):
        with pytest.raises(ValueError, match="scaling needs"):
            Scaling("matrix", weights, bias)
    with pytest.raises(ValueError, match="known kind"):
        Scaling("magic", UNSCALED.weights, UNSCALED.bias)
