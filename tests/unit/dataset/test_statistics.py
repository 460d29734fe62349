"""The figures of a data set, as a record, as the command prints them, and as they are shipped."""

import json

import numpy as np
import pytest

from fer.cli import main
from fer.constants import EMOTIONS
from fer.dataset.ferplus import ambiguous, called_no_face, vote_entropy, vote_figures, vote_words
from fer.dataset.readers.fer2013 import ALL_VOTE_COLUMNS
from fer.dataset.shipped import FACES, read_faces, read_statistics, write_faces
from fer.dataset.statistics import (
    MEASURES,
    ClassFaces,
    Statistics,
    class_faces,
    compute_statistics,
    picture_measures,
)
from fer.errors import DatasetError, MissingModelError, ModelError, OutputExistsError
from fer.io.json_records import from_values, json_text
from tests.helpers.datasets import make_dataset, scenes, write

OFFICIAL = {
    "Training": [3995, 436, 4097, 7215, 4830, 3171, 4965],
    "PublicTest": [467, 56, 496, 895, 653, 415, 607],
    "PrivateTest": [491, 55, 528, 879, 594, 416, 626],
}


def votes(**said: int) -> np.ndarray:
    return np.array([said.get(name, 0) for name in ALL_VOTE_COLUMNS], np.float32)


def test_no_row_gives_zeros_and_no_average():
    empty = make_dataset(np.zeros((0, 48, 48)), [])
    s = compute_statistics(empty)
    assert (s.n_rows, s.splits, s.pixel_mean) == (0, {}, 0.0)
    assert s.measures["contrast"].quantiles["sad"] == ()
    assert (class_faces(empty).mean == 0).all()
    assert picture_measures(empty.images)["sharpness"].shape == (0,)


def test_counts_levels_and_repeats():
    a, b = scenes(2)
    flat = np.full((48, 48), 200, np.uint8)
    data = make_dataset(
        [a, a, a, b, flat, a], ["Training"] * 4 + ["PublicTest", "PrivateTest"], [0, 0, 3, 1, 2, 6]
    )
    s = compute_statistics(data, source="x.csv")
    assert list(s.splits) == ["Training", "PublicTest", "PrivateTest"]
    assert s.splits["Training"].classes["angry"] == 2
    assert s.repeats.within == {"Training": 2, "PublicTest": 0, "PrivateTest": 0}
    assert s.repeats.same_label["Training"] == 1
    assert s.repeats.conflict_groups["Training"] == 1
    assert [(x.split, x.other, x.n) for x in s.repeats.across] == [("PrivateTest", "Training", 1)]
    assert s.faults["blank"] == {"Training": 0, "PublicTest": 1, "PrivateTest": 0}
    assert s.pixel_mean == pytest.approx(data.images.mean())
    assert s.pixel_std == pytest.approx(data.images.std())


def test_measures_are_those_of_the_pixels_and_what_lies_beyond_stands_in_the_last_bin():
    flat, stripes = np.full((48, 48), 100, np.uint8), np.tile(np.array([0, 255], np.uint8), (48, 24))
    values = picture_measures(np.stack([flat, stripes]))
    assert values["brightness"].tolist() == [100, 127.5]
    assert values["contrast"].tolist() == [0, 127.5]
    s = compute_statistics(make_dataset([flat, stripes], ["all"] * 2, [3, 3]))
    for name, measure in s.measures.items():
        assert sum(measure.counts["happy"]) == 2
        assert measure.edges[-1] == MEASURES[name][1]
        assert measure.counts["happy"][0] <= 1
    assert s.measures["sharpness"].counts["happy"][-1] == 1


def test_mean_and_spread_of_each_expression():
    images = np.stack([np.full((48, 48), level, np.uint8) for level in (10, 30, 200)])
    faces = class_faces(make_dataset(images, ["all"] * 3, [0, 0, 5]))
    assert faces.mean[0, 0, 0] == 20
    assert faces.spread[0, 0, 0] == 10
    assert faces.mean[5, 7, 7] == 200
    assert faces.n.tolist() == [2, 0, 0, 0, 0, 1, 0]


def test_votes_against_labels():
    counts = np.array(
        [
            votes(anger=8, neutral=2),
            votes(happiness=6, neutral=4),
            votes(NF=10),
            votes(unknown=9, anger=1),
            votes(contempt=7, anger=3),
            votes(anger=5, neutral=5),
            votes(),
        ]
    )
    v = vote_figures(make_labeled([0, 0, 0, 0, 0, 0, 0]), counts)
    assert (v.n_no_face, v.n_unknown, v.n_contempt, v.n_tied, v.n_unnamed) == (1, 1, 1, 1, 1)
    assert v.n_compared == 2
    assert v.agreement == 0.5
    assert v.majority[0][EMOTIONS.index("happy")] == 1
    assert sum(v.entropy_counts) == 6


def make_labeled(labels):
    n = len(labels)
    data = make_dataset(np.zeros((n, 48, 48)), ["Training"] * n, labels)
    return type(data)(data.images, data.labels, data.usage, np.arange(n))


def test_entropy_is_zero_where_all_agree_and_one_bit_for_two_halves():
    bits = vote_entropy(np.array([votes(anger=10), votes(anger=5, fear=5, unknown=3), votes(NF=10)]))
    assert bits.tolist() == [0, 1, 0]


def test_votes_of_another_file_are_refused():
    with pytest.raises(DatasetError, match="fewer rows"):
        vote_figures(make_labeled([0, 1]), votes()[None])


def test_the_record_survives_json():
    s = compute_statistics(make_labeled([0, 3]), vote_counts=np.array([votes(anger=10), votes(fear=10)]))
    assert from_values(Statistics, json.loads(json_text(s))) == s


def test_the_command_prints_and_writes_the_figures(tmp_path, capsys):
    path = write(tmp_path / "f.csv", scenes(3), [0, 1, 9], ["Training", "PublicTest", "Training"])
    out, faces = tmp_path / "s.json", tmp_path / "f.npz"
    arguments = ["dataset", "--data", str(path), "--json", str(out), "--faces", str(faces)]
    assert main(arguments) == 0
    said = capsys.readouterr().out
    assert "2 faces" in said
    assert "row 2: the label '9' is not 0 to 6" in said
    assert read_statistics(out).n_rejected == 1
    assert read_faces(faces).n.sum() == 2
    assert main(arguments) == 1
    assert "[output_exists]" in capsys.readouterr().err


def test_the_command_says_what_is_wrong_with_a_file(tmp_path, capsys):
    (tmp_path / "x.csv").write_text("emotion\n1\n")
    assert main(["dataset", "--data", str(tmp_path / "x.csv")]) == 1
    assert "lacks the column pixels" in capsys.readouterr().err


def test_missing_and_damaged_files_say_how_to_write_them_again(tmp_path):
    for read in (read_statistics, read_faces):
        with pytest.raises(MissingModelError, match="fer dataset"):
            read(tmp_path / "none")
        (tmp_path / "bad").write_bytes(b"{}")
        with pytest.raises(ModelError, match="damaged"):
            read(tmp_path / "bad")


def test_faces_are_not_overwritten_silently(tmp_path):
    faces = ClassFaces(
        np.zeros((7, 48, 48), np.float32), np.zeros((7, 48, 48), np.float32), np.zeros(7, np.int64)
    )
    write_faces(faces, tmp_path / FACES)
    with pytest.raises(OutputExistsError):
        write_faces(faces, tmp_path / FACES)
    write_faces(faces, tmp_path / FACES, force=True)


def test_the_shipped_figures_are_the_official_ones():
    s = read_statistics()
    assert {name: list(split.classes.values()) for name, split in s.splits.items()} == OFFICIAL
    assert s.repeats.within["Training"] == 1230
    assert s.repeats.same_label["Training"] == 1190
    assert s.repeats.conflict_groups["Training"] == 39
    across = {(x.split, x.other): x.n for x in s.repeats.across}
    assert across == {
        ("PublicTest", "Training"): 280,
        ("PrivateTest", "Training"): 288,
        ("PrivateTest", "PublicTest"): 44,
    }
    faces = read_faces()
    assert faces.n.tolist() == [sum(column) for column in zip(*OFFICIAL.values(), strict=True)]
    # Averages of thousands: no single face can be seen in them.
    assert faces.spread.min() > 20


def test_disputed_faces_come_by_entropy_and_no_faces_by_their_votes():
    nobody = np.zeros((0, 10), np.float32)
    assert ambiguous(nobody).tolist() == called_no_face(nobody).tolist() == []
    votes = np.zeros((6, 10), np.float32)
    votes[0, 1] = 10  # all agree
    votes[1, :2] = 8, 2
    votes[2, :2] = 5, 5
    votes[3, [0, 1, 8]] = 1, 1, 8  # most could not tell
    votes[4, [0, 9]] = 4, 6
    votes[5, 9] = 10
    assert ambiguous(votes).tolist() == [2, 1]
    assert called_no_face(votes).tolist() == [5, 4]
    assert vote_words(votes[3]) == "8 unknown, 1 neutral, 1 happy"
    assert vote_words(np.zeros(10)) == ""
