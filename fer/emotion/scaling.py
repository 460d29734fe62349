"""From a network's logits to calibrated ones: a linear map that was fitted after the training."""

from dataclasses import dataclass

import numpy as np

from fer.constants import EMOTIONS
from fer.rows import each_times

KINDS = ("temperature", "vector", "matrix")
"""One number for all classes; one factor and one offset a class; any linear map. Guo et al. 2017."""

AS_TRAINED = "as trained"
_N = len(EMOTIONS)


@dataclass(frozen=True)
class Scaling:
    """Calibrated logits are ``logits @ weights.T + bias``.

    Args:
        kind: One of `KINDS`, or `AS_TRAINED`.
        weights: 7 x 7.
        bias: 7.

    Raises:
        ValueError: Other sizes, or values that are no finite numbers.

    Reference: Guo et al. 2017, On Calibration of Modern Neural Networks.
    """

    kind: str
    weights: tuple[tuple[float, ...], ...]
    bias: tuple[float, ...]

    def __post_init__(self) -> None:
        if np.shape(self.weights) != (_N, _N) or np.shape(self.bias) != (_N,):
            raise ValueError("A scaling needs 7 x 7 weights and 7 offsets.")
        if self.kind not in (*KINDS, AS_TRAINED) or not np.isfinite([*self.weights, self.bias]).all():
            raise ValueError("A scaling needs a known kind and finite numbers.")

    def __call__(self, logits: np.ndarray) -> np.ndarray:
        """Calibrated logits (..., 7) float32 of logits (..., 7)."""
        weights, bias = np.array(self.weights, np.float32), np.array(self.bias, np.float32)
        return each_times(logits.astype(np.float32), weights.T) + bias


def scaling_of(kind: str, weights: np.ndarray, bias: np.ndarray) -> Scaling:
    """A scaling from weights (7, 7) and bias (7,), to five decimals as it is stored."""
    return Scaling(kind, tuple(map(tuple, weights.round(5).tolist())), tuple(bias.round(5).tolist()))


UNSCALED = scaling_of(AS_TRAINED, np.eye(_N), np.zeros(_N))
"""The logits as they are."""
