"""Reactions, comparisons and synchrony of timelines: the numbers, and sentences that say no more."""

import numpy as np
import pytest

from fer.constants import EMOTIONS
from fer.errors import InputError
from fer.findings.comparison import (
    compare_groups,
    compare_persons,
    compare_segments,
    compare_videos,
    leading_face,
    mean_of_video,
)
from fer.findings.reaction import change_after, reaction
from fer.findings.series import VALENCE, Series, series_of, valence
from fer.findings.synchrony import against_shifts, shifted_correlations, synchrony
from fer.timeline.markers import Marker, exclude
from tests.helpers.factories import make_photos, make_timeline
from tests.helpers.series import FPS, noisy, timeline_of


def test_nothing_read_is_said():
    timeline = make_timeline({1: [("happy/dark", 2.0)]})
    found = compare_segments(timeline, 1, "happy", [Marker("a", 0, 1)], [Marker("b", 1, 2)])
    assert not found.interval.known
    assert found.sentence == (
        "Nothing can be said about the probability of happy of face 1: nothing was read in a."
    )
    assert reaction(timeline, 1, "happy", [Marker.event("e", 1.0)]).used == 0
    assert np.isnan(synchrony(timeline, 1, 2, "happy").chance)
    assert np.isnan(mean_of_video(timeline, "happy"))
    with pytest.raises(InputError, match="No face could be read"):
        leading_face(timeline)


def test_photos_and_unknown_measures_are_refused():
    with pytest.raises(InputError, match="Photos have no time"):
        series_of(make_photos({"a": ["happy"]}), 1, "happy")
    with pytest.raises(InputError, match="'joy' is unknown"):
        series_of(make_timeline({1: [("happy", 1.0)]}), 1, "joy")


def test_valence_is_happy_minus_the_strongest_negative():
    probs = np.zeros((3, 7))
    probs[0, EMOTIONS.index("happy")] = 1
    probs[1, [EMOTIONS.index("sad"), EMOTIONS.index("fear")]] = (0.6, 0.4)
    probs[2, [EMOTIONS.index("surprise"), EMOTIONS.index("happy")]] = (0.7, 0.3)
    assert valence(probs).tolist() == pytest.approx([1.0, -0.6, 0.3])


def test_a_series_keeps_gaps_and_leaves_exclusions_out():
    timeline = make_timeline({1: [("happy", 1.0), ("", 1.0), ("sad", 1.0)]})
    series = series_of(exclude(timeline, [Marker("x", 0.0, 0.5, "exclusion")]), 1, "happy")
    assert len(series) == 30
    assert np.isnan(series.values[:5]).all()
    assert np.isnan(series.values[10:20]).all()
    assert series.read_s == pytest.approx(1.5)
    assert series.mean == pytest.approx((5 * 0.9 + 10 * 0.1 / 6) / 15)


def test_a_difference_between_segments_is_told_with_its_numbers():
    timeline = timeline_of({1: np.concatenate([noisy(0.3, 30, 1), noisy(0.6, 30, 2)])})
    found = compare_segments(timeline, 1, "happy", [Marker("ad", 30, 60)], [Marker("news", 0, 30)])
    assert found.interval.differs
    assert found.interval.value == pytest.approx(0.3, abs=0.02)
    assert found.effect == pytest.approx(3.0, abs=0.3)
    assert found.sentence.startswith("The probability of happy of face 1 is higher in ad than in news: ad 59")
    assert "95% interval +2" in found.sentence


def test_ranges_of_one_name_are_one_side():
    timeline = timeline_of({1: np.concatenate([noisy(0.3, 20, 1), noisy(0.6, 20, 2), noisy(0.3, 20, 3)])})
    found = compare_segments(
        timeline, 1, "happy", [Marker("a", 0, 20), Marker("a", 40, 60)], [Marker("b", 20, 40)]
    )
    assert found.extent_first == pytest.approx(40)
    assert found.interval.value == pytest.approx(-0.3, abs=0.02)


def test_no_difference_is_no_finding():
    timeline = timeline_of({1: noisy(0.4, 60, 3)})
    found = compare_segments(timeline, 1, "happy", [Marker("a", 0, 30)], [Marker("b", 30, 60)])
    assert found.interval.known
    assert not found.interval.differs
    assert found.sentence.startswith("No difference can be told in the probability of happy of face 1")


def test_two_seconds_of_a_slow_change_are_too_few_data():
    timeline = timeline_of({1: np.linspace(0.1, 0.9, 40)})
    found = compare_segments(timeline, 1, "happy", [Marker("a", 0, 2)], [Marker("b", 2, 4)])
    assert found.sentence.startswith("Too few data to compare the probability of happy of face 1")
    assert "are worth about 1 independent reading, and 10 are needed" in found.sentence


def test_persons_and_videos_are_compared():
    first = timeline_of({1: noisy(0.6, 30, 1), 2: noisy(0.3, 30, 2)}, "a.mp4")
    second = timeline_of({5: noisy(0.3, 30, 4)}, "b.mp4")
    assert compare_persons(first, 1, 2, "happy").interval.low > 0.2
    found = compare_videos(first, second, "happy")
    assert (found.first, found.second) == ("face 1 of a.mp4", "face 5 of b.mp4")
    assert found.interval.low > 0.2
    assert compare_videos(first, second, "happy", faces=(2, 5)).interval.differs is False
    less = compare_persons(first, 2, 1, "happy")
    assert less.interval.high < -0.2
    assert "is lower in face 2 than in face 1" in less.sentence
    assert "a difference of −29" in less.sentence and "effect size −" in less.sentence


def test_a_group_counts_videos_not_frames():
    few = compare_groups("happy", [0.1, 0.2, 0.3], [0.5, 0.6, 0.7], ("x", "y"))
    assert not few.interval.known
    assert "at least 5 videos in each group" in few.sentence
    enough = compare_groups(
        "happy", [0.1, 0.2, 0.3, 0.2, 0.15, np.nan], [0.5, 0.6, 0.7, 0.55, 0.6], ("x", "y")
    )
    assert (enough.extent_first, enough.interval.differs) == (5, True)
    pooled = np.sqrt(
        (np.var([0.1, 0.2, 0.3, 0.2, 0.15], ddof=1) + np.var([0.5, 0.6, 0.7, 0.55, 0.6], ddof=1)) / 2
    )
    assert enough.effect == pytest.approx(-0.4 / pooled * (1 - 3 / 31))


def test_a_reaction_to_many_events_has_an_interval():
    rng = np.random.default_rng(0)
    values = 0.3 + 0.1 * rng.standard_normal(1200)
    starts = np.arange(10.0, 110.0, 12.0)
    for start in starts:
        values[round(start * FPS) : round(start * FPS) + 30] += 0.3
    timeline = timeline_of({1: np.clip(values, 0, 1)})
    found = reaction(timeline, 1, "happy", [Marker.event("laugh", s) for s in starts])
    assert (found.shown, found.used, found.overlapping) == (9, 9, 0)
    assert found.interval.low < 0.3 < found.interval.high
    assert found.interval.differs
    assert found.chance < 0.05
    assert found.sentence.startswith("The probability of happy of face 1 rises from ")
    assert "(9 times)" in found.sentence


def test_one_event_is_set_against_all_other_moments():
    values = 0.3 + 0.02 * np.random.default_rng(1).standard_normal(3000)
    values[1000:1030] += 0.4
    found = change_after(Series(values, 0.0, 0.1), [100.0], ("happy", "bang", "Anna"))
    assert not found.interval.known
    assert found.chance < 0.05
    assert found.sentence.startswith(
        "The probability of happy of Anna rises from 29.9% before to 69.7% after bang"
    )
    quiet = change_after(Series(values, 0.0, 0.1), [200.0], ("happy", "bang", "Anna"))
    assert quiet.sentence.startswith("No reaction can be told")


def test_no_interval_reaches_beyond_all_that_is_possible():
    shares = compare_groups("happy", [1.0, 0.9, 1.0, 0.2, 1.0], [0.1, 0.0, 0.0, 0.0, 0.5], ("a", "b"))
    assert shares.interval.known and shares.interval.high <= 1.0
    assert "+100.0" in shares.sentence
    moods = compare_groups(VALENCE, [1.0, 0.9, 1.0, -0.9, 1.0], [-1.0, 0.9, -1.0, -1.0, -1.0], ("a", "b"))
    assert 1.0 < moods.interval.high <= 2.0


def test_one_event_of_a_short_clip_says_nothing():
    values = np.r_[np.zeros(50), np.ones(50)]
    found = change_after(Series(values, 0.0, 0.1), [5.0], ("happy", "bang", "Anna"))
    assert (found.before, found.after) == (0.0, 1.0)
    assert found.sentence.startswith("Too few data to tell a reaction")


def test_windows_that_were_not_read_do_not_count():
    values = np.full(3000, 0.5)
    values[980:1000] = np.nan
    found = change_after(Series(values, 0.0, 0.1), [100.0, 200.0, 202.0, 400.0], ("happy", "bang", "Anna"))
    assert (found.shown, found.used, found.overlapping) == (4, 2, 1)
    with pytest.raises(InputError, match="A window lasts"):
        change_after(Series(values, 0.0, 0.1), [1.0], ("a", "b", "c"), after_s=0)


def test_shifted_correlations_are_pearson_s():
    rng = np.random.default_rng(2)
    a, b = rng.standard_normal((2, 60))
    a[5:9], b[30:40] = np.nan, np.nan
    found = shifted_correlations(a, b)
    for shift in (0, 1, 17, 59):
        turned = np.roll(b, -shift)
        both = np.isfinite(a) & np.isfinite(turned)
        assert found[shift] == pytest.approx(np.corrcoef(a[both], turned[both])[0, 1])
    assert np.isnan(shifted_correlations(np.ones(50), b[:50])).all()


def test_a_follower_is_found_with_its_lag():
    rng = np.random.default_rng(3)
    leader = np.clip(0.5 + 0.1 * rng.standard_normal(1200), 0, 1)
    follower = np.clip(np.roll(leader, 5) + 0.02 * rng.standard_normal(1200), 0, 1)
    found = synchrony(timeline_of({1: leader, 2: follower}), 1, 2, "happy")
    assert (found.lag_s, found.differs) == (pytest.approx(0.5), True)
    assert found.sentence.startswith(
        "The probability of happy of face 1 and of face 2 go together: correlation +0.9"
    )


def test_two_strangers_do_not_go_together():
    rng = np.random.default_rng(4)
    _, _, chance, usual = against_shifts(*rng.standard_normal((2, 1200)), 10)
    assert chance > 0.05
    assert 0 < usual < 0.15
    assert np.isnan(against_shifts(*rng.standard_normal((2, 100)), 10)[2])
