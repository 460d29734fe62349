"""From a Keras network to the files in models/: .keras, .tflite, manifest and metrics."""

import hashlib
import json
import os
import tempfile
from dataclasses import asdict, replace
from pathlib import Path

import keras
import numpy as np

from fer.constants import EMOTIONS, FACE_SIZE_PX
from fer.dataset.fer2013 import FaceDataset
from fer.emotion import MANIFEST, EmotionNetwork, Manifest, softmax
from fer.errors import ModelOutputError
from fer.evaluation.calibration import fit_temperature
from fer.evaluation.coverage import choose_unsure_below
from fer.files import write_whole
from fer.training.trainer import predict_logits

KERAS_FILE, TFLITE_FILE = "emotion.keras", "emotion.tflite"
LARGEST_DIFFERENCE = 1e-3
"""Between the logits of Keras and LiteRT on real rows."""


def export(model: keras.Model, folder: Path, public: FaceDataset, *, name: str) -> Manifest:
    """Write a trained network in the form that the app loads.

    Args:
        model: Network with one output of 7 logits.
        folder: Where the files go; existing ones are replaced, the manifest last.
        public: PublicTest rows: temperature and "unsure" threshold are chosen on them.
        name: Name of the release.

    Returns:
        The manifest as written.

    Raises:
        ModelOutputError: LiteRT does not repeat Keras' logits.
    """
    folder.mkdir(parents=True, exist_ok=True)
    keras_part = folder / ("part-" + KERAS_FILE)
    model.save(keras_part)
    os.replace(keras_part, folder / KERAS_FILE)
    write_whole(to_litert(model), folder / TFLITE_FILE)
    hashes = {f: hashlib.sha256((folder / f).read_bytes()).hexdigest() for f in (KERAS_FILE, TFLITE_FILE)}
    draft = Manifest(name, TFLITE_FILE, hashes, EMOTIONS, FACE_SIZE_PX, 1.0, 0.0)
    write_manifest(draft, folder)
    logits = EmotionNetwork(folder).logits(public.images)
    difference = float(np.abs(logits - predict_logits(model, public.images)).max())
    if difference > LARGEST_DIFFERENCE:
        raise ModelOutputError(
            f"LiteRT's logits differ from Keras' by {difference:.2g}: the conversion failed."
        )
    temperature = fit_temperature(logits, public.labels)
    unsure_below = choose_unsure_below(softmax(logits / temperature), public.labels)
    manifest = replace(draft, temperature=temperature, unsure_below=unsure_below)
    write_manifest(manifest, folder)
    return manifest


def to_litert(model: keras.Model) -> bytes:
    """The float32 LiteRT model of a Keras network, for batches of any size."""
    import tensorflow as tf

    with tempfile.TemporaryDirectory() as folder:
        model.export(folder, verbose=False)
        converter = tf.lite.TFLiteConverter.from_saved_model(folder)
        return converter.convert()


def write_manifest(manifest: Manifest, folder: Path) -> None:
    """Write models/manifest.json so that it is the old one or the whole new one."""
    text = json.dumps(asdict(manifest), indent=2) + "\n"
    write_whole(text.encode(), folder / MANIFEST)
