"""Facial expression recognition: frames go in, a tidy timeline of expressions comes out.

``import fer`` is cheap: no TensorFlow, no model file and no work at import. The names below are
loaded on first use.

Example:
    >>> import fer
    >>> fer.EMOTIONS[3]
    'happy'
"""

import importlib
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fer.charts.timeline import shares_chart as shares_chart
    from fer.charts.timeline import timeline_chart as timeline_chart
    from fer.constants import EMOTIONS as EMOTIONS
    from fer.draw.annotate import draw as draw
    from fer.draw.hidden import hide as hide
    from fer.draw.video_writer import VideoWriter as VideoWriter
    from fer.errors import FerError as FerError
    from fer.errors import InputError as InputError
    from fer.errors import ModelError as ModelError
    from fer.errors import OutputError as OutputError
    from fer.errors import SettingsError as SettingsError
    from fer.export.csv import to_csv as to_csv
    from fer.export.html import to_html as to_html
    from fer.export.json import to_json as to_json
    from fer.export.opening import read_timeline as read_timeline
    from fer.live.session import LiveSession as LiveSession
    from fer.photos import analyze_image as analyze_image
    from fer.photos import analyze_images as analyze_images
    from fer.pipeline import Analyzer as Analyzer
    from fer.pipeline import analyze_video as analyze_video
    from fer.records import ActionUnits as ActionUnits
    from fer.records import Detections as Detections
    from fer.records import Faces as Faces
    from fer.records import Frame as Frame
    from fer.records import Observations as Observations
    from fer.records import SourceInfo as SourceInfo
    from fer.settings import Settings as Settings
    from fer.sources.camera import CameraSource as CameraSource
    from fer.sources.images import read_image as read_image
    from fer.sources.video import VideoSource as VideoSource
    from fer.timeline.report import Report as Report
    from fer.timeline.smooth import smooth as smooth
    from fer.timeline.summary import Episode as Episode
    from fer.timeline.summary import Summary as Summary
    from fer.timeline.summary import summarize as summarize
    from fer.timeline.timeline import Timeline as Timeline

# OpenCV reads this limit once, when it is imported: decoding a bomb must fail, not fill memory.
os.environ.setdefault("OPENCV_IO_MAX_IMAGE_PIXELS", str(100_000_000))

__version__ = "0.2.0"

_PLACES = {
    "EMOTIONS": "fer.constants",
    "Settings": "fer.settings",
    "Frame": "fer.records",
    "Detections": "fer.records",
    "Faces": "fer.records",
    "ActionUnits": "fer.records",
    "Observations": "fer.records",
    "SourceInfo": "fer.records",
    "Timeline": "fer.timeline.timeline",
    "Episode": "fer.timeline.summary",
    "Summary": "fer.timeline.summary",
    "Report": "fer.timeline.report",
    "Analyzer": "fer.pipeline",
    "analyze_image": "fer.photos",
    "analyze_images": "fer.photos",
    "analyze_video": "fer.pipeline",
    "LiveSession": "fer.live.session",
    "read_image": "fer.sources.images",
    "VideoSource": "fer.sources.video",
    "CameraSource": "fer.sources.camera",
    "VideoWriter": "fer.draw.video_writer",
    "draw": "fer.draw.annotate",
    "hide": "fer.draw.hidden",
    "smooth": "fer.timeline.smooth",
    "summarize": "fer.timeline.summary",
    "timeline_chart": "fer.charts.timeline",
    "shares_chart": "fer.charts.timeline",
    "to_csv": "fer.export.csv",
    "read_timeline": "fer.export.opening",
    "to_json": "fer.export.json",
    "to_html": "fer.export.html",
    "FerError": "fer.errors",
    "InputError": "fer.errors",
    "ModelError": "fer.errors",
    "OutputError": "fer.errors",
    "SettingsError": "fer.errors",
}
"""Public name -> its module, and its name there after a colon where it is another one."""

__all__ = [*_PLACES, "__version__"]  # pyright: ignore[reportUnsupportedDunderAll]: loaded on first use


if not TYPE_CHECKING:  # a checker that saw this function would let every name pass

    def __getattr__(name: str) -> object:
        """Load a public name on first use (PEP 562), so that ``import fer`` stays fast."""
        if name in _PLACES:
            module, _, other = _PLACES[name].partition(":")
            return getattr(importlib.import_module(module), other or name)
        raise AttributeError(f"module 'fer' has no attribute {name!r}")


def __dir__() -> list[str]:
    """The public names."""
    return sorted(__all__)
