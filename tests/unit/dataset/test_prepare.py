"""From photos and clips to a data set: labels, crops, quality, duplicates, splits by person, the file."""

from dataclasses import replace
from pathlib import PurePosixPath

import numpy as np
import pytest

from fer.cli import main
from fer.dataset.prepare import (
    Prepared,
    PrepareSettings,
    divide,
    fer2013_csv,
    folder_files,
    prepare,
    sentences,
)
from fer.dataset.readers.fer2013 import SPLITS, read_dataset
from fer.errors import DatasetError, SettingsError
from fer.sample.clip import sample_frames
from pages.ui.work.analysis import jpeg
from tests.helpers.bad_data import noise, png, zip_bytes


@pytest.fixture(scope="module")
def photos() -> list[bytes]:
    """Frames of the sample that differ."""
    frames = [frame.image for frame in sample_frames(fps=1.0)]
    return [jpeg(frames[k]) for k in (0, 2, 3, 4)]


@pytest.fixture(scope="module")
def made(photos, short_clip) -> Prepared:
    files = {
        "anna/happy/1.jpg": photos[0],
        "anna/Happiness/again.jpg": photos[0],
        "ben/sad/2.jpg": photos[1],
        "carla/surprise/clip.mp4": short_clip,
        "carla/smug/3.jpg": photos[2],
        "ben/angry/wall.jpg": jpeg(np.full((120, 160, 3), 128, np.uint8)),
        "ben/angry/../../x/angry/bad.jpg": b"text",
    }
    done = []
    found = prepare(((PurePosixPath(k), v) for k, v in files.items()), on_file=done.append)
    assert done == list(range(1, 8))
    return found


def test_nothing_to_prepare_says_how_folders_must_look():
    with pytest.raises(DatasetError, match="anna/happy/1"):
        prepare([])
    with pytest.raises(DatasetError, match="not named after an emotion"):
        prepare([(PurePosixPath("holiday/1.jpg"), b"x")])
    with pytest.raises(DatasetError, match="it lies in no folder that is named after an emotion"):
        prepare([(PurePosixPath("notes.txt"), b"x")])


def test_settings_are_checked():
    with pytest.raises(SettingsError, match="person or file"):
        PrepareSettings(split_by="moon")
    with pytest.raises(SettingsError, match="fps"):
        PrepareSettings(fps=0)


def test_files_without_a_face_are_named_with_their_reason(made):
    reasons = " ".join(made.dataset.rejected)
    assert made.n_files == 7
    assert made.dataset.n_rejected == 3
    assert all("/" in reason.split(": ")[0] for reason in made.dataset.rejected), "which of the same name"
    assert "3.jpg: its folder 'smug' is not named after an emotion" in reasons
    assert "wall.jpg: no usable face was found in it" in reasons
    assert "bad.jpg" in reasons


def test_duplicates_are_left_out_and_synonyms_understood(made):
    assert len(made.cleaning.dropped["exact"]) == 1
    happy = made.dataset.labels == 3
    assert happy.sum() == 1


def test_a_person_stands_in_one_split_and_three_fill_all(made):
    assert made.groups == dict.fromkeys(SPLITS, 1)
    assert made.missing_splits == ()
    assert {len(set(made.dataset.usage[made.dataset.labels == k])) for k in (3, 4, 5)} == {1}
    assert "Training holds a single expression, which nothing can be learned from." in sentences(made)


def test_what_was_left_out_is_said_in_words(made):
    said = sentences(replace(made, left_out={"cut_off": 1, "dark": 2}))
    assert "1 face left out: cut off by the frame's edge." in said
    assert "2 faces left out: too dark." in said


def test_the_file_is_read_back_as_it_was(made, tmp_path):
    (tmp_path / "p.csv").write_text(fer2013_csv(made.dataset))
    back = read_dataset(tmp_path / "p.csv")
    assert (back.images == made.dataset.images).all()
    assert back.labels.tolist() == made.dataset.labels.tolist()
    assert back.usage.tolist() == made.dataset.usage.tolist()


def test_groups_come_near_the_shares_and_depend_on_the_seed_only():
    sizes = {f"p{k}": 10 for k in range(50)}
    place = divide(sizes)
    counts = [sum(split == name for split in place.values()) for name in SPLITS]
    assert counts == [40, 5, 5]
    assert divide(dict(reversed(sizes.items()))) == place
    assert divide(sizes, seed=1) != place
    assert set(divide({"a": 1}).values()) == {"Training"}
    assert set(divide({"a": 90, "b": 1, "c": 1}).values()) == set(SPLITS)


def test_the_command_writes_a_file_and_names_what_it_left_out(tmp_path, photos, capsys):
    for k, person in enumerate(("anna", "ben", "carla")):
        (tmp_path / "in" / person / "happy").mkdir(parents=True)
        (tmp_path / "in" / person / "happy" / f"{k}.jpg").write_bytes(photos[k])
    (tmp_path / "in" / ".hidden").write_bytes(b"x")
    arguments = ["prepare", str(tmp_path / "in"), "--out", str(tmp_path / "out.csv"), "--drop"]
    assert len(folder_files(tmp_path / "in")) == 3
    assert main(arguments) == 0
    assert "from 3 files" in capsys.readouterr().out
    assert set(read_dataset(tmp_path / "out.csv").usage.tolist()) == set(SPLITS)
    assert main(arguments) == 1
    assert "[output_exists]" in capsys.readouterr().err
    (tmp_path / "in" / "ben" / "happy" / "bad.jpg").write_bytes(b"text")
    assert main([*arguments, "--force"]) == 1
    assert "happy/bad.jpg: " in capsys.readouterr().err
    assert main(["prepare", str(tmp_path / "none"), "--out", str(tmp_path / "x.csv")]) == 1


def test_case_31_43_the_command_names_every_file_that_is_no_picture(tmp_path, capsys):
    folder = tmp_path / "in" / "anna" / "happy"
    folder.mkdir(parents=True)
    for name, content in {"empty.jpg": b"", "=nul.jpg": b"\0" * 99, "cut.png": noise(1)[:90]}.items():
        (folder / name).write_bytes(content)
    out = tmp_path / "out.csv"
    assert main(["prepare", str(tmp_path / "in"), "--out", str(out)]) == 1
    said = capsys.readouterr().err
    assert "No usable face was found" in said and "[dataset]" in said and "=nul.jpg" in said
    assert not out.exists()
    (tmp_path / "x.zip").write_bytes(zip_bytes({"anna/happy/1.jpg": png()}))
    assert main(["prepare", str(tmp_path / "x.zip"), "--out", str(out)]) == 1
    assert "There is no folder" in capsys.readouterr().err
