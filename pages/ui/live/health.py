"""How a live session is doing, in words and in numbers."""

from dataclasses import dataclass
from enum import StrEnum

from fer.live import LiveSnapshot

SILENT_S = 2.0
SLOW_FPS = 8.0
SLOW_LAG_S = 0.5
SETTLED_FRAMES = 30
"""Before this many frames the rate says nothing."""


class HealthState(StrEnum):
    """What matters most at the moment."""

    WAITING = "waiting"
    SILENT = "silent"
    SLOW = "slow"
    FAILING = "failing"
    NO_FACE = "no_face"
    WELL = "well"


ICONS = {
    HealthState.WAITING: ":material/hourglass_top:",
    HealthState.SILENT: ":material/videocam_off:",
    HealthState.SLOW: ":material/speed:",
    HealthState.FAILING: ":material/error:",
    HealthState.NO_FACE: ":material/face:",
    HealthState.WELL: ":material/check_circle:",
}


@dataclass(frozen=True)
class Health:
    """A session's health.

    Args:
        state: What matters most.
        text: One sentence.
    """

    state: HealthState
    text: str


def health(shot: LiveSnapshot) -> Health:
    """Judge a session by its state now."""
    if not shot.counts.submitted:
        return Health(HealthState.WAITING, "Waiting for the first picture.")
    if shot.silent_s > SILENT_S:
        return Health(HealthState.SILENT, "No picture is coming from the camera.")
    if shot.counts.failed and not shot.counts.analyzed:
        return Health(HealthState.FAILING, f"The pictures cannot be read: {shot.last_error}.")
    settled = shot.counts.analyzed >= SETTLED_FRAMES
    if not settled and shot.lag_s > SLOW_LAG_S:
        return Health(HealthState.WAITING, "The first pictures are being read.")
    if settled and (shot.fps < SLOW_FPS or shot.lag_s > SLOW_LAG_S):
        return Health(
            HealthState.SLOW, "Too slow: close other programs, or switch to “Charts only” in the settings."
        )
    if not len(shot.result.observations):
        return Health(HealthState.NO_FACE, "No face in the picture: come closer, or make more light.")
    return Health(HealthState.WELL, "Your computer keeps up.")


def numbers(shot: LiveSnapshot) -> str:
    """Rate, lag and what was left out, in one line.

    Example: "14.9 frames a second read · 42 ms behind · 310 read, 4 left out"
    """
    left_out = shot.counts.dropped + shot.counts.skipped
    parts = [
        f"{shot.fps:.1f} frames a second read",
        f"{1000 * shot.lag_s:.0f} ms behind",
        f"{shot.counts.analyzed:,} read" + (f", {left_out:,} left out" if left_out else ""),
    ]
    if shot.counts.failed:
        parts.append(f"{shot.counts.failed:,} failed")
    return " · ".join(parts)
