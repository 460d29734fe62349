"""``fer check``: picked faces become a folder, a filled-in table sentences; bad input is one sentence."""

import csv
import json
import shutil
from pathlib import Path

import pytest

from fer.cli import DONE, FAILED, WRONG_USE, main
from fer.emotion.footage_scaling import FootageScaling, scaling_to_json
from fer.evaluation.footage.folder import COLUMNS, FACES, FOOTAGE_JSON, TAGS_CSV

FAST = ("--fps", "5", "--no-action-units")


@pytest.fixture(scope="module")
def clip(tmp_path_factory, short_clip) -> Path:
    path = tmp_path_factory.mktemp("clip") / "clip.mp4"
    path.write_bytes(short_clip)
    return path


@pytest.fixture(scope="module")
def picked(tmp_path_factory, clip) -> Path:
    """The folder that the command wrote."""
    out = tmp_path_factory.mktemp("picked") / "out"
    assert main(["check", str(clip), "--out", str(out), "--pick", "4", *FAST]) == DONE
    return out


@pytest.fixture
def folder(tmp_path, picked) -> Path:
    """A copy to fill in."""
    return Path(shutil.copytree(picked, tmp_path / "out"))


def fill(folder: Path, *labels: str, delimiter: str = ",") -> Path:
    """Write labels into the table's first rows."""
    path = folder / TAGS_CSV
    with path.open(newline="") as file:
        header, *rows = csv.reader(file)
    for row, label in zip(rows, labels, strict=False):
        row[-1] = label
    with path.open("w", newline="") as file:
        csv.writer(file, delimiter=delimiter).writerows([header, *rows])
    return path


def test_wrong_use_is_said(clip, tmp_path, capsys):
    for argv, said in (
        ([], "give footage"),
        ([str(clip)], "--out DIR is needed"),
        ([str(clip), "--tags", "t.csv"], "give footage"),
        ([str(clip), "--out", str(tmp_path), "--pick", "0"], "from 1 on"),
    ):
        with pytest.raises(SystemExit) as exit_info:
            main(["check", *argv])
        assert exit_info.value.code == WRONG_USE
        assert said in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_nothing_to_pick_is_one_sentence(tmp_path, capsys):
    empty = tmp_path / "a.mp4"
    empty.write_bytes(b"")
    assert main(["check", str(empty), "--out", str(tmp_path / "out")]) == FAILED
    assert "error:" in capsys.readouterr().err and not (tmp_path / "out").exists()


def test_picks_are_pictures_and_a_table_that_shows_no_answer(picked):
    with (picked / TAGS_CSV).open(newline="") as file:
        header, *rows = csv.reader(file)
    assert tuple(header) == COLUMNS and 1 <= len(rows) <= 4
    for row in rows:
        assert (picked / row[0]).read_bytes()[:2] == b"\xff\xd8"
        assert row[1] == "clip.mp4" and row[-1] == ""
    assert len(list((picked / FACES).iterdir())) == len(rows)
    document = json.loads((picked / FOOTAGE_JSON).read_text())
    assert len(document["faces"]) == len(rows) and sum(document["census"]["shares"]) == pytest.approx(1)


def test_a_table_is_never_replaced_silently(clip, folder, capsys):
    assert main(["check", str(clip), "--out", str(folder), *FAST]) == FAILED
    assert "[output_exists]" in capsys.readouterr().err


@pytest.mark.parametrize("delimiter", [",", ";"])
def test_a_filled_in_table_says_what_to_believe(folder, tmp_path, capsys, delimiter):
    table = fill(folder, "Happiness", "cannot_tell", "neutral", delimiter=delimiter)
    out = tmp_path / "check.json"
    assert main(["check", "--tags", str(table), "--json", str(out)]) == DONE
    said = capsys.readouterr().out
    assert "The network is right" in said and "corrected" in said and "Too few tags to recalibrate" in said
    document = json.loads(out.read_text())
    assert document["n_unnamed"] == 1 and document["n_named"] >= 1
    assert main(["check", "--tags", str(table), "--calibration", str(tmp_path / "c.json")]) == FAILED
    assert "Too few tags" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("label", "said"),
    [
        ("", "No face has an expression as its tag yet"),
        ("cannot_tell", "No face has an expression as its tag yet"),
        ("smug", "Line 2 has the label 'smug'"),
        ("4", "Line 2 has the label '4'"),
    ],
)
def test_a_label_that_means_nothing_is_one_sentence(folder, capsys, label, said):
    assert main(["check", "--tags", str(fill(folder, label))]) == FAILED
    [line] = capsys.readouterr().err.splitlines()
    assert said in line


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        (TAGS_CSV, b"", "empty"),
        (TAGS_CSV, b"picture,mood\nfaces/0001.jpg,happy\n", "no column 'label'"),
        (TAGS_CSV, b"picture,label\nother.jpg,happy\n", "none of the picked faces"),
        (TAGS_CSV, b"picture,label\nfaces/0001.jpg,happy\nfaces/0001.jpg,sad\n", "a second time"),
        (TAGS_CSV, "picture,mood\n".encode("utf-16"), "no column 'label'"),
        (FOOTAGE_JSON, b"", "damaged"),
        (FOOTAGE_JSON, b'{"format": 1}', "damaged"),
        (FOOTAGE_JSON, b"[]", "damaged"),
        (FOOTAGE_JSON, None, "not beside the table"),
        (TAGS_CSV, None, "cannot be read"),
    ],
)
def test_a_damaged_folder_is_one_sentence(folder, capsys, name, content, said):
    fill(folder, "happy")
    if content is None:
        (folder / name).unlink()
    else:
        (folder / name).write_bytes(content)
    assert main(["check", "--tags", str(folder / TAGS_CSV)]) == FAILED
    [line] = capsys.readouterr().err.splitlines()
    assert said in line


def test_a_calibration_for_another_network_is_refused_with_its_reason(clip, tmp_path, capsys):
    path = tmp_path / "c.json"
    path.write_text("{}")
    assert main(["analyze", str(clip), "--calibration", str(path), *FAST]) == FAILED
    assert "no calibration of footage" in capsys.readouterr().err
    values = {"format": "fer-footage-calibration", "temperature": 1.2, "prior": [1] * 7, "n_tags": 50}
    path.write_text(json.dumps(values | {"model": {"name": "other", "sha256": "0"}}))
    assert main(["analyze", str(clip), "--calibration", str(path), *FAST]) == FAILED
    assert "another network" in capsys.readouterr().err


def test_a_report_over_a_calibration_says_so(clip, folder, tmp_path):
    model = json.loads((folder / FOOTAGE_JSON).read_text())["census"]["model"]
    path, out = tmp_path / "c.json", tmp_path / "r.json"
    path.write_text(scaling_to_json(FootageScaling(1.4, (1, 1, 1, 1, 1, 1, 1e6), 60, model)))
    assert main(["analyze", str(clip), "--calibration", str(path), "--json", str(out), *FAST]) == DONE
    document = json.loads(out.read_text())
    assert any("Recalibrated with 60 tags" in note for note in document["source"]["notes"])
    rows = document["timeline"]["rows"]
    place = document["timeline"]["columns"].index("emotion")
    assert {row[place] for row in rows} <= {"neutral", ""}


def test_fewer_faces_than_asked_for_are_explained(clip, tmp_path, capsys):
    assert main(["check", str(clip), "--out", str(tmp_path / "out"), "--pick", "500", *FAST]) == DONE
    assert "Of 500 asked for there were fewer: readings of one face are taken half" in capsys.readouterr().out
