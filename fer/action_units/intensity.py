"""From metrics to intensities with their uncertainty, and to seen, not seen or can't tell."""

import math
from dataclasses import dataclass

import numpy as np

from fer.action_units.baseline import Baseline
from fer.action_units.population import Population
from fer.action_units.table import CODES, INDEX, MERGED, TABLE

FULL = 5.0
"""The highest intensity."""

PRESENT_FROM = 1.0
"""Intensity from which a unit counts as present."""

MAX_TURN_DEGREES = 25.0
"""Beyond this yaw or pitch nothing is told."""

PITCH_DOUBT = 0.3
"""Share of the correction for pitch that may be wrong."""

CROSSTALK_DOUBT = 0.5
"""Share of another unit's leak that may be there."""

SEEN_FROM, NOT_SEEN_TO = 0.8, 0.2
"""Probability of presence from which a unit is seen, and up to which it is not."""

SEEN, NOT_SEEN, CANNOT_TELL = 1, 0, -1
STATE_TEXT = {SEEN: "seen", NOT_SEEN: "not seen", CANNOT_TELL: "can't tell"}

_HALF_ROOT = math.sqrt(0.5)
_SCALES = np.array([unit.scale for unit in TABLE])
_NEEDS_NEUTRAL = np.array([unit.needs_neutral for unit in TABLE])
_NEEDED = tuple((k, INDEX[unit.needs]) for k, unit in enumerate(TABLE) if unit.needs)
_LEAKS = tuple((k, INDEX[code], share) for k, unit in enumerate(TABLE) for code, share in unit.crosstalk)


@dataclass(frozen=True, eq=False)
class Strengths:
    """One face's units, each (k,) float64 in the order of `CODES`.

    Args:
        raw: Intensity without limits; may be negative.
        sigma: Its standard deviation.
        can_be_judged: (k,) bool, the unit may be judged.
    """

    raw: np.ndarray
    sigma: np.ndarray
    can_be_judged: np.ndarray

    @property
    def intensity(self) -> np.ndarray:
        """(k,) in 0..5; NaN where nothing can be told."""
        return np.where(self.can_be_judged, np.clip(self.raw, 0.0, FULL), np.nan)

    @property
    def present(self) -> np.ndarray:
        """(k,) probability in 0..1 that the intensity is over 1; NaN where nothing can be told.

        What is measured beyond `FULL` makes nothing surer: a broad smile alone lifts the upper lip further
        than any AU10, and that leak is in `sigma`.
        """
        present = _normal_below((np.minimum(self.raw, FULL) - PRESENT_FROM) / self.sigma)
        for k, other in _NEEDED:
            present[k] = min(present[k], present[other])
        return np.where(self.can_be_judged, present, np.nan)


def _normal_below(values: np.ndarray) -> np.ndarray:
    """(k,) share of a standard normal distribution below each value."""
    return np.array([0.5 * math.erfc(-value * _HALF_ROOT) for value in values.tolist()])


def strengths(metrics: np.ndarray, pose: np.ndarray, baseline: Baseline, known: Population) -> Strengths:
    """Intensities of one face over its neutral values.

    Args:
        metrics: (k,) as measured.
        pose: (3,) yaw, pitch, roll in degrees.
        baseline: Its neutral values.
        known: The population.
    """
    to_units = FULL / _SCALES
    lean = known.pitch_slope * (pose[1] - baseline.pitch)
    raw = (metrics - baseline.neutral - lean) * to_units
    leaked = np.zeros(len(CODES))
    for k, other, share in _LEAKS:
        leaked[k] += (CROSSTALK_DOUBT * share * np.clip(raw[other], 0, FULL)) ** 2
    yawed = known.yaw_spread * abs(pose[0])
    doubt = known.jitter**2 + baseline.spread**2 + yawed**2 + (PITCH_DOUBT * lean) ** 2
    return Strengths(raw, np.sqrt(doubt * to_units**2 + leaked), can_be_judged(pose, baseline))


def can_be_judged(pose: np.ndarray, baseline: Baseline) -> np.ndarray:
    """(k,) bool: the units that may be judged at this pose with this baseline."""
    frontal = np.abs(pose[:2]).max() <= MAX_TURN_DEGREES
    return frontal & (baseline.captured | ~_NEEDS_NEUTRAL)


def told(intensity: np.ndarray, state: np.ndarray) -> np.ndarray:
    """The one rule for doubt: a unit that is neither seen nor not seen has no intensity.

    What was measured in doubt is drawn as doubt where a single face is looked at, and is no number in any
    table, chart, mean or sentence.

    Args:
        intensity: (..., k) 0..5; NaN: it cannot be judged.
        state: (..., k) `SEEN`, `NOT_SEEN`, or `CANNOT_TELL`; NaN is the last of them.

    Returns:
        (..., k) intensities; NaN: can't tell.
    """
    return np.where((state == SEEN) | (state == NOT_SEEN), intensity, np.nan)


def merged(intensity: np.ndarray, state: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Both as people see them: of two units that geometry cannot tell apart, one row holds the stronger.

    That row is seen where one of them is, and not seen only where neither is.

    Args:
        intensity: (..., k) in the order of `CODES`; NaN: can't tell.
        state: (..., k) float: 1 seen, 0 not seen, NaN can't tell.

    Returns:
        Copies of both; what is merged holds the same in the host's place.
    """
    intensity, state = intensity.copy(), state.copy()
    for code, host in MERGED.items():
        a, b = INDEX[host], INDEX[code]
        seen = (state[..., a] == SEEN) | (state[..., b] == SEEN)
        both_unseen = (state[..., a] == NOT_SEEN) & (state[..., b] == NOT_SEEN)
        state[..., a] = np.where(seen, SEEN, np.where(both_unseen, NOT_SEEN, np.nan))
        stronger = np.fmax(intensity[..., a], intensity[..., b])
        intensity[..., a] = np.where(seen | both_unseen, stronger, np.nan)
    return intensity, state


def states(present: np.ndarray) -> np.ndarray:
    """int8 of the same shape: `SEEN`, `NOT_SEEN` or `CANNOT_TELL`.

    Args:
        present: Probabilities of presence; NaN: can't tell.
    """
    out = np.full(np.shape(present), CANNOT_TELL, np.int8)
    out[present >= SEEN_FROM] = SEEN
    out[present <= NOT_SEEN_TO] = NOT_SEEN
    return out


def held_states(present: np.ndarray, before: np.ndarray) -> np.ndarray:
    """`states` with hysteresis: a state is left only half-way to the other one.

    Args:
        present: (k,) probabilities of presence; NaN: can't tell.
        before: (k,) states of the frame before.
    """
    out = states(present)
    out[(before == SEEN) & (present > 0.5)] = SEEN
    out[(before == NOT_SEEN) & (present < 0.5)] = NOT_SEEN
    return out
