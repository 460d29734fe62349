"""The built-in sample: a drawn clip whose expressions are known."""

from fer.sample.clip import (
    LENGTH_S,
    NAME,
    NOBODY,
    SCRIPT,
    ScriptedExpression,
    action_units_at,
    expressions_at,
    sample_frames,
    sample_video,
)

__all__ = [
    "LENGTH_S",
    "NAME",
    "NOBODY",
    "SCRIPT",
    "ScriptedExpression",
    "action_units_at",
    "expressions_at",
    "sample_frames",
    "sample_video",
]
