"""Smoothing: half-life in seconds, no delay, nothing across gaps."""

import numpy as np
import pytest

from fer.constants import EMOTIONS
from fer.records import Observations
from fer.settings import Settings
from fer.timeline.smooth import smooth
from fer.timeline.timeline import TimelineBuilder
from tests.helpers.factories import UNSURE_BELOW, make_observations, make_photos, make_source, make_timeline

HAPPY = EMOTIONS.index("happy")


def happy_at(steps, fps=10.0):
    """A face whose happy is 1 or 0 frame by frame (sad otherwise)."""
    timeline = make_timeline(
        {1: [("happy" if s else "sad", 1 / fps) for s in steps]}, fps=fps, confidence=1.0
    )
    assert timeline.probs[:, HAPPY].tolist() == list(steps)
    return timeline


def test_empty_and_photos_stay():
    empty = make_timeline({})
    assert len(smooth(empty, 0.25)) == 0
    photos = make_photos({"a.jpg": ["happy", "sad"]})
    assert smooth(photos, 0.25).table.equals(photos.table)


def test_no_half_life_returns_the_same_values():
    timeline = make_timeline({1: [("happy", 0.5), ("sad", 0.5)]})
    assert smooth(timeline, 0.0).table.equals(timeline.table)


def test_step_response_is_known():
    """With a = 2^(-dt / half-life), k frames after a step: 1 - a^(k + 1) / (1 + a); mirrored before it."""
    half_life_s, dt, n = 0.2, 0.1, 60
    a = 2 ** (-dt / half_life_s)
    got = smooth(happy_at([0.0] * n + [1.0] * n), half_life_s).probs[:, HAPPY]
    k = np.arange(20)
    assert got[n + k] == pytest.approx(1 - a ** (k + 1) / (1 + a), abs=1e-6)
    assert got[n - 1 - k] == pytest.approx(1 - got[n + k], abs=1e-6)


def test_step_of_one_half_life_a_frame_gives_two_thirds():
    got = smooth(happy_at([0.0] * 40 + [1.0] * 40), 0.1).probs[:, HAPPY]
    assert got[39:41] == pytest.approx([1 / 3, 2 / 3], abs=1e-6)


def test_a_pulse_is_not_delayed():
    got = smooth(happy_at([0.0] * 30 + [1.0] + [0.0] * 30), 0.15).probs[:, HAPPY]
    assert got.argmax() == 30
    assert got == pytest.approx(got[::-1])


def test_same_as_the_plain_double_sum_for_uneven_times():
    rng = np.random.default_rng(5)
    times = np.cumsum(rng.uniform(0.005, 0.4, 70))
    builder = TimelineBuilder()
    probs = rng.dirichlet(np.ones(7), len(times)).astype(np.float32)
    for k, t in enumerate(times):
        base = make_observations(["happy"], time_s=float(t), index=k)
        builder.add(Observations(k, float(t), base.faces, probs[k : k + 1], ("ok",)))
    timeline = builder.build(make_source(), Settings(unsure_below=UNSURE_BELOW))
    weights = 2.0 ** (-np.abs(times[:, None] - times[None, :]) / 0.3)
    expected = weights @ timeline.probs / weights.sum(axis=1, keepdims=True)
    assert smooth(timeline, 0.3).probs == pytest.approx(expected, abs=1e-7)


def test_nothing_crosses_a_gap_or_another_face():
    script = {1: [("happy", 1.0), ("", 1.2), ("sad", 1.0)], 2: [("fear", 3.2)]}
    timeline = make_timeline(script)
    assert smooth(timeline, 0.5).probs == pytest.approx(timeline.probs, abs=1e-6, nan_ok=True)


def test_a_short_gap_is_crossed():
    timeline = make_timeline({1: [("happy", 1.0), ("", 0.5), ("sad", 1.0)]})
    after = smooth(timeline, 0.5)
    assert after.probs[9, HAPPY] < timeline.probs[9, HAPPY] - 0.05


def test_rows_left_out_neither_change_nor_count():
    parts = [("happy", 1.0), ("angry/blurred", 0.3), ("happy", 1.0)]
    timeline = make_timeline({1: parts})
    assert smooth(timeline, 0.5).probs == pytest.approx(timeline.probs, abs=1e-6)


def test_rows_sum_to_one_and_verdicts_follow():
    steps = [1.0] * 10 + [0.0] + [1.0] * 10
    timeline = happy_at(steps)
    after = smooth(timeline, 0.25)
    assert timeline.table["emotion"][10] == "sad"
    assert set(after.table["emotion"]) == {"happy"}
    assert after.probs.sum(axis=1) == pytest.approx(1.0)
    assert after.table["confidence"].to_numpy() == pytest.approx(after.probs.max(axis=1))
    assert timeline.probs[:, HAPPY].tolist() == steps, "the timeline that came in must not change"


def test_tiny_half_life_against_long_times_gives_no_overflow():
    timeline = happy_at([0.0, 1.0] * 500)
    assert smooth(timeline, 1e-4).probs[:, HAPPY] == pytest.approx([0.0, 1.0] * 500)
