import io
import re

import pytest
from rich.console import Console

from fer.batch.engine import BatchResult
from fer.batch.forecast import Active, BatchProgress
from fer.cli import main
from fer.cli.batch import MOST_NAMED, show_result
from fer.cli.shared.batch_view import BatchView, progress_line
from fer.records import GivenFile
from tests.helpers.clips import clip, ramp


def progress(**changes) -> BatchProgress:
    values = {"recordings": 0, "done": 0, "failed": 0, "share": None, "left_s": None}
    return BatchProgress(**values | changes)


def test_nothing_to_do_is_a_line():
    assert progress_line(progress()) == "–, 0 of 0 recordings, time left unknown"


def test_a_line_says_all_and_each_and_the_ceiling():
    line = progress_line(
        progress(
            recordings=12,
            done=3,
            failed=1,
            share=0.341,
            left_s=4000.0,
            active=(Active("a.mp4", 0.5, 45.0), Active("b.mp4", None, None)),
            memory_mb=412.0,
            ceiling_mb=3000.0,
        )
    )
    assert line == (
        "34%, 4 of 12 recordings (1 failed), 67 min left, 412 of 3,000 MB a worker"
        " | a.mp4 50% (45 s left) | b.mp4 –"
    )


@pytest.mark.parametrize(
    ("left_s", "words"),
    [(44.4, "44 s left"), (184.0, "3 min left"), (257.0, "4 min 20 s left"), (4000.0, "67 min left")],
)
def test_time_left_is_as_exact_as_it_can_be_known(left_s, words):
    assert f", {words}," in progress_line(
        progress(recordings=1, left_s=left_s, memory_mb=1.0, ceiling_mb=9.0)
    )


def test_lines_come_now_and_then_where_nobody_watches():
    said, now = [], [0.0]
    with BatchView(Console(file=io.StringIO()), say=said.append, clock=lambda: now[0]) as view:
        for now[0] in (1.0, 11.0, 12.0, 22.0):
            view(progress(recordings=int(now[0])))
        view.said("a.mp4", "done, 3 frames")
    assert [line.split(",")[1].strip() for line in said[:2]] == ["0 of 11 recordings", "0 of 22 recordings"]
    assert said[2] == "a.mp4: done, 3 frames"


@pytest.mark.parametrize(("n", "more"), [(0, ""), (2, ""), (MOST_NAMED + 3, "and 3 more")])
def test_case_78_files_that_were_passed_over_are_named(capsys, n, more):
    lost = tuple(GivenFile(f"n{k}.txt", "unknown", "passed_over", "it is a text.") for k in range(n))
    result = BatchResult(
        done=1, failed=(), lost=lost, in_part=(), notes=(), frames=1, seconds=1.0, peak_mb=1.0
    )
    assert show_result(result, "out") == (1 if n else 0)  # as with `fer analyze`
    said = capsys.readouterr().out
    assert ("n1.txt: it is a text." in said, said.count("n0.txt")) == (n > 1, min(n, 1))
    assert (more in said, "more" in said) == (True, bool(more))


def test_case_78_files_that_were_read_in_part_are_named(capsys):
    cut = GivenFile("a.mp4", "video", "read_in_part", "It is cut off.")
    result = BatchResult(
        done=1, failed=(), lost=(), in_part=(cut,), notes=(), frames=1, seconds=1.0, peak_mb=1.0
    )
    assert show_result(result, "out") == 0  # as with `fer analyze`
    assert "  1 file read in part:\n    a.mp4: It is cut off.\n" in capsys.readouterr().out


def test_a_terminal_gets_bars():
    drawn = io.StringIO()
    with BatchView(Console(file=drawn, force_terminal=True, width=100)) as view:
        view(progress(recordings=2, share=0.5, left_s=9.0, active=(Active("a.mp4", 0.25, 9.0),)))
    assert "a.mp4" in drawn.getvalue()
    assert "25%" in drawn.getvalue()


@pytest.mark.parametrize(
    "words",
    [["--workers", "0"], ["--piece", "0"], ["--memory", "1"], ["--workers", "2", "--scheduler", "tcp://x:1"]],
)
def test_wrong_use_is_refused(words, tmp_path):
    with pytest.raises(SystemExit) as stopped:
        main(["batch", str(tmp_path), "--out", str(tmp_path / "out"), *words])
    assert stopped.value.code == 2


def test_results_do_not_go_where_the_recordings_lie(tmp_path, capsys):
    assert main(["batch", str(tmp_path), "--out", str(tmp_path)]) == 1
    assert "--out" in capsys.readouterr().err


def test_case_78_a_folder_with_nothing_to_read_is_no_success(tmp_path, capsys):
    place = tmp_path / "in"
    place.mkdir()
    words = ["batch", str(place), "--workers", "1", "--out"]
    assert main([*words, str(tmp_path / "empty")]) == 1
    assert "there is no photo or video in this folder" in capsys.readouterr().err
    (place / "notes.txt").write_text("hello")
    assert main([*words, str(tmp_path / "texts")]) == 1
    assert "notes.txt: it is no picture and no video." in capsys.readouterr().out


@pytest.mark.slow
def test_a_folder_is_read_by_processes_and_gone_on_with(tmp_path, capsys):
    place, out = tmp_path / "in", tmp_path / "out"
    place.mkdir()
    (place / "a.mp4").write_bytes(clip(ramp(12), rate=4))
    (place / "broken.mp4").write_text("rubbish")
    words = ["batch", str(place), "--out", str(out), "--workers", "2", "--report"]
    assert main(words) == 1
    said = capsys.readouterr()
    assert "1 recording done" in said.out
    assert "broken.mp4" in said.err
    assert {path.name for path in out.glob("a.*")} == {"a.csv", "a.json", "a.html"}
    assert main(words) == 1
    assert "--resume" in capsys.readouterr().err
    (place / "broken.mp4").unlink()
    assert main([*words, "--resume"]) == 0
    assert not (out / "work").exists()


def test_a_file_in_the_place_of_the_folder_is_named_as_one(tmp_path, capsys):
    path = tmp_path / "clip.mp4"
    path.write_bytes(clip(ramp(2)))
    assert main(["batch", str(path), "--out", str(tmp_path / "out")]) == 1
    assert "clip.mp4 is no folder" in capsys.readouterr().err and not (tmp_path / "out").exists()


@pytest.mark.slow
def test_reports_can_be_asked_for_when_all_is_read(tmp_path, capsys):
    place = tmp_path / "in"
    place.mkdir()
    (place / "a.mp4").write_bytes(clip(ramp(6), rate=4))
    made = {}
    for out, steps in (("now", [["--report"]]), ("later", [[], ["--resume", "--report"]])):
        for options in steps:
            assert main(["batch", str(place), "--out", str(tmp_path / out), "--workers", "1", *options]) == 0
        made[out] = (tmp_path / out / "a.html").read_text(encoding="utf-8")
    assert "a.mp4: report written" in capsys.readouterr().out
    without = [re.sub(r"<dt>Made</dt><dd>.*?</dd>", "", page) for page in made.values()]
    assert without[0] == without[1]
    (tmp_path / "later/a.html").unlink()
    (tmp_path / "later/a.json").write_text("{", encoding="utf-8")
    words = ["batch", str(place), "--out", str(tmp_path / "later"), "--resume", "--report"]
    assert main(words) == 1
    assert "The results of a.mp4 are damaged: --resume reads it again." in capsys.readouterr().err
    assert main(words) == 0
    assert (tmp_path / "later/a.html").exists()
