"""From a Keras network to the files in models/: .keras, .tflite, manifest and the comparison of forms."""

import hashlib
import os
from pathlib import Path

import keras

from fer.dataset.ferplus import ferplus_majority
from fer.dataset.readers.fer2013 import FaceDataset
from fer.emotion.network import EmotionNetwork, Manifest
from fer.evaluation.figures.conversion import CONVERSION, Conversion
from fer.io.files import write_whole
from fer.io.json_records import json_text
from fer.training.conversion.forms import FORMS, compare_forms, convert_all
from fer.training.conversion.reading import VotesToChooseOn, choose_readings, write_manifest
from fer.training.loading import KERAS_FILE

TFLITE_FILE = "emotion.tflite"


def export(
    model: keras.Model,
    folder: Path,
    public: FaceDataset,
    *,
    name: str,
    calibration: FaceDataset | None = None,
    forms: tuple[str, ...] = FORMS,
    votes: VotesToChooseOn | None = None,
) -> Manifest:
    """Write a trained network in the form that the app loads.

    Args:
        model: Network with one output of 7 logits, or with a second one of 8 for the votes.
        folder: Where the files go; existing ones are replaced, the manifest last.
        public: PublicTest rows: form, scaling and "unsure" threshold are chosen on them.
        name: Name of the release.
        calibration: Training rows, on which the int8 form measures its ranges; None leaves it out.
        forms: Forms that are tried, ``float32`` among them.
        votes: What the votes head's reading is chosen on. Without it that head is left out; with it, it is
            the one that answers.

    Returns:
        The manifest as written.

    Raises:
        ModelOutputError: The float32 form does not repeat Keras' logits.
    """
    if len(model.outputs) == 1:
        votes = None
    elif votes is None:
        model = keras.Model(model.input, model.outputs[0], name=model.name)
    majority = None if votes is None else ferplus_majority(votes.public).labels
    contents = convert_all(model, None if calibration is None else calibration.images, forms=forms)
    figures = compare_forms(model, contents, public, majority=majority)
    chosen = next(f for f in figures if f.chosen)
    folder.mkdir(parents=True, exist_ok=True)
    keras_part = folder / ("part-" + KERAS_FILE)
    model.save(keras_part)
    os.replace(keras_part, folder / KERAS_FILE)
    write_whole(contents[chosen.form], folder / TFLITE_FILE)
    hashes = {f: hashlib.sha256((folder / f).read_bytes()).hexdigest() for f in (KERAS_FILE, TFLITE_FILE)}
    found = choose_readings(folder / TFLITE_FILE, public, votes)
    manifest = found.manifest(name, TFLITE_FILE, hashes)
    conversion = found.figures(Conversion(name=name, forms=tuple(figures), scalings=()))
    write_whole(json_text(conversion).encode(), folder / CONVERSION)
    write_manifest(manifest, folder)
    EmotionNetwork(folder)
    return manifest
