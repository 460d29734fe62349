"""From a Keras network to the files in models/: .keras, .tflite, manifest and the comparison of forms."""

import hashlib
import os
from pathlib import Path

import keras
import numpy as np

from fer.constants import EMOTIONS, FACE_SIZE_PX
from fer.dataset.readers.fer2013 import FaceDataset
from fer.emotion.network import MANIFEST, EmotionNetwork, Manifest, self_test_faces, softmax
from fer.evaluation.coverage import choose_unsure_below
from fer.evaluation.figures.conversion import CONVERSION, Conversion, ScalingFigures
from fer.evaluation.scaling_fit import choose_scaling
from fer.io.files import write_whole
from fer.io.json_records import json_text
from fer.litert import LiteRTModel
from fer.training.conversion.forms import FORMS, compare_forms, convert_all
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
) -> Manifest:
    """Write a trained network in the form that the app loads.

    Args:
        model: Network with one output of 7 logits.
        folder: Where the files go; existing ones are replaced, the manifest last.
        public: PublicTest rows: form, scaling and "unsure" threshold are chosen on them.
        name: Name of the release.
        calibration: Training rows, on which the int8 form measures its ranges; None leaves it out.
        forms: Forms that are tried, ``float32`` among them.

    Returns:
        The manifest as written.

    Raises:
        ModelOutputError: The float32 form does not repeat Keras' logits.
    """
    contents = convert_all(model, None if calibration is None else calibration.images, forms=forms)
    figures = compare_forms(model, contents, public)
    chosen = next(f for f in figures if f.chosen)
    folder.mkdir(parents=True, exist_ok=True)
    keras_part = folder / ("part-" + KERAS_FILE)
    model.save(keras_part)
    os.replace(keras_part, folder / KERAS_FILE)
    write_whole(contents[chosen.form], folder / TFLITE_FILE)
    hashes = {f: hashlib.sha256((folder / f).read_bytes()).hexdigest() for f in (KERAS_FILE, TFLITE_FILE)}
    manifest, scalings = _fitted(folder / TFLITE_FILE, public, name, hashes)
    conversion = Conversion(name=name, forms=tuple(figures), scalings=scalings)
    write_whole(json_text(conversion).encode(), folder / CONVERSION)
    write_manifest(manifest, folder)
    EmotionNetwork(folder)
    return manifest


def _fitted(
    path: Path, public: FaceDataset, name: str, hashes: dict[str, str]
) -> tuple[Manifest, tuple[ScalingFigures, ...]]:
    """The manifest of a .tflite file: scaling and threshold from PublicTest, and the known answers."""
    model = LiteRTModel(path, max_batch=16)
    logits = model(public.images[..., None].astype(np.float32))[0]
    known = np.concatenate([model(face[None, ..., None].astype(np.float32))[0] for face in self_test_faces()])
    scaling, figures = choose_scaling(logits, public.labels)
    manifest = Manifest(
        name,
        path.name,
        hashes,
        EMOTIONS,
        FACE_SIZE_PX,
        scaling,
        choose_unsure_below(softmax(scaling(logits)), public.labels),
        self_test=tuple(tuple(round(float(logit), 4) for logit in row) for row in known),
    )
    return manifest, figures


def write_manifest(manifest: Manifest, folder: Path) -> None:
    """Write models/manifest.json so that it is the old one or the whole new one."""
    write_whole(json_text(manifest).encode(), folder / MANIFEST)
