"""The record of Action Units that travels with the faces of a frame."""

from dataclasses import dataclass

import numpy as np

from fer.action_units.prototypes import Verdict
from fer.action_units.table import CODES

MEASURES = len(CODES) + 3
"""Numbers that are measured of a face before it is judged."""


@dataclass(frozen=True, eq=False)
class ActionUnits:
    """Units of the n faces of a frame; relative intensities, not FACS coding.

    Args:
        intensity: (n, k) float32 in 0..5 in the order of `CODES`; NaN: can't tell.
        sigma: (n, k) float32, its standard deviation.
        present: (n, k) float32, probability that the unit is present; NaN: can't tell.
        state: (n, k) int8: 1 seen, 0 not seen, -1 can't tell.
        verdicts: n, what the units say to the network's answer.
        captured: (n,) bool: the face's neutral values were captured.
        blinks_per_minute: (n,) float32; NaN in photos and in the first seconds.
        measures: (n, k + 3) float32: `fer.action_units.formulas`, then yaw, pitch and roll in degrees; what
            it takes to judge the face again over another neutral face. NaN where nothing is told of it.
    """

    intensity: np.ndarray
    sigma: np.ndarray
    present: np.ndarray
    state: np.ndarray
    verdicts: tuple[Verdict, ...]
    captured: np.ndarray
    blinks_per_minute: np.ndarray
    measures: np.ndarray

    def __post_init__(self) -> None:
        n = len(self.verdicts)
        for name in ("intensity", "sigma", "present", "state"):
            shape = getattr(self, name).shape
            if shape != (n, len(CODES)):
                raise ValueError(f"ActionUnits.{name}: wanted ({n}, {len(CODES)}), got {shape}")
        for name in ("captured", "blinks_per_minute"):
            if getattr(self, name).shape != (n,):
                raise ValueError(f"ActionUnits.{name}: wanted ({n},), got {getattr(self, name).shape}")
        if self.measures.shape != (n, MEASURES):
            raise ValueError(f"ActionUnits.measures: wanted ({n}, {MEASURES}), got {self.measures.shape}")

    def __len__(self) -> int:
        return len(self.verdicts)

    @classmethod
    def empty(cls) -> "ActionUnits":
        """Nothing was measured, or there is no face."""
        values = np.zeros((0, len(CODES)), np.float32)
        none = np.zeros(0, np.float32)
        measures = np.zeros((0, MEASURES), np.float32)
        return cls(values, values, values, values.astype(np.int8), (), none.astype(bool), none, measures)
