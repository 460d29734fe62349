"""How much it takes to change the network's answer: curves for one face, accuracy for a labelled set."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from fer.dataset.faces import FaceDataset
from fer.dataset.hashes import content_sha256
from fer.emotion.heads import LABELS
from fer.emotion.network import EmotionNetwork
from fer.errors import DatasetError
from fer.evaluation.perturbations import PERTURBATIONS, Perturbation
from fer.io.json_records import read_record
from fer.io.places import MODELS_DIR
from fer.verdict import verdicts

ROBUSTNESS = "robustness.json"
FORMAT = 1
CURVE_POINTS = 41
_REPAIR = "write it again with `python -m fer robustness --data fer2013.csv --json models/robustness.json`"


@dataclass(frozen=True, eq=False)
class Response:
    """What the network says to one face as it gets harder to read.

    Args:
        perturbation: What was changed.
        levels: (k,) rising numbers of it.
        probs: (k, 7) calibrated probabilities.
        neutral: Place of the unchanged face among the levels.
    """

    perturbation: Perturbation
    levels: np.ndarray
    probs: np.ndarray
    neutral: int

    def answers(self, unsure_below: float) -> np.ndarray:
        """(k,) str: the answer at every strength, an expression or "unsure".

        Args:
            unsure_below: The network's threshold, 0..1.
        """
        return np.array(verdicts(self.probs, unsure_below)[0])

    def changes(self, unsure_below: float) -> tuple[tuple[float, str], ...]:
        """Where the answer first changes below and above the unchanged face, and to what: none, one or two.

        Args:
            unsure_below: The network's threshold: under it the answer is "unsure", and no flip.
        """
        answers = self.answers(unsure_below)
        changed = np.flatnonzero(answers != answers[self.neutral])
        below, above = changed[changed < self.neutral], changed[changed > self.neutral]
        return tuple((float(self.levels[k]), str(answers[k])) for k in (*below[-1:], *above[:1]))


def response(network: Callable, crop: np.ndarray, name: str, *, points: int = CURVE_POINTS) -> Response:
    """Read one face at many strengths of one perturbation.

    Args:
        network: From crops (n, 48, 48) uint8 to probabilities (n, 7), such as `EmotionNetwork`.
        crop: (48, 48) uint8 gray.
        name: A key of `PERTURBATIONS`.
        points: About as many strengths.
    """
    perturbation = PERTURBATIONS[name]
    levels = perturbation.fine_levels(points)
    views = np.concatenate([perturbation(crop[None], float(level)) for level in levels])
    neutral = int(np.flatnonzero(levels == perturbation.neutral)[0])
    return Response(perturbation, levels, network(views), neutral)


@dataclass(frozen=True)
class LevelFigures:
    """A labelled set at one strength.

    Args:
        level: The perturbation's number.
        accuracy: Share of the rows whose most likely expression is the label.
        same_answer: Share of the rows with the same answer as unchanged.
        unsure: Share of the rows under the threshold of "unsure".
    """

    level: float
    accuracy: float
    same_answer: float
    unsure: float


@dataclass(frozen=True)
class PerturbationFigures:
    """A labelled set under one perturbation.

    Args:
        label: Its name in words.
        unit: What its number counts.
        neutral: The number that changes nothing.
        levels: Figures at each strength, rising.
    """

    label: str
    unit: str
    neutral: float
    levels: tuple[LevelFigures, ...]


@dataclass(frozen=True)
class Robustness:
    """What models/robustness.json holds.

    Args:
        format: Version of this layout.
        model: Name of the network.
        sha256: Hash of its .tflite file.
        split: Which rows.
        split_sha256: Their hash, see `content_sha256`.
        n: How many.
        accuracy: Of the unchanged rows, one view.
        perturbations: Figures of each, by its key in `PERTURBATIONS`.
        answer: The head that was measured.
        votes: The same for the votes head, held against FER+'s majority; None if it was not measured.
    """

    format: int
    model: str
    sha256: str
    split: str
    split_sha256: str
    n: int
    accuracy: float
    perturbations: dict[str, PerturbationFigures]
    answer: str = LABELS
    votes: "Robustness | None" = None


def measure_robustness(
    network: EmotionNetwork,
    rows: FaceDataset,
    *,
    split: str = "",
    on_progress: Callable[[PerturbationFigures], None] = lambda figures: None,
) -> Robustness:
    """Accuracy of a labelled set under every perturbation: about 2 ms a face and strength on two cores.

    Args:
        network: The network.
        rows: n labelled faces.
        split: What they are called.
        on_progress: Called with the figures of every perturbation as it is done.

    Raises:
        DatasetError: There is no row.
    """
    if not len(rows):
        raise DatasetError("There is no labelled face to score.")
    unchanged = network(rows.images)
    figures = {}
    for name, perturbation in PERTURBATIONS.items():
        levels = tuple(
            _level_figures(network, rows, perturbation, level, unchanged) for level in perturbation.levels
        )
        figures[name] = PerturbationFigures(
            perturbation.label, perturbation.unit, perturbation.neutral, levels
        )
        on_progress(figures[name])
    return Robustness(
        format=FORMAT,
        model=network.manifest.name,
        sha256=network.sha256,
        split=split,
        split_sha256=content_sha256(rows),
        n=len(rows),
        accuracy=float((unchanged.argmax(1) == rows.labels).mean()),
        perturbations=figures,
        answer=network.head.answer,
    )


def _level_figures(
    network: EmotionNetwork,
    rows: FaceDataset,
    perturbation: Perturbation,
    level: float,
    unchanged: np.ndarray,
) -> LevelFigures:
    is_neutral = level == perturbation.neutral
    probs = unchanged if is_neutral else network(perturbation(rows.images, level))
    answers = probs.argmax(1)
    return LevelFigures(
        level=level,
        accuracy=float((answers == rows.labels).mean()),
        same_answer=float((answers == unchanged.argmax(1)).mean()),
        unsure=float((probs.max(1) < network.head.unsure_below).mean()),
    )


def read_robustness(path: Path = MODELS_DIR / ROBUSTNESS) -> Robustness:
    """Read and check the figures that ``fer robustness --json`` wrote.

    Raises:
        MissingModelError: There are none.
        ModelError: They are damaged or of another version.
    """
    return read_record(Robustness, path, wanted_format=FORMAT, repair=_REPAIR)
