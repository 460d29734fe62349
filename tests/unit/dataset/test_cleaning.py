"""Faults of a data set, found and left out on request, and the object that names the rows that remain."""

import cv2
import numpy as np
import pytest

from fer.constants import FACE_SIZE_PX
from fer.dataset.cleaning import CleaningReport, clean, find_faults, near_pictures
from fer.dataset.groups import copy_groups
from fer.dataset.hashes import content_sha256, source_sha256
from fer.dataset.near import near_pairs
from fer.dataset.readers.fer2013 import read_dataset
from fer.errors import DatasetError, MissingInputError, SettingsError
from tests.helpers.datasets import SIDE, make_dataset, scenes, write

QUICK = ("blank", "conflict", "exact", "seen_earlier", "seen_later", "near", "near_earlier", "near_later")


def jpeg(image: np.ndarray, quality: int) -> np.ndarray:
    return cv2.imdecode(cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])[1], 0)


def test_an_empty_set_has_no_faults_and_nothing_to_leave_out():
    empty = make_dataset(np.zeros((0, *SIDE)), [])
    assert {name: mask.tolist() for name, mask in find_faults(empty, QUICK).items()} == {
        name: [] for name in QUICK
    }
    kept, report = clean(empty, drop=QUICK)
    assert len(kept) == report.n_kept == 0


def test_nothing_is_left_out_unless_it_is_asked_for():
    picture = scenes(1)[0]
    kept, report = clean(make_dataset([picture, picture], ["Training"] * 2))
    assert len(kept) == 2
    assert report.sentences() == ()


def test_each_fault_names_its_rows():
    a, b, c = scenes(3)
    data = make_dataset(
        [a, a, b, b, c, np.zeros(SIDE)],
        ["Training", "Training", "Training", "PrivateTest", "PublicTest", "PublicTest"],
        [0, 0, 3, 4, 5, 6],
    )
    found = {name: np.flatnonzero(mask).tolist() for name, mask in find_faults(data, QUICK).items()}
    assert found == {
        "blank": [5],
        "conflict": [2, 3],
        "exact": [1],
        "seen_earlier": [3],
        "seen_later": [2],
        "near": [],
        "near_earlier": [],
        "near_later": [],
    }


@pytest.mark.parametrize(
    "copy",
    [
        lambda image: np.clip(image * 0.7 + 60, 0, 255),
        lambda image: np.clip(image * 0.5, 0, 255),
        lambda image: jpeg(image, 20),
        lambda image: np.roll(image, 1, axis=1),
        lambda image: cv2.GaussianBlur(image, (3, 3), 0),
    ],
    ids=["brighter and flatter", "darker", "a poor JPEG", "one pixel to the side", "blurred"],
)
def test_a_changed_copy_is_nearly_the_same_and_other_pictures_are_not(copy):
    images = scenes(40)
    data = make_dataset([*images, copy(images[7])], ["Training"] * 40 + ["PublicTest"])
    found = find_faults(data, ("near", "near_earlier", "near_later", "exact"))
    assert np.flatnonzero(found["near_earlier"]).tolist() == [40]
    assert np.flatnonzero(found["near_later"]).tolist() == [7]
    assert not found["near"].any()
    assert not found["exact"].any()


def test_near_duplicates_of_one_split_keep_their_first_row():
    images = scenes(3)
    darker = (images * 0.8).astype(np.uint8)
    data = make_dataset([images[0], darker[0], images[1], darker[0]], ["Training"] * 4)
    found = find_faults(data, ("near", "exact"))
    assert np.flatnonzero(found["near"]).tolist() == [1, 3]
    assert np.flatnonzero(found["exact"]).tolist() == [3]


def test_mirror_images_count_only_on_request():
    images = scenes(5)
    data = make_dataset([*images, images[2][:, ::-1]], ["Training"] * 6)
    assert not find_faults(data, ("near",))["near"].any()
    assert np.flatnonzero(find_faults(data, ("near",), mirrored=True)["near"]).tolist() == [5]


def test_pairs_are_found_beyond_one_block_and_flat_pictures_have_no_partner():
    images = scenes(2100)
    images[5] = images[2090] // 2
    images[3], images[4] = 7, 9
    pairs, correlations = near_pairs(images)
    assert pairs.tolist() == [[5, 2090]]
    assert 0.99 < correlations[0] <= 1.0001


def test_the_report_gives_each_row_one_reason_and_adds_up():
    a, b = scenes(2)
    data = make_dataset([a, a, a, b], ["Training"] * 4, [0, 1, 0, 2])
    kept, report = clean(data, drop=("conflict", "exact"))
    assert kept.rows.tolist() == [30]
    assert report.dropped["conflict"].tolist() == [0, 10, 20]
    assert report.dropped["exact"].tolist() == []
    assert report.found["exact"].tolist() == [10, 20]
    assert report.to_dict()["found"] == {"conflict": 3, "exact": 2}
    assert report.sentences() == ("3 pictures left out that stand in the data with another label too",)


def test_rows_that_the_caller_marks_are_left_out_first():
    data = make_dataset(scenes(3), ["Training"] * 3)
    kept, report = clean(data, marked={"inexact": np.array([False, True, False])})
    assert kept.rows.tolist() == [0, 20]
    assert report.dropped["inexact"].tolist() == [10]
    assert "marked as inexact" in report.sentences()[0]


def test_unknown_faults_and_an_empty_rest_are_refused():
    picture = np.zeros(SIDE)
    data = make_dataset([picture], ["Training"])
    with pytest.raises(SettingsError, match="choose among blank"):
        clean(data, drop=("doubles",))
    with pytest.raises(DatasetError, match="No row is left"):
        clean(data, drop=("blank",))


def test_a_report_that_does_not_add_up_is_refused():
    with pytest.raises(ValueError, match="n_kept"):
        CleaningReport(3, 2)


def test_a_picture_of_nothing_is_no_face_and_a_portrait_is_one(portrait):
    face = cv2.resize(cv2.cvtColor(portrait[30:200, 140:310], cv2.COLOR_RGB2GRAY), SIDE)
    stripes = np.tile(np.arange(FACE_SIZE_PX) * 5, (FACE_SIZE_PX, 1))
    data = make_dataset([face, stripes], ["Training"] * 2)
    assert find_faults(data, ("not_a_face",))["not_a_face"].tolist() == [False, True]


def test_the_hash_of_a_split_is_that_of_its_rows_and_not_of_the_file(tmp_path):
    images = scenes(3)
    one = read_dataset(write(tmp_path / "a.csv", images, [0, 1, 2], ["Training"] * 3))
    other = make_dataset(images, ["x", "y", "z"], [0, 1, 2])
    assert content_sha256(one) == content_sha256(other)
    assert content_sha256(one) != content_sha256(one.where(np.array([1, 0, 2])))
    assert content_sha256(one) != content_sha256(make_dataset(images, ["Training"] * 3, [0, 1, 3]))


def test_the_hash_of_a_folder_changes_with_names_and_contents(tmp_path):
    (tmp_path / "happy").mkdir()
    (tmp_path / "happy" / "a.png").write_bytes(b"1")
    before = source_sha256(tmp_path)
    (tmp_path / "happy" / "a.png").rename(tmp_path / "happy" / "b.png")
    renamed = source_sha256(tmp_path)
    (tmp_path / "happy" / "b.png").write_bytes(b"2")
    assert len({before, renamed, source_sha256(tmp_path)}) == 3
    with pytest.raises(MissingInputError):
        source_sha256(tmp_path / "none.csv")


def test_groups_of_nothing_and_of_different_pictures():
    assert copy_groups(make_dataset(np.zeros((0, *SIDE)), []), np.zeros((0, 2), np.int64)) == ()
    data = make_dataset(scenes(3), ["Training"] * 3)
    assert copy_groups(data, near_pictures(data)) == ()


def test_copies_come_in_groups_and_those_with_different_labels_first():
    a, b, c, d = scenes(4)
    images = [a, b, b, c, jpeg(c, 70), c, d]
    usage = ["Training", "Training", "PublicTest", "Training", "Training", "Training", "PublicTest"]
    data = make_dataset(images, usage, [0, 3, 3, 4, 4, 5, 6])
    first, second = copy_groups(data, near_pictures(data))
    assert first.places.tolist() == [3, 4, 5] and first.conflicting and not first.crosses
    assert second.places.tolist() == [1, 2] and second.crosses and not second.conflicting


def test_near_pairs_bring_their_neighbors_together():
    data = make_dataset(scenes(4), ["Training"] * 4)
    [group] = copy_groups(data, np.array([[0, 1], [1, 3]]))
    assert group.places.tolist() == [0, 1, 3]
