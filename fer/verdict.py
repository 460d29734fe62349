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
