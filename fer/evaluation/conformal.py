"""Prediction sets with a promised coverage, chosen on one half of the truth and checked on another.

A set holds every expression that is probable enough. The threshold is chosen so that among n faces like
those it was chosen on the set misses what most of ten people say at most as often as promised, one face
more being counted as missed (the finite-sample correction).

References:
    Vovk et al. 2005, Algorithmic Learning in a Random World.
    Sadinle et al. 2019, Least Ambiguous Set-Valued Classifiers with Bounded Error Levels.
"""

import numpy as np

from fer.constants import EMOTIONS
from fer.evaluation.figures.metrics_file import SetFigures
from fer.verdict import prediction_sets

COVERAGES = (0.85, 0.9, 0.95)
"""Promises that thresholds are chosen for. Under the accuracy a promise means nothing, as the most probable
expression is always in the set."""
DEFAULT_COVERAGE = 0.9


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
    """Measure sets.

    Args:
        probs: (n, 7), n >= 1.
        labels: (n,).
        threshold: From `choose_threshold`.
        promised: The coverage that it was chosen for.
    """
    sets = prediction_sets(probs, threshold)
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
