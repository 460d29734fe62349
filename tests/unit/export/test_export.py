"""Exports: exact text, safe cells, and files that are whole or not there."""

import csv
import errno
import io
import json
import os
import resource
import signal

import numpy as np
import pytest

from fer.errors import OutputError, OutputExistsError
from fer.export.csv import to_csv
from fer.export.json import to_json
from fer.io.csv import escape_formula, unescape_formula
from fer.io.files import write_text
from fer.timeline.report import make_report
from fer.timeline.timeline import COLUMNS, Timeline
from tests.helpers.factories import make_photos, make_source, make_timeline


def json_of(timeline):
    def refuse(name):
        raise AssertionError(f"{name} is not JSON")

    return json.loads(to_json(make_report(timeline, model={"name": "tiny"})), parse_constant=refuse)


# --- CSV


def test_csv_of_an_empty_session_is_the_header():
    assert to_csv(make_timeline({})) == ",".join(COLUMNS) + "\n"


def test_golden_csv():
    timeline = make_timeline({1: [("happy", 0.1), ("", 0.1)]}, source=make_source("a.mp4"))
    assert to_csv(timeline).splitlines()[1:] == [
        "a.mp4,0,0.000000,1,,100.00,80.00,120.00,150.00,0.95,0.0166667,0.0166667,0.0166667,0.9,0.0166667,0.0166667,"
        "0.0166667,happy,0.9,,5.00,-3.00,1.00,ok",
        "a.mp4,1,0.100000,,,,,,,,,,,,,,,,,,,,,no_face",
    ]


def test_frame_without_a_face_has_empty_cells():
    timeline = make_timeline({1: [("", 0.1), ("sad", 0.1)]})
    row = dict(zip(COLUMNS, to_csv(timeline).splitlines()[1].split(","), strict=True))
    assert (row["frame"], row["time_s"], row["quality"]) == ("0", "0.000000", "no_face")
    assert {v for k, v in row.items() if k not in ("source", "frame", "time_s", "quality")} == {""}


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝"])
def test_cells_that_a_spreadsheet_would_run_get_an_apostrophe(start):
    name = start + 'cmd|"/C calc"!A0'
    text = to_csv(make_photos({name: ["happy"]}))
    cell = next(csv.DictReader(io.StringIO(text, newline="")))["source"]
    assert cell == "'" + name
    assert unescape_formula(cell) == name


def test_numbers_stay_numbers_and_harmless_text_stays():
    text = to_csv(make_timeline({1: [("happy", 0.1)]}))
    assert ",-3.00," in text and "'" not in text
    assert [escape_formula(word) for word in ("", "a=b", "'=x", "clip.mp4")] == [
        "",
        "a=b",
        "''=x",
        "clip.mp4",
    ]


def test_probabilities_keep_six_digits():
    timeline = make_timeline({1: [("happy", 0.1)]})
    table = timeline.table.assign(fear=1.234567e-9, time_s=1234.5678901)
    text = to_csv(Timeline(table, np.array([1234.5678901]), timeline.source, timeline.settings))
    assert "1.23457e-09" in text and "1234.567890" in text


# --- JSON


def test_json_of_an_empty_session():
    document = json_of(make_timeline({}))
    assert document["timeline"] == {"columns": list(COLUMNS), "rows": []}
    assert document["summary"]["valid_share"] is None and document["summary"]["faces"] == []


def test_json_holds_summary_and_rows():
    document = json_of(make_timeline({1: [("happy", 2.0), ("sad", 1.0), ("", 0.1), ("sad", 0.1)]}))
    (face,) = document["summary"]["faces"]
    assert face["shares"]["happy"] == pytest.approx(2 / 3.1, abs=0.02)
    assert face["confidence"]["fear"] is None
    assert face["longest"]["happy"]["start_s"] == 0
    assert document["summary"]["left_out"] == {"no_face": 1}
    row = dict(zip(document["timeline"]["columns"], document["timeline"]["rows"][30], strict=True))
    assert (row["quality"], row["face_id"], row["happy"], row["emotion"]) == ("no_face", None, None, "")
    assert document["settings"]["unsure_below"] == 0.5
    assert document["provenance"]["model"] == {"name": "tiny"}


def test_json_of_photos():
    document = json_of(make_photos({"a.jpg": ["happy"], "<b>.jpg": []}))
    assert document["source"]["kind"] == "photos"
    assert [row[0] for row in document["timeline"]["rows"]] == ["a.jpg", "<b>.jpg"]


# --- files


def test_writes_utf8_and_leaves_nothing_beside_it(tmp_path):
    path = write_text("снимок\n", tmp_path / "a.csv")
    assert path.read_bytes() == "снимок\n".encode()
    assert os.listdir(tmp_path) == ["a.csv"]


def test_never_overwrites_silently(tmp_path):
    path = write_text("one", tmp_path / "a.csv")
    with pytest.raises(OutputExistsError, match="exists already"):
        write_text("two", path)
    assert path.read_text() == "one"
    write_text("two", path, force=True)
    assert path.read_text() == "two" and os.listdir(tmp_path) == ["a.csv"]


def test_a_name_that_is_no_text_is_written_as_an_escape(tmp_path):
    path = write_text("clip\udcff.mp4", tmp_path / "a.json")
    assert path.read_bytes() == rb"clip\udcff.mp4"


def test_a_file_that_cannot_grow_leaves_nothing(tmp_path):
    """A real failing write: the kernel stops the file at 1000 bytes."""
    old = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, old[1]))
    try:
        with pytest.raises(OutputError, match="cannot be written"):
            write_text("x" * 5000, tmp_path / "a.csv")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, old)
        signal.signal(signal.SIGXFSZ, handler)
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "the disk is full"),
        (errno.EROFS, "read-only"),
        (errno.EACCES, "may not write"),
        (errno.EIO, "Input/output error"),
    ],
)
def test_a_failure_is_said_with_its_cure_and_the_part_is_removed(tmp_path, monkeypatch, number, words):
    path = write_text("old", tmp_path / "a.csv")

    def fail(_):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("os.fsync", fail)
    with pytest.raises(OutputError, match=words) as caught:
        write_text("new", path, force=True)
    assert isinstance(caught.value.__cause__, OSError)
    assert path.read_text() == "old" and os.listdir(tmp_path) == ["a.csv"]


def test_bad_paths_are_said(tmp_path):
    with pytest.raises(OutputError, match="folder does not exist"):
        write_text("x", tmp_path / "none" / "a.csv")
    with pytest.raises(OutputError, match="too long"):
        write_text("x", tmp_path / ("a" * 300))
    with pytest.raises(OutputError, match="is a folder"):
        (tmp_path / "folder").mkdir()
        write_text("x", tmp_path / "folder", force=True)
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="not a folder"):
        write_text("x", tmp_path / "file" / "a.csv")
    assert sorted(os.listdir(tmp_path)) == ["file", "folder"]
