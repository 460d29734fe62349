"""A face's own neutral values: captured, or the population's drawn towards what neutral frames show."""

import json
from dataclasses import dataclass, replace

import numpy as np

from fer.action_units.population import Population
from fer.action_units.table import CODES, INDEX
from fer.errors import InputError
from fer.io.json_records import PARSE_ERRORS

PRIOR_WEIGHT = 30.0
"""The population counts as many frames as this."""

NEUTRAL_FROM, NEUTRAL_POSE_DEGREES = 0.6, 12.0
"""A frame enters the running baseline from this probability of neutral on, and nearer the front than this."""

CAPTURE_FRAMES, CAPTURE_POSE_DEGREES = 20, 10.0
"""A capture takes this many frames, nearer the front than this, with open eyes."""

OPEN_EYES_FROM = 0.12
"""Opening of an eye over its width, from which it counts as open. Shut eyes give 0.04 to 0.06."""

CAPTURED_SPREAD = 0.2
"""Share of the population's spread that is left after a capture: nobody is neutral twice alike."""


MAX_BASELINES_BYTES = 1_000_000
"""Of a file of them."""


@dataclass(frozen=True, eq=False)
class Baseline:
    """Neutral values of one face.

    Args:
        neutral: (k,) metrics at `pitch`.
        spread: (k,) standard deviation of what they may be wrong by.
        pitch: Degrees at which they hold.
        weight: Frames behind them, beyond the population's.
        captured: They were captured, not estimated.
    """

    neutral: np.ndarray
    spread: np.ndarray
    pitch: float = 0.0
    weight: float = 0.0
    captured: bool = False

    @classmethod
    def of_population(cls, known: Population) -> "Baseline":
        """What holds for a face nobody has seen yet."""
        return cls(known.neutral, known.spread)

    def updated(self, level: np.ndarray, weight: float, known: Population) -> "Baseline":
        """The baseline after one more neutral frame; a captured one stays.

        Args:
            level: (k,) metrics with the pitch taken out.
            weight: How surely the frame is neutral, 0..1.
            known: The population.
        """
        if self.captured or weight <= 0:
            return self
        total = PRIOR_WEIGHT + self.weight
        neutral = (total * self.neutral + weight * level) / (total + weight)
        spread = known.spread * np.sqrt(PRIOR_WEIGHT / (total + weight))
        return replace(self, neutral=neutral, spread=spread, weight=self.weight + weight)


class NeutralCapture:
    """Collects frames of a neutral face until there are enough.

    Args:
        frames: How many it takes.
    """

    def __init__(self, frames: int = CAPTURE_FRAMES) -> None:
        self.wanted = frames
        self._metrics: list[np.ndarray] = []
        self._pitches: list[float] = []

    @property
    def share(self) -> float:
        """How much is collected, 0..1."""
        return min(1.0, len(self._metrics) / self.wanted)

    def add(self, metrics: np.ndarray, pose: np.ndarray) -> str:
        """Offer one frame.

        Args:
            metrics: (k,) as measured.
            pose: (3,) yaw, pitch, roll in degrees.

        Returns:
            Why it was not taken, for a person; empty if it was.
        """
        if np.abs(pose[:2]).max() > CAPTURE_POSE_DEGREES:
            return "Look straight into the camera."
        if -metrics[INDEX["AU45"]] < OPEN_EYES_FROM:
            return "Keep your eyes open."
        self._metrics.append(np.asarray(metrics, np.float64))
        self._pitches.append(float(pose[1]))
        return ""

    def baseline(self, known: Population) -> Baseline | None:
        """The median of the frames; None while there are too few."""
        if len(self._metrics) < self.wanted:
            return None
        neutral = np.median(self._metrics, axis=0)
        pitch, weight = float(np.median(self._pitches)), float(len(self._metrics))
        return Baseline(neutral, CAPTURED_SPREAD * known.spread, pitch, weight, captured=True)


def baselines_to_json(baselines: dict[int, Baseline]) -> str:
    """Baselines by face id, as text. They hold 15 distances of a face and no picture."""
    faces = {
        str(face): {"pitch": b.pitch, "weight": b.weight, "captured": b.captured}
        | {"neutral": b.neutral.tolist(), "spread": b.spread.tolist()}
        for face, b in sorted(baselines.items())
    }
    return json.dumps({"format": "fer-baselines", "codes": list(CODES), "faces": faces}, allow_nan=False)


def baselines_from_json(text: str | bytes) -> dict[int, Baseline]:
    """What `baselines_to_json` has written.

    Raises:
        InputError: It is something else.
    """
    try:
        document = json.loads(text)
        if document["format"] != "fer-baselines" or tuple(document["codes"]) != CODES:
            raise ValueError("another format or other units")
        return {int(face): _baseline(values) for face, values in document["faces"].items()}
    except PARSE_ERRORS as exc:
        raise InputError(
            "This is no file of neutral faces: choose one that this program has written."
        ) from exc


def _baseline(values: dict) -> Baseline:
    neutral, spread = np.array(values["neutral"], np.float64), np.array(values["spread"], np.float64)
    numbers = (float(values["pitch"]), float(values["weight"]))
    fits = neutral.shape == spread.shape == (len(CODES),) and np.isfinite([*neutral, *spread, *numbers]).all()
    if not fits or (spread < 0).any() or numbers[1] < 0:
        raise ValueError("values out of range")
    return Baseline(neutral, spread, *numbers, captured=bool(values["captured"]))
