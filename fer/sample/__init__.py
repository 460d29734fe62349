"""The built-in sample: a drawn clip whose expressions are known."""

from fer.sample.clip import (
    LENGTH_S,
    NAME,
    NOBODY,
    SCRIPT,
    Shown,
    action_units_at,
    sample_frames,
    sample_video,
    shown_at,
)

__all__ = [
    "LENGTH_S",
    "NAME",
    "NOBODY",
    "SCRIPT",
    "Shown",
    "action_units_at",
    "sample_frames",
    "sample_video",
    "shown_at",
]
