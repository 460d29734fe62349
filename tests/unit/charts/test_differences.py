"""Differences with their intervals: what is known is drawn, and said in the alternative text."""

from fer.charts.differences import Difference, differences_chart

NAN = float("nan")


def test_nothing_known_is_an_empty_picture():
    figure = differences_chart([Difference("happy", NAN, NAN, NAN, False, "–")], unit="a minus b")
    assert figure.layout.meta["alt"] == "No difference." and list(figure.data[0].x) == []


def test_points_have_their_intervals_and_names_are_text():
    rows = [
        Difference("<b>Anna</b> happy", 20, 10, 35, True, "+20.0 points (95% interval +10.0 to +35.0)"),
        Difference("fear", -10, NAN, NAN, False, "−10.0 points"),
    ]
    figure = differences_chart(rows, unit="ad minus news")
    [points] = figure.data
    assert list(points.x) == [20, -10]
    assert (list(points.error_x.array), list(points.error_x.arrayminus)) == ([15, 0], [10, 0])
    assert figure.layout.yaxis.ticktext[0] == "&lt;b&gt;Anna&lt;/b&gt; happy"
    assert figure.layout.meta["alt"].endswith("(95% interval +10.0 to +35.0); fear −10.0 points")
    assert figure.layout.xaxis.labelalias == {"+0": "0"}
    assert points.customdata[1] == "fear −10.0 points"
