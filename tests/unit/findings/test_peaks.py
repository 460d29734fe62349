"""Peaks: the strongest, longest and first moment of each person and expression."""

from dataclasses import replace

import pytest

from fer.findings.peaks import peaks
from fer.timeline.summary import summarize
from fer.timeline.timeline import with_verdicts
from tests.helpers.factories import make_photos, make_timeline


def found(timeline) -> dict[tuple[int, str, str], tuple[float, float, float, float]]:
    return {
        (p.face_id, p.emotion, p.kind): (p.time_s, p.start_s, round(p.end_s, 6), round(p.value, 6))
        for p in peaks(timeline, summarize(timeline))
    }


def test_nobody_has_no_peak():
    timeline = make_timeline({1: [("", 1.0)]})
    assert peaks(timeline, summarize(timeline)) == ()
    photos = make_photos({"a": ["happy"]})
    assert peaks(photos, summarize(photos)) == ()


def test_strongest_longest_and_first_are_three_moments():
    timeline = make_timeline(
        {1: [("happy", 1.0), ("sad", 1.0), ("happy", 2.0), ("unsure", 1.0), ("happy", 1.0)]}
    )
    table = timeline.table.copy()
    table.loc[55, ["happy", "neutral"]] = (0.97, 0.01)
    table.loc[45, ["happy", "sad"]] = (0.1, 0.1)
    timeline = replace(timeline, table=with_verdicts(table, timeline.settings, timeline.sets))
    moments = found(timeline)
    assert moments[1, "happy", "strongest"] == (5.5, 5.0, 6.0, 0.97)
    assert moments[1, "happy", "longest"] == (2.0, 2.0, 4.0, 0.9)
    assert moments[1, "happy", "first"] == (0.0, 0.0, 1.0, 0.9)
    assert moments[1, "unsure", "strongest"][0] == 4.0
    assert {key[1] for key in moments} == {"happy", "sad", "unsure"}


def test_what_was_taken_for_noise_is_no_peak():
    timeline = make_timeline({1: [("happy", 1.0), ("angry", 0.1), ("happy", 1.0)]})
    assert {key[1] for key in found(timeline)} == {"happy"}


def test_each_person_has_their_own():
    moments = found(make_timeline({1: [("happy", 2.0)], 2: [("neutral", 1.0), ("happy", 1.0)]}))
    assert moments[2, "happy", "first"][0] == pytest.approx(1.0)
    assert moments[1, "happy", "first"][0] == 0.0
