"""A report as a workbook and as a chart in a file, read back with the libraries that read those formats."""

import io
import xml.etree.ElementTree as ET
from dataclasses import replace

import numpy as np
import openpyxl
import pandas as pd
import pytest
from PIL import Image

from fer.export.chart_file import SCALE, WIDTH, to_png, to_svg
from fer.export.csv import to_csv
from fer.export.episodes import episodes_to_csv
from fer.export.forms import FORMS
from fer.export.workbook import to_workbook
from fer.timeline.edits import with_edits
from fer.timeline.markers import Marker, read_markers, with_markers
from fer.timeline.persons import Edit
from fer.timeline.report import make_report
from fer.timeline.summary import STATES
from tests.helpers.factories import make_photos, make_timeline

NAME = 'Ä "<b>&'
MODEL = {"name": "x", "sha256": ""}
SVG = "{http://www.w3.org/2000/svg}"


def report_of(timeline):
    return make_report(timeline, model=MODEL)


@pytest.fixture
def report():
    made = make_timeline(
        {1: [("happy", 1.0), ("", 0.5), ("sad", 1.0), ("unsure", 0.7)], 2: [("neutral", 3.0)]}
    )
    made = with_edits(made, (Edit("rename", 1, name=NAME),))
    return report_of(with_markers(made, (Marker("ad", 0.5, 2.0), Marker.event("=cut", 1.25))))


@pytest.fixture
def nobody():
    return report_of(make_timeline({1: [("", 1.0)]}))


def sheets(report) -> dict[str, pd.DataFrame]:
    return pd.read_excel(io.BytesIO(to_workbook(report)), sheet_name=None, engine="openpyxl")


def test_nobody_gives_four_sheets_of_which_three_are_empty(nobody):
    found = sheets(nobody)
    assert list(found) == ["Persons", "Episodes", "Events", "Frames"]
    assert [len(found[name]) for name in ("Persons", "Episodes", "Events")] == [0, 0, 0]
    assert len(found["Frames"]) == len(nobody.timeline)


def test_every_sheet_holds_what_the_csv_of_its_kind_holds(report, tmp_path):
    found = sheets(report)
    for name, text in (
        ("Frames", to_csv(report.timeline)),
        ("Episodes", episodes_to_csv(report.timeline, report.summary)),
    ):
        pd.testing.assert_frame_equal(found[name], pd.read_csv(io.StringIO(text)), check_dtype=False)
    persons = found["Persons"]
    assert persons["person"].fillna("").tolist() == [NAME, ""] and persons["face_id"].tolist() == [1, 2]
    first = report.summary.faces[0]
    for state in STATES:
        assert persons.loc[0, f"{state}_share"] == pytest.approx(first.shares[state], abs=1e-5)
    (tmp_path / "events.csv").write_text(found["Events"].to_csv(index=False), encoding="utf-8")
    assert set(read_markers(tmp_path / "events.csv")) == set(report.timeline.markers)


def test_no_text_of_a_workbook_is_a_formula(report):
    book = openpyxl.load_workbook(io.BytesIO(to_workbook(report)))
    cells = [cell for row in book["Events"] for cell in row]
    assert "=cut" in [cell.value for cell in cells] and all(cell.data_type != "f" for cell in cells)


def test_the_chart_is_xml_with_names_colors_and_words(report):
    root = ET.fromstring(to_svg(report))
    words = [one.text for one in root.iter(f"{SVG}text")]
    assert NAME in words and "happy" in words and "time (m:ss)" in words
    assert root.find(f"{SVG}title").text.startswith("Face 2 was read as neutral")
    fills = {one.get("fill") for one in root.iter(f"{SVG}rect")}
    assert {"#E69F00", "url(#unsure)"} <= fills
    drawn = [one for one in root.iter(f"{SVG}polyline") if one.get("stroke") == "#E69F00"]
    assert len(drawn) == 3  # two stretches of the first person, one of the second


def test_the_picture_is_the_same_chart(report):
    image = Image.open(io.BytesIO(to_png(report)))
    assert image.format == "PNG" and image.width == WIDTH * SCALE
    height = int(ET.fromstring(to_svg(report)).get("height"))
    assert image.height == height * SCALE
    colors = {color for _, color in image.getcolors(1 << 24)}
    assert {(230, 159, 0), (140, 140, 140)} <= colors


@pytest.mark.parametrize("form", ["svg", "png"])
def test_a_chart_without_a_face_and_one_of_photos(form, nobody):
    for report in (nobody, report_of(make_timeline({})), report_of(make_photos({"a.jpg": ["happy"]}))):
        assert len(FORMS[form].make(report)) > 200


def test_strange_names_do_not_break_the_chart(report):
    source = replace(report.timeline.source, name="a\x01\ud800<&>.mp4")
    strange = report_of(replace(report.timeline, source=source))
    assert "a<&>.mp4" in [one.text for one in ET.fromstring(to_svg(strange)).iter(f"{SVG}text")]
    assert np.asarray(Image.open(io.BytesIO(to_png(strange)))).size


def test_every_form_of_the_register_is_made(report):
    assert len({form.ending for form in FORMS.values()}) == len(FORMS)
    for form in FORMS.values():
        assert form.make(report)
