"""One process a folder; whoever died blocks nobody."""

import multiprocessing
import os

import pytest

from fer.errors import FolderInUseError, OutputError
from fer.io.locks import LOCK, only_one


def _hold_and_die(folder, ready):
    with only_one(folder, "a training"):
        ready.set()
        os._exit(9)


def test_the_second_one_is_told_who_holds_the_folder(tmp_path):
    with only_one(tmp_path / "run", "another training"):
        with (
            pytest.raises(
                FolderInUseError, match=rf"by another training \(process {os.getpid()}\)"
            ) as caught,
            only_one(tmp_path / "run", "another training"),
        ):
            pass
        assert caught.value.code == "output_in_use"
    with only_one(tmp_path / "run", "another training"):
        pass


def test_the_lock_of_a_dead_process_does_not_block(tmp_path):
    context = multiprocessing.get_context("spawn")
    ready = context.Event()
    process = context.Process(target=_hold_and_die, args=(tmp_path, ready))
    process.start()
    assert ready.wait(60)
    process.join(60)
    assert (tmp_path / LOCK).read_text().strip() == str(process.pid)
    with only_one(tmp_path, "a training"):
        assert (tmp_path / LOCK).read_text().strip() == str(os.getpid())


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputError, match="cannot be written"), only_one(tmp_path / "file" / "run", "x"):
        pass
