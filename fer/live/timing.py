"""Time in a live session: the stream's clock, how many frames to take, how many were taken."""

from collections import deque

MAX_JUMP_S = 5.0
"""A stream whose own time runs this far ahead of the clock has been started anew."""

SLACK_S = 0.1
"""A pace is kept on average over about this time, so that jitter costs no frames."""

RATE_WINDOW_S = 3.0
RATE_MOST = 256


class SessionClock:
    """Maps the presentation times of a stream to seconds since the first frame; they never run backwards.

    A stream that is stopped and started counts from anywhere: the session's time then goes on by the clock.

    Attributes:
        time_s: Session time of the newest frame.
        lag_s: How much later than the punctual frames of its stream the newest frame came.
    """

    def __init__(self) -> None:
        self.time_s = 0.0
        self.lag_s = 0.0
        self._offset_s = 0.0
        self._last: tuple[float, float] | None = None
        self._least_s = float("inf")

    def place(self, pts_s: float, now_s: float) -> float:
        """Session time of the next frame.

        Args:
            pts_s: Presentation time by the stream.
            now_s: Arrival by the session's clock.
        """
        if self._is_new_stream(pts_s, now_s):
            waited_s = now_s - self._last[1] if self._last else 0.0
            self._offset_s = self.time_s + max(0.0, waited_s) - pts_s
            self._least_s = float("inf")
        self._last = pts_s, now_s
        self._least_s = min(self._least_s, now_s - pts_s)
        self.lag_s = now_s - pts_s - self._least_s
        self.time_s = max(self.time_s, pts_s + self._offset_s)
        return self.time_s

    def _is_new_stream(self, pts_s: float, now_s: float) -> bool:
        if self._last is None:
            return True
        step_s = pts_s - self._last[0]
        return step_s < 0 or step_s > now_s - self._last[1] + MAX_JUMP_S


class Pacer:
    """Decides which frames are worth the processor's time.

    Args:
        max_fps: Most frames a second; None sets no limit.
        busy_share: Share of the time, 0..1, that the analysis may take; slow frames come less often.
    """

    def __init__(self, *, max_fps: float | None, busy_share: float) -> None:
        self._interval_s = 1.0 / max_fps if max_fps else 0.0
        self._busy_share = busy_share
        self._due_s = float("-inf")

    def is_due(self, now_s: float) -> bool:
        """Whether a frame that is there now should be analysed."""
        return now_s >= self._due_s

    def spent(self, started_s: float, took_s: float) -> None:
        """Count one analysis."""
        cost_s = max(self._interval_s, took_s / self._busy_share)
        self._due_s = max(self._due_s, started_s - SLACK_S) + cost_s


class RateMeter:
    """Events a second over the last `RATE_WINDOW_S`."""

    def __init__(self) -> None:
        self._times: deque[float] = deque(maxlen=RATE_MOST)

    def tick(self, now_s: float) -> None:
        """Count one event."""
        self._times.append(now_s)

    def rate(self, now_s: float) -> float:
        """Events a second; 0 when there were fewer than two in the window."""
        while self._times and now_s - self._times[0] > RATE_WINDOW_S:
            self._times.popleft()
        if len(self._times) < 2:
            return 0.0
        span_s = max(self._times[-1] - self._times[0], now_s - self._times[0] - RATE_WINDOW_S / 2)
        return (len(self._times) - 1) / span_s if span_s > 0 else 0.0
