"""Markers, moments and findings of the Video page, without a browser."""

import json

import pyarrow as pa
import pytest

from fer.timeline.markers import Marker
from fer.timeline.report import make_report
from pages.ui.app import session
from pages.ui.video import markers, player
from pages.ui.work.recordings import Recording
from pages.ui.work.video import VideoResult
from tests.helpers.app import give, open_page, registry, texts
from tests.helpers.factories import make_source, make_timeline

MARKED = (
    *(Marker.event("joke", float(t)) for t in range(5, 55, 10)),
    Marker("ad", 0, 30),
    Marker("news", 30, 60),
    Marker("cough", 58, 60, "exclusion"),
)


def recording(name: str = "talk") -> Recording:
    script = {1: [("happy", 3.0), ("sad", 3.0)] * 10, 2: [("neutral", 60.0)]}
    timeline = make_timeline(
        script, fps=5.0, source=make_source(name, "live", sha256=name, width=64, height=48)
    )
    report = make_report(timeline, model={"name": "tiny", "sha256": "0" * 64})
    return Recording(name, b"", result=VideoResult(report, ()))


@pytest.fixture
def app():
    return give(open_page("pages/video.py"), session.CLIP, recording())


def marked(app, found=MARKED):
    """The page with markers, as if a list had been loaded."""
    owner = app.session_state[session.OWNER]
    clip = registry().kept(owner, session.CLIP)
    registry().keep(owner, session.MARKERS, (markers._Kept(clip.result.report, found),))
    return app.run()


def tab(app, name: str):
    app.session_state["video_tab"] = name
    return app.run()


def ask(app, question: str):
    app.session_state["finding_question"] = question
    return app.run()


def test_nothing_is_marked_at_first(app):
    assert not app.exception
    tab(app, "Markers")
    assert "Nothing is marked" in texts(app)
    tab(app, "Findings")
    assert not app.exception and "Mark an event first" in texts(app)


def test_the_strongest_moments_stand_first_and_every_peak_in_the_table(app):
    assert "When each expression was strongest" in texts(app)
    [table] = app.dataframe
    assert set(table.value["Expression"]) == {"happy", "sad", "neutral"}
    app.session_state["moment_states"] = ["sad"]
    app.run()
    assert app.dataframe[0].value["Moment"].tolist() == ["Strongest", "Longest", "First"]


def test_an_exclusion_of_everything_is_said_and_compares_nothing(app):
    marked(app, (Marker.event("joke", 5.0), Marker("all", 0, 100, "exclusion")))
    tab(app, "Findings")
    assert not app.exception and not app.dataframe
    assert app.subheader[0].value == "Everything is excluded by hand"
    assert "There is nothing to compare" in texts(app) and "nothing to leave out" not in texts(app)


def test_an_exclusion_leaves_headline_shares_and_findings_and_is_said(app):
    before = app.subheader[0].value
    marked(app)
    assert not app.exception
    assert app.subheader[0].value.split(":")[0] == before.split(":")[0]
    assert "Excluded by hand: 2.0 s of 1 min (3%)" in texts(app)
    assert "290 of 300 analysed frames counted" in texts(app)
    report = registry().kept(app.session_state[session.OWNER], session.READING).shown
    assert report.summary.excluded_s == pytest.approx(2.0) and len(report.timeline.markers) == len(MARKED)
    tab(app, "Markers")
    assert not app.exception and "Delete all" in [button.label for button in app.button]
    app.button(key="markers_clear").click().run()
    assert "Excluded by hand" not in texts(app)


def test_everything_can_be_excluded_and_taken_back(app):
    marked(app, (Marker("all", 0, 60, "exclusion"),))
    assert not app.exception and "Excluded by hand: 1 min of 1 min (100%)" in texts(app)
    for name in ("Markers", "Findings", "Moments"):
        tab(app, name)
        assert not app.exception, name
    tab(app, "Markers")
    app.button(key="markers_clear").click().run()
    assert app.subheader[0].value.startswith("Face ")


def test_questions_are_answered_in_sentences(app):
    marked(app)
    tab(app, "Findings")
    assert "after joke" in texts(app) and "nobody has validated" in texts(app)
    for question, said in (
        ("Range against range", "ad "),
        ("Two people", "face 2"),
        ("Together", "face 2"),
        ("Against another video", "Analyse another video in this sitting"),
        ("Groups of videos", "Analyse more videos"),
        ("Coded by people", "ELAN, Praat, BORIS"),
    ):
        ask(app, question)
        assert not app.exception, question
        assert said in texts(app), question


def test_an_earlier_video_of_the_sitting_can_be_compared_and_forgotten(app):
    give(app, session.CLIP, recording("second"))
    tab(app, "Findings")
    ask(app, "Against another video")
    assert not app.exception and "of talk" in texts(app)
    ask(app, "Groups of videos")
    app.session_state["finding_group_0"] = ["this video"]
    app.session_state["finding_group_1"] = ["talk/talk/"]
    app.run()
    assert not app.exception and "at least 5 videos in each group" in texts(app)
    ask(app, "Against another video")
    app.button(key="finding_forget").click().run()
    assert "Analyse another video in this sitting" in texts(app)


@pytest.mark.parametrize(
    "told",
    [None, 3, {}, {"start_s": "a", "end_s": 1}, {"start_s": float("nan"), "end_s": 1}, {"start_s": 1}],
)
def test_only_times_of_the_browser_have_an_effect(told):
    assert player._stretch(told) is None


def test_where_all_rows_compare_the_same_two_the_heads_name_them(app):
    tab(marked(app), "Findings")
    [table] = app.dataframe
    assert {"mean_first", "mean_second"} <= set(table.value) and "first" not in set(table.value)
    assert "Mean, after joke" in table.proto.columns and "Mean, before joke" in table.proto.columns


def test_sentence_and_table_give_a_number_in_the_same_words(app):
    marked(app)
    app.session_state["finding_measures"] = ["valence", "sad"]
    tab(app, "Findings")
    [table] = app.dataframe
    shown = pa.ipc.open_stream(table.proto.arrow_data.styler.display_values).read_pandas()
    assert table.value["mean_first"].between(-1, 1).all()  # it is sorted by numbers, whatever they are called
    assert shown["measure"].tolist()[:2] == ["sad", "valence"], "not as they were pressed"
    words = shown.set_index("measure")
    assert words.loc["sad", "mean_first"].str.fullmatch(r"\d+\.\d%").all()
    assert words.loc["sad", "difference"].str.fullmatch(r"[+−]\d+\.\d points").all()
    assert words.loc["valence", ["mean_first", "difference"]].stack().str.fullmatch(r"[+−]\d\.\d\d").all()
    said = [one.value.replace("\\", "") for one in app.markdown if "after joke" in one.value]
    for sentence, row in zip(said, shown.itertuples(), strict=True):
        assert f"from {row.mean_second} before to {row.mean_first} after" in sentence
        assert row.told == "too few data" or f"a change of {row.difference} (95% interval" in sentence


def test_points_and_valence_have_an_axis_each(app):
    marked(app)
    tab(app, "Findings")
    layouts = [json.loads(chart.proto.spec)["layout"] for chart in app.get("plotly_chart")]
    titles = [layout.get("xaxis", {}).get("title", {}).get("text", "") for layout in layouts]
    assert [title for title in titles if " minus " in title] == [
        "after joke minus before joke, in points",
        "after joke minus before joke, valence from −1 to +1",
    ]


def test_time_that_lies_in_both_ranges_is_said(app):
    ask(tab(marked(app), "Findings"), "Range against range")
    assert app.selectbox(key="finding_range_b").value == "news" and "lie in both" not in texts(app)
    app.selectbox(key="finding_range_b").set_value("the first half").run()
    assert not app.exception and "30 s lie in both and count on both sides." in texts(app)
