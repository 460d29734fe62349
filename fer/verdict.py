"""From probabilities to a word: the most probable emotion, or "unsure"."""

import numpy as np

from fer.constants import EMOTIONS, UNSURE


def verdicts(probs: np.ndarray, unsure_below: float) -> tuple[list[str], np.ndarray]:
    """Name what each row shows.

    Args:
        probs: (n, 7) probabilities in the order of `EMOTIONS`.
        unsure_below: A highest probability under this is "unsure".

    Returns:
        names: n emotion names or "unsure".
        confidence: (n,) the highest probability.
    """
    confidence = probs.max(1, initial=0.0)
    best = probs.argmax(1) if len(probs) else []
    names = [EMOTIONS[k] if c >= unsure_below else UNSURE for k, c in zip(best, confidence, strict=True)]
    return names, confidence


def prediction_sets(probs: np.ndarray, threshold: float) -> np.ndarray:
    """Which expressions are plausible: the probable ones, and always the most probable one.

    The threshold comes from `fer.evaluation.conformal`: with it the sets hold what most of ten people say
    for the promised share of faces, as far as these are like the ones it was chosen on.

    Args:
        probs: (n, 7) calibrated probabilities.
        threshold: Probability from which an expression belongs to the set.

    Returns:
        (n, 7) bool.

    Reference: Sadinle et al. 2019, Least Ambiguous Set-Valued Classifiers with Bounded Error Levels.
    """
    return (probs >= threshold) | (probs >= probs.max(1, keepdims=True, initial=0.0))


def set_words(probs: np.ndarray, members: np.ndarray) -> str:
    """One set in words, the more probable first: ``sad or neutral``.

    Args:
        probs: (7,) probabilities.
        members: (7,) bool.
    """
    order = np.argsort(-probs, kind="stable")
    return " or ".join(EMOTIONS[k] for k in order if members[k])
