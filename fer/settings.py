"""Settings of an analysis: one frozen record that travels into every report."""

import os
from dataclasses import asdict, dataclass, replace
from numbers import Integral, Real

from fer.errors import SettingsError
from fer.given import check_is

ANSWERS = ("labels", "votes")
"""The network's heads that can answer, see `fer.emotion.heads`."""
DETECTORS = ("yunet", "blazeface", "haar", "dnn")

RANGES: dict[str, tuple[float, float]] = {
    "fps": (0, 1000),
    "detect_interval_s": (0, 60),
    "max_faces": (1, 1000),
    "half_life_s": (0, 60),
    "unsure_below": (0, 1),
}
"""Least and most of the numbers."""
NEVER_ZERO = ("fps", "detect_interval_s")
MAY_BE_NONE = ("fps", "unsure_below")
WHOLE = ("max_faces",)
SWITCHES = ("flip", "action_units")


@dataclass(frozen=True)
class Settings:
    """Everything that changes a result.

    Args:
        detector: One of `DETECTORS`.
        detector_path: Weights of ``dnn`` (None looks in models/detectors/), or other ones of ``yunet``.
        fps: Analysed frames a second of video; None analyses every frame.
        detect_interval_s: Seconds between two runs of the detector while faces are tracked.
        max_faces: Faces analysed in one frame; the largest are kept.
        half_life_s: Half-life of the smoothing of probabilities over time; 0 switches it off.
        unsure_below: A verdict whose highest probability is under this is "unsure"; None takes
            the threshold that the model's manifest carries.
        flip: Average the network over the mirrored face too (twice the network's time). Photos always are.
        action_units: Measure Action Units and hold the network's answer against them.
        answer: The head that answers, one of `ANSWERS`: ``"votes"`` what ten people would say,
            ``"labels"`` what FER2013's label would be; None takes the one that the model's manifest names.

    Raises:
        SettingsError: A value is of another kind or out of its range; names it and what may stand there.
    """

    detector: str = "yunet"
    detector_path: str | None = None
    fps: float | None = None
    detect_interval_s: float = 1.0
    max_faces: int = 64
    half_life_s: float = 0.25
    unsure_below: float | None = None
    flip: bool = False
    action_units: bool = True
    answer: str | None = None

    def __post_init__(self) -> None:
        if self.detector not in DETECTORS:
            raise SettingsError(f"Unknown detector {self.detector!r}: choose one of {', '.join(DETECTORS)}.")
        if self.answer not in (None, *ANSWERS):
            raise SettingsError(f"Unknown answer {self.answer!r}: choose one of {', '.join(ANSWERS)}.")
        for name in RANGES:
            value: float | None = getattr(self, name)
            if value is None and name in MAY_BE_NONE:
                continue
            if problem := _out_of_range(name, value):
                raise SettingsError(f"The setting {problem}")
        for name in SWITCHES:
            if not isinstance(switch := getattr(self, name), bool):
                raise SettingsError(f"The setting {name}={switch!r} is out of range: give True or False.")
        if isinstance(self.detector_path, os.PathLike):  # settings travel as JSON
            object.__setattr__(self, "detector_path", os.fspath(self.detector_path))

    def replace(self, **changes) -> "Settings":
        """A copy with some fields changed."""
        return replace(self, **changes)

    def to_dict(self) -> dict:
        """Plain values for JSON."""
        return asdict(self)


def check_fps(fps: float) -> None:
    """Refuse what is no rate.

    Raises:
        SettingsError: It is no number, or not above 0 and at most 1000.
    """
    if problem := _out_of_range("fps", fps):
        raise SettingsError(problem)


def _out_of_range(name: str, value: float | None) -> str:
    """Why a value cannot stand under one of the names in `RANGES`; empty where it can."""
    least, most = RANGES[name]
    kind = Integral if name in WHOLE else Real
    fits = isinstance(value, kind) and not isinstance(value, bool) and least <= value <= most
    if fits and not (value == 0 and name in NEVER_ZERO):
        return ""
    wanted = f"above 0 and up to {most}" if name in NEVER_ZERO else f"from {least} to {most}"
    number = "a whole number" if name in WHOLE else "a number"
    return f"{name}={value!r} is out of range: give {number} {wanted}."


def settings_or_default(settings: Settings | None) -> Settings:
    """What was given, else the defaults.

    Raises:
        TypeError: It is no `Settings`; says how to make one.
    """
    if settings is None:
        return Settings()
    check_is("settings", settings, Settings)
    return settings
