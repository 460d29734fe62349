"""Markers: the stimulus list as a file, and what an exclusion does to the figures."""

import pytest

from fer.errors import DamagedInputError, InputError
from fer.timeline.headline import headlines
from fer.timeline.markers import Marker, exclude, fit_text, markers_to_csv, read_markers, with_markers
from fer.timeline.smooth import smooth
from fer.timeline.summary import summarize
from tests.helpers.factories import make_photos, make_timeline


def test_no_marker_is_a_header_and_excludes_nothing():
    assert markers_to_csv(()) == "name,start_s,end_s,kind,colour\n"
    assert read_markers(markers_to_csv(()).encode()) == ()
    timeline = make_timeline({1: [("happy", 1.0)]})
    assert exclude(timeline, ()) is timeline
    assert fit_text(timeline, ()) == ""


def test_a_list_comes_back_as_it_was_written():
    markers = (
        Marker("=1+1", 0.1 + 0.2, 1 / 3, "range", "#00ff00"),
        Marker.event("punch, line", 1.0),
        Marker("noise", 2.0, 3.0, "exclusion"),
    )
    assert read_markers(markers_to_csv(markers).encode()) == markers


def test_a_list_of_another_program_is_read():
    text = "Name;START_S;end_s;color;rating\nad;1,5;2,5;;7\ncut;4;;#FF0000;8\n"
    assert read_markers(text.encode("utf-16")) == (
        Marker("ad", 1.5, 2.5),
        Marker("cut", 4.0, 4.0, "event", "#ff0000"),
    )


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("a,5,2,range,", r"Line 2 .* The end \(2 s\) has to lie after the start \(5 s\)"),
        ("a,x,2,range,", r"Line 2 .* start_s holds 'x'"),
        ("a,,2,range,", "Line 2 .* needs a time"),
        ("a,1,,range,", "Line 2 .* needs an end"),
        ("a,1,2,episode,", "Line 2 .* The kind 'episode' is unknown"),
        ("a,1,2,,red", "Line 2 .* The colour 'red'"),
        (",1,2,,", "Line 2 .* needs a name"),
        ("a,1,2,event,", "Line 2 .* An event is a moment"),
        ("a,1e9,,,", "Line 2 .* needs a time"),
    ],
)
def test_a_bad_line_is_named_in_one_sentence(line, said):
    with pytest.raises(DamagedInputError, match=said) as caught:
        read_markers(f"name,start_s,end_s,kind,colour\n{line}\n".encode())
    assert str(caught.value).count("\n") == 0


def test_a_list_without_times_is_refused():
    with pytest.raises(DamagedInputError, match="no column 'start_s'"):
        read_markers(b"name\na\n")


def test_case_34_a_column_that_is_there_in_two_spellings_is_refused():
    with pytest.raises(DamagedInputError, match="the column 'name' twice"):
        read_markers(b"Name,name,start_s\na,b,1\n")


def test_an_exclusion_leaves_every_figure_and_is_counted():
    timeline = make_timeline({1: [("happy", 2.0), ("sad", 1.0), ("", 1.0)]})
    before = summarize(timeline)
    after = summarize(exclude(timeline, [Marker("noise", 2.0, 3.5, "exclusion"), Marker("x", 0.0, 1.0)]))
    assert before.faces[0].shares["sad"] == pytest.approx(1 / 3)
    assert after.faces[0].shares["sad"] == 0
    assert [e.emotion for e in after.faces[0].episodes] == ["happy"]
    assert after.faces[0].seen_s == pytest.approx(2.0)
    assert (before.analysed_s, after.analysed_s) == (pytest.approx(4.0), pytest.approx(2.5))
    assert after.frames == 25
    assert after.left_out == {"no_face": 5, "excluded": 10}
    assert "in an excluded range 10" in after.left_out_text()
    assert after.end_s == before.end_s


def test_an_exclusion_keeps_what_it_was_given_and_outlives_smoothing():
    timeline = make_timeline({1: [("happy", 2.0)]})
    without = exclude(timeline, [Marker("noise", 0.0, 1.0, "exclusion")])
    assert timeline.usable.all()
    assert not timeline.excluded_s
    assert smooth(without, 0.25).frame_weights_s.sum() == pytest.approx(1.0)


def test_photos_have_no_time_to_exclude():
    with pytest.raises(InputError, match="Photos have no time"):
        exclude(make_photos({"a": ["happy"]}), [Marker("x", 0.0, 1.0, "exclusion")])


def test_markers_beyond_the_end_are_told():
    timeline = make_timeline({1: [("happy", 2.0)]})
    said = fit_text(timeline, [Marker("x", 5.0, 6.0), Marker("y", 0.0, 1.0)])
    assert said == "1 marker of 2 lies outside of clip.mp4 (0:00 to 0:02) and found nothing there."


def test_markers_travel_with_a_timeline_and_exclude():
    timeline = make_timeline({1: [("happy", 2.0), ("sad", 2.0)]})
    assert with_markers(timeline, ()) is timeline
    marked = with_markers(timeline, [Marker("noise", 2.0, 3.0, "exclusion"), Marker.event("joke", 1.0)])
    assert [m.name for m in marked.markers] == ["joke", "noise"]
    summary = summarize(smooth(marked, 0.2))
    assert summary.excluded_s == pytest.approx(1.0) and summary.analysed_s == pytest.approx(3.0)
    assert headlines(summary)[-1] == "Excluded by hand: 1.0 s of 4.0 s (25%); no figure counts it."
    assert summarize(timeline).excluded_text() == ""
    with pytest.raises(InputError, match="Photos have no time"):
        with_markers(make_photos({"a.jpg": ["happy"]}), [Marker.event("joke", 1.0)])


def test_overlapping_exclusions_count_once():
    timeline = make_timeline({1: [("happy", 4.0)]})
    twice = [Marker("a", 0.0, 2.0, "exclusion"), Marker("b", 1.0, 3.0, "exclusion")]
    assert with_markers(timeline, twice).left_out_s == pytest.approx(3.0)


def test_everything_excluded_is_said():
    marked = with_markers(make_timeline({1: [("happy", 2.0)]}), [Marker("all", 0.0, 9.0, "exclusion")])
    assert headlines(summarize(marked)) == [
        "Nothing is left to read.",
        "Excluded by hand: 2.0 s of 2.0 s (100%); no figure counts it.",
    ]
