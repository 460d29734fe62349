"""Files that grow: whole or not there, one writer, nothing of the user's touched."""

import os
import subprocess
import sys

import pytest

from fer.errors import FolderInUseError, OutputError, OutputExistsError
from fer.io.parts import growing, growing_part
from tests.helpers.places import ROOT


def names(folder) -> list[str]:
    return sorted(p.name for p in folder.iterdir())


def test_the_file_takes_its_name_at_the_end(tmp_path):
    path = tmp_path / "a.mp4"
    with growing(path) as part:
        part.write_bytes(b"whole")
        assert not path.exists()
    assert path.read_bytes() == b"whole"
    assert names(tmp_path) == ["a.mp4"]


def test_an_error_leaves_nothing(tmp_path):
    with pytest.raises(KeyError), growing(tmp_path / "a.mp4") as part:
        part.write_bytes(b"half")
        raise KeyError
    assert names(tmp_path) == []


def test_a_file_that_comes_meanwhile_is_not_replaced(tmp_path):
    path = tmp_path / "a.mp4"
    with pytest.raises(OutputExistsError), growing(path) as part:
        part.write_bytes(b"ours")
        path.write_bytes(b"theirs")
    assert path.read_bytes() == b"theirs"
    with growing(path, force=True) as part:
        part.write_bytes(b"ours")
    assert path.read_bytes() == b"ours"


def test_a_place_that_cannot_be_written_is_said(tmp_path):
    for path in (tmp_path / "no" / "a.mp4", tmp_path / ("x" * 300)):
        with pytest.raises(OutputError, match="cannot be written"), growing(path):
            pass


HOLD = "import sys,time;from pathlib import Path;from fer.io.parts import growing\n" + (
    "with growing(Path(sys.argv[1])) as part:\n"
    "    part.write_bytes(b'first'); print('go', flush=True); sys.stdin.readline()\n"
)


@pytest.fixture
def other(tmp_path):
    """Another process that writes the file until it is told to end."""
    command = [sys.executable, "-c", HOLD, str(tmp_path / "a.mp4")]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"go\n"
        yield process
        process.kill()


def test_case_108_the_second_process_is_told_and_the_first_file_is_whole(other, tmp_path):
    path = tmp_path / "a.mp4"
    with pytest.raises(FolderInUseError, match="Another process"), growing(path):
        pass
    other.communicate(b"\n")
    assert path.read_bytes() == b"first"
    assert names(tmp_path) == ["a.mp4"]


def test_case_109_what_a_killed_process_left_is_swept_and_a_users_own_part_stays(other, tmp_path):
    mine = tmp_path / "a.mp4.part"
    mine.write_bytes(b"mine")
    other.kill()
    other.wait()
    assert growing_part(tmp_path / "a.mp4").exists()
    with growing(tmp_path / "b.mp4") as part:
        part.write_bytes(b"b")
    assert names(tmp_path) == ["a.mp4.part", "b.mp4"]
    assert mine.read_bytes() == b"mine"


def test_sweeping_leaves_what_is_being_written(other, tmp_path):
    with growing(tmp_path / "b.mp4") as part:
        part.write_bytes(b"b")
    assert os.path.exists(growing_part(tmp_path / "a.mp4"))
