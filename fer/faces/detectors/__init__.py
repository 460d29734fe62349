"""Face detectors behind one protocol."""

from fer.errors import ModelError
from fer.faces.detectors.base import Detector
from fer.settings import Settings


def make_detector(
    settings: Settings, *, tiled: bool = False, score_threshold: float | None = None
) -> Detector:
    """The detector that the settings name.

    Args:
        settings: `detector` and `detector_path` are read.
        tiled: Photos: BlazeFace looks again in overlapping parts, so that it finds small faces.
        score_threshold: Lowest score of a face; None takes the detector's own. Haar has one only.

    Raises:
        MissingModelError: An optional detector's file is not there; says where to get it.
    """
    threshold = {} if score_threshold is None else {"score_threshold": score_threshold}
    if settings.detector == "blazeface":
        from fer.faces.detectors.blazeface import BlazeFaceDetector

        return BlazeFaceDetector(tiled=tiled, **threshold)
    if settings.detector == "yunet":
        from fer.faces.detectors.yunet import YuNetDetector

        return YuNetDetector(settings.detector_path, **threshold)
    from fer.faces.detectors import opencv

    if settings.detector == "haar":
        return opencv.HaarDetector()
    return opencv.DnnDetector(settings.detector_path, **threshold)


def is_there(name: str) -> bool:
    """True where everything that the detector needs lies on this machine.

    Args:
        name: One of `fer.settings.DETECTORS`.
    """
    from fer.faces.detectors import opencv

    if name != "dnn":  # those come with the packages
        return True
    try:
        return bool(opencv.find_dnn())
    except ModelError:
        return False


__all__ = ["Detector", "is_there", "make_detector"]
