"""Face detectors behind one protocol."""

from fer.faces.detectors.base import Detector
from fer.settings import Settings


def make_detector(settings: Settings, *, tiled: bool = False) -> Detector:
    """The detector that the settings name.

    Args:
        settings: `detector` and `detector_path` are read.
        tiled: Photos: look again in overlapping parts, so that small faces are found.

    Raises:
        MissingModelError: An optional detector's file is not there; says where to get it.
    """
    if settings.detector == "blazeface":
        from fer.faces.detectors.blazeface import BlazeFaceDetector

        return BlazeFaceDetector(tiled=tiled)
    from fer.faces.detectors import opencv

    if settings.detector == "haar":
        return opencv.HaarDetector()
    if settings.detector == "yunet":
        return opencv.YuNetDetector(settings.detector_path)
    return opencv.DnnDetector(settings.detector_path)


__all__ = ["Detector", "make_detector"]
