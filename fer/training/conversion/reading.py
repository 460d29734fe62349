"""How the heads of a finished network are read, all of it chosen on PublicTest. No Keras here."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from fer.constants import EMOTIONS, FACE_SIZE_PX
from fer.dataset.ferplus import votes_of
from fer.dataset.readers.fer2013 import FaceDataset, read_vote_counts
from fer.emotion.heads import LABELS, VOTES, seven_of, split_outputs
from fer.emotion.network import MANIFEST, EmotionNetwork, Manifest, read_manifest, self_test_faces, softmax
from fer.emotion.scaling import Scaling
from fer.evaluation.coverage import choose_unsure_below
from fer.evaluation.figures.conversion import CONVERSION, Conversion, ScalingFigures, read_conversion
from fer.evaluation.scaling_fit import choose_scaling
from fer.evaluation.votes_fit import VotesReading, fit_votes, votes_prior
from fer.io.files import write_whole
from fer.io.json_records import json_text
from fer.litert import LiteRTModel


@dataclass(frozen=True, eq=False)
class VotesToChooseOn:
    """FER+'s votes as far as choices need them.

    Args:
        public: (n, 10) counts of the PublicTest rows.
        prior: (7,) shares of the expressions among the votes of Training, from `votes_prior`.
    """

    public: np.ndarray
    prior: np.ndarray


@dataclass(frozen=True)
class Readings:
    """What was chosen for both heads.

    Args:
        scaling: Of the labels head.
        unsure_below: Of the labels head.
        scalings: Ways to scale it that were compared.
        self_test: Head -> logits of the known patterns.
        votes: The votes head; None without one.
    """

    scaling: Scaling
    unsure_below: float
    scalings: tuple[ScalingFigures, ...]
    self_test: dict[str, tuple]
    votes: VotesReading | None

    def manifest(self, name: str, tflite: str, hashes: dict[str, str]) -> Manifest:
        """The manifest of a network with these readings; the votes head answers where there is one."""
        one = Manifest(
            name,
            tflite,
            hashes,
            EMOTIONS,
            FACE_SIZE_PX,
            self.scaling,
            self.unsure_below,
            self_test=self.self_test[LABELS],
        )
        if self.votes is None:
            return one
        return replace(one, answer=VOTES, votes=replace(self.votes.head, self_test=self.self_test[VOTES]))

    def figures(self, conversion: Conversion) -> Conversion:
        """A comparison of forms with what was compared for the readings."""
        conversion = replace(conversion, scalings=self.scalings)
        if self.votes is None:
            return conversion
        return replace(
            conversion,
            votes_scalings=self.votes.scalings,
            priors=self.votes.priors,
            unsure_sets=self.votes.unsure_sets,
        )


def choose_readings(tflite: Path, public: FaceDataset, votes: VotesToChooseOn | None) -> Readings:
    """Choose how a network is read.

    Args:
        tflite: The file that is shipped.
        public: PublicTest rows.
        votes: None for a network without a votes head.
    """
    heads, known = _read_heads(tflite, public)
    scaling, scalings = choose_scaling(heads[LABELS], public.labels)
    unsure_below = choose_unsure_below(softmax(scaling(heads[LABELS])), public.labels)
    reading = fit_votes(seven_of(heads[VOTES]), votes.public, votes.prior) if votes else None
    return Readings(scaling, unsure_below, scalings, known, reading)


def read_anew(folder: Path, public: FaceDataset, votes: VotesToChooseOn | None) -> Manifest:
    """Choose the readings of the network in a folder again; the network's own files stay as they are.

    Args:
        folder: With manifest.json, its network and conversion.json; the two JSON files are replaced.
        public: PublicTest rows.
        votes: None for a network without a votes head.

    Raises:
        ModelError: The folder holds no whole network.
    """
    old, conversion = read_manifest(folder), read_conversion(folder / CONVERSION)
    EmotionNetwork(folder)
    found = choose_readings(folder / old.tflite, public, votes if old.votes else None)
    new = found.manifest(old.name, old.tflite, old.sha256)
    # What the self-test expects was written where the network was made.
    known = (
        None if new.votes is None or old.votes is None else replace(new.votes, self_test=old.votes.self_test)
    )
    new = replace(new, crop=old.crop, self_test=old.self_test, votes=known)
    write_whole(json_text(found.figures(conversion)).encode(), folder / CONVERSION)
    write_manifest(new, folder)
    return new


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
