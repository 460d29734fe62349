"""Labels of the user's own: every form of files, bad rows with reasons, the figures of ``fer evaluate``."""

import json

import numpy as np
import pytest

from fer.cli import main
from fer.constants import EMOTIONS
from fer.dataset.faces import FaceDataset
from fer.dataset.readers.fer2013 import read_dataset
from fer.dataset.readers.labeled import read_label_folder, read_labeled_files
from fer.emotion.network import EmotionNetwork
from fer.errors import CancelledError, DamagedInputError, DatasetError, UnsupportedInputError
from fer.evaluation.own_labels import ROW_COLUMNS, own_labels, own_labels_csv, own_labels_json
from tests.helpers.bad_data import noise, zip_bytes


@pytest.fixture(scope="module")
def network() -> EmotionNetwork:
    return EmotionNetwork()


@pytest.fixture(scope="module")
def faces() -> FaceDataset:
    return read_labeled_files(
        [("a.zip", zip_bytes({f"{EMOTIONS[k % 7]}/{k}.png": noise(k) for k in range(30)}))]
    )


def test_nothing_labeled_is_said():
    with pytest.raises(DatasetError, match="no images"):
        read_labeled_files([("a.png", noise(0))])
    with pytest.raises(DatasetError, match="No row follows"):
        read_labeled_files([("labels.csv", b"file,label\n")])
    with pytest.raises(DatasetError, match="no column 'label'"):
        read_labeled_files([("labels.csv", b"file,mood\na.png,happy\n"), ("a.png", noise(0))])
    with pytest.raises(DatasetError, match="2 CSV files"):
        read_labeled_files([("a.csv", b"file,label\n"), ("b.csv", b"file,label\n")])


def test_a_zip_of_folders_keeps_names(faces):
    assert len(faces) == 30
    assert faces.names[:2].tolist() == ["0.png", "1.png"]
    assert faces.labels[:3].tolist() == [0, 1, 2]
    assert faces.where(np.array([4])).names.tolist() == ["4.png"]


@pytest.mark.parametrize("form", ["beside", "zip and csv", "all in one zip", "semicolons"])
def test_a_csv_and_its_pictures_in_every_form(form):
    table = b"file,label\nx/a.png,Happiness\nb.png,4\n"
    pictures = {"x/a.png": noise(1), "b.png": noise(2)}
    files = {
        "beside": [("labels.csv", table), ("a.png", noise(1)), ("b.png", noise(2))],
        "zip and csv": [("labels.csv", table), ("pictures.zip", zip_bytes(pictures))],
        "all in one zip": [("all.zip", zip_bytes(pictures | {"labels.csv": table}))],
        "semicolons": [
            ("l.csv", b"\xef\xbb\xbf" + table.replace(b",", b";")),
            ("p.zip", zip_bytes(pictures)),
        ],
    }[form]
    found = read_labeled_files(files)
    assert [EMOTIONS[k] for k in found.labels] == ["happy", "sad"]
    assert found.names.tolist() == ["a.png", "b.png"] and found.n_rejected == 0


def test_bad_rows_are_counted_with_their_reasons():
    table = b"file,label\na.png,happy\na.png,sad\nlost.png,sad\nb.png,smug\nbad.png,fear\ntwice.png,sad\n"
    pictures = zip_bytes(
        {"a.png": noise(1), "bad.png": b"text", "x/twice.png": noise(2), "y/twice.png": noise(3)}
    )
    found = read_labeled_files([("labels.csv", table), ("pictures.zip", pictures)])
    assert len(found) == 1 and found.n_rejected == 5
    reasons = dict(line.split(": ", 1) for line in found.rejected)
    assert reasons == {
        "a.png": "it is listed a second time",
        "lost.png": "there is no such picture",
        "b.png": "the label 'smug' is none of the seven expressions",
        "bad.png": "not a readable image",
        "twice.png": "2 pictures have this name: give the folder too",
    }


@pytest.mark.parametrize(
    ("files", "error"),
    [
        ([("a.zip", zip_bytes({"../happy/a.png": noise(0)}))], UnsupportedInputError),
        ([("l.csv", b"file,label\na.png,happy,3\n"), ("a.png", noise(0))], DamagedInputError),
        (
            [("l.csv", "file,label\n".encode("utf-16")), ("a.png", noise(0))],
            (DamagedInputError, DatasetError),
        ),
    ],
)
def test_hostile_and_damaged_files_are_one_sentence(files, error):
    with pytest.raises(error):
        read_labeled_files(files)


def test_reading_and_scoring_can_be_watched_and_stopped(faces, network):
    told = []
    read_labeled_files(
        [("a.zip", zip_bytes({"sad/1.png": noise(1), "sad/2.png": noise(2)}))],
        on_picture=lambda *at: told.append(at),
    )
    assert told == [(0, 2), (1, 2)]

    def stop(done, total):
        raise CancelledError("stopped")

    with pytest.raises(CancelledError):
        own_labels(faces, network, on_faces=stop)
    with pytest.raises(DatasetError, match="no labelled face"):
        own_labels(faces.where(np.zeros(30, bool)), network)


def test_a_csv_on_the_disk_reads_like_the_upload(tmp_path):
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "a.png").write_bytes(noise(1))
    (tmp_path / "labels.csv").write_text("file,label\na.png,happy\n")
    found = read_label_folder(tmp_path / "labels.csv")
    assert (
        found.images
        == read_labeled_files([("labels.csv", b"file,label\na.png,happy\n"), ("a.png", noise(1))]).images
    ).all()


def test_the_figures_are_those_of_fer_evaluate_on_the_folder(tmp_path, network, faces):
    for k in range(30):
        folder = tmp_path / "data" / EMOTIONS[k % 7]
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{k}.png").write_bytes(noise(k))
    path = tmp_path / "figures.json"
    assert main(["evaluate", "--data", str(tmp_path / "data"), "--json", str(path)]) == 0
    theirs = json.loads(path.read_text())["splits"]["all rows"]["plain"]
    ours = json.loads(own_labels_json(own_labels(faces, network)))["scores"]
    assert ours["confusion"]["counts"] == theirs["confusion"]["counts"]
    for figure in ("accuracy", "macro_f1", "kappa"):
        assert ours[figure]["value"] == pytest.approx(theirs[figure]["value"], abs=1e-5)
    assert read_dataset(tmp_path / "data").n_rejected == 0


def test_disagreements_come_by_confidence_and_cells_agree_with_the_matrix(faces, network):
    found = own_labels(faces, network)
    rows = found.disagreements()
    confidence = found.probs[rows].max(1)
    assert (np.diff(confidence) <= 0).all() and (found.answers[rows] != faces.labels[rows]).all()
    assert len(rows) == round((1 - found.scores.accuracy.value) * 30)
    sizes = [[len(found.cell(label, answer)) for answer in EMOTIONS] for label in EMOTIONS]
    assert sizes == [list(row) for row in found.scores.confusion.counts]


def test_csv_and_json_hold_every_face_and_what_was_left_out(network):
    files = [("labels.csv", b"file,label\n=evil.png,happy\nlost.png,sad\n"), ("=evil.png", noise(1))]
    found = own_labels(read_labeled_files(files), network)
    header, row = own_labels_csv(found).splitlines()
    assert header == ",".join(ROW_COLUMNS) and row.startswith("'=evil.png,happy,")
    document = json.loads(own_labels_json(found))
    assert document["n_rejected"] == 1 and document["sha256"] == network.sha256
