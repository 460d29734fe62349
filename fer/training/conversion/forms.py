"""LiteRT forms of one network: float32, float16, int8; converted, measured, and one of them chosen."""

import tempfile
from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from pathlib import Path

import keras
import numpy as np

from fer.dataset.faces import FaceDataset
from fer.emotion.heads import LABELS, VOTES, seven_of, split_outputs
from fer.emotion.network import softmax
from fer.errors import ModelOutputError, SettingsError
from fer.evaluation.calibration import expected_calibration_error, negative_log_likelihood
from fer.evaluation.figures.conversion import FORMS, FormFigures, choose_form
from fer.evaluation.figures.latency import THREADS, latencies, shown_setting
from fer.evaluation.scaling_fit import fit_scaling
from fer.litert import LiteRTModel
from fer.training.trainer import predict_heads

BATCHES = (1, 2, 8)
CALIBRATION_ROWS = 512
LARGEST_DIFFERENCE = 1e-3
"""Between the logits of Keras and of the float32 form on real rows."""


def to_litert(model: keras.Model, form: str = "float32", *, calibration: np.ndarray | None = None) -> bytes:
    """The LiteRT model of a Keras network, for batches of any size; float32 goes in and comes out.

    Args:
        model: (n, 48, 48, 1) to logits (n, 7), or to [(n, 7), (n, 8)].
        form: One of `FORMS`.
        calibration: (n, 48, 48) uint8 Training rows; ``int8`` measures the ranges of values on them.

    Raises:
        SettingsError: Unknown form, or ``int8`` without calibration rows.
    """
    if form not in FORMS:
        raise SettingsError(f"Unknown form {form!r}: choose one of {', '.join(FORMS)}.")
    if form == "int8" and (calibration is None or not len(calibration)):
        raise SettingsError("The int8 form needs Training rows to measure the ranges of values on.")
    return convert_all(model, calibration, forms=(form,))[form]


def _converted(folder: str, form: str, calibration: np.ndarray | None) -> bytes:
    """One form of the network that was exported to a folder."""
    import tensorflow as tf

    converter = tf.lite.TFLiteConverter.from_saved_model(folder)
    if form != "float32":
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
    if form == "float16":
        converter.target_spec.supported_types = [tf.float16]
    if form == "int8" and calibration is not None:
        converter.representative_dataset = partial(_one_by_one, calibration)
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    return converter.convert()


def _one_by_one(images: np.ndarray) -> Iterable[list[np.ndarray]]:
    rng = np.random.default_rng(0)
    for row in rng.permutation(len(images))[:CALIBRATION_ROWS]:
        yield [images[row][None, ..., None].astype(np.float32)]


def convert_all(
    model: keras.Model, calibration: np.ndarray | None, *, forms: tuple[str, ...] = FORMS
) -> dict[str, bytes]:
    """Every form that can be made: form -> file content. Without calibration rows there is no ``int8``."""
    possible = [form for form in forms if form != "int8" or (calibration is not None and len(calibration))]
    with tempfile.TemporaryDirectory() as folder:
        model.export(folder, verbose=False)
        return {form: _converted(folder, form, calibration) for form in possible}


def compare_forms(
    model: keras.Model,
    contents: dict[str, bytes],
    public: FaceDataset,
    *,
    majority: np.ndarray | None = None,
) -> list[FormFigures]:
    """Accuracy, calibration and latency of each form, with the chosen one marked.

    Args:
        model: The Keras network that they come from.
        contents: From `convert_all`; ``float32`` is among them.
        public: PublicTest rows, on which the choice is made.
        majority: (n,) FER+'s majority for them, -1 for none, if the network has a votes head.

    Raises:
        ModelOutputError: The float32 form does not repeat Keras' logits.
    """
    wanted = predict_heads(model, public.images)
    with tempfile.TemporaryDirectory() as folder:
        paths = {form: Path(folder, f"{form}.tflite") for form in contents}
        for form, path in paths.items():
            path.write_bytes(contents[form])
        rows = latencies(paths, batches=BATCHES)
        ms = {form: {shown_setting(r): r.ms for r in rows if r.network == form} for form in paths}
        figures = [_figures(form, path, public, majority, wanted) for form, path in paths.items()]
        figures = [replace(row, ms=ms[row.form]) for row in figures]
    difference = next(f.largest_difference for f in figures if f.form == "float32")
    if difference > LARGEST_DIFFERENCE:
        raise ModelOutputError(
            f"LiteRT's logits differ from Keras' by {difference:.2g}: the conversion failed."
        )
    chosen = choose_form(figures)
    return [replace(f, chosen=f.form == chosen) for f in figures]


def _figures(
    form: str, path: Path, public: FaceDataset, majority: np.ndarray | None, wanted: dict[str, np.ndarray]
) -> FormFigures:
    model = LiteRTModel(path, threads=max(THREADS), max_batch=16)
    faces = public.images[..., None].astype(np.float32)
    heads, mirrored = (split_outputs(model(views)) for views in (faces, faces[:, :, ::-1]))
    logits, votes_accuracy = heads[LABELS], None
    if majority is not None and VOTES in heads:
        told = majority >= 0
        votes_accuracy = float((seven_of(heads[VOTES])[told].argmax(1) == majority[told]).mean())
    probs = softmax(fit_scaling(logits, public.labels, "temperature")(logits))
    return FormFigures(
        form=form,
        bytes=path.stat().st_size,
        accuracy=float((logits.argmax(1) == public.labels).mean()),
        accuracy_flip=float(((logits + mirrored[LABELS]).argmax(1) == public.labels).mean()),
        nll=negative_log_likelihood(probs, public.labels),
        ece=expected_calibration_error(probs, public.labels),
        largest_difference=max(float(np.abs(heads[head] - wanted[head]).max()) for head in heads),
        ms={},
        votes_accuracy=votes_accuracy,
    )
