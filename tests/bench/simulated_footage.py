"""Footage whose true expressions are known: several persons, expressions that last, errors that last."""

import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from fer.constants import EMOTIONS, QUALITY_OK
from fer.dataset.tagging import FaceSample
from fer.evaluation.footage.census import Census, census_from
from fer.pipeline import Analyzer
from fer.settings import Settings
from fer.sources import read_image
from fer.timeline.summary import STATES
from fer.verdict import verdicts

STEP_S = 0.25
SAMPLE_EVERY = 2
"""Of the readings every second one can be tagged, as `FaceSampler` takes them."""

MIX = np.array([0.05, 0.01, 0.02, 0.22, 0.10, 0.05, 0.55])
"""What persons show on average, in the order of `EMOTIONS`."""

CONFUSION = np.array(
    [
        [0.55, 0.03, 0.08, 0.02, 0.17, 0.03, 0.12],
        [0.30, 0.40, 0.08, 0.03, 0.12, 0.02, 0.05],
        [0.12, 0.02, 0.42, 0.04, 0.20, 0.14, 0.06],
        [0.02, 0.00, 0.01, 0.90, 0.02, 0.02, 0.03],
        [0.12, 0.01, 0.09, 0.03, 0.62, 0.01, 0.12],
        [0.03, 0.00, 0.15, 0.06, 0.02, 0.70, 0.04],
        [0.15, 0.01, 0.06, 0.05, 0.33, 0.03, 0.37],
    ]
)
"""True expression (rows) to answer (columns): a network that calls neutral faces sad and angry."""

EPISODE_S, ERROR_S = 4.0, 1.5
"""Mean length of an expression, and how long an error lasts."""

MIX_SPREAD, CONFUSION_SPREAD = 6.0, 25.0
"""Concentration of a person's own mix and confusion around the common ones; small: persons differ much."""

UNSURE_BELOW = 0.5
_N = len(EMOTIONS)
_BLANK = np.zeros((48, 48), np.uint8)


@dataclass(frozen=True, eq=False)
class Footage:
    """Readings with their truth.

    Args:
        truth: (n,) int, true expressions.
        probs: (n, 7) what the network says.
        person: (n,) int.
        is_photos: Every reading is a photo of its own.
    """

    truth: np.ndarray
    probs: np.ndarray
    person: np.ndarray
    is_photos: bool = False

    @property
    def shares(self) -> np.ndarray:
        """(7,) the true shares."""
        return np.bincount(self.truth, minlength=_N) / len(self.truth)

    @cached_property
    def states(self) -> np.ndarray:
        """(n,) int, indices into `STATES`."""
        return np.array([STATES.index(word) for word in verdicts(self.probs, UNSURE_BELOW)[0]])

    @cached_property
    def census(self) -> Census:
        """As the check has it."""
        return census_from(self.states, self.probs, np.ones(len(self.truth)), is_photos=self.is_photos)

    def samples(self) -> list[FaceSample]:
        """Faces that can be tagged; `time_s` is the reading's number, by which its truth is found."""
        return [
            FaceSample(
                "a", float(k), int(self.person[k]), (0, 0, 9, 9), _BLANK, self.probs[k], b"", STATES[s]
            )
            for k, s in enumerate(self.states)
            if self.is_photos or k % SAMPLE_EVERY == 0
        ]


def simulated(rng: np.random.Generator) -> Footage:
    """Two to five persons, a minute to seven each, with `CONFUSION` and overlapping confidences."""
    return _persons(rng, _drawn_answers)


def of_faces(faces: tuple[np.ndarray, np.ndarray]) -> Callable[[np.random.Generator], Footage]:
    """Like `simulated`, each person shows a few of real faces an expression: errors as they are.

    Args:
        faces: (n, 7) probabilities and (n,) labels of photos.
    """
    return lambda rng: _persons(rng, lambda rng, truth: _shown_faces(rng, truth, *faces))


def some_photos(faces: tuple[np.ndarray, np.ndarray]) -> Callable[[np.random.Generator], Footage]:
    """500 of the photos, chosen anew each time.

    Args:
        faces: (n, 7) probabilities and (n,) labels.
    """

    def chosen(rng: np.random.Generator) -> Footage:
        rows = rng.permutation(len(faces[1]))[:500]
        return Footage(faces[1][rows], faces[0][rows], np.arange(len(rows)), is_photos=True)

    return chosen


def read_photos(path: Path) -> tuple[np.ndarray, np.ndarray, int]:
    """Answers to labelled photos (a zip file of folders by label) through the product.

    Returns:
        (n, 7) probabilities of the surest usable face of each, (n,) labels, and how many gave no face.
    """
    analyzer = Analyzer(Settings(action_units=False), still=True)
    probs, labels, missed = [], [], 0
    with zipfile.ZipFile(path) as archive:
        for name in sorted(archive.namelist()):
            label = next((part for part in name.split("/")[:-1] if part in EMOTIONS), None)
            if label is None or name.endswith("/"):
                continue
            seen = analyzer.analyze(read_image(archive.read(name), name=name).frame)
            rows = [k for k, code in enumerate(seen.quality) if code == QUALITY_OK]
            missed += not rows
            if rows:
                best = max(rows, key=lambda k: seen.faces.detections.score[k])
                probs.append(seen.probs[best])
                labels.append(EMOTIONS.index(label))
    return np.array(probs).reshape(-1, _N), np.array(labels, int), missed


def _persons(rng: np.random.Generator, answers: Callable) -> Footage:
    parts = []
    for person in range(rng.integers(2, 6)):
        n = int(rng.uniform(60, 400) / STEP_S)
        truth = _episodes(rng, n, rng.dirichlet(MIX_SPREAD * MIX + 0.02))
        parts.append((truth, answers(rng, truth), np.full(n, person)))
    return Footage(*(np.concatenate(values) for values in zip(*parts, strict=True)))


def _episodes(rng: np.random.Generator, n: int, mix: np.ndarray) -> np.ndarray:
    """(n,) true expressions that last."""
    truth, at = np.empty(n, int), 0
    while at < n:
        length = max(1, int(rng.exponential(EPISODE_S / STEP_S)))
        truth[at : at + length] = rng.choice(_N, p=mix)
        at += length
    return truth


def _drawn_answers(rng: np.random.Generator, truth: np.ndarray) -> np.ndarray:
    """(n, 7) probabilities with this person's confusion."""
    n = len(truth)
    own = np.array([rng.dirichlet(CONFUSION_SPREAD * row + 0.05) for row in CONFUSION])
    answer = np.minimum((_lasting(rng, n)[:, None] > own.cumsum(1)[truth]).sum(1), _N - 1)
    confidence = np.where(answer == truth, rng.beta(5, 2, n), rng.beta(3.2, 2.6, n)).clip(0.2, 0.99)
    rest = CONFUSION.T[answer] * MIX
    rest = 0.5 * rng.dirichlet(np.full(_N, 0.7), n) + 0.5 * rest / rest.sum(1, keepdims=True)
    rest[np.arange(n), answer] = 0
    probs = rest / rest.sum(1, keepdims=True) * (1 - confidence)[:, None]
    probs[np.arange(n), answer] = confidence
    return probs


def _lasting(rng: np.random.Generator, n: int) -> np.ndarray:
    """(n,) uniform numbers in which neighbours are alike."""
    keep = np.exp(-STEP_S / ERROR_S)
    value, values = rng.normal(), np.empty(n)
    for k, step in enumerate(rng.normal(size=n) * np.sqrt(1 - keep**2)):
        value = keep * value + step
        values[k] = value
    ranks = np.searchsorted(np.sort(rng.normal(size=4000)), values)
    return ranks / 4000


def _shown_faces(
    rng: np.random.Generator, truth: np.ndarray, probs: np.ndarray, labels: np.ndarray
) -> np.ndarray:
    """(n, 7) answers to three faces an expression, each shown for a while."""
    own = {c: rng.choice(np.flatnonzero(labels == c), 3) for c in range(_N)}
    place = np.repeat(rng.integers(0, 3, len(truth)), 6)[: len(truth)]
    return probs[[own[int(c)][p] for c, p in zip(truth, place, strict=True)]]
