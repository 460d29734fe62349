"""The network that the app reads is the old one or the whole new one."""

import os

import pytest

from fer.errors import OutputError
from fer.training.conversion.publish import publish


@pytest.fixture
def folders(tmp_path):
    """A release of two files and a folder with an older one, and a file of somebody else."""
    release, models = tmp_path / "release", tmp_path / "models"
    for folder, word in ((release, "new"), (models, "old")):
        folder.mkdir()
        for name in ("emotion.tflite", "manifest.json"):
            (folder / name).write_text(word)
    (models / "benchmark.json").write_text("other")
    return release, models


def content(folder):
    return {path.name: path.read_text() for path in folder.iterdir()}


OLD = {"emotion.tflite": "old", "manifest.json": "old", "benchmark.json": "other"}


def test_a_release_replaces_its_files_and_no_others(folders):
    written = publish(*folders)
    assert [path.name for path in written] == ["emotion.tflite", "manifest.json"]
    assert content(folders[1]) == OLD | dict.fromkeys(("emotion.tflite", "manifest.json"), "new")


def test_case_68_a_full_disk_leaves_the_old_network(folders, monkeypatch):
    synced = []

    def second_fails(_fd):
        synced.append(1)
        if len(synced) == 2:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr("fer.io.parts.os.fsync", second_fails)
    with pytest.raises(OutputError, match="disk is full"):
        publish(*folders)
    assert content(folders[1]) == OLD


def test_case_71_what_a_killed_one_left_is_swept(folders, monkeypatch):
    class Killed(BaseException):
        pass

    def kill(*_, **__):
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr("fer.io.parts.os.replace", kill)
        patch.setattr(type(folders[0]), "unlink", kill)
        with pytest.raises(Killed):
            publish(*folders)
    left = content(folders[1])
    assert {name: left[name] for name in OLD} == OLD and len(left) > len(OLD)
    publish(*folders)
    assert sorted(content(folders[1])) == sorted(OLD)
    assert os.listdir(folders[0])


def test_a_folder_that_is_a_file_is_named(folders, tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputError, match="file"):
        publish(folders[0], tmp_path / "file")
