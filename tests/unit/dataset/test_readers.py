"""FER2013 in its forms, FER+ votes, labelled folders."""

import gzip

import cv2
import numpy as np
import pytest

from fer.dataset.readers.fer2013 import read_dataset, read_ferplus, seen_before
from fer.errors import CancelledError, DatasetError, EmptyInputError, MissingInputError

PIXELS = " ".join(["7"] * 2304)


def write_csv(path, rows, header="emotion,pixels,Usage"):
    text = "\n".join([header, *rows]) + "\n"
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())
    return path


def test_nothing_there_and_nothing_in_it(tmp_path):
    with pytest.raises(MissingInputError):
        read_dataset(tmp_path / "no.csv")
    (tmp_path / "empty.csv").write_bytes(b"")
    with pytest.raises(EmptyInputError):
        read_dataset(tmp_path / "empty.csv")
    with pytest.raises(DatasetError, match="No row"):
        read_dataset(write_csv(tmp_path / "header.csv", []))
    with pytest.raises(DatasetError, match="no images"):
        read_dataset(tmp_path)


@pytest.mark.parametrize("name", ["fer2013.csv", "fer2013.csv.gz"])
def test_rows_keep_label_pixels_and_split(tmp_path, name):
    data = read_dataset(write_csv(tmp_path / name, [f"3,{PIXELS},Training", f"0,{PIXELS},PublicTest"]))
    assert data.labels.tolist() == [3, 0]
    assert data.images.shape == (2, 48, 48)
    assert (data.images == 7).all()
    assert data.split("PublicTest").rows.tolist() == [1]


def test_column_names_with_spaces_as_in_icml_face_data(tmp_path):
    data = read_dataset(
        write_csv(tmp_path / "icml.csv", [f"6, Training, {PIXELS}"], "emotion, Usage, pixels")
    )
    assert data.usage.tolist() == ["Training"]


def test_bad_rows_are_rejected_with_their_reason(tmp_path):
    rows = [
        f"3,{PIXELS}",
        f"9,{PIXELS}",
        f"happy,{PIXELS}",
        "3,1 2 3",
        f"3,{PIXELS[:-1]}999",
        f"3,{PIXELS[:-1]}x",
    ]
    data = read_dataset(write_csv(tmp_path / "train.csv", rows, "emotion,pixels"))
    assert len(data) == 1
    assert [r.split(":")[0] for r in data.rejected] == ["row 1", "row 2", "row 3", "row 4", "row 5"]


def test_missing_columns_are_named(tmp_path):
    with pytest.raises(DatasetError, match="pixels"):
        read_dataset(write_csv(tmp_path / "x.csv", ["1"], "emotion"))


def test_an_unknown_split_names_those_that_are_there(tmp_path):
    data = read_dataset(write_csv(tmp_path / "x.csv", [f"3,{PIXELS},Training"]))
    with pytest.raises(DatasetError, match="it has: Training"):
        data.split("PrivateTest")


def test_a_labeled_folder(tmp_path):
    for split, emotion in (("train", "happy"), ("test", "sad"), ("test", "smug")):
        (tmp_path / split / emotion).mkdir(parents=True)
        cv2.imwrite(str(tmp_path / split / emotion / "a.png"), np.full((96, 96), 50, np.uint8))
    (tmp_path / "test" / "sad" / "b.jpg").write_bytes(b"nonsense")
    data = read_dataset(tmp_path)
    assert sorted(zip(data.usage.tolist(), data.labels.tolist(), strict=True)) == [("test", 4), ("train", 3)]
    assert len(data.rejected) == 2


def test_votes_are_shares_and_rows_without_an_image_are_marked(tmp_path):
    head = "Usage,Image name,neutral,happiness,surprise,sadness,anger,disgust,fear,contempt,unknown,NF"
    (tmp_path / "p.csv").write_text(
        f"{head}\nTraining,a.png,4,4,0,0,0,0,0,0,2,0\nTraining,,0,0,0,0,0,0,0,0,0,10\n"
    )
    votes, named = read_ferplus(tmp_path / "p.csv")
    assert votes[0, :2].tolist() == [0.5, 0.5]
    assert votes[1].sum() == pytest.approx(1.0)
    assert named.tolist() == [True, False]


def test_images_seen_before_are_found():
    images = np.arange(3, dtype=np.uint8)[:, None, None] * np.ones((3, 48, 48), np.uint8)
    assert seen_before(images, images[1:2]).tolist() == [False, True, False]


@pytest.mark.parametrize("name", ["fer2013.csv", "fer2013.csv.gz"])
def test_content_in_memory_reads_like_the_file(tmp_path, name):
    path = write_csv(tmp_path / name, [f"3,{PIXELS},Training", f"0,{PIXELS},PublicTest"])
    found = read_dataset(path.read_bytes(), name="upload")
    assert found.labels.tolist() == [3, 0]
    assert (found.images == read_dataset(path).images).all()
    with pytest.raises(DatasetError, match="'upload'"):
        read_dataset(b"a,b\n1,2\n", name="upload")


@pytest.mark.parametrize("name", ["fer2013.csv", "fer2013.csv.gz"])
def test_reading_tells_its_share_and_can_be_stopped(tmp_path, name):
    path = write_csv(tmp_path / name, [f"3,{PIXELS},Training"] * 40)
    told = []
    assert len(read_dataset(path, on_progress=told.append)) == 40
    assert told == sorted(told) and told[-1] == 1.0

    def stop(share):
        raise CancelledError("stopped")

    with pytest.raises(CancelledError):
        read_dataset(path, on_progress=stop)
