"""Averages of weights: over the steps of a training, and over the networks of several stages.

NumPy, so that it is the same on every Keras backend. It takes about 2 ms a step for 1.1 M weights.
"""

from collections.abc import Iterable, Sequence

import numpy as np


class WeightAverage:
    """Follows weights step by step.

    Args:
        weights: Keras variables, or arrays: where the average begins.
        decay: Share of the average that a step keeps; fewer in the first steps, so that the random
            start is soon forgotten.

    Reference: Polyak & Juditsky 1992; the rising decay is TensorFlow's ``ExponentialMovingAverage``.
    """

    def __init__(self, weights: Iterable, decay: float) -> None:
        self.decay = decay
        self.values = [np.array(np.asarray(w), np.float32) for w in weights]
        self._room = [np.empty_like(v) for v in self.values]

    def update(self, weights: Sequence, step: int) -> None:
        """Move towards the weights after step number ``step`` (from 1 on)."""
        share = np.float32(1 - min(self.decay, (1 + step) / (10 + step)))
        for mean, weight, room in zip(self.values, weights, self._room, strict=True):
            np.subtract(np.asarray(weight), mean, out=room)
            room *= share
            mean += room


def mean_weights(networks: Sequence[Sequence[np.ndarray]]) -> list[np.ndarray]:
    """The mean of the weights of networks that come from one start.

    Args:
        networks: For each network its arrays; those of the same place have the same shape. A network without
            the votes head, whose arrays come last, has no part in that head.

    References: Wortsman et al. 2022, Model soups; Wortsman et al. 2022, Robust fine-tuning of zero-shot
        models (the mean of a network before and after it was trained on).
    """
    longest = max(networks, key=len)
    sharing = ([arrays[k] for arrays in networks if k < len(arrays)] for k in range(len(longest)))
    return [np.asarray(np.mean(arrays, axis=0, dtype=np.float32)) for arrays in sharing]
