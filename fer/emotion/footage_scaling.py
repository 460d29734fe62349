"""Probabilities fitted to one user's footage: a temperature and a prior, and the file that carries them."""

import json
from dataclasses import asdict, dataclass, field

import numpy as np

from fer.constants import EMOTIONS
from fer.errors import DamagedInputError, InputError
from fer.io.json_records import PARSE_ERRORS

FORMAT = "fer-footage-calibration"
MAX_FILE_BYTES = 100_000
SMALLEST = 1e-6
"""A probability under this counts as this: its logarithm stays finite."""

MODEL_KEYS = ("name", "sha256", "answer")
"""What of a report's model has to be the same for a calibration to fit."""


@dataclass(frozen=True)
class FootageScaling:
    """New probabilities are ``p ** (1 / temperature) * prior``, summed to 1.

    It works on calibrated probabilities, so it fits whatever gave them.

    Args:
        temperature: Over 1 makes answers less sure, under 1 surer.
        prior: 7 factors, in the order of `EMOTIONS`.
        n_tags: Tags that it was fitted on.
        model: What gave the probabilities: values of `MODEL_KEYS` as a report states them.

    Raises:
        ValueError: The temperature or a factor is no positive number.

    Reference: Guo et al. 2017 (temperature); Saerens et al. 2002, Adjusting the outputs of a classifier to
    new a priori probabilities.

    Example:
        >>> FootageScaling(1.0, (1.0,) * 7)(np.eye(7)[:1]).round(3).tolist()
        [[1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]]
    """

    temperature: float
    prior: tuple[float, ...]
    n_tags: int = 0
    model: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        values = np.array([self.temperature, *self.prior], float)
        if len(self.prior) != len(EMOTIONS) or not (np.isfinite(values).all() and (values > 0).all()):
            raise ValueError("A footage calibration needs 8 positive numbers.")

    def __call__(self, probs: np.ndarray) -> np.ndarray:
        """Probabilities (n, 7) float64 of probabilities (n, 7); rows of NaN stay NaN."""
        scores = log_probs(probs) / self.temperature + np.log(self.prior)
        scores = np.exp(scores - scores.max(-1, keepdims=True, initial=-np.inf))
        return scores / scores.sum(-1, keepdims=True)

    def sentence(self) -> str:
        """What a report says about it."""
        raised = [f"{n} × {f:.2f}" for n, f in zip(EMOTIONS, self.prior, strict=True) if abs(f - 1) >= 0.05]
        factors = f", {', '.join(raised)}" if raised else ""
        return (
            f"Recalibrated with {self.n_tags} tags of such footage (temperature {self.temperature:.2f}"
            f"{factors}): the percentages are not the shipped network's."
        )


def log_probs(probs: np.ndarray) -> np.ndarray:
    """Logarithms (..., 7) float64 of probabilities (..., 7)."""
    return np.log(np.maximum(np.asarray(probs, np.float64), SMALLEST))


def model_of(values: dict) -> dict[str, str]:
    """The part of a report's model that a calibration has to fit."""
    return {key: str(values[key]) for key in MODEL_KEYS if key in values}


def scaling_to_json(scaling: FootageScaling) -> str:
    """The calibration as JSON text."""
    return json.dumps({"format": FORMAT, **asdict(scaling)}, indent=1) + "\n"


def scaling_from_json(data: bytes) -> FootageScaling:
    """Read what `scaling_to_json` wrote.

    Raises:
        InputError: It is something else, or damaged.
    """
    if not data.strip():
        raise InputError("The calibration file is empty: write it with `fer check --calibration`.")
    try:
        values = json.loads(data.decode("utf-8"))
        if values.pop("format") != FORMAT:
            raise ValueError("another format")
        values["prior"] = tuple(float(factor) for factor in values["prior"])
        values["temperature"] = float(values["temperature"])
        values["n_tags"] = int(values["n_tags"])
        values["model"] = model_of(values["model"])
        return FootageScaling(**values)
    except PARSE_ERRORS as exc:
        raise DamagedInputError(
            "The file is no calibration of footage: choose one that `fer check --calibration` has written."
        ) from exc
