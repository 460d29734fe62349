"""Conditions side by side as a chart."""

from fer.charts.groups import NOTHING, groups_chart
from fer.constants import DISPLAY_ORDER
from fer.library.groups import STATES, GroupMean


def mean(condition: str, unit: str, happy: float) -> GroupMean:
    return GroupMean(condition, unit, 1, dict.fromkeys(STATES, 0.0) | {"happy": happy, "neutral": 1 - happy})


def test_without_a_condition_the_chart_says_so():
    assert NOTHING in groups_chart([]).layout.annotations[0].text


def test_a_row_for_each_expression_and_condition():
    figure = groups_chart([mean("calm", "P1", 0.2), mean("calm", "P2", 0.4), mean("<b>stress", "P1", 0.8)])
    assert len(figure.layout.yaxis.ticktext) == 2 * len(DISPLAY_ORDER)
    assert (
        "<b>stress" not in figure.layout.yaxis.ticktext[1] and "&lt;b&gt;" in figure.layout.yaxis.ticktext[1]
    )
    assert list(figure.data[0].x) == [0.2, 0.4]
    assert figure.layout.annotations[0].text == "30%"
    assert "calm (2)" in figure.layout.meta["alt"] and "happy 30%" in figure.layout.meta["alt"]
