"""Detectors at their most sensitive, for hiding faces: rather too much is covered than too little."""

from dataclasses import dataclass

import numpy as np

from fer.errors import MissingModelError
from fer.faces.detectors import Detector, make_detector
from fer.records import Detections
from fer.settings import Settings

LOWEST_SCORE = {"yunet": 0.4, "blazeface": 0.35, "dnn": 0.3}
"""Score from which a detector's boxes are covered. Haar has one threshold only."""

BELIEVED_FROM = {"yunet": 0.6, "blazeface": 0.5, "dnn": 0.5, "haar": 0.5}
"""Score from which they count as a face that was there a moment before and after too."""

SECOND = ("yunet", "blazeface", "haar")
"""Who looks a finished video over: the first that is there and did not look the first time."""


@dataclass(frozen=True, eq=False)
class SensitiveDetector:
    """A detector with a low threshold.

    Args:
        detector: Made with that threshold.
    """

    detector: Detector

    @property
    def name(self) -> str:
        """Of the detector."""
        return self.detector.name

    def find(self, image: np.ndarray) -> tuple[Detections, np.ndarray]:
        """Whatever may be a face.

        Args:
            image: (H, W, 3) uint8, RGB.

        Returns:
            found: n boxes.
            believed: (n,) bool, which of them are found with an ordinary score.
        """
        found = self.detector.detect(image)
        return found, found.score >= BELIEVED_FROM.get(self.name, 0.5)


def sensitive_detector(name: str, path: str | None = None, *, tiled: bool = False) -> SensitiveDetector:
    """The named detector with the threshold of `LOWEST_SCORE`.

    Args:
        name: One of `fer.settings.DETECTORS`.
        path: Its weights, as in `Settings.detector_path`.
        tiled: For photos; see `make_detector`.

    Raises:
        MissingModelError: Its file is not there.
    """
    settings = Settings(detector=name, detector_path=path)
    return SensitiveDetector(make_detector(settings, tiled=tiled, score_threshold=LOWEST_SCORE.get(name)))


def second_detector(settings: Settings) -> SensitiveDetector | None:
    """Another detector than that of the settings; None where there is no other.

    Args:
        settings: `detector` is read.
    """
    for name in SECOND:
        if name == settings.detector:
            continue
        try:
            return sensitive_detector(name)
        except MissingModelError:
            continue
    return None
