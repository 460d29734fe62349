"""The contract that scripts rely on: outputs, exit codes, sentences on stderr, nothing overwritten."""

import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from fer.cli import DONE, FAILED, WRONG_USE, main
from fer.evaluation.figures.metrics_file import read_metrics
from fer.export.parquet import from_parquet
from fer.findings.coding import read_coding
from fer.records import SourceInfo
from fer.timeline.persons import persons_to_json
from fer.timeline.timeline import COLUMNS
from tests.helpers.places import ROOT


@pytest.fixture
def clip(tmp_path, short_clip) -> Path:
    """Two seconds of the sample as a file."""
    path = tmp_path / "clip.mp4"
    path.write_bytes(short_clip)
    return path


@pytest.fixture
def photo(tmp_path, portrait) -> Path:
    path = tmp_path / "face.png"
    Image.fromarray(portrait).save(path)
    return path


def test_wrong_use_exits_with_two(capsys):
    for argv in ([], ["dance"], ["analyze"], ["analyze", "x", "--detector", "magic"]):
        with pytest.raises(SystemExit) as exit_info:
            main(argv)
        assert exit_info.value.code == WRONG_USE
    assert "usage" in capsys.readouterr().err


def test_a_missing_file_is_one_sentence_and_exit_one(capsys):
    assert main(["analyze", "/nowhere/clip.mp4"]) == FAILED
    assert "[input_missing]" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("option", "value", "sentence"),
    [
        ("--fps", "0", "fps=0.0 is out of range: give a number above 0 and up to 1000."),
        ("--fps", "nan", "fps=nan is out of range: give a number above 0 and up to 1000."),
        ("--detect-interval", "0", "=0.0 is out of range: give a number above 0 and up to 60."),
        ("--max-faces", "0", "max_faces=0 is out of range: give a whole number from 1 to 1000."),
        ("--unsure-below", "2", "unsure_below=2.0 is out of range: give a number from 0 to 1."),
    ],
)
def test_a_setting_out_of_range_is_one_sentence_that_says_the_range(clip, capsys, option, value, sentence):
    assert main(["analyze", str(clip), option, value]) == FAILED
    assert sentence in capsys.readouterr().err


@pytest.mark.parametrize("words", [[""], ["x.mp4", "--out", ""], ["x.mp4", "--csv="]], ids=str)
def test_an_empty_argument_is_wrong_use_and_not_the_folder_of_the_moment(
    tmp_path, monkeypatch, capsys, photo, words
):
    monkeypatch.chdir(photo.parent)
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(SystemExit) as ended:
        main(["analyze", *words])
    assert ended.value.code == WRONG_USE and sorted(tmp_path.rglob("*")) == before
    assert "an argument is empty" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--spreadsheet"], "--spreadsheet belongs to --out"),
        (["--also", "svg"], "--also belongs to --out"),
        (["--anonymise", "blur"], "name that with --video"),
        (["--no-sound"], "--no-sound belongs to --video"),
    ],
    ids=str,
)
def test_an_option_that_would_do_nothing_is_refused(clip, tmp_path, capsys, options, sentence):
    with pytest.raises(SystemExit) as ended:
        main(["analyze", str(clip), "--csv", str(tmp_path / "t.csv"), *options])
    assert ended.value.code == WRONG_USE and sentence in capsys.readouterr().err


def test_a_video_is_never_written_under_the_name_of_another_kind(clip, tmp_path, capsys):
    for argv in (
        ["analyze", str(clip), "--video", str(tmp_path / "copy.avi")],
        ["webcam", "--device", str(clip), "--record-video", str(tmp_path / "copy.avi")],
        ["sample", str(tmp_path / "copy.avi")],
    ):
        assert main(argv) == FAILED
        assert "let it end with .mp4" in capsys.readouterr().err
    assert not (tmp_path / "copy.avi").exists()


@pytest.mark.parametrize("option", ["--neutral", "--persons"])
def test_a_wrong_file_beside_the_video_is_told_before_the_work_and_not_as_the_videos_fault(
    clip, tmp_path, monkeypatch, capsys, option
):
    monkeypatch.setattr("fer.cli.shared.making.analyze_video", _no_work)
    (tmp_path / "wrong.json").write_text("{}")
    assert main(["analyze", str(clip), option, str(tmp_path / "wrong.json")]) == FAILED
    told = capsys.readouterr()
    assert "error: This is no file of" in told.err and clip.name not in told.err + told.out


def test_persons_of_another_video_are_told_before_the_work(clip, tmp_path, monkeypatch, capsys):
    other = SourceInfo("other.mp4", "video", sha256="0" * 64)
    (tmp_path / "persons.json").write_text(persons_to_json((), other))
    monkeypatch.setattr("fer.cli.shared.making.analyze_video", _no_work)
    assert main(["analyze", str(clip), "--persons", str(tmp_path / "persons.json")]) == FAILED
    assert "was made for another source (other.mp4)" in capsys.readouterr().err


def _no_work(*_given, **_options):
    raise AssertionError("the video was analysed first")


def test_a_video_becomes_files_of_other_programs(clip, photo, tmp_path, capsys):
    names = {
        "elan": "t.eaf",
        "textgrid": "t.TextGrid",
        "boris": "t.boris",
        "vtt": "t.vtt",
        "parquet": "t.parquet",
        "episodes": "t.csv",
    }
    options = [word for name, file in names.items() for word in (f"--{name}", str(tmp_path / file))]
    assert main(["analyze", str(clip), "--fps", "5", *options]) == DONE
    assert (tmp_path / "t.vtt").read_text().startswith("WEBVTT")
    assert (tmp_path / "t.csv").read_text().startswith("source,face_id,person,emotion")
    assert len(from_parquet(tmp_path / "t.parquet").frame_times_s) == 10
    for name in ("t.eaf", "t.TextGrid", "t.boris"):
        assert read_coding(tmp_path / name).coded
    out = tmp_path / "out"
    assert (
        main(["analyze", str(clip), "--fps", "5", "--out", str(out), "--also", "elan", "--also", "vtt"])
        == DONE
    )
    assert {path.suffix for path in out.iterdir()} == {".csv", ".json", ".html", ".eaf", ".vtt"}
    for argv in ([str(photo), "--elan", "x.eaf"], [str(clip), "--also", "elan"]):
        with pytest.raises(SystemExit):
            main(["analyze", *argv])


def test_a_video_becomes_csv_json_and_report(clip, tmp_path, capsys):
    names = {"csv": tmp_path / "t.csv", "json": tmp_path / "r.json", "report": tmp_path / "r.html"}
    options = [word for name, path in names.items() for word in (f"--{name}", str(path))]
    assert main(["analyze", str(clip), *options]) == DONE
    table = pd.read_csv(names["csv"])
    assert tuple(table.columns[: len(COLUMNS)]) == COLUMNS
    assert table["time_s"].is_monotonic_increasing
    assert json.loads(names["json"].read_text())["source"]["name"] == "clip.mp4"
    assert "<!doctype html>" in names["report"].read_text()[:200].lower()
    printed = capsys.readouterr().out
    assert "Face 1 was read as happy" in printed


def test_one_list_of_markers_goes_with_every_video(clip, photo, tmp_path, capsys):
    (tmp_path / "list.csv").write_text("name,start_s,end_s,kind\ncough,0.5,1,exclusion\nlate,90,,\n")
    (tmp_path / "two.mp4").write_bytes(clip.read_bytes())
    marked = ["--markers", str(tmp_path / "list.csv"), "--out", str(tmp_path / "out")]
    assert main(["analyze", str(clip), str(tmp_path / "two.mp4"), *marked]) == DONE
    said = capsys.readouterr().out
    assert said.count("Excluded by hand: 0.5 s of") == 2 and said.count("1 marker of 2 lies outside") == 2
    for name in ("clip", "two"):
        report = json.loads((tmp_path / "out" / f"{name}.json").read_text())
        assert [marker["name"] for marker in report["markers"]] == ["cough", "late"]
        assert report["excluded_s"] == [[0.5, 1.0]]
        assert "<h2>Markers</h2>" in (tmp_path / "out" / f"{name}.html").read_text()
    with pytest.raises(SystemExit):
        main(["analyze", str(photo), *marked[:2]])
    assert "--markers holds times" in capsys.readouterr().err


def test_nothing_is_overwritten_unless_forced(clip, tmp_path, capsys):
    target = tmp_path / "t.csv"
    target.write_text("mine")
    assert main(["analyze", str(clip), "--csv", str(target)]) == FAILED
    assert target.read_text() == "mine"
    assert "[output_exists]" in capsys.readouterr().err
    assert main(["analyze", str(clip), "--csv", str(target), "--force"]) == DONE
    assert target.read_text().startswith("source,frame")


def test_a_folder_gives_a_report_for_each_video_and_one_for_all_photos(clip, photo, tmp_path, capsys):
    (tmp_path / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 half a picture")
    out = tmp_path / "out"
    assert main(["analyze", str(tmp_path), "--out", str(out)]) == FAILED
    assert {p.name for p in out.iterdir()} == {
        f"{stem}{suffix}" for stem in ("clip", "photos") for suffix in (".csv", ".json", ".html")
    }
    assert "broken.jpg" in capsys.readouterr().err
    assert set(pd.read_csv(out / "photos.csv")["source"]) == {"face.png"}


def test_one_file_name_for_several_results_is_wrong_use(clip, photo, tmp_path):
    with pytest.raises(SystemExit) as exit_info:
        main(["analyze", str(clip), str(photo), "--csv", str(tmp_path / "t.csv")])
    assert exit_info.value.code == WRONG_USE


def test_a_zip_of_photos(tmp_path, portrait, capsys):
    buffer = io.BytesIO()
    Image.fromarray(portrait).save(buffer, "PNG")
    with zipfile.ZipFile(tmp_path / "p.zip", "w") as archive:
        archive.writestr("a/face.png", buffer.getvalue())
    assert main(["analyze", str(tmp_path / "p.zip"), "--csv", str(tmp_path / "t.csv")]) == DONE
    assert pd.read_csv(tmp_path / "t.csv")["emotion"].tolist() == ["happy"]


@pytest.mark.parametrize("mode", ["none", "blur", "mesh"])
def test_an_annotated_copy_has_the_same_times(clip, tmp_path, mode):
    import av

    copy = tmp_path / "copy.mp4"
    assert main(["analyze", str(clip), "--video", str(copy), "--anonymise", mode]) == DONE
    times = []
    for path in (clip, copy):
        with av.open(str(path)) as container:
            times.append([frame.time for frame in container.decode(video=0)])
    assert np.array(times[1]) == pytest.approx(np.array(times[0]), abs=2e-3)


def test_importing_fer_is_light():
    code = (
        "import sys, fer; from fer import pipeline, photos, export, cli;"
        "heavy = {'tensorflow', 'keras', 'streamlit'} & set(sys.modules); print(sorted(heavy))"
    )
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def test_import_fer_alone_loads_nothing_heavy():
    code = "import sys, fer; print(sorted({'numpy', 'cv2', 'pandas', 'av'} & set(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def test_the_command_reads_its_words_before_it_loads_the_analysis():
    code = (
        "import sys, fer.cli.analyze; print(sorted({'pandas', 'pyarrow', 'sqlalchemy'} & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def test_the_module_runs_as_a_program():
    run = subprocess.run(
        [sys.executable, "-m", "fer", "--help"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    for command in ("analyze", "train", "evaluate", "benchmark"):
        assert command in run.stdout


def test_a_reader_that_goes_away_is_no_traceback():
    code = (
        "import sys; from fer import cli;"
        "args = type('Args', (), {'run': staticmethod(lambda a: [print('x' * 9999) for _ in range(99)])})();"
        "cli.build_parser = lambda names: type('P', (), {'parse_args': staticmethod(lambda argv: args)})();"
        "sys.exit(cli.main([]))"
    )
    program = [sys.executable, "-c", code]
    with subprocess.Popen(program, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdout.close()
        assert b"Traceback" not in process.stderr.read()
        assert process.wait() == FAILED


def test_evaluate_scores_a_labeled_folder(tmp_path, portrait, capsys):
    from fer.faces.crop import crop_faces
    from fer.pipeline import Analyzer
    from fer.records import Frame

    faces = Analyzer(still=True).analyze(Frame(portrait)).faces
    for name in ("happy", "sad"):
        (tmp_path / name).mkdir()
        Image.fromarray(crop_faces(portrait, faces)[0]).save(tmp_path / name / "a.png")
    assert main(["evaluate", "--data", str(tmp_path), "--json", str(tmp_path / "m.json")]) == DONE
    figures = read_metrics(tmp_path / "m.json").splits["all rows"]
    assert figures.plain.accuracy.value == 0.5
    assert figures.plain.classes["happy"].recall.value == 1.0
    assert "50.0% (0.0 to 100.0)" in capsys.readouterr().out


@pytest.fixture
def labeled_photos(tmp_path, portrait) -> Path:
    """A folder with a smiling portrait, a picture without a face, and their labels."""
    Image.fromarray(portrait).save(tmp_path / "smile.jpg")
    Image.fromarray(np.full((200, 200, 3), 128, np.uint8)).save(tmp_path / "wall.png")
    rows = ("smile.jpg,Happiness", "wall.png,sad", "gone.jpg,3", "smile.jpg,smug")
    (tmp_path / "labels.csv").write_text("file,label\n" + "\n".join(rows) + "\n")
    return tmp_path


def test_evaluate_finds_the_faces_of_own_labels(labeled_photos, capsys):
    command = ["evaluate", "--data", str(labeled_photos / "labels.csv")]
    assert main([*command, "--json", str(labeled_photos / "o.json")]) == FAILED
    shown = capsys.readouterr()
    assert "1 pictures, searched for their one face" in shown.out
    assert "100.0% (100.0 to 100.0)" in shown.out
    for reason in (
        "wall.png: no face was found",
        "gone.jpg: there is no such picture",
        "label 'smug' is none",
    ):
        assert reason in shown.err
    assert json.loads((labeled_photos / "o.json").read_text())["scores"]["n"] == 1
    assert main([*command, "--cropped"]) == FAILED
    assert "2 pictures, taken as cropped faces" in capsys.readouterr().out


def test_evaluate_reads_own_labels_from_a_zip_file(labeled_photos, capsys):
    path = labeled_photos / "all.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(labeled_photos / "smile.jpg", "photos/smile.jpg")
        archive.writestr("labels.csv", "file,label\nphotos/smile.jpg,3\n")
    assert main(["evaluate", "--data", str(path)]) == DONE
    assert "1 pictures" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),  # 31
        (b"file,label\n", "No row follows"),  # 31
        ("file,label\na.jpg,happy\n".encode("utf-16"), "(a.jpg) are not among the files"),  # 32
        (b"file,label\na.jpg\n", "Line 2"),  # 33
        (b"file,label,label\na.jpg,happy,sad\n", "twice"),  # 34
        (b"file,label\na.jpg,7\n", "none of the seven"),  # 35
        (b"file,label\n" + b"a" * 300_000 + b",happy\n", "more than 65,536 characters"),  # 37
        (b"file,label\n\0\1\2,happy\n", "binary"),  # 43
    ],
)
def test_cases_31_to_43_of_a_table_of_own_labels(tmp_path, capsys, content, said):
    (tmp_path / "labels.csv").write_bytes(content)
    assert main(["evaluate", "--cropped", "--data", str(tmp_path / "labels.csv")]) == FAILED
    shown = capsys.readouterr().err
    assert said in shown and "Traceback" not in shown
    assert len(shown.splitlines()) == 1


def test_pictures_stand_in_the_report_only_if_asked_for_and_not_beside_covered_faces(clip, tmp_path, capsys):
    for name, options in (("without", []), ("with", ["--pictures"])):
        target = tmp_path / f"{name}.html"
        assert main(["analyze", str(clip), "--report", str(target), *options]) == DONE
        assert ("data:image/jpeg" in target.read_text(encoding="utf-8")) is bool(options)
    with pytest.raises(SystemExit):
        main(["analyze", str(clip), "--pictures", "--anonymise", "blur"])
    assert "--pictures shows faces" in capsys.readouterr().err


@pytest.mark.parametrize(
    "argv",
    [
        ["table", "GIVEN", "GIVEN"],
        ["dataset", "--data", "GIVEN", "--json", "GIVEN"],
        ["dataset", "--data", "GIVEN", "--faces", "GIVEN"],
        ["evaluate", "--data", "GIVEN", "--json", "GIVEN"],
        ["robustness", "--data", "GIVEN", "--json", "GIVEN"],
        ["lesson", "--data", "GIVEN", "--json", "GIVEN"],
        ["action-units", "--data", "GIVEN", "--json", "GIVEN"],
    ],
    ids=lambda argv: " ".join(argv),
)
def test_no_command_replaces_what_it_reads(tmp_path, capsys, argv):
    given = tmp_path / "given.csv"
    given.write_text("emotion,pixels,Usage\n3,1,Training\n")
    argv = [str(given) if word == "GIVEN" else word for word in argv]
    assert main([*argv, "--force"]) == FAILED
    assert "is read by this command" in capsys.readouterr().err
    assert given.read_text() == "emotion,pixels,Usage\n3,1,Training\n"


@pytest.mark.parametrize(
    "command", ["dataset", "evaluate", "robustness", "lesson", "action-units", "networks"]
)
def test_a_file_that_is_there_is_told_before_minutes_of_work(tmp_path, capsys, command):
    there = tmp_path / "there.json"
    there.touch()
    data = [] if command == "networks" else ["--data", str(tmp_path / "no_data")]
    assert main([command, *data, "--json", str(there)]) == FAILED
    assert "[output_exists]" in capsys.readouterr().err


@pytest.mark.parametrize("seconds", ["0", "-1", "nan"])
def test_a_camera_is_not_read_for_no_time(clip, seconds, capsys):
    with pytest.raises(SystemExit):
        main(["webcam", "--device", str(clip), "--seconds", seconds])
    assert "--seconds is a number above 0" in capsys.readouterr().err


def test_a_file_of_no_known_kind_is_told_what_is_read(tmp_path, capsys):
    (tmp_path / "t.csv").write_text("source,frame\n")
    (tmp_path / "t.mp4").write_text("rubbish")
    assert main(["analyze", str(tmp_path / "t.csv"), str(tmp_path / "t.mp4")]) == FAILED
    table, video = [line for line in capsys.readouterr().err.splitlines() if line.startswith("error")]
    assert "choose pictures (JPEG" in table and "videos (MP4" in table and "zip files" in table
    assert "choose a video (MP4" in video and "picture" not in video
