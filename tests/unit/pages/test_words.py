"""What pages say: titles, moments, captions, harmless names, tables."""

import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from fer.constants import EMOTIONS, SUPPORTED
from fer.evaluation.figures.metrics_file import Estimate
from fer.photos import PhotoResult
from fer.pipeline import AnalysisProgress
from fer.settings import Settings
from fer.timeline.report import make_report
from fer.timeline.summary import summarize
from fer.timeline.timeline import TimelineBuilder
from pages.ui.app import downloads, job_progress, markdown
from pages.ui.parts import class_table, highlights
from pages.ui.parts.bars import probability_bars
from pages.ui.parts.kept import side_by_side
from pages.ui.parts.unit_bars import bars
from pages.ui.photos.table import NO_FACE, NOT_READ, in_words, rows
from pages.ui.work.analysis import job_key
from pages.ui.work.reinterpret import reinterpret
from tests.helpers.action_units import units_of
from tests.helpers.factories import make_observations, make_source, make_timeline


def summary_of(script: dict):
    return summarize(make_timeline(script))


def test_titles_of_nothing():
    assert highlights.titles(summary_of({})) == ["Nothing could be read"]
    excluded = replace(summary_of({}), excluded_s=2.0)
    assert highlights.titles(excluded) == ["Everything is excluded by hand"]
    assert highlights.titles(summary_of({1: [("happy/blurred", 1.0)]})) == [
        "1 face found, but none could be read"
    ]


def test_a_title_names_the_largest_shares_and_is_honest_about_unsure():
    assert highlights.titles(summary_of({1: [("happy", 3.0), ("neutral", 1.0)]})) == [
        "Face 1: mostly happy, 75% of the time; neutral 25%"
    ]
    assert highlights.titles(summary_of({1: [("unsure", 3.0), ("sad", 1.0)]})) == [
        "Face 1: mostly unsure, 75% of the time; sad 25%"
    ]
    assert highlights.titles(summary_of({1: [("happy", 2.0), ("sad", 2.0), ("fear", 1.0)]})) == [
        "Face 1: happy 40% of the time, sad 40%, fear 20%"
    ]
    halves = summary_of({1: [("happy", 50.1), ("sad", 49.9)]})
    assert highlights.titles(halves) == ["Face 1: happy 50% of the time, sad 50%"]
    assert highlights.brief(halves.by_presence[0]) == "most often happy, 50%"


def test_a_glimpse_gets_no_title_and_there_are_few_titles():
    assert len(highlights.titles(summary_of({1: [("happy", 3.0)], 2: [("sad", 0.2)]}))) == 1
    first, second = highlights.titles(summary_of({k: [("fear", 4.0 - k)] for k in (1, 2, 3)}))
    assert first.startswith("Face 1")
    assert second == "Face 2: mostly fear, 100% of the time"


def test_moments_are_the_longest_in_order_of_time_without_unsure():
    summary = summary_of({1: [("happy", 1.0), ("unsure", 2.0), ("sad", 3.0)], 2: [("", 1.0), ("fear", 1.5)]})
    assert [(face.face_id, e.emotion) for face, e in highlights.moments(summary)] == [
        (1, "happy"),
        (2, "fear"),
        (1, "sad"),
    ]
    assert [e.emotion for _, e in highlights.moments(summary, 2)] == ["fear"]


def test_captions_are_webvtt():
    lines = highlights.captions(summary_of({1: [("happy", 1.0), ("unsure", 1.0)]})).split("\n")
    assert lines[0] == "WEBVTT"
    assert lines[2:4] == ["00:00:00.000 --> 00:00:01.000", "happy 90%"]
    assert lines[6] == "unsure"
    assert highlights.captions(summary_of({})).strip() == "WEBVTT"


def test_another_threshold_and_smoothing_need_no_new_analysis():
    report = make_report(
        make_timeline({1: [("happy", 2.0)]}, settings=Settings(half_life_s=0.0), confidence=0.7),
        model={"name": "m", "sha256": "0"},
    )
    same = reinterpret(report, half_life_s=0.0, unsure_below=report.timeline.unsure_below)
    assert same is report
    strict = reinterpret(report, half_life_s=0.5, unsure_below=0.8)
    assert strict.summary.faces[0].shares["unsure"] == pytest.approx(1.0)
    assert set(strict.timeline.table["emotion"]) == {"unsure"}
    assert strict.settings.half_life_s == 0.5
    assert strict.provenance.created_utc == report.provenance.created_utc
    assert report.summary.faces[0].shares["happy"] == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("", ""),
        ("<img src=x onerror=alert(1)>.jpg", r"\<img src\=x onerror\=alert\(1\)\>\.jpg"),
        ("**bold** [a](b) $x$ `c`", r"\*\*bold\*\* \[a\]\(b\) \$x\$ \`c\`"),
        ("a\u202eb\nc\x00d", "a b c d"),
        ("0:12 of 1:00", "0:12 of 1:00"),
        ("👩\u200d🔬 می\u200cخواهم", "👩\u200d🔬 می\u200cخواهم"),
    ],
)
def test_foreign_text_is_shown_as_it_is(given, shown):
    assert markdown.plain(given) == shown


def test_shortcodes_in_names_stay_text():
    for name in (":smile:", ":red[x]", ":material/home:", ":100:"):
        assert not re.search(r":[\w/]+(:|\[)", markdown.plain(name).replace("\\", ""))


def test_a_long_name_keeps_its_ending():
    shown = markdown.shorten("x" * 300 + ".mp4", 48)
    assert len(shown) == 48
    assert shown.endswith(".mp4")


@pytest.mark.parametrize("sign", ["👩\u200d👩\u200d👧", "👍🏽", "🇩🇪", "e\u0301", "❤\ufe0f"])
def test_a_long_name_is_not_cut_within_a_sign(sign):
    for length in range(8, 40):
        head, tail = markdown.shorten(sign * 50, length).split("…")
        assert head == sign * (len(head) // len(sign)) and tail == sign * (len(tail) // len(sign))
        assert len(head + tail) < length


@pytest.mark.parametrize(
    ("title", "stem"),
    [
        ("Interview 12/05", "Interview-12-05-session"),
        ("Dr. Meier vs. Dr. Lee", "Dr-Meier-vs-Dr-Lee-session"),
        ("talk.mp4", "talk-session"),
        ("take 1.2", "take-1-2-session"),
        ("../../etc/passwd", "etc-passwd-session"),
        ("👩\u200d🔬", "session"),
    ],
)
def test_a_title_is_no_path(title, stem):
    assert downloads.stem_of_title(title, "session") == stem


@pytest.mark.parametrize(
    ("label", "stem"),
    [
        ("", "expressions"),
        ("holiday 1.mp4", "holiday-1-expressions"),
        ("../../etc/passwd", "passwd-expressions"),
        ("=cmd|' /C calc'!A0.csv", "C-calc-A0-expressions"),
        ("видео.mp4", "видео-expressions"),
    ],
)
def test_downloads_have_safe_names(label, stem):
    assert downloads.safe_stem(label) == stem


def test_a_long_name_does_not_fill_a_table_and_short_ones_take_what_they_need():
    assert side_by_side.width_of(pd.Series(["a.mp4", "b" * 80])) == side_by_side.NAME_PX
    assert side_by_side.width_of(pd.Series(["a.mp4", ""])) is None
    assert side_by_side.width_of(pd.Series([], dtype=str)) is None


def test_progress_in_words():
    assert job_progress.of_video(None) == (0.0, "Getting ready")
    assert job_progress.of_video(AnalysisProgress(30.0, 60.0, 300, 10.0)) == (
        0.5,
        "0:30 of 1:00 · about 10 s left",
    )
    share, words = job_progress.of_video(AnalysisProgress(30.0, None, 300, 10.0))
    assert (share, words) == (0.0, "0:30 read; the file does not say how long it is")
    assert job_progress.of_photos(AnalysisProgress(3, 4, 3, 0.5)) == (0.75, "3 of 4 photos")


def test_only_settings_that_enter_the_analysis_make_another_job():
    base = Settings()
    key = job_key("video", "abc", base)
    assert job_key("video", "abc", base.replace(half_life_s=1.0, unsure_below=0.7)) == key
    assert job_key("video", "abc", base.replace(fps=5.0)) != key
    assert job_key("photos", "abc", base) != key
    assert job_key("video", "abd", base) != key


def test_the_photo_table_has_a_row_for_every_face_and_every_bad_file():
    results = (
        PhotoResult("two.jpg", make_observations(["happy", None], quality=["ok", "small+blurred"])),
        PhotoResult("none.jpg", make_observations()),
        PhotoResult("bad.jpg", None, error="It is damaged.", error_code="input_damaged"),
    )
    table = rows(results)
    assert list(table["Photo"]) == ["two.jpg", "two.jpg", "none.jpg", "bad.jpg"]
    assert list(table["Expression"][:2]) == ["happy", "unsure"]
    assert table["Face"].fillna("").tolist() == ["1", "2", "", ""]
    assert table["Remark"][1] == "face too small, blurred"
    assert list(table["Expression"][2:]) == [NO_FACE, NOT_READ]
    assert table["Remark"][2] == ""
    assert table["Remark"][3] == "It is damaged. [input_damaged]"
    assert len(rows(())) == 0
    assert in_words(results[0]) == "2 faces: happy, unsure"
    assert in_words(results[1]) == "no face found"


def photo_summary(*photos):
    builder = TimelineBuilder()
    for k, observations in enumerate(photos):
        builder.add(replace(observations, frame_index=k), label=f"{k}.jpg")
    return summarize(builder.build(make_source("photos", "photos"), Settings(unsure_below=0.5)))


def test_the_title_of_photos_says_how_many_faces_it_is_about():
    assert highlights.photo_title(photo_summary()) == "None of the files could be read"
    assert highlights.photo_title(photo_summary(make_observations())) == "No face was found in 1 photo"
    one = make_observations(["sad"])
    assert highlights.photo_title(photo_summary(one)) == "1 face in 1 photo: sad, 90% sure"
    small = make_observations(["happy", "happy", "sad", "fear"], quality=["ok", "ok", "ok", "small"])
    assert highlights.photo_title(photo_summary(small, one)) == (
        "4 of 5 faces in 2 photos could be read: happy 50%, sad 50%"
    )
    left_out = make_observations(["happy"], quality=["dark"])
    assert highlights.photo_title(photo_summary(left_out)) == "1 face in 1 photo, but none could be read"


def test_nose_and_upper_lip_are_one_bar():
    drawn = bars(units_of(SUPPORTED, AU09=1.5, AU10=3.0), 0, dark=False)
    assert drawn.count("AU9/10") == 1 and ">3.0<" in drawn


def test_a_number_that_the_line_of_unsure_would_go_through_stands_behind_it():
    probs = np.full(len(EMOTIONS), 0.03)
    probs[EMOTIONS.index("sad")] = 0.59
    [note] = [
        one for one in probability_bars(probs, 0.62, dark=False).layout.annotations if one.text == "59%"
    ]
    assert (note.x, note.y) == (0.62, "sad")
    clear = probability_bars(probs, 0.3, dark=False)
    assert not any(one.text == "59%" for one in clear.layout.annotations)
    assert {bar.textposition for bar in clear.data} == {"outside"}


def test_a_number_that_reads_like_the_line_of_unsure_says_on_which_side_it_is():
    probs = np.full(len(EMOTIONS), 0.1)
    for value, text in ((0.318, "under 32%"), (0.322, "32%"), (0.31, "31%")):
        probs[EMOTIONS.index("happy")] = value
        shown = probability_bars(probs, 0.322, dark=False).layout.annotations
        assert text in {one.text for one in shown}


def test_an_interval_that_begins_under_zero_has_no_two_dashes():
    assert class_table.number(Estimate(0.52, 0.49, 0.56), as_share=False) == "0.52 (0.49–0.56)"
    assert class_table.number(Estimate(0.19, -0.17, 0.57), as_share=False) == "0.19 (−0.17 to 0.57)"
    assert class_table.number(Estimate(0.52, 0.49, 0.56), as_share=True) == "52% (49–56)"
