"""Numbers and words in a copy are the report's, at analysed frames and in between."""

import numpy as np
import pytest

from fer.draw.report_marks import ReportMarks
from fer.settings import Settings
from fer.timeline.report import make_report
from fer.timeline.timeline import TimelineBuilder
from tests.helpers.factories import UNSURE_BELOW, make_observations, make_source, make_timeline

MODEL = {"name": "tiny", "sha256": "0" * 64}


def marks(script, **more) -> tuple[ReportMarks, object]:
    report = make_report(make_timeline(script, **more), model=MODEL)
    return ReportMarks(report.smoothed), report


def sampled(frames: dict[int, list[int]]) -> ReportMarks:
    """Frames (30 a second) that were analysed, with the ids of their faces."""
    builder = TimelineBuilder()
    for index, ids in frames.items():
        builder.add(make_observations(["happy"] * len(ids), time_s=index / 30, index=index, ids=ids))
    timeline = builder.build(make_source(), Settings(half_life_s=0.0, unsure_below=UNSURE_BELOW))
    return ReportMarks(make_report(timeline, model=MODEL).smoothed)


def test_nothing_analysed_draws_nothing():
    shown, _ = marks({})
    assert len(shown.at(0, 0.0)) == 0
    assert shown.boxes_at(0).shape == (0, 4)


def test_an_analysed_frame_shows_the_smoothed_row():
    shown, report = marks({1: [("happy", 0.5), ("sad", 0.5)]}, fps=10)
    raw, smoothed = report.timeline.probs, report.smoothed.probs
    for k in range(10):
        seen = shown.at(k, k / 10)
        assert seen.faces.track_id.tolist() == [1]
        assert seen.probs[0] == pytest.approx(smoothed[k], abs=1e-6)
        assert seen.verdicts[0][0] == report.smoothed.table["emotion"][k]
    assert np.abs(raw - smoothed).max() > 0.05, "smoothing shows in this clip"


def test_a_frame_in_between_keeps_the_words_and_moves_the_box():
    shown = sampled({0: [1, 2], 6: [1]})
    first, between = shown.at(0, 0.0), shown.at(3, 0.1)
    assert between.faces.track_id.tolist() == [1, 2]
    assert between.probs.tolist() == first.probs.tolist()
    assert shown.boxes_at(3).shape == (0, 4)
    assert shown.boxes_at(6).shape == (1, 4)


def test_after_a_gap_in_the_analysis_nobody_is_shown():
    shown = sampled({0: [1], 3: [1], 6: [1], 9: [1], 90: [1]})
    assert len(shown.at(24, 0.8)) == 1
    assert len(shown.at(60, 2.0)) == 0
    assert len(shown.at(90, 3.0)) == 1
    assert len(shown.at(100, 3.3)) == 1, "the last frame stays for its time"


def test_left_out_faces_keep_their_reason():
    shown, _ = marks({4: [("happy/turned", 0.3)]})
    seen = shown.at(0, 0.0)
    assert (seen.faces.track_id.tolist(), seen.quality) == ([4], ("turned",))
