"""Outputs: whole or not there, and written whatever becomes of the words."""

import errno
import os
import resource
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PIL import Image

from fer.cli import FAILED, INTERRUPTED, TERMINATED, main, quiet_end
from fer.cli.shared.targets import check_targets, make_folder
from fer.cli.shared.words import Words, safe_words
from fer.errors import OutputError, OutputExistsError, SettingsError
from fer.io.files import sweep, write_bytes, write_text, write_whole
from fer.io.parts import LONGEST_NAME, growing, growing_part
from fer.settings import Settings
from tests.helpers.places import ROOT

TABLE = "file;value\nÄpfel;1,5\n"


@pytest.fixture
def table(tmp_path) -> Path:
    """A small table that `fer table` turns into another form."""
    (tmp_path / "in").mkdir()
    path = tmp_path / "in" / "t.csv"
    path.write_text(TABLE, encoding="utf-8")
    return path


def names(folder: Path) -> list[str]:
    """What lies in a folder, hidden files too."""
    return sorted(os.listdir(folder))


def fer(*args: str | Path, **more) -> subprocess.CompletedProcess:
    """The command in a process of its own."""
    command = [sys.executable, "-m", "fer", *map(str, args)]
    return subprocess.run(command, cwd=ROOT, stderr=subprocess.PIPE, timeout=120, check=False, **more)


# --- 107: words


def test_case_107_words_pass_through_while_somebody_takes_them(capsys):
    with safe_words() as words:
        print("Äpfel")
    assert (capsys.readouterr().out, words.failure) == ("Äpfel\n", None)


def test_case_107_a_closed_stream_takes_nothing_and_stops_nothing(tmp_path):
    file = (tmp_path / "out").open("w", encoding="ascii")
    words = Words(file)
    words.write("Äpfel\n")
    words.flush()
    assert (tmp_path / "out").read_text() == "\\xc4pfel\n"
    file.close()
    assert words.write("more") == 4
    words.flush()
    assert isinstance(words.failure, OSError)
    assert Words(None).write("x") == 1 and not Words(None).isatty()


@pytest.mark.parametrize("how", ["closed", "full", "ascii", "reader gone"])
def test_case_107_the_file_is_written_whatever_becomes_of_the_words(table, tmp_path, how):
    out = tmp_path / "Äpfel.csv"
    environment = os.environ | {"PYTHONIOENCODING": "ascii" if how == "ascii" else "utf-8"}
    script = {
        "closed": ">&-",
        "full": "> /dev/full",
        "ascii": "> " + str(tmp_path / "words"),
        "reader gone": "| true",
    }[how]
    command = f"'{sys.executable}' -m fer table '{table}' '{out}' {script}"
    done = subprocess.run(
        ["sh", "-c", command], cwd=ROOT, env=environment, stderr=subprocess.PIPE, timeout=120, check=False
    )
    assert out.read_text(encoding="utf-8") == "file,value\nÄpfel,1.5\n"
    said = done.stderr.decode()
    assert "Traceback" not in said and "Exception ignored" not in said
    if how == "full":
        assert done.returncode == FAILED and "[output]" in said
    elif how != "reader gone":  # a pipe has the status of its reader
        assert (done.returncode, said) == (0, "")


# --- 108, 109: dying


DIE = """
import os, signal, sys, time
from pathlib import Path
from fer.io.files import write_bytes
from fer.io.parts import growing
from fer.cli import signals
target = Path(sys.argv[1])
with signals(), growing(target, force=True) as part:
    part.write_bytes(b"half" * 1000)
    print("go", flush=True)
    time.sleep(60)
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGABRT])
def test_case_109_no_half_file_takes_the_name_however_the_process_dies(tmp_path, number):
    target, mine = tmp_path / "a.csv", tmp_path / "a.csv.part"
    target.write_bytes(b"old")
    mine.write_bytes(b"a user's own")
    with subprocess.Popen(
        [sys.executable, "-c", DIE, str(target)], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        assert process.stdout.readline() == b"go\n"
        process.send_signal(number)
        process.wait(20)
    assert (target.read_bytes(), mine.read_bytes()) == (b"old", b"a user's own")
    if number in (signal.SIGTERM, signal.SIGINT):
        assert names(tmp_path) == ["a.csv", "a.csv.part"]
    if number is signal.SIGTERM:
        assert process.returncode == TERMINATED
    write_whole(b"new", tmp_path / "b.csv")  # the next run sweeps
    assert names(tmp_path) == ["a.csv", "a.csv.part", "b.csv"]


def test_case_109_sweeping_leaves_what_is_not_ours(tmp_path):
    for name in ("x.part", ".x.part", "y.fer-part", "a.part.keras"):
        (tmp_path / name).write_bytes(b"mine")
    growing_part(tmp_path / "z.csv").write_bytes(b"left behind")
    growing_part(tmp_path / "n.keras", suffix=".keras").write_bytes(b"left behind")
    sweep(tmp_path)
    assert names(tmp_path) == sorted(("x.part", ".x.part", "y.fer-part", "a.part.keras"))


def test_case_68_a_full_disk_leaves_the_old_file_and_says_so(tmp_path, monkeypatch):
    path = tmp_path / "a.csv"
    path.write_bytes(b"old")

    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match="disk is full"):
        write_bytes(b"new", path, force=True)
    assert (path.read_bytes(), names(tmp_path)) == (b"old", ["a.csv"])


def test_case_68_a_file_that_may_not_grow_is_not_there(table, tmp_path):
    def small() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (20, 20))

    out = tmp_path / "o.xlsx"
    done = fer("table", table, out, preexec_fn=small, stdout=subprocess.DEVNULL)
    assert done.returncode == FAILED and b"larger than is allowed" in done.stderr
    assert names(tmp_path) == ["in"]


# --- 110, 111: places


@pytest.mark.parametrize("name", ["", ".", "x" * 300, "ä" * 200, "a\0b"])
def test_case_110_names_that_no_file_can_have_are_refused_before_the_work(tmp_path, name):
    with pytest.raises(OutputError):
        check_targets([tmp_path / name], force=True)
    with pytest.raises(OutputError):
        write_text("x", tmp_path / name, force=True)
    assert names(tmp_path) == []


def test_case_110_the_longest_name_that_a_file_may_have_is_written(tmp_path):
    longest = tmp_path / ("ä" * 125 + ".csv")
    assert len(os.fsencode(longest.name)) == LONGEST_NAME - 1
    write_text("x", longest)
    assert longest.read_text() == "x" and len(names(tmp_path)) == 1


def test_case_110_a_folder_that_is_a_file_or_missing_or_read_only_is_one_sentence(tmp_path):
    (tmp_path / "file").write_text("x")
    for place in (tmp_path / "file", tmp_path / "file" / "more", tmp_path / ("x" * 300), tmp_path / "a\0b"):
        with pytest.raises(OutputError, match="cannot be written"):
            make_folder(place)
    for target in (tmp_path / "no" / "a.csv", tmp_path / "file" / "a.csv", Path("/proc/a.csv")):
        with pytest.raises(OutputError, match="cannot be written"):
            write_text("x", target)
        with pytest.raises(OutputError, match="cannot be written"):  # and before the work
            check_targets([target], force=True)
    check_targets([tmp_path / "no" / "a.csv"], force=False, made=tmp_path / "no")
    assert names(tmp_path) == ["file"]


@pytest.mark.parametrize("force", [True, False])
def test_case_110_a_device_or_a_pipe_is_never_replaced(tmp_path, force):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("pipe")
    for name in ("pipe", "link"):
        with pytest.raises(OutputError, match="a device or a pipe"):
            check_targets([tmp_path / name], force=force)
        with pytest.raises(OutputError, match="a device or a pipe"):
            write_text("x", tmp_path / name, force=force)
    assert stat.S_ISFIFO(os.stat(tmp_path / "pipe").st_mode)
    assert names(tmp_path) == ["link", "pipe"]


@pytest.mark.parametrize("value", ["nan", "inf", "-1", "0"])
@pytest.mark.parametrize("option", ["fps", "detect_interval_s", "half_life_s", "unsure_below"])
def test_case_110_seconds_that_are_no_number_are_refused(option, value):
    allowed = value == "0" and option in ("half_life_s", "unsure_below")
    if allowed:
        Settings(**{option: float(value)})
    else:
        with pytest.raises(SettingsError):
            Settings(**{option: float(value)})


def test_case_111_an_output_over_an_input_or_named_twice_is_refused(tmp_path):
    clip, link = tmp_path / "clip.mp4", tmp_path / "link.mp4"
    clip.write_bytes(b"x")
    link.symlink_to(clip)
    for target in (clip, link, tmp_path / "." / "clip.mp4", tmp_path / "in" / ".." / "clip.mp4"):
        (tmp_path / "in").mkdir(exist_ok=True)
        with pytest.raises(OutputError, match="is read by this command"):
            check_targets([target], [clip], force=True)
    with pytest.raises(OutputError, match="two outputs"):
        check_targets([tmp_path / "a.csv", tmp_path / "in" / ".." / "a.csv"], [clip], force=True)
    with pytest.raises(OutputExistsError):
        check_targets([link], [], force=False)
    check_targets([tmp_path / "a.csv", tmp_path / "a.json"], [clip], force=False)


def test_case_111_the_command_refuses_before_it_reads(table, tmp_path, capsys):
    photo, broken = tmp_path / "p.png", tmp_path / "b.jpg"
    Image.new("RGB", (20, 20)).save(photo)
    broken.write_bytes(b"no photo at all")
    for given in (photo, broken):
        status = main(["analyze", str(photo), str(broken), "--csv", str(given), "--force"])
        assert status == FAILED and "is read by this command" in capsys.readouterr().err
    assert broken.read_bytes() == b"no photo at all"
    out = str(tmp_path / "one")
    assert main(["analyze", str(photo), "--csv", out, "--json", out]) == FAILED
    assert "two outputs" in capsys.readouterr().err


# --- 112, 114


def test_case_112_ctrl_c_during_the_imports_is_quiet(tmp_path):
    with subprocess.Popen(
        [sys.executable, "-X", "importtime", "-m", "fer", "table", "--help"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        for line in process.stderr:  # numpy is one of the first heavy imports
            if "numpy" in line:
                process.send_signal(signal.SIGINT)
                break
        out, err = process.communicate(timeout=60)
    assert process.returncode == INTERRUPTED
    assert out == "" and "Traceback" not in err and "KeyboardInterrupt" not in err


def test_case_112_the_handler_is_as_before(capsys):
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    with quiet_end():
        assert signal.getsignal(signal.SIGINT) != before[0]
    with pytest.raises(SystemExit):
        main(["--version"])
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before


def test_case_114_too_little_memory_is_said(table, tmp_path, monkeypatch, capsys):
    def no_more(*_, **__):
        raise MemoryError

    monkeypatch.setattr("fer.cli.table.read_columns", no_more)
    assert main(["table", str(table), str(tmp_path / "o.csv")]) == FAILED
    assert "not enough memory" in capsys.readouterr().err


def test_two_outputs_do_not_wait_for_each_other(tmp_path):
    with growing(tmp_path / "a") as one, growing(tmp_path / "b") as two:
        assert one != two
        time.sleep(0)
    assert names(tmp_path) == ["a", "b"]
