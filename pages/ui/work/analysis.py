"""What video and photo jobs share: keys, the worker's models, small pictures."""

import io
import json

import numpy as np
from PIL import Image

from fer.emotion.network import EmotionNetwork
from fer.pipeline import EMOTION_THREADS, Components, load_components
from fer.settings import Settings

ANALYSIS_FIELDS = (
    *("detector", "detector_path", "fps", "detect_interval_s"),
    *("max_faces", "flip", "action_units", "answer"),
)
"""Settings that need a new analysis; the others only change how a kept timeline is read."""


def job_key(kind: str, content: str, settings: Settings) -> str:
    """What makes two jobs the same: kind, content hash, and the settings that enter the analysis."""
    values = settings.to_dict()
    return f"{kind}:{content}:{json.dumps([values[name] for name in ANALYSIS_FIELDS])}"


_left: dict[tuple, Components] = {}
"""Models for video that whoever loaded them uses no more."""


def leave(settings: Settings, models: Components) -> None:
    """Hand models for video on: the next worker that would load the same ones takes them.

    Args:
        settings: What they were loaded for.
        models: From now on somebody else's: no two threads may use them.
    """
    _left[_kind(settings)] = models


def components(tools: dict, settings: Settings, *, still: bool = False) -> Components:
    """The worker thread's own models: loaded once and kept, one set for video and one for photos.

    Args:
        tools: The thread's dict.
        settings: Which models.
        still: For photos.
    """
    slot, wanted = "still" if still else "video", _kind(settings)
    if tools.get(slot, (None,))[0] != wanted:
        left = None if still else _left.pop(wanted, None)
        tools[slot] = (wanted, left or load_components(settings, still=still))
    return tools[slot][1]


def _kind(settings: Settings) -> tuple:
    return settings.detector, settings.detector_path, settings.flip, settings.answer


def network(tools: dict, *, answer: str | None = None) -> EmotionNetwork:
    """The worker thread's network for crops that are there already: one view, loaded once and kept.

    Args:
        tools: The thread's dict.
        answer: The head that answers; None takes the manifest's.
    """
    if tools.get("network", (None,))[0] != (answer,):
        tools["network"] = ((answer,), EmotionNetwork(threads=EMOTION_THREADS, answer=answer))
    return tools["network"][1]


def jpeg(image: np.ndarray, *, width: int | None = None, quality: int = 88) -> bytes:
    """An (H, W, 3) uint8 RGB picture as JPEG, made smaller where it is wider than `width` pixels."""
    picture = Image.fromarray(image)
    if width is not None and picture.width > width:
        height = max(1, round(picture.height * width / picture.width))
        picture = picture.resize((width, height), Image.Resampling.BOX)
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=quality)
    return out.getvalue()
