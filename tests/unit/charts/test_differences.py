"""Differences with their intervals: what is known is drawn, and said in the alternative text."""

from fer.charts.differences import Difference, differences_chart

NAN = float("nan")


def test_nothing_known_is_an_empty_picture():
    figure = differences_chart([Difference("happy", NAN, NAN, NAN, False)], unit="a minus b")
    assert figure.layout.meta["alt"] == "No difference." and list(figure.data[0].x) == []


def test_points_have_their_intervals_and_names_are_text():
    rows = [Difference("<b>Anna</b> happy", 0.2, 0.1, 0.35, True), Difference("fear", -0.1, NAN, NAN, False)]
    figure = differences_chart(rows, unit="ad minus news")
    [points] = figure.data
    assert list(points.x) == [0.2, -0.1]
    assert [round(v, 9) for v in points.error_x.array] == [0.15, 0]
    assert [round(v, 9) for v in points.error_x.arrayminus] == [0.1, 0]
    assert figure.layout.yaxis.ticktext[0] == "&lt;b&gt;Anna&lt;/b&gt; happy"
    assert (
        "fear -0.100" in figure.layout.meta["alt"]
        and "interval +0.100 to +0.350" in figure.layout.meta["alt"]
    )
