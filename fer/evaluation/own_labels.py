"""The network against labels of the user's own: figures, disagreements, and both as text to keep."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from fer.constants import EMOTIONS
from fer.dataset.cleaning import find_faults
from fer.dataset.faces import FaceDataset
from fer.emotion.network import EmotionNetwork
from fer.errors import DatasetError
from fer.evaluation.figures.metrics_file import Scores
from fer.evaluation.scores import score_logits
from fer.io.json_records import json_text
from fer.io.spreadsheet import Sheet, as_csv

AT_ONCE = 256
"""Faces between two looks at the listener."""

ROW_COLUMNS = ("file", "label", "answer", "confidence", *EMOTIONS)


@dataclass(frozen=True, eq=False)
class OwnLabels:
    """Labelled faces with the network's answers.

    Args:
        faces: What was labelled.
        probs: (n, 7) calibrated.
        scores: All figures, one view of each face, as ``fer evaluate`` gives them.
        model: Name of the network.
        sha256: Hash of its file.
    """

    faces: FaceDataset
    probs: np.ndarray
    scores: Scores
    model: str
    sha256: str

    @property
    def answers(self) -> np.ndarray:
        """(n,) the most probable class of each face."""
        return self.probs.argmax(1)

    def disagreements(self) -> np.ndarray:
        """Rows in which answer and label differ, those first in which the network was surest."""
        rows = np.flatnonzero(self.answers != self.faces.labels)
        return rows[np.argsort(-self.probs[rows].max(1), kind="stable")]

    def cell(self, label: str, answer: str) -> np.ndarray:
        """Rows of one cell of the confusion matrix, the surest answer first."""
        there = (self.faces.labels == EMOTIONS.index(label)) & (self.answers == EMOTIONS.index(answer))
        rows = np.flatnonzero(there)
        return rows[np.argsort(-self.probs[rows].max(1), kind="stable")]

    def warnings(self) -> tuple[str, ...]:
        """What a reader of the figures should know, one sentence each, without a full stop."""
        labels = self.faces.labels
        said = []
        found = find_faults(self.faces, ("exact", "conflict"))
        repeated, conflicts = int(found["exact"].sum()), int(found["conflict"].sum())
        if repeated:
            said.append(f"Pictures that repeat an earlier one and count again: {repeated:,}")
        if conflicts:
            said.append(f"Rows whose picture stands there with another label too: {conflicts:,}")
        if len(set(labels.tolist())) == 1:
            said.append(
                f"Every label is {EMOTIONS[labels[0]]}: kappa and macro-F1 say nothing about the others"
            )
        return tuple(said)


def own_labels(
    faces: FaceDataset, network: EmotionNetwork, *, on_faces: Callable[[int, int], None] | None = None
) -> OwnLabels:
    """Hold the network against labels.

    Args:
        faces: n >= 1 labelled faces.
        network: Loaded without ``flip``.
        on_faces: Told how many faces are read, and of how many; it may raise to stop.

    Raises:
        DatasetError: There is no face.
    """
    if not len(faces):
        raise DatasetError("There is no labelled face to score.")
    logits = []
    for start in range(0, len(faces), AT_ONCE):
        if on_faces:
            on_faces(start, len(faces))
        logits.append(network.logits(faces.images[start : start + AT_ONCE]))
    logits, head = np.concatenate(logits), network.head
    scores = score_logits(logits, faces.labels, scaling=head.scaling, unsure_below=head.unsure_below)
    return OwnLabels(faces, network.probabilities(logits), scores, network.manifest.name, network.sha256)


def own_labels_csv(found: OwnLabels) -> str:
    """Every face as a row of CSV: file, label, answer, its confidence, the seven probabilities."""
    return as_csv(own_labels_sheet(found))


def own_labels_sheet(found: OwnLabels) -> Sheet:
    """The same table, to be written in any form."""
    rows = []
    for name, label, probs in zip(found.faces.names, found.faces.labels, found.probs, strict=True):
        words = (name, EMOTIONS[label], EMOTIONS[int(probs.argmax())])
        rows.append((*words, f"{probs.max():.6g}", *(f"{p:.6g}" for p in probs)))
    return Sheet(ROW_COLUMNS, rows, frozenset(ROW_COLUMNS[:3]), "Labels")


@dataclass(frozen=True)
class _Document:
    """What the JSON holds beside the figures."""

    format: str
    model: str
    sha256: str
    n_rejected: int
    rejected: tuple[str, ...]
    scores: Scores


def own_labels_json(found: OwnLabels) -> str:
    """All figures with their intervals, the network's name and hash, and what was rejected, as JSON."""
    faces = found.faces
    return json_text(
        _Document("fer-own-labels", found.model, found.sha256, faces.n_rejected, faces.rejected, found.scores)
    )
