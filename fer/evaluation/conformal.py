"""Prediction sets with a promised coverage, chosen on one half of the truth and checked on another.

A set holds every expression that is probable enough. The threshold is chosen so that among n faces like
those it was chosen on the set misses what most of ten people say at most as often as promised, one face
more being counted as missed (the finite-sample correction).

A promise over all faces is kept by the many easy ones: a set of one expression is right for most of them,
and of the hard ones it would miss every second. Faces that the network is unsure of have a threshold of their
own, chosen on such faces alone.

References:
    Vovk et al. 2005, Algorithmic Learning in a Random World.
    Vovk 2012, Conditional validity of inductive conformal predictors (a threshold a category).
    Sadinle et al. 2019, Least Ambiguous Set-Valued Classifiers with Bounded Error Levels.
"""

import numpy as np

from fer.constants import EMOTIONS
from fer.evaluation.figures.conversion import UnsureSets
from fer.evaluation.figures.metrics_file import SetFigures
from fer.evaluation.scaling_fit import FOLDS
from fer.verdict import prediction_sets

COVERAGES = (0.85, 0.9, 0.95)
"""Promises that thresholds are chosen for. Under the accuracy a promise means nothing, as the most probable
expression is always in the set."""
DEFAULT_COVERAGE = 0.9

HARD_BELOW = 0.4
"""Faces whose best probability is lower stand for those that the network is unsure of. Under the threshold of
"unsure" itself there are too few in PublicTest to choose on."""


def choose_threshold(probs: np.ndarray, labels: np.ndarray, coverage: float = DEFAULT_COVERAGE) -> float:
    """The highest threshold whose sets hold the truth as often as promised.

    Args:
        probs: (n, 7) calibrated probabilities of faces that nothing was trained on (PublicTest).
        labels: (n,) what most of ten people say.
        coverage: 0..1.

    Returns:
        0 where there are too few faces to promise it: then every expression is in the set.
    """
    given = np.sort(probs[np.arange(len(labels)), labels])
    missed = int(np.floor((len(labels) + 1) * (1 - coverage) + 1e-9)) - 1
    return float(given[missed]) if missed >= 0 else 0.0


def set_figures(
    probs: np.ndarray, labels: np.ndarray, *, threshold: float, promised: float = DEFAULT_COVERAGE
) -> SetFigures:
    """Measure sets of one threshold.

    Args:
        probs: (n, 7), n >= 1.
        labels: (n,).
        threshold: From `choose_threshold`.
        promised: The coverage that it was chosen for.
    """
    return figures_of_sets(prediction_sets(probs, threshold), labels, threshold=threshold, promised=promised)


def figures_of_sets(
    sets: np.ndarray, labels: np.ndarray, *, threshold: float, promised: float = DEFAULT_COVERAGE
) -> SetFigures:
    """Measure sets, however they were made.

    Args:
        sets: (n, 7) bool, n >= 1.
        labels: (n,).
        threshold: Stands in the figures.
        promised: Coverage that they were made for.
    """
    held, sizes = sets[np.arange(len(labels)), labels], sets.sum(1)
    by_class = {
        name: float(held[labels == k].mean()) if (labels == k).any() else None
        for k, name in enumerate(EMOTIONS)
    }
    counts = np.bincount(sizes, minlength=len(EMOTIONS) + 1)[1:] / len(labels)
    return SetFigures(
        promised=promised,
        threshold=threshold,
        n=len(labels),
        coverage=float(held.mean()),
        coverage_by_class=by_class,
        mean_size=float(sizes.mean()),
        sizes=tuple(counts.tolist()),
    )


def choose_unsure_sets(
    probs: np.ndarray, labels: np.ndarray, coverages: tuple[float, ...] = COVERAGES
) -> tuple[tuple[tuple[float, float], ...], tuple[UnsureSets, ...]]:
    """Thresholds for faces that the network is unsure of, and what they hold on others.

    Args:
        probs: (n, 7) calibrated, of PublicTest.
        labels: (n,) what most of ten people say.
        coverages: Promises.

    Returns:
        (coverage, threshold) pairs; their figures, each face held against a threshold that was chosen without
        its fold. Both empty where there are too few hard faces.
    """
    hard = probs.max(1) < HARD_BELOW
    probs, labels = probs[hard], labels[hard]
    if len(labels) < 2 * FOLDS:
        return (), ()
    pairs = tuple((share, choose_threshold(probs, labels, share)) for share in coverages)
    fold = np.random.default_rng(0).permutation(len(labels)) % FOLDS
    figures = []
    for share, threshold in pairs:
        chosen = [choose_threshold(probs[fold != k], labels[fold != k], share) for k in range(FOLDS)]
        sets = prediction_sets(probs, np.array(chosen)[fold][:, None])
        figures.append(
            UnsureSets(HARD_BELOW, figures_of_sets(sets, labels, threshold=threshold, promised=share))
        )
    return pairs, tuple(figures)
