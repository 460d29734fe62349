"""A report made again: what is the same, what differs, and why."""

import json

import pytest

from fer.cli import main
from fer.errors import InputError
from fer.export.json import to_json
from fer.export.rerun import compared, read_document
from fer.timeline.edits import with_edits
from fer.timeline.persons import Edit
from fer.timeline.report import make_report
from tests.helpers.factories import make_timeline


def document(timeline, sha256: str = "a" * 64) -> dict:
    return json.loads(to_json(make_report(timeline, model={"name": "x", "sha256": sha256})))


ONE = {1: [("happy", 1.0), ("sad", 1.0)]}


def test_nobody_and_somebody_are_the_same_as_themselves():
    for timeline in (make_timeline({}), make_timeline(ONE)):
        found = compared(document(timeline), document(timeline))
        assert found.same and found.figures == found.causes == ()


def test_figures_that_differ_are_named_with_their_cause():
    found = compared(document(make_timeline(ONE)), document(make_timeline({1: [("happy", 2.0)]}), "b" * 64))
    said = "\n".join(found.figures)
    assert not found.same
    assert "Face 1, shares of sad: 0.5 before, 0 now." in said
    assert "10 rows of 20 with another emotion." in said
    assert "A probability differs by " in said and "episodes in one of the two only" in said
    assert found.causes == (f"The network is another one: {'a' * 16} before, {'b' * 16} now.",)


def test_people_and_rows_that_are_gone_are_said():
    found = compared(document(make_timeline({**ONE, 2: [("neutral", 2.0)]})), document(make_timeline(ONE)))
    assert "Face 2 is in the older report only." in found.figures
    assert any("rows before" in line for line in found.figures)
    named = with_edits(make_timeline(ONE), (Edit("rename", 1, name="Anna"),))
    found = compared(document(named), document(make_timeline(ONE)))
    assert "Face 1, person: Anna before,  now." in found.figures


@pytest.mark.parametrize("text", ["", "[]", '{"format": "fer-report"}', "{" * 100_000, '{"format": "x"}'])
def test_another_file_is_refused_in_one_sentence(tmp_path, text):
    (tmp_path / "r.json").write_text(text)
    with pytest.raises(InputError, match="no report of this program"):
        read_document(tmp_path / "r.json")


def test_a_video_is_made_again_with_its_names_and_markers(tmp_path, short_clip, capsys):
    clip, report = tmp_path / "clip.mp4", tmp_path / "r.json"
    clip.write_bytes(short_clip)
    (tmp_path / "list.csv").write_text("name,start_s,end_s,kind\ncough,0.5,1,exclusion\n")
    marked = ["--markers", str(tmp_path / "list.csv"), "--fps", "5", "--json", str(report)]
    assert main(["analyze", str(clip), *marked]) == 0
    assert main(["rerun", str(report), "--json", str(tmp_path / "again.json")]) == 0
    assert "The same figures as in the report of" in capsys.readouterr().out
    assert read_document(tmp_path / "again.json")["markers"][0]["name"] == "cough"
    changed = read_document(report)
    changed["summary"]["faces"][0]["usable_s"] += 1
    changed["provenance"]["source_sha256"] = "0" * 64
    report.write_text(json.dumps(changed))
    assert main(["rerun", str(report)]) == 1
    said = capsys.readouterr().out
    assert "Face 1, usable s: " in said and "The file is another one: 0000" in said
    clip.unlink()
    assert main(["rerun", str(report)]) == 1
    assert "say with --source where the file lies" in capsys.readouterr().err


def test_a_live_session_cannot_be_repeated(tmp_path, capsys):
    live = document(make_timeline(ONE))
    live["source"]["kind"] = "live"
    (tmp_path / "r.json").write_text(json.dumps(live))
    assert main(["rerun", str(tmp_path / "r.json")]) == 1
    assert "cannot be repeated" in capsys.readouterr().err
