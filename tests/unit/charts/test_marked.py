"""Markers on the time axis, the lines that were chosen, and the view of a zoom."""

from fer.charts.marked import MAX_LANES, lanes
from fer.charts.timeline import timeline_chart
from fer.timeline.markers import Marker, with_markers
from tests.helpers.factories import make_timeline

PROBABILITIES = "Probability of each expression, face 1"


def chart(markers=(), **more):
    timeline = make_timeline({1: [("happy", 4.0), ("sad", 4.0)]})
    return timeline_chart(with_markers(timeline, markers), **more)


def titles(figure) -> list[str]:
    return [note.text for note in figure.layout.annotations]


def test_without_markers_there_is_no_row_of_them():
    assert "Markers" not in titles(chart())
    assert lanes([]) == []


def test_what_overlaps_lies_in_rows_of_its_own():
    assert lanes([(0, 2), (1, 3), (2, 4), (2.5, 5)]) == [0, 1, 0, 2]
    assert max(lanes([(0, 9)] * 10)) == MAX_LANES - 1


def test_markers_are_drawn_with_their_names_as_text():
    markers = [
        Marker("ad <b>", 0, 2),
        Marker("cough", 1, 3, "exclusion"),
        Marker.event("joke", 5.0, "#112233"),
    ]
    figure = chart(markers)
    assert titles(figure)[0] == "Markers"
    words = [text for trace in figure.data if trace.name in ("markers", "events") for text in trace.text]
    assert words == ["ad &lt;b&gt;", "cough", "joke"]
    [band, line] = [s for s in figure.layout.shapes if s.yref == "paper"]
    assert (band.x0, band.x1, line.x0, line.line.color) == (1, 3, 5.0, "#112233")


def test_a_name_that_would_lie_on_the_next_event_is_left_to_the_pointer():
    near = [Marker.event("joke", t) for t in (1.0, 1.2, 5.0)]
    [points] = [trace for trace in chart(near).data if trace.name == "events"]
    assert list(points.text) == ["", "joke", "joke"]
    assert [text.split(" ")[-1] for text in points.customdata] == ["joke"] * 3


def test_what_reaches_out_of_a_view_is_cut_so_that_its_word_stands_in_the_middle_of_what_is_seen():
    marks = [Marker("ad", 0.0, 3.0, "range"), Marker("news", 5.0, 9.0, "range")]
    view = (2.0, 4.5)
    bars = [
        trace for trace in chart(marks, view_s=view).data if trace.type == "bar" and trace.text is not None
    ]
    ends = {
        word: (start, start + width)
        for trace in bars
        for word, start, width in zip(trace.text, trace.x, trace.width, strict=True)
    }
    assert ends == {"ad": (2.0, 3.0), "happy": (2.0, 4.0), "sad": (4.0, 4.5), "usable": view}
    [band] = [trace for trace in bars if "ad" in trace.text]
    assert band.customdata == ("0:00.0–0:03.0 ad",)


def test_only_the_lines_that_are_chosen_are_drawn():
    names = {trace.name for trace in chart(emotions=("sad",)).data if trace.type == "scatter"}
    assert names == {"sad", "confidence"}
    assert PROBABILITIES in titles(chart()) and PROBABILITIES not in titles(chart(emotions=()))


def test_a_view_shows_its_stretch_in_finer_steps():
    timeline = make_timeline({1: [("happy", 60.0), ("sad", 60.0)]})
    whole, part = timeline_chart(timeline), timeline_chart(timeline, view_s=(59.0, 62.0))
    assert tuple(part.layout.xaxis.range) == (59.0, 62.0)
    steps = [next(text for text in titles(one) if "in steps of" in text) for one in (whole, part)]
    assert [text.split(" of ")[-1] for text in steps] == ["2 s", "0.25 s"]
    line = next(t for t in part.data if t.name == "sad" and t.type == "scatter")
    assert 58.4 <= min(line.x) <= 58.6 and 62.4 <= max(line.x) <= 62.6
