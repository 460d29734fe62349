"""From a Keras network to the files in models/: .keras, .tflite, manifest and the comparison of forms."""

import hashlib
import os
from dataclasses import dataclass, replace
from pathlib import Path

import keras
import numpy as np

from fer.constants import EMOTIONS, FACE_SIZE_PX
from fer.dataset.ferplus import ferplus_majority, votes_of
from fer.dataset.readers.fer2013 import FaceDataset, read_vote_counts
from fer.emotion.heads import LABELS, VOTES, seven_of, split_outputs
from fer.emotion.network import MANIFEST, EmotionNetwork, Manifest, self_test_faces, softmax
from fer.evaluation.coverage import choose_unsure_below
from fer.evaluation.figures.conversion import CONVERSION, Conversion
from fer.evaluation.scaling_fit import choose_scaling
from fer.evaluation.votes_fit import fit_votes, votes_prior
from fer.io.files import write_whole
from fer.io.json_records import json_text
from fer.litert import LiteRTModel
from fer.training.conversion.forms import FORMS, compare_forms, convert_all
from fer.training.loading import KERAS_FILE

TFLITE_FILE = "emotion.tflite"


@dataclass(frozen=True, eq=False)
class VotesToChooseOn:
    """FER+'s votes as far as choices need them.

    Args:
        public: (n, 10) counts of the PublicTest rows.
        prior: (7,) shares of the expressions among the votes of Training, from `votes_prior`.
    """

    public: np.ndarray
    prior: np.ndarray


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
    heads, known = _read_heads(folder / TFLITE_FILE, public)
    scaling, scalings = choose_scaling(heads[LABELS], public.labels)
    manifest = Manifest(
        name,
        TFLITE_FILE,
        hashes,
        EMOTIONS,
        FACE_SIZE_PX,
        scaling,
        choose_unsure_below(softmax(scaling(heads[LABELS])), public.labels),
        self_test=known[LABELS],
    )
    conversion = Conversion(name=name, forms=tuple(figures), scalings=scalings)
    if votes is not None:
        head, kinds, priors = fit_votes(seven_of(heads[VOTES]), votes.public, votes.prior)
        manifest = replace(manifest, answer=VOTES, votes=replace(head, self_test=known[VOTES]))
        conversion = replace(conversion, votes_scalings=kinds, priors=priors)
    write_whole(json_text(conversion).encode(), folder / CONVERSION)
    write_manifest(manifest, folder)
    EmotionNetwork(folder)
    return manifest


def votes_to_choose_on(
    ferplus: Path | None, public: FaceDataset, train: FaceDataset
) -> VotesToChooseOn | None:
    """Read FER+'s votes of the rows that choices are made on, and the prior of those that are learnt from.

    Args:
        ferplus: FER+'s CSV for the same data; None gives None.
        public: PublicTest rows.
        train: Training rows.

    Raises:
        DatasetError: It has fewer rows than the data.
    """
    if ferplus is None:
        return None
    counts = read_vote_counts(ferplus)
    return VotesToChooseOn(votes_of(public, counts), votes_prior(votes_of(train, counts)))


def _read_heads(path: Path, public: FaceDataset) -> tuple[dict[str, np.ndarray], dict[str, tuple]]:
    """A .tflite file's logits by head: of the PublicTest rows, and of the patterns of the self-test."""
    model = LiteRTModel(path, max_batch=16)
    heads = split_outputs(model(public.images[..., None].astype(np.float32)))
    # One by one, as they are read at every start.
    faces = [split_outputs(model(face[None, ..., None].astype(np.float32))) for face in self_test_faces()]
    known = {head: np.concatenate([face[head] for face in faces]) for head in heads}
    return heads, {
        head: tuple(tuple(round(float(logit), 4) for logit in row) for row in rows)
        for head, rows in known.items()
    }


def write_manifest(manifest: Manifest, folder: Path) -> None:
    """Write models/manifest.json so that it is the old one or the whole new one."""
    write_whole(json_text(manifest).encode(), folder / MANIFEST)
