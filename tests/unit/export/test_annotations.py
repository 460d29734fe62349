"""Exports for other programs, read back with the libraries that read those formats."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
import webvtt
from praatio import textgrid
from pympi.Elan import Eaf

from fer.errors import InputError
from fer.export.annotations import to_boris, to_elan, to_textgrid, to_vtt
from fer.export.episodes import episodes_sheet, episodes_to_csv, peaks_sheet
from fer.export.parquet import from_parquet, to_parquet
from fer.findings.coding import read_coding
from fer.findings.peaks import peaks
from fer.io.table import read_columns
from fer.timeline.edits import with_edits
from fer.timeline.markers import Marker, with_markers
from fer.timeline.persons import Edit
from fer.timeline.summary import summarize
from fer.verdict import SetRule
from tests.helpers.factories import make_source, make_timeline

NAME = 'Ä "<b>&'
MARKERS = (Marker("ad", 0.5, 2.0), Marker("overlap", 1.0, 3.0), Marker.event("cut", 1.25))


@pytest.fixture
def timeline():
    made = make_timeline(
        {1: [("happy", 1.0), ("", 0.5), ("sad", 1.0), ("unsure", 0.7)], 2: [("neutral", 3.0)]}, fps=7.0
    )
    return with_edits(made, (Edit("rename", 1, name=NAME),))


@pytest.fixture
def summary(timeline):
    return summarize(timeline)


@pytest.fixture
def nobody():
    return make_timeline({1: [("", 1.0)]})


def in_milliseconds(summary) -> dict[str, list[tuple[int, int, str]]]:
    return {
        face.name: [(round(1000 * e.start_s), round(1000 * e.end_s), e.emotion) for e in face.episodes]
        for face in summary.faces
    }


def test_nobody_is_an_empty_document(nobody, tmp_path):
    summary = summarize(nobody)
    (tmp_path / "a.eaf").write_bytes(to_elan(nobody, summary))
    assert list(Eaf(str(tmp_path / "a.eaf")).get_tier_names()) == []
    assert to_vtt(summary) == "WEBVTT\n"
    assert json.loads(to_boris(nobody, summary))["observations"]["clip"]["events"] == []
    assert b"TextGrid" in to_textgrid(nobody, summary)
    assert len(read_columns(episodes_to_csv(nobody, summary).encode())) == 0
    assert len(from_parquet(to_parquet(nobody))) == 10


def test_elan_comes_back_to_the_millisecond(timeline, summary, tmp_path):
    (tmp_path / "a.eaf").write_bytes(to_elan(with_markers(timeline, MARKERS), summary))
    document = Eaf(str(tmp_path / "a.eaf"))
    for tier, wanted in in_milliseconds(summary).items():
        assert sorted(document.get_annotation_data_for_tier(tier)) == wanted
    assert sorted(document.get_annotation_data_for_tier("markers")) == [
        (500, 2000, "ad"),
        (1000, 3000, "overlap"),
        (1250, 1251, "cut"),
    ]
    assert [d["RELATIVE_MEDIA_URL"] for d in document.get_linked_files()] == ["./clip.mp4"]


def test_praat_s_file_is_read_by_another_library(timeline, summary, tmp_path):
    (tmp_path / "a.TextGrid").write_bytes(to_textgrid(with_markers(timeline, MARKERS), summary))
    grid = textgrid.openTextgrid(str(tmp_path / "a.TextGrid"), includeEmptyIntervals=False)
    for tier, wanted in in_milliseconds(summary).items():
        entries = grid.getTier(tier).entries
        assert [(round(1000 * e.start), round(1000 * e.end), e.label) for e in entries] == wanted
    assert [tuple(e) for e in grid.getTier("markers (events)").entries] == [(1.25, "cut")]
    assert [tuple(e) for e in grid.getTier("markers").entries] == [(0.5, 2.0, "ad")]
    assert [tuple(e) for e in grid.getTier("markers 2").entries] == [(1.0, 3.0, "overlap")]


@pytest.mark.parametrize("write", [to_elan, to_textgrid, to_boris])
def test_our_own_reader_gives_the_episodes_back(timeline, summary, write):
    made = write(timeline, summary)
    coding = read_coding(made.encode() if isinstance(made, str) else made)
    for tier, wanted in in_milliseconds(summary).items():
        found = [(round(1000 * c.start_s), round(1000 * c.end_s), c.label) for c in coding.of(tier).coded]
        assert found == wanted


def test_subtitles_are_read_by_another_library(summary, tmp_path):
    (tmp_path / "a.vtt").write_text(to_vtt(summary), encoding="utf-8")
    cues = list(webvtt.read(tmp_path / "a.vtt"))
    wanted = sorted(
        (s, e, tier, label) for tier, all_ in in_milliseconds(summary).items() for s, e, label in all_
    )
    assert [(c.start_in_seconds, c.text.split()[0]) for c in cues] == [
        (s // 1000, label) for s, _, _, label in wanted
    ]
    assert [c.start for c in cues][-1].endswith(f"{wanted[-1][0] % 1000:03d}")
    assert cues[0].raw_text.startswith('<v Ä "&lt;b&gt;&amp;>happy 90%')


def test_boris_finds_every_behavior_and_subject_it_needs(timeline, summary):
    project = json.loads(to_boris(timeline, summary))
    codes = {b["code"] for b in project["behaviors_conf"].values()}
    names = {s["name"] for s in project["subjects_conf"].values()}
    events = project["observations"]["clip"]["events"]
    assert {e[2] for e in events} <= codes
    assert {e[1] for e in events} == names
    assert [e[0] for e in events] == sorted(e[0] for e in events)
    assert len(events) == 2 * sum(len(f.episodes) for f in summary.faces)


def test_episodes_and_peaks_as_csv(timeline, summary):
    read = read_columns(episodes_to_csv(timeline, summary).encode())
    assert read.texts["emotion"] == ["happy", "sad", "unsure", "neutral"]
    assert float(read.texts["start_s"][1]) == pytest.approx(summary.faces[0].episodes[1].start_s, abs=1e-6)
    assert read.texts["person"] == [NAME] * 3 + [""]
    moments = peaks_sheet(timeline, peaks(timeline, summary))
    assert len(moments.rows) == 12
    assert episodes_sheet(timeline, summary).header[0] == "source"


def test_a_person_called_like_the_tier_of_markers_keeps_a_tier(timeline, tmp_path):
    named = with_edits(timeline, (Edit("rename", 1, name="markers"),))
    (tmp_path / "a.eaf").write_bytes(to_elan(with_markers(named, MARKERS), summarize(named)))
    assert set(Eaf(str(tmp_path / "a.eaf")).get_tier_names()) == {"markers", "markers_", "Face 2"}


def test_parquet_comes_back_to_the_last_digit(timeline, tmp_path):
    source = make_source("ä.mp4", notes=("a note",), fps=7.0)
    timeline = replace(timeline, source=source, sets=SetRule(0.9, 1 / 3, 0.2))
    timeline = with_markers(timeline, [Marker("x", 1 / 3, 0.7, "exclusion"), Marker.event("é", 0.1)])
    (tmp_path / "a.parquet").write_bytes(to_parquet(timeline))
    back = from_parquet(tmp_path / "a.parquet")
    pd.testing.assert_frame_equal(back.table, timeline.table, check_exact=True)
    np.testing.assert_array_equal(back.frame_times_s, timeline.frame_times_s)
    assert (back.sets, back.own_neutral) == (timeline.sets, timeline.own_neutral)
    assert (back.source, back.settings) == (timeline.source, timeline.settings)
    assert (back.excluded_s, back.markers) == (timeline.excluded_s, timeline.markers)
    assert pq.read_table(tmp_path / "a.parquet").column_names == list(timeline.table.columns)


@pytest.mark.parametrize("data", [b"", b"PAR1", b"not a table"])
def test_another_file_is_no_parquet_timeline(data, tmp_path):
    with pytest.raises(InputError, match="no Parquet timeline"):
        from_parquet(data)
    pd.DataFrame({"a": [1]}).to_parquet(tmp_path / "b.parquet")
    with pytest.raises(InputError, match="no Parquet timeline"):
        from_parquet(tmp_path / "b.parquet")
