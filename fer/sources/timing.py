"""The time axis of a video: presentation times that always grow, and sampling along them."""

import math
from fractions import Fraction

JUMP_BACK_S = 1.0
"""Seconds back in time that are a join of two recordings, not disorder."""

_LARGEST_SLACK_S = 0.0005
_ROUNDING_S = 1e-6
_STANDS_STILL = 5
"""A stamp that is repeated so often is no time: some recorders give every frame the same one."""


class PtsClock:
    """Turns presentation time stamps (PTS) into seconds that always grow.

    Normal stamps become seconds since the first picture. A missing one follows the frame before it
    at the mean frame rate, and so does one that stands still; one that is repeated, or goes a little back,
    follows by one tick; one that goes back by more than a second, or on by more than the longest gap, starts
    a new part, which is put behind the old one. So does the first stamp at all, where it comes after frames
    without one.

    Args:
        time_base: Seconds in one tick.
        start: PTS at which the stream says that it starts: it becomes 0. None takes the first one.
        period_s: Usual time between two frames in seconds.
        longest_gap_s: Seconds between two frames beyond which a part is taken to begin.

    Attributes:
        repaired: Number of frames whose time had to be made up.
        last_s: Time of the last frame in seconds, None before the first.
    """

    _last_pts: int | None = None
    _again = 0

    def __init__(
        self,
        time_base: Fraction,
        *,
        start: int | None = None,
        period_s: float = 0.04,
        longest_gap_s: float = math.inf,
    ) -> None:
        self._time_base = time_base
        self._origin = start
        self._period_s = period_s
        self._longest_gap_s = longest_gap_s
        self._stamped = False
        self._tick_s = min(float(time_base), period_s)
        self._shift_s = 0.0
        self.last_s: float | None = None
        self.repaired = 0

    def time_of(self, pts: int | None) -> float:
        """Seconds of the next frame in display order; more than those of the frame before."""
        if self._origin is None and pts is not None:
            before_s = 0.0 if self.last_s is None else self.last_s + self._period_s
            self._origin = pts - round(before_s / self._time_base)
        self._again = self._again + 1 if pts is not None and pts == self._last_pts else 0
        self._last_pts = pts
        time_s = None if pts is None else self._seconds(pts, self._origin or 0)
        if self.last_s is None:
            self.last_s = self._first(time_s)
        elif time_s is not None and 0 < time_s - self.last_s <= self._longest_gap_s:
            self.last_s = time_s
        else:
            self.last_s = self._repair(self.last_s, time_s)
        self._stamped |= pts is not None
        return self.last_s

    def _seconds(self, pts: int, origin: int) -> float:
        # Integers first, one division last: the result is the exact value, correctly rounded.
        ticks = (pts - origin) * self._time_base.numerator
        return ticks / self._time_base.denominator + self._shift_s

    def _first(self, time_s: float | None) -> float:
        if time_s is None:
            self.repaired += 1
            return 0.0
        self._shift_s = max(0.0, -time_s)
        return max(0.0, time_s)

    def _repair(self, last_s: float, time_s: float | None) -> float:
        self.repaired += 1
        if time_s is None or self._again >= _STANDS_STILL:
            return last_s + self._period_s
        if self._stamped and 0 <= last_s - time_s <= JUMP_BACK_S:
            return last_s + self._tick_s
        follows_s = last_s + self._period_s
        self._shift_s += follows_s - time_s
        return follows_s


class FrameSampler:
    """Chooses the first frame at or after each tick of 1/fps seconds, without drift.

    Args:
        fps: Wanted frames a second; None takes every frame.
        time_base: Seconds in one tick of the stream: its times are rounded to it, so a frame may
            stand half of that before its true place.
    """

    def __init__(self, fps: float | None, *, time_base: Fraction = Fraction(0)) -> None:
        self._fps = fps
        self._slack_s = min(float(time_base) / 2, _LARGEST_SLACK_S) + _ROUNDING_S
        self._tick = 0

    def wants(self, time_s: float) -> bool:
        """Whether the frame at this time is chosen; ask once for each frame, in order."""
        if self._fps is None:
            return True
        if (time_s + self._slack_s) * self._fps < self._tick:
            return False
        # The slack only helps: a tick that is not certainly passed stays open for the next frame.
        # Without this, rounded times that waver around the ticks would lose every other frame.
        certain = math.floor((time_s - self._slack_s) * self._fps)
        self._tick = max(self._tick, certain) + 1
        return True


def rate_within(
    max_frames: int, *, fps: float | None, stream_fps: float | None, end_s: float | None
) -> float | None:
    """The sampling rate that keeps a video of known length within ``max_frames``.

    Args:
        max_frames: Most frames to be analysed.
        fps: Wanted frames a second; None wants every frame.
        stream_fps: Frames a second in the stream, if known.
        end_s: Time at which the stream ends in seconds, if known.

    Returns:
        ``fps`` where that is few enough or nothing is known, else a lower rate.
    """
    rates = [rate for rate in (fps, stream_fps) if rate]
    if not rates or not end_s or min(rates) * end_s <= max_frames:
        return fps
    return max_frames / end_s
