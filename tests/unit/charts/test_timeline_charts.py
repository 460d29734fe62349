"""Charts: what is drawn is what the timeline says, in one look, light and dark."""

import json
import re
from itertools import pairwise

import numpy as np
import plotly.graph_objects as go
import pytest

from fer.charts.lines import LABEL_HEIGHT_PX, LINES_PX, spread
from fer.charts.series import MAX_POINTS, frame_states, left_out_segments, line_data, share_bins
from fer.charts.style import MAX_TIME_TICKS, text_on, text_px, time_ticks
from fer.charts.timeline import (
    MAX_ROWS,
    lines_chart,
    shares_chart,
    timeline_chart,
    transitions_chart,
)
from fer.constants import DISPLAY_ORDER, EMOTION_COLORS
from fer.timeline.edits import with_edits
from fer.timeline.persons import Edit
from fer.timeline.summary import STATES, summarize
from tests.helpers.factories import make_photos, make_timeline

SCRIPT = {
    1: [("happy", 3.0), ("neutral", 2.0), ("", 3.0), ("unsure", 2.0), ("sad/turned", 1.0), ("sad", 2.0)],
    2: [("", 2.0), ("fear", 4.0), ("surprise", 2.0)],
}


@pytest.fixture(scope="module")
def timeline():
    return make_timeline(SCRIPT)


def figures(timeline, *, dark=False):
    summary = summarize(timeline)
    return {
        "shares": shares_chart(summary, dark=dark),
        "transitions": transitions_chart(summary, dark=dark),
        "lines": lines_chart(timeline, 1, dark=dark),
        "timeline": timeline_chart(timeline, dark=dark),
    }


def words(figure):
    return " ".join(a.text for a in figure.layout.annotations)


def ribbon(timeline, *, dark=False):
    """The traces of the first panel of the timeline figure."""
    figure = timeline_chart(timeline, dark=dark)
    return [t for t in figure.data if t.yaxis == "y"]


def trace(figure, name):
    return next(t for t in figure.data if t.name == name)


def test_nothing_to_draw_says_so():
    for name, figure in figures(make_timeline({})).items():
        assert not figure.data, name
        assert words(figure) == figure.layout.meta["alt"] != "", name


@pytest.mark.parametrize(
    ("script", "text"),
    [({1: [("", 1.0)]}, "No face was found"), ({1: [("sad/dark", 1.0)]}, "well enough")],
)
def test_no_face_and_no_usable_face_are_told_apart(script, text):
    drawn = figures(make_timeline(script))
    assert text in words(drawn["timeline"]) and text in words(drawn["shares"])


def test_photos_have_shares_but_no_time():
    photos = make_photos({"a.jpg": ["happy", "sad"], "b.jpg": ["happy"]})
    drawn = figures(photos)
    assert "no time axis" in words(drawn["timeline"])
    assert [t.text[0] for t in drawn["shares"].data if t.x[0] > 0] == ["67%", "33%"]


def test_unknown_face_is_said(timeline):
    assert "no face 9" in words(timeline_chart(timeline, 9))


@pytest.mark.parametrize("dark", [False, True])
def test_every_chart_is_transparent_described_and_small_in_height(timeline, dark):
    for name, figure in figures(timeline, dark=dark).items():
        layout = figure.layout
        assert layout.paper_bgcolor == layout.plot_bgcolor == "rgba(0,0,0,0)", name
        assert layout.meta["alt"], name
        assert 40 < layout.height < 900, name
        assert layout.width is None, f"{name}: the page decides the width"
        assert "NaN" not in figure.to_json(), name


def test_light_and_dark_differ_in_ink_but_not_in_numbers(timeline):
    light, dark = figures(timeline), figures(timeline, dark=True)
    for name in light:
        assert light[name].layout.font.color != dark[name].layout.font.color
        numbers = [
            [
                (t["type"], t.get("name"), t["x"], t["y"], t.get("z"))
                for t in json.loads(figure.to_json())["data"]
            ]
            for figure in (light[name], dark[name])
        ]
        assert numbers[0] == numbers[1] != [], name


def test_emotions_keep_their_order_and_their_colors(timeline):
    lines = [t for t in lines_chart(timeline, 1).data if t.name in DISPLAY_ORDER]
    assert [t.name for t in lines] == list(DISPLAY_ORDER)
    assert [t.line.color for t in lines] == [EMOTION_COLORS[s] for s in DISPLAY_ORDER]
    bars = [t.name for t in ribbon(timeline) if t.name in STATES]
    assert bars == [s for s in STATES if s in bars]


def test_unsure_is_hatched_and_colors_have_words(timeline):
    figure = timeline_chart(timeline)
    hatched = [t for t in figure.data if t.name == "unsure"]
    assert len(hatched) == 2 and all(t.marker.pattern.shape == "/" for t in hatched)
    assert all(set(t.text) == {t.name} for t in ribbon(timeline) if t.name in STATES)
    for state in ("happy", "neutral", "fear", "surprise", "sad", "unsure"):
        assert state in words(figure)
    assert "angry" not in words(figure)


def test_ribbon_starts_where_the_episodes_start(timeline):
    figure = timeline_chart(timeline)
    happy, fear = trace(figure, "happy"), trace(figure, "fear")
    assert (happy.x[0], happy.width[0], happy.offset) == (0.0, pytest.approx(3.0), 0)
    assert (fear.x[0], fear.width[0]) == (pytest.approx(2.0), pytest.approx(4.0))
    assert happy.customdata[0] == "0:00.0–0:03.0 Face 1: happy 90%"
    assert [text.split("</span> ")[1] for text in figure.layout.yaxis.ticktext] == ["Face 1", "Face 2"]
    left_out = trace(figure, "left out")
    assert list(left_out.x) == pytest.approx([10.0])
    assert left_out.customdata[0] == "0:10.0–0:11.0 Face 1, turned away: left out"


def test_a_gap_in_the_data_is_a_gap_in_the_line(timeline):
    lines = line_data(timeline, 1)
    assert np.isnan(lines.time_s).sum() == 2, "not there from 5 to 8 s, left out from 10 to 11 s"
    break_at = np.flatnonzero(np.isnan(lines.time_s))[0]
    assert lines.time_s[break_at - 1] == pytest.approx(4.9) and lines.time_s[break_at + 1] == pytest.approx(
        8.0
    )
    happy = trace(lines_chart(timeline, 1), "happy")
    assert not happy.connectgaps and np.isnan(np.asarray(happy.y, float)).sum() == 2


def test_the_area_goes_down_at_a_gap(timeline):
    area = trace(lines_chart(timeline, 1), "confidence")
    inside = (np.asarray(area.x) >= 4.9) & (np.asarray(area.x) <= 8.0)
    assert np.asarray(area.y)[inside].tolist() == pytest.approx([0.9, 0.0, 0.0, 1 / 7], abs=1e-6)


def test_wherever_somebody_points_there_is_an_answer(timeline):
    answer = trace(lines_chart(timeline, 1), "answer")
    at = dict(zip(np.round(np.asarray(answer.x, float)).astype(int), answer.customdata, strict=True))
    assert re.fullmatch(r"0:0[01]\.\d happy 90%", at[1])
    assert at[6].endswith("not read")
    assert re.fullmatch(r"0:0[89]\.\d unsure, 14% at most", at[9])
    edges = np.asarray(answer.x, float)
    assert np.diff(edges) == pytest.approx(answer.width), "no hole between two bars"


def test_time_is_written_as_minutes_and_seconds(timeline):
    for figure in (timeline_chart(timeline), lines_chart(timeline, 1)):
        axis = figure.layout.xaxis
        assert axis.title.text == "time (m:ss)"
        assert axis.ticktext[:2] == ("0:00", "0:02") and list(axis.tickvals[:2]) == [0, 2]
        assert tuple(axis.range) == (0.0, pytest.approx(13.0))


@pytest.mark.parametrize("length", [0.4, 3, 13, 59, 60, 601, 3599, 40_000])
def test_ticks_are_few_and_inside(length):
    ticks = time_ticks(0.0, length)
    assert 1 <= len(ticks) <= MAX_TIME_TICKS + 1
    assert ticks[0] == 0 and ticks[-1] <= length


def test_one_time_axis_for_all_panels(timeline):
    figure = timeline_chart(timeline)
    assert {t.xaxis for t in figure.data} == {"x"}
    assert {t.yaxis for t in figure.data} == {"y", "y2", "y3", "y4", "y5"}
    domains = [figure.layout[name].domain for name in ("yaxis", *(f"yaxis{k}" for k in range(2, 6)))]
    for upper, lower in pairwise(domains):
        assert lower[1] < upper[0], "panels must not overlap"
    assert domains[-1][0] == pytest.approx(0, abs=1e-9)


def test_a_long_name_has_room_beside_its_row_without_plotly_measuring_it():
    assert text_px("", 12) == 0
    assert text_px("<span>●</span> A &amp; B", 12) == text_px("● A & B", 12) > text_px("● A", 12)
    assert text_px("WWWW", 12) > text_px("Wilh", 12) > text_px("kill", 12)
    timeline = make_timeline(SCRIPT)
    edits = ([Edit("rename", 1, name=name)] for name in ("Anna", "Anna-Sophie Müller"))
    short, long = (timeline_chart(with_edits(timeline, edit)) for edit in edits)
    assert short.layout.margin.l < long.layout.margin.l < 120
    [row, *_] = long.layout.yaxis.ticktext
    assert row.endswith("Anna-S…ler"), "its end tells it from others"
    shifts = [next(a.xshift for a in one.layout.annotations if a.yshift == 4) for one in (short, long)]
    assert shifts == [58 - one.layout.margin.l for one in (short, long)]
    axes = [long.layout[name] for name in long.layout if name.startswith(("xaxis", "yaxis"))]
    assert len(axes) > 4 and not any(axis.automargin for axis in axes)


def test_everyone_has_lines_not_the_first_face_alone(timeline):
    figure = timeline_chart(timeline)
    assert "Probability of each expression, face 1" in words(figure)
    assert "Probability of each expression, face 2" in words(figure)


def test_chosen_face_is_drawn(timeline):
    figure = timeline_chart(timeline, 2)
    assert "face 2" in words(figure)
    fear = next(t for t in figure.data if t.name == "fear" and t.yaxis == "y2")
    assert list(fear.x) == [2.0, 2.25, *np.arange(2.5, 8.0, 0.25)]
    assert list(fear.y[:16]) == [1.0] * 16 and list(fear.y[16:]) == [0.0] * 8


def test_share_bins_sum_to_one_and_a_known_bin():
    timeline = make_timeline({1: [("happy", 30.0), ("sad", 0.5), ("happy", 29.5)]})
    start_s, width_s, shares = share_bins(timeline, timeline.usable)
    assert width_s == 1 and len(start_s) == 60
    assert shares.sum(axis=1) == pytest.approx(1)
    assert shares[30, STATES.index("sad")] == pytest.approx(0.5)


def test_shares_as_percent_by_face():
    summary = summarize(make_timeline({1: [("happy", 2.0), ("sad", 1.0)], 2: [("fear", 3.0)]}))
    figure = shares_chart(summary)
    assert trace_texts(figure) == {"happy 67%", "sad 33%", "fear 100%"}
    assert figure.layout.xaxis.tickformat == ".0%"
    assert figure.layout.xaxis.title.text == "share of the usable time"


def trace_texts(figure):
    return {text for t in figure.data for text in t.text if text}


def test_one_face_gets_a_bar_for_each_state():
    figure = shares_chart(summarize(make_timeline({1: [("happy", 2.0), ("sad", 1.0)]})))
    assert [t.y[0] for t in figure.data] == list(STATES)
    assert [t.text[0] for t in figure.data] == ["67%", "0%", "0%", "33%", "0%", "0%", "0%", "0%"]


def test_transitions_have_their_counts():
    figure = transitions_chart(summarize(make_timeline({1: [("happy", 1.0), ("sad", 1.0), ("happy", 1.0)]})))
    assert list(figure.data[0].x) == ["happy", "sad"]
    cells = {(a.y, a.x): a.text for a in figure.layout.annotations}
    assert cells == {("happy", "sad"): "1", ("sad", "happy"): "1"}


def test_the_quality_panel_tells_the_states(timeline):
    found = [(s.state, round(s.start_s, 1), round(s.end_s, 1)) for s in frame_states(timeline)]
    assert found == [("ok", 0.0, 10.0), ("turned", 10.0, 11.0), ("ok", 11.0, 13.0)]
    both = make_timeline({1: [("happy", 1.0)], 2: [("sad/small", 0.5)], 3: [("", 1.2)]})
    assert [s.state for s in frame_states(both)] == ["mixed", "ok", "no_face"]
    strip = [t for t in timeline_chart(timeline, 1).data if t.yaxis == "y4"]
    assert {t.name for t in strip} == {"usable", "turned away"}
    assert [s.state for s in left_out_segments(both, 2)] == ["small"]


def test_a_crowd_is_capped_and_that_is_said():
    crowd = make_timeline({k: [("happy", 1.0 + k / 10)] for k in range(1, 21)})
    figure = timeline_chart(crowd)
    assert len(figure.layout.yaxis.ticktext) == MAX_ROWS
    assert f"the {MAX_ROWS} of 20 faces" in words(figure)


def test_a_long_clip_is_thinned_out():
    parts = [("happy", 20.0), ("sad", 20.0), ("", 5.0)] * 14
    long = make_timeline({1: parts}, fps=15)
    lines = line_data(long, 1)
    assert len(lines.time_s) <= MAX_POINTS + 28
    assert np.isnan(lines.time_s).sum() == 13
    assert set(lines.verdict) == {"happy", "sad", ""}
    figure = timeline_chart(long)
    assert all(len(t.x) <= MAX_POINTS + 60 for t in figure.data)
    assert len(figure.to_json()) < 1_000_000


def test_the_threshold_of_unsure_is_a_line_with_its_percent(timeline):
    layout = lines_chart(timeline, 1).layout
    assert layout.shapes[0].y0 == layout.shapes[0].y1 == timeline.unsure_below
    assert set(layout.yaxis.ticktext) == {"0%", "50%", "100%"}
    assert "↓ unsure" in words(lines_chart(timeline, 1))


def test_labels_at_line_ends_do_not_overlap():
    places = spread({"a": 0.0, "b": 0.01, "c": 0.99, "d": 1.0, "e": 0.02})
    ordered = sorted(places.values())
    assert min(np.diff(ordered)) >= LABEL_HEIGHT_PX / LINES_PX - 1e-9
    assert ordered[0] >= 0 and ordered[-1] <= 1
    assert sorted(places, key=places.get) == ["a", "b", "e", "c", "d"]


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("dark", [False, True])
def test_words_on_colors_can_be_read(state, dark):
    """WCAG contrast of at least 4.5 to 1."""

    def luminance(color):
        rgb = [int(color[k : k + 2], 16) / 255 for k in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in rgb]
        return np.dot([0.2126, 0.7152, 0.0722], linear)

    face = make_timeline({1: [(state, 1.0)]})
    background = trace(timeline_chart(face, dark=dark), state).marker.color
    a, b = sorted((luminance(background), luminance(text_on(state, dark))))
    assert (b + 0.05) / (a + 0.05) >= 4.5


def test_golden_ribbon_bar():
    bar = ribbon(make_timeline({1: [("happy", 1.0)]}))[0]
    assert isinstance(bar, go.Bar)
    kept = {k: bar.to_plotly_json()[k] for k in ("name", "offset", "base", "text", "customdata")}
    assert json.loads(json.dumps(kept)) == {
        "name": "happy",
        "offset": 0,
        "base": [-0.42],
        "text": ["happy"],
        "customdata": ["0:00.0–0:01.0 Face 1: happy 90%"],
    }
