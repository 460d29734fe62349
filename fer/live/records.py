"""What a live session says about itself: the newest result, counts and markers."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from fer.constants import EMOTIONS
from fer.records import Observations
from fer.timeline.markers import Marker

NEVER_S = -1.0
"""Time of what did not happen yet."""


@dataclass(frozen=True, eq=False)
class LiveResult:
    """What was read from one frame.

    Args:
        observations: As the analyzer gave them, time in seconds since the first frame of the session.
        smoothed: (n, 7) float32, the probabilities averaged over the face's past; rows sum to 1.
        size: Width and height of the frame in pixels, (0, 0) before the first result.
        arrived_s: When the frame came in, by the session's clock.
        lag_s: How old the frame was when its answer was there: the clock minus the frame's own time.
        took_s: Seconds of the analysis alone.
    """

    observations: Observations
    smoothed: np.ndarray
    size: tuple[int, int] = (0, 0)
    arrived_s: float = NEVER_S
    lag_s: float = 0.0
    took_s: float = 0.0

    def __post_init__(self) -> None:
        wanted = (len(self.observations), len(EMOTIONS))
        if self.smoothed.shape != wanted:
            raise ValueError(f"LiveResult.smoothed: wanted {wanted}, got {self.smoothed.shape}")

    @property
    def shown(self) -> Observations:
        """The observations with the smoothed probabilities: what an overlay draws."""
        return replace(self.observations, probs=self.smoothed)

    @classmethod
    def empty(cls) -> "LiveResult":
        """Before the first frame: no face."""
        nothing = Observations.empty()
        return cls(nothing, nothing.probs)


@dataclass(frozen=True)
class LiveCounts:
    """Frames since the start of the session; every submitted one is counted once more below, or is waiting.

    Args:
        submitted: Came in.
        analyzed: Were read.
        dropped: Were replaced by a newer one before their turn came.
        skipped: Were left out to leave the processor room.
        failed: Analysis or drawing failed; the picture was passed on as it came.
    """

    submitted: int = 0
    analyzed: int = 0
    dropped: int = 0
    skipped: int = 0
    failed: int = 0

    @property
    def waiting(self) -> int:
        """Frames that are held: the one in work and the newest."""
        return max(0, self.submitted - self.analyzed - self.dropped - self.skipped - self.failed)


@dataclass(frozen=True, eq=False)
class LiveSnapshot:
    """The state of a session at one moment.

    Args:
        result: The newest answer.
        counts: What became of the frames.
        fps: Analysed frames a second over the last seconds.
        lag_s: Age of the newest answer's frame, or of the frame in work if that is older.
        silent_s: Seconds since the newest frame came in; before the first, since the session began.
        time_s: Session time of the newest frame, in seconds.
        markers: The newest markers, oldest first; times in seconds since the first frame of the session.
        recording_s: Seconds recorded; `NEVER_S` while nothing is recorded.
        recording_full: The recording reached its longest time and takes no more.
        last_error: What went wrong last, empty if nothing did.
        closed: The session has ended.
        names: Face id -> the name that was given.
        range_since_s: Where the range that is being marked began; `NEVER_S` while none is.
    """

    result: LiveResult
    counts: LiveCounts
    fps: float
    lag_s: float
    silent_s: float
    time_s: float
    markers: tuple[Marker, ...]
    recording_s: float
    recording_full: bool
    last_error: str
    closed: bool
    names: Mapping[int, str] = field(default_factory=dict)
    range_since_s: float = NEVER_S
