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

# OpenCV reads this limit once, when it is imported: decoding a bomb must fail, not fill memory.
os.environ.setdefault("OPENCV_IO_MAX_IMAGE_PIXELS", str(100_000_000))

__version__ = "0.1.0"

_EXPORTS = {
    "EMOTIONS": "fer.constants",
    "Frame": "fer.records",
    "Detections": "fer.records",
    "Faces": "fer.records",
    "Observations": "fer.records",
    "Settings": "fer.settings",
    "FerError": "fer.errors",
    "Timeline": "fer.timeline.timeline",
    "Report": "fer.timeline.report",
    "Analyzer": "fer.pipeline",
    "analyze_video": "fer.pipeline",
    "analyze_images": "fer.photos",
    "read_image": "fer.sources",
}

__all__ = [*_EXPORTS, "__version__"]


def __getattr__(name: str):
    """Load a public name on first use (PEP 562), so that ``import fer`` stays fast."""
    if name in _EXPORTS:
        return getattr(importlib.import_module(_EXPORTS[name]), name)
    raise AttributeError(f"module 'fer' has no attribute {name!r}")
