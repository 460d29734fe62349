"""What is known of faces in general: the canonical face, neutral values and their spread, base rates.

The numbers are our own: statistics over FER2013's Training faces, written by
``python -m fer action-units --fit`` to ``population.json`` beside this file.
"""

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from fer.action_units.table import CODES
from fer.constants import N_LANDMARKS
from fer.errors import ModelError
from fer.io.json_records import PARSE_ERRORS

PATH = Path(__file__).parent / "population.json"
_DIGITS = 5


@dataclass(frozen=True, eq=False)
class Population:
    """Statistics of neutral faces, each (k,) in the order of `CODES` and the units of `metrics`.

    Args:
        canonical: (468, 3) mean neutral face, symmetric, frontal; 1 is the outer eye corners' distance.
        neutral: Median of neutral faces at pitch 0.
        spread: Robust standard deviation between neutral faces near the front.
        pitch_slope: Change per degree of pitch.
        yaw_spread: Standard deviation added per degree of yaw.
        jitter: Standard deviation of repeated readings of one picture.
        base_rate: Mean probability that the unit is present, over faces of all expressions alike.
        faces: How many neutral faces stand behind it.
    """

    canonical: np.ndarray
    neutral: np.ndarray
    spread: np.ndarray
    pitch_slope: np.ndarray
    yaw_spread: np.ndarray
    jitter: np.ndarray
    base_rate: np.ndarray
    faces: int

    def __post_init__(self) -> None:
        if self.canonical.shape != (N_LANDMARKS, 3):
            raise ValueError(f"Population.canonical: wanted (468, 3), got {self.canonical.shape}")
        for name in ("neutral", "spread", "pitch_slope", "yaw_spread", "jitter", "base_rate"):
            shape = getattr(self, name).shape
            if shape != (len(CODES),):
                raise ValueError(f"Population.{name}: wanted ({len(CODES)},), got {shape}")

    def to_json(self) -> str:
        """As text, the numbers rounded."""
        values = {k: v.round(_DIGITS).tolist() for k, v in vars(self).items() if isinstance(v, np.ndarray)}
        document = {"codes": list(CODES), "faces": self.faces, **values}
        return json.dumps(document, separators=(",", ":")) + "\n"

    @classmethod
    def from_json(cls, text: str) -> "Population":
        """What `to_json` has written.

        Raises:
            ModelError: It is something else, or for other units.
        """
        try:
            values = json.loads(text)
            if tuple(values.pop("codes")) != CODES:
                raise ValueError("other units")
            arrays = {k: np.array(v, np.float64) for k, v in values.items() if isinstance(v, list)}
            return cls(**values | arrays)
        except PARSE_ERRORS as exc:
            raise ModelError(
                "The statistics of neutral faces are damaged: get the repository's fer/ folder again."
            ) from exc


@lru_cache(maxsize=1)
def population() -> Population:
    """The shipped statistics.

    Raises:
        ModelError: The file is missing or damaged.
    """
    try:
        return Population.from_json(PATH.read_text(encoding="utf-8"))
    except OSError as exc:
        raise ModelError(
            "The statistics of neutral faces are missing: get the repository's fer/ folder again."
        ) from exc
