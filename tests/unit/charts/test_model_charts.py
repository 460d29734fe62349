"""Charts of a network's figures: empty ones say why, known numbers stand where they belong."""

import numpy as np
import pytest

from fer.charts.accuracy import NO_NETWORKS, NO_ROWS, Row, classes_chart, comparison_chart, confusion_chart
from fer.charts.calibration import coverage_chart, in_words, reliability_chart
from fer.charts.training import NO_HISTORY, history_chart
from fer.constants import DISPLAY_ORDER, EMOTIONS
from fer.emotion.scaling import scaling_of
from fer.evaluation.figures.history import Epoch
from fer.evaluation.figures.metrics_file import Estimate
from fer.evaluation.scores import score_logits


@pytest.fixture(scope="module")
def scores():
    """Half right, half read as the next class; the sure ones are right more often."""
    rng = np.random.default_rng(0)
    labels = np.arange(420) % 7
    answers = np.where(rng.random(420) < 0.5, labels, (labels + 1) % 7)
    logits = np.zeros((420, 7), np.float32)
    logits[np.arange(420), answers] = np.where(answers == labels, 3.0, 1.5)
    scaling = scaling_of("temperature", np.eye(7) / 0.8, np.zeros(7))
    return score_logits(logits, labels, scaling=scaling, unsure_below=0.5)


def epochs(n: int, stage: str = "1") -> list[Epoch]:
    return [Epoch(stage, k, 0.1, 2.0 - k / 100, 0.5 + k / 1000, 1.0 - k / 200, 60.0) for k in range(1, n + 1)]


def alt(figure) -> str:
    return figure.layout.meta["alt"]


def words(figure) -> str:
    return " ".join(str(note.text) for note in figure.layout.annotations)


def test_nothing_to_draw_is_said():
    assert words(confusion_chart(np.zeros((7, 7), int))) == NO_ROWS
    assert words(comparison_chart([], what="accuracy")) == NO_NETWORKS
    assert words(history_chart([])) == NO_HISTORY


@pytest.mark.parametrize("dark", [False, True])
def test_the_confusion_matrix_stands_in_display_order_and_answers_to_clicks(dark):
    counts = np.zeros((7, 7), int)
    counts[EMOTIONS.index("fear"), EMOTIONS.index("sad")] = 3
    counts[EMOTIONS.index("fear"), EMOTIONS.index("fear")] = 1
    figure = confusion_chart(counts, dark=dark)
    heat, cells = figure.data
    assert tuple(heat.x) == tuple(heat.y) == DISPLAY_ORDER
    at = DISPLAY_ORDER.index("fear"), DISPLAY_ORDER.index("sad")
    assert heat.z[at[0]][at[1]] == 0.75
    assert list(cells.customdata[at[0] * 7 + at[1]]) == ["fear", "sad"]
    assert (cells.x[at[0] * 7 + at[1]], cells.y[at[0] * 7 + at[1]]) == ("sad", "fear")
    assert "Most frequent mistake: fear read as sad, 3 times" in alt(figure)
    assert {note.text.split("<")[0] for note in figure.layout.annotations} == {"75%", "25%"}


def test_classes_have_dots_intervals_and_figures(scores):
    figure = classes_chart(scores.classes)
    assert [trace.name for trace in figure.data] == list(DISPLAY_ORDER)
    assert len(figure.layout.shapes) == 7
    happy = scores.classes["happy"].f1
    assert f"{happy.value:.2f}" in words(figure)
    assert (figure.layout.shapes[0].x0, figure.layout.shapes[0].x1) == (happy.low, happy.high)


def test_networks_are_sorted_and_a_figure_without_interval_has_no_line():
    rows = [Row("theirs", Estimate(0.6, 0.6, 0.6)), Row("ours", Estimate(0.7, 0.68, 0.72), ours=True)]
    figure = comparison_chart(rows, what="accuracy")
    assert [trace.name for trace in figure.data] == ["ours", "theirs"]
    assert len(figure.layout.shapes) == 1
    assert figure.layout.yaxis.ticktext == ("<b>ours</b>", "theirs")


def test_the_reliability_diagram_has_both_lines_and_their_errors(scores):
    figure = reliability_chart(scores.calibrated, scores.uncalibrated)
    assert [trace.name for trace in figure.data] == ["before", "after", "answers"]
    for found in (scores.calibrated, scores.uncalibrated):
        assert f"ECE {found.ece.value:.1%}" in words(figure)
    assert sum(figure.data[2].y) == scores.n


def test_the_coverage_curve_moves_with_the_threshold(scores):
    coverage = scores.coverage
    assert in_words(coverage, 0.0) == f"100% answered, {scores.accuracy.value:.1%} of them right"
    assert in_words(coverage, 0.99) == "no face answered"
    here, elsewhere = coverage_chart(coverage, coverage.unsure_below), coverage_chart(coverage, 0.2)
    assert len(here.data) == 2 and len(elsewhere.data) == 3
    assert in_words(coverage, 0.2) in alt(elsewhere)
    assert coverage_chart(coverage, 0.99).data[0].name == "curve"


def test_the_curves_mark_stages_and_the_best_epoch():
    figure = history_chart([*epochs(10, "teacher"), *epochs(20, "student")])
    assert [trace.name for trace in figure.data] == ["PublicTest", "training", "PublicTest"]
    assert list(figure.data[0].x) == list(range(1, 31))
    assert [shape.x0 for shape in figure.layout.shapes] == [10.5]
    assert "teacher" in words(figure) and "student" in words(figure)
    assert "highest 52.0% at epoch 30" in alt(figure)
    assert not history_chart(epochs(1)).layout.shapes
