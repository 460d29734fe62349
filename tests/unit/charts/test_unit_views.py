"""Action Units as people meet them: on the timeline, in charts, explained, drawn."""

import xml.etree.ElementTree as ET
from dataclasses import replace

import numpy as np
import pytest

from fer.action_units.intensity import CANNOT_TELL
from fer.action_units.prototypes import describe_units, verdict_sentence
from fer.action_units.table import CODES, INDEX
from fer.charts.units import (
    NO_UNITS,
    heat_strip,
    measured_units,
    strongest_units,
    unit_lines,
    untold_words,
)
from fer.constants import CONTRADICTED, NOT_CHECKABLE, SUPPORTED
from fer.draw.drawn_face import face_svg, marked_face, points_of
from fer.errors import DamagedInputError
from fer.export.csv import to_csv
from fer.export.html import to_html
from fer.export.json import to_json
from fer.settings import Settings
from fer.timeline.read import read_timeline_csv
from fer.timeline.report import make_report
from fer.timeline.timeline import COLUMNS, UNIT_COLUMNS, TimelineBuilder
from fer.timeline.unit_episodes import blink_words, blinks, explain
from tests.helpers.action_units import units_of
from tests.helpers.factories import make_observations, make_source, make_timeline

UNSURE_BELOW = 0.5


def smiling(kind: str = SUPPORTED, fits: str = "happy", frames: int = 20, **units):
    """A timeline of one happy face with an empty frame at its end."""
    builder = TimelineBuilder()
    for k in range(frames):
        seen = make_observations(["happy"], time_s=k / 10, index=k)
        builder.add(replace(seen, action_units=units_of(kind, fits, **(units or {"AU12": 3.0}))))
    builder.add(make_observations([], time_s=frames / 10, index=frames))
    return builder.build(make_source(), Settings(unsure_below=UNSURE_BELOW))


def test_without_units_the_columns_are_the_old_ones():
    timeline = make_timeline({1: [("happy", 1.0)]})
    assert tuple(timeline.table.columns) == COLUMNS
    assert not timeline.has_units
    assert measured_units(timeline, 1) == []


def test_units_follow_the_contract_in_openfaces_names_and_come_back():
    timeline = smiling()
    assert tuple(timeline.table.columns) == (*COLUMNS, *UNIT_COLUMNS)
    text = to_csv(timeline)
    first = dict(zip(text.splitlines()[0].split(","), text.splitlines()[1].split(","), strict=True))
    assert (first["AU12_r"], first["AU12_c"], first["AU25_c"], first["AU01_r"]) == ("3.000", "1", "0", "")
    assert (first["au_verdict"], first["au_fits"]) == ("supported", "happy")
    again = read_timeline_csv(text.encode())
    assert again.intensities == pytest.approx(timeline.intensities, nan_ok=True)
    assert to_csv(again) == text
    assert '"AU12_r"' in to_json(make_report(timeline, model={"name": "x", "sha256": ""}))


def test_a_strange_verdict_in_a_csv_is_refused():
    text = to_csv(smiling()).replace(",supported,", ",certain,")
    with pytest.raises(DamagedInputError, match="au_verdict"):
        read_timeline_csv(text.encode())


def test_an_episode_is_explained_by_most_of_its_frames():
    timeline = smiling()
    [episode] = make_report(timeline, model={"name": "x", "sha256": ""}).summary.faces[0].episodes
    verdict = explain(timeline, 1, episode)
    assert (verdict.kind, verdict.seen) == (SUPPORTED, (("AU12", 3.0),))
    doubted = explain(smiling(CONTRADICTED, "surprise", AU26=2.0), 1, episode)
    assert "fits surprise better" in verdict_sentence(doubted)
    absent = explain(smiling(CONTRADICTED, "", AU12=0.0), 1, episode)
    assert absent.missing == ("AU12",)
    plain = make_timeline({1: [("happy", 2.0)]})
    assert explain(plain, 1, episode).kind == NOT_CHECKABLE


def test_the_report_says_why():
    page = to_html(make_report(smiling(), model={"name": "x", "sha256": ""}))
    assert "Action Units, face 1" in page
    assert "Happy, supported by AU12 lip corner puller 3.0" in page
    plain = to_html(make_report(make_timeline({1: [("happy", 2.0)]}), model={"name": "x", "sha256": ""}))
    assert "Action Units, face 1" not in plain


def test_frames_that_come_unevenly_leave_no_holes_but_a_face_that_is_away_does():
    builder = TimelineBuilder()
    times = [round(k * 2.4) / 24 for k in range(40)]  # ten a second out of 24
    for k, time_s in enumerate(times):
        seen = make_observations([] if 20 <= k < 30 else ["happy"], time_s=time_s, index=k)
        builder.add(replace(seen, action_units=units_of(SUPPORTED, AU12=4.0)) if len(seen) else seen)
    timeline = builder.build(make_source(), Settings(unsure_below=UNSURE_BELOW))
    strip = heat_strip(timeline, 1).data[0]
    row = np.array(strip.z, float)[[name.startswith("AU12") for name in strip.y]][0]
    empty = ~np.isfinite(row)
    at = np.array(strip.x, float)
    assert not empty[(at < times[20] - 0.1) | (at > times[30] + 0.1)].any()
    assert empty[(at > times[20] + 0.1) & (at < times[30] - 0.1)].all()


def test_the_heat_strip_shows_what_can_be_told():
    figure = heat_strip(smiling(), 1)
    assert list(figure.data[0].y) == ["AU12 lip corner puller", "AU25 lips part"]
    values = np.array(figure.data[0].z, float)
    assert values[0, :20] == pytest.approx(np.full(20, 3.0))
    assert np.isnan(values[0, -1])
    assert heat_strip(smiling(), 7).layout.meta["alt"] == NO_UNITS


def in_doubt(code: str, frames: int = 10):
    """A timeline of a smiling face; the unit is measured as strong, and nobody can tell from frame 5 on."""
    builder = TimelineBuilder()
    for k in range(frames):
        units, at = units_of(SUPPORTED, AU12=3.0, **{code: 3.0}), INDEX[code]
        if k >= frames // 2:
            units.state[0, at] = CANNOT_TELL
        builder.add(replace(make_observations(["happy"], time_s=k / 10, index=k), action_units=units))
    builder.add(make_observations([], time_s=frames / 10, index=frames))
    return builder.build(make_source(), Settings(unsure_below=UNSURE_BELOW))


def test_doubt_is_drawn_as_doubt_and_is_no_number_in_any_file():
    timeline, named = in_doubt("AU05"), "AU5 upper lid raiser"
    heat, doubt = heat_strip(timeline, 1).data
    row = np.array(heat.z[list(heat.y).index(named)], float)
    assert np.isfinite(row[:5]).all() and np.isnan(row[5:]).all()
    assert (list(doubt.y), doubt.marker.pattern.shape) == ([named], "/")
    assert (doubt.base[0], doubt.x[0]) == pytest.approx((0.5, 0.5), abs=0.06)  # not where the face is away
    lines = np.array(unit_lines(timeline, 1, ["AU05"]).data[0].y, float)
    assert np.isnan(lines[5:]).all()
    head, *body = (line.split(",") for line in to_csv(timeline).splitlines())
    cells = [(line[head.index("AU05_r")], line[head.index("AU05_c")]) for line in body]
    assert cells[:5] == [("3.000", "1")] * 5 and set(cells[5:]) == {("", "")}


def test_numbers_in_doubt_of_an_older_file_are_none():
    header, first, *rest = to_csv(smiling()).splitlines()
    cells = first.split(",")
    cells[header.split(",").index("AU12_c")] = ""
    again = read_timeline_csv("\n".join([header, ",".join(cells), *rest]).encode())
    assert np.isnan(again.intensities[0, INDEX["AU12"]]) and again.intensities[1, INDEX["AU12"]] == 3.0


def test_units_that_can_never_be_told_are_named_once():
    assert untold_words(smiling(), 1).startswith("Can't tell at any time: AU1, AU2, AU4, AU5")
    assert "AU12" not in untold_words(smiling(), 1) and untold_words(smiling(), 7) == ""


def test_the_lines_are_those_of_the_strongest_units():
    timeline = smiling()
    assert strongest_units(timeline, 1) == ["AU12"]
    assert [trace.name for trace in unit_lines(timeline, 1, ["AU12"]).data] == ["AU12 lip corner puller"]
    assert unit_lines(timeline, 1, []).layout.meta["alt"] == NO_UNITS


@pytest.mark.parametrize("code", CODES)
def test_the_drawing_moves_with_every_unit_and_is_xml(code):
    still, moved = face_svg({}), face_svg({code: 1.0, "AU25": 0.6})
    assert ET.fromstring(still).tag.endswith("svg") and ET.fromstring(moved) is not None
    assert face_svg({code: 1.0}) != still
    assert points_of(code)


def test_a_face_is_marked_where_the_unit_is_measured():
    image = np.zeros((100, 100, 3), np.uint8)
    landmarks = np.random.default_rng(0).uniform(20, 80, (468, 3))
    marked = marked_face(image, landmarks, "AU12", out_px=120)
    assert marked.shape == (120, 120, 3) and marked.max() > 200


def test_nose_and_upper_lip_are_one_row_where_people_look():
    timeline = smiling(AU09=1.5, AU10=3.0)
    assert measured_units(timeline, 1) == ["AU09", "AU25"] and strongest_units(timeline, 1) == ["AU09"]
    figure = heat_strip(timeline, 1)
    assert list(figure.data[0].y) == ["AU9/10 nose or lip raiser", "AU25 lips part"]
    assert figure.data[0].z[0][0] == pytest.approx(3.0)
    assert describe_units((("AU09", 1.5), ("AU10", 3.0), ("AU25", 1.0))) == (
        "AU9/10 nose or lip raiser 3.0 and AU25 lips part 1.0"
    )
    assert {"AU09_r", "AU10_r"} <= set(to_csv(timeline).splitlines()[0].split(","))


def blinking(fps: int = 15, seconds: int = 12):
    """A timeline of a face that blinks for 0.2 s at 2, 6 and 9 s and shuts its eyes from 10 s on."""
    builder = TimelineBuilder()
    for k in range(fps * seconds):
        shut = k / fps >= 10 or any(start <= k / fps < start + 0.2 for start in (2, 6, 9))
        seen = make_observations(["happy"], time_s=k / fps, index=k)
        builder.add(replace(seen, action_units=units_of(SUPPORTED, AU45=5.0 if shut else 0.0)))
    return builder.build(make_source(), Settings(unsure_below=UNSURE_BELOW))


def test_blinks_of_a_clip_are_counted():
    assert blinks(make_timeline({1: [("happy", 9.0)]}), 1) is None
    found = blinks(blinking(), 1)
    assert found == (3, pytest.approx(12.0, abs=0.1))
    assert blink_words(blinking(), 1) == "3 blinks in 12 s, 15 a minute."
    assert blinks(blinking(fps=5), 1) is None and blinks(blinking(), 2) is None
    assert blink_words(blinking(seconds=3), 1) == ""
