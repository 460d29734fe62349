"""From probabilities to a word: the most probable emotion, "unsure", or the few that are plausible."""

from dataclasses import dataclass

import numpy as np

from fer.constants import EMOTIONS, UNSURE

BETWEEN = "|"
"""Stands between the expressions of a set: ``sad|neutral``."""
MOST_NAMED = 3
"""A set of more expressions says too little to be named: the answer stays "unsure"."""


@dataclass(frozen=True)
class SetRule:
    """From which probability on an expression is plausible.

    Faces that get a name and faces that are unsure have a threshold each, so that the promise holds for both.

    Args:
        promised: Share of the faces whose set is to hold what most of ten people say; 0: nothing is promised
            and there are no sets.
        named_from: Threshold where the answer has a name.
        unsure_from: Threshold where it is "unsure".
    """

    promised: float = 0.0
    named_from: float = 1.0
    unsure_from: float = 1.0


NO_SETS = SetRule()
"""For a head, a file or percentages that nothing is promised for."""


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


def prediction_sets(probs: np.ndarray, threshold: float | np.ndarray) -> np.ndarray:
    """Which expressions are plausible: the probable ones, and always the most probable one.

    The threshold comes from `fer.evaluation.conformal`: with it the sets hold what most of ten people say
    for the promised share of faces, as far as these are like the ones it was chosen on.

    Args:
        probs: (n, 7) calibrated probabilities.
        threshold: Probability from which an expression belongs to the set; or (n, 1), one a row.

    Returns:
        (n, 7) bool.

    Reference: Sadinle et al. 2019, Least Ambiguous Set-Valued Classifiers with Bounded Error Levels.
    """
    return (probs >= threshold) | (probs >= probs.max(1, keepdims=True, initial=0.0))


def plausible_sets(probs: np.ndarray, unsure_below: float, rule: SetRule) -> np.ndarray:
    """The expressions that are plausible under a rule.

    They are taken from the probabilities that the answer is made of: smoothed ones in a video. The promise
    was chosen on single faces.

    Args:
        probs: (n, 7) calibrated probabilities.
        unsure_below: Threshold of "unsure".
        rule: Of the head that gave them.

    Returns:
        (n, 7) bool.

    Reference: Vovk 2012, Conditional validity of inductive conformal predictors (a threshold a category).
    """
    unsure = probs.max(1, keepdims=True, initial=0.0) < unsure_below
    return prediction_sets(probs, np.where(unsure, rule.unsure_from, rule.named_from))


def plausible(probs: np.ndarray, unsure_below: float, rule: SetRule) -> list[str]:
    """`plausible_sets` as text, n times ``sad|neutral``, the more probable first; empty without a rule."""
    if not rule.promised or not len(probs):
        return [""] * len(probs)
    members = plausible_sets(probs, unsure_below, rule)
    order = np.argsort(-probs, axis=1, kind="stable")
    ranked = np.where(np.take_along_axis(members, order, 1), order, -1)
    kinds, rows = np.unique(ranked, axis=0, return_inverse=True)
    texts = [BETWEEN.join(EMOTIONS[k] for k in kind if k >= 0) for kind in kinds]
    return [texts[row] for row in rows.ravel()]


def set_words(text: str) -> str:
    """A set in words: ``sad|neutral`` as ``sad or neutral``, three as ``sad, neutral or angry``."""
    *others, last = text.split(BETWEEN)
    return f"{', '.join(others)} or {last}" if others else last


def is_named(text: str) -> bool:
    """Whether a set is small enough to stand in place of "unsure", and more than a guess."""
    return 2 <= len(text.split(BETWEEN)) <= MOST_NAMED


def answer_words(name: str, text: str) -> str:
    """What people read: the name; in place of "unsure" the plausible expressions where they are few.

    Args:
        name: From `verdicts`.
        text: From `plausible`.
    """
    return set_words(text) if name == UNSURE and is_named(text) else name
