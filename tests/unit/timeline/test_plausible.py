"""Sets of plausible expressions on their way: observations, timeline, summary, words, CSV and back."""

from dataclasses import replace

import numpy as np
import pytest

from fer.draw.annotate import draw
from fer.emotion.footage_scaling import FootageScaling
from fer.errors import DamagedInputError
from fer.export.csv import to_csv
from fer.export.html import to_html
from fer.export.json import to_json
from fer.records import Observations
from fer.settings import Settings
from fer.timeline.headline import headlines
from fer.timeline.read import read_timeline_csv
from fer.timeline.recalibrated import recalibrated
from fer.timeline.report import make_report
from fer.timeline.smooth import smooth
from fer.timeline.summary import summarize
from fer.timeline.timeline import COLUMNS, TimelineBuilder
from fer.verdict import NO_SETS, SetRule
from pages.ui.parts import highlights
from tests.helpers.factories import make_observations, make_source

RULE = SetRule(0.9, named_from=0.35, unsure_from=0.2)
HAPPY = (0, 0, 0, 0.9, 0.1, 0, 0)
BOTH = (0.05, 0.05, 0, 0.1, 0.38, 0.05, 0.37)
OTHER_WAY = (0.05, 0.05, 0, 0.1, 0.37, 0.05, 0.38)
MANY = (0.21, 0, 0.22, 0.2, 0.2, 0.07, 0.1)


def seen(probs: tuple, *, time_s: float = 0.0, index: int = 0, rule: SetRule = RULE) -> Observations:
    one = make_observations(["happy"], time_s=time_s, index=index)
    return replace(one, probs=np.array([probs], np.float32), sets=rule)


def timeline_of(*rows: tuple, rule: SetRule = RULE, kind: str = "video"):
    builder = TimelineBuilder()
    for k, probs in enumerate(rows):
        builder.add(seen(probs, time_s=k / 10, index=k, rule=rule))
    return builder.build(make_source(kind=kind), Settings(unsure_below=0.4, half_life_s=0.0))


def test_a_frame_without_a_face_has_no_words():
    assert Observations.empty().plausible == Observations.empty().words == []
    builder = TimelineBuilder()
    builder.add(Observations.empty())
    timeline = builder.build(make_source(), Settings())
    assert timeline.table["plausible"].tolist() == [""] and timeline.sets == NO_SETS


def test_an_unsure_face_is_put_in_words_and_a_sure_one_keeps_its_name():
    assert seen(BOTH).words == ["sad or neutral"] and seen(BOTH).verdicts[0] == ["unsure"]
    assert seen(HAPPY).words == ["happy"]
    assert seen(MANY).words == ["unsure"] and seen(MANY).plausible == ["fear|angry|happy|sad"]
    assert seen(BOTH, rule=NO_SETS).words == ["unsure"]


def test_the_column_holds_every_set_and_the_verdict_stays_unsure():
    timeline = timeline_of(HAPPY, BOTH, MANY)
    assert timeline.table["plausible"].tolist() == ["happy", "sad|neutral", "fear|angry|happy|sad"]
    assert timeline.table["emotion"].tolist() == ["happy", "unsure", "unsure"]
    assert timeline_of(BOTH, rule=NO_SETS).table["plausible"].tolist() == [""]


def test_smoothed_probabilities_have_sets_of_their_own():
    timeline = timeline_of(HAPPY, BOTH, BOTH)
    smoothed = smooth(timeline, 0.5)
    assert smoothed.sets == RULE
    assert smoothed.table["plausible"].tolist() != timeline.table["plausible"].tolist()


def test_the_summary_counts_a_set_whatever_its_order():
    [face] = summarize(timeline_of(*[HAPPY] * 4, *[BOTH] * 3, *[OTHER_WAY] * 2, MANY)).faces
    assert face.plausible == {"neutral|sad": pytest.approx(0.5)}
    assert face.shares["unsure"] == pytest.approx(0.6)
    happy, unsure = face.episodes
    assert (happy.words, happy.plausible) == ("happy", "")
    assert (unsure.emotion, unsure.words) == ("unsure", "neutral or sad")
    [none] = summarize(timeline_of(*[MANY] * 5)).faces
    assert none.plausible == {} and none.episodes[0].words == "unsure"


def test_the_words_say_between_what():
    summary = summarize(timeline_of(*[HAPPY] * 6, *[BOTH] * 4))
    assert headlines(summary)[0].endswith("Unsure: 40% (neutral or sad 40%).")
    more = summarize(timeline_of(*[HAPPY] * 5, *[BOTH] * 4, MANY))
    assert headlines(more)[0].endswith("Unsure: 50% (neutral or sad 40%; others 10%).")
    assert highlights.titles(summary) == [
        "Face 1: mostly happy, 60% of the time; unsure 40% (neutral or sad)"
    ]
    assert "\nneutral or sad\n" in highlights.captions(summary)
    assert "always unsure (neutral or sad 100%)." in headlines(summarize(timeline_of(*[BOTH] * 4)))[0]
    photo = summarize(timeline_of(BOTH, kind="photos"))
    assert highlights.photo_title(photo) == "1 face in 1 photo: neutral or sad"
    photos = summarize(timeline_of(HAPPY, BOTH, kind="photos"))
    assert highlights.photo_title(photos).endswith("happy 50%, unsure 50% (neutral or sad)")


def test_the_csv_is_read_back_with_its_sets_and_an_old_one_without():
    timeline = timeline_of(HAPPY, BOTH)
    text = to_csv(timeline)
    assert read_timeline_csv(text.encode()).table["plausible"].tolist() == ["happy", "sad|neutral"]
    place = COLUMNS.index("plausible")
    old = "\n".join(
        ",".join(cells[:place] + cells[place + 1 :])
        for cells in (line.split(",") for line in text.splitlines())
    )
    again = read_timeline_csv(old.encode())
    assert again.table["plausible"].tolist() == ["", ""] and summarize(again).faces[0].plausible == {}
    with pytest.raises(DamagedInputError, match=r"'plausible' .* 'joyful'"):
        read_timeline_csv(text.replace("sad|neutral", "sad|joyful").encode())


def test_reports_carry_the_rule_and_the_words():
    report = make_report(timeline_of(*[HAPPY] * 4, *[BOTH] * 4), model={"name": "tiny", "sha256": "0"})
    assert '"sets": {"promised": 0.9, "named_from": 0.35, "unsure_from": 0.2}' in to_json(report)
    page = to_html(report)
    assert "neutral or sad</td>" in page and "9 in 10 such faces" in page
    sure = to_html(make_report(timeline_of(*[HAPPY] * 4), model={"name": "tiny", "sha256": "0"}))
    assert "such faces" not in sure


def test_recalibrated_percentages_promise_nothing():
    model = {"name": "tiny", "sha256": "0"}
    report = make_report(timeline_of(*[BOTH] * 4), model=model)
    changed = recalibrated(report, FootageScaling(1.0, (1.0,) * 7, 50, model))
    assert changed.timeline.sets == NO_SETS
    assert set(changed.timeline.table["plausible"]) == {""}


def test_the_plate_says_the_set():
    image = np.full((400, 600, 3), 128, np.uint8)
    drawn = draw(image, seen(BOTH))
    assert not np.array_equal(drawn, draw(image, seen(BOTH, rule=NO_SETS)))
