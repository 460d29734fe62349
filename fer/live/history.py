"""What a live session remembers: the last seconds, and a recording that was asked for. No pictures."""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import replace

import numpy as np

from fer.constants import N_LANDMARKS
from fer.live.records import NEVER_S
from fer.records import N_KEYPOINTS, Observations, SourceInfo, Suggestion
from fer.settings import Settings
from fer.text import clock
from fer.timeline.markers import Marker, with_markers
from fer.timeline.timeline import Timeline, TimelineBuilder

MAX_ROWS = 20_000
"""Rows of the history, however many faces there are: about 5 MB."""


def without_meshes(observations: Observations, probs: np.ndarray) -> Observations:
    """The observations with other probabilities and without meshes: about 200 bytes a face.

    Args:
        observations: n faces.
        probs: (n, 7) float32.
    """
    n = len(observations)
    nothing = np.float32(0)
    detections = replace(
        observations.faces.detections, keypoints=np.broadcast_to(nothing, (n, N_KEYPOINTS, 2))
    )
    landmarks = np.broadcast_to(nothing, (n, N_LANDMARKS, 3))  # one number, seen from everywhere
    faces = replace(observations.faces, detections=detections, landmarks=landmarks)
    return replace(observations, faces=faces, probs=probs)


class History:
    """The observations of the last seconds, bounded in time and in rows.

    Args:
        length_s: Seconds that are kept.
    """

    def __init__(self, length_s: float) -> None:
        self.length_s = length_s
        self._moments: deque[Observations] = deque()
        self._rows = 0

    def __len__(self) -> int:
        """Frames that are kept."""
        return len(self._moments)

    def add(self, observations: Observations, smoothed: np.ndarray) -> None:
        """Keep a frame, with its (n, 7) smoothed probabilities, and forget what is too old."""
        self._moments.append(without_meshes(observations, smoothed))
        self._rows += max(1, len(observations))
        oldest_s = observations.timestamp_s - self.length_s
        while self._moments and (self._moments[0].timestamp_s < oldest_s or self._rows > MAX_ROWS):
            self._rows -= max(1, len(self._moments.popleft()))

    def moments(self) -> tuple[Observations, ...]:
        """The frames, oldest first."""
        return tuple(self._moments)

    def clear(self) -> None:
        """Forget everything."""
        self._moments.clear()
        self._rows = 0


class TimelineRecorder:
    """Collects a timeline between start and stop.

    Args:
        max_s: Longest recording in seconds; what comes later is not kept.
    """

    def __init__(self, max_s: float) -> None:
        self.max_s = max_s
        self.full = False
        self._builder: TimelineBuilder | None = None
        self._started_s = 0.0
        self._last_s = NEVER_S
        self._frames = 0

    @property
    def active(self) -> bool:
        """A recording was started and not stopped."""
        return self._builder is not None

    @property
    def recorded_s(self) -> float:
        """Seconds that are recorded, `NEVER_S` while nothing is."""
        if not self.active:
            return NEVER_S
        return max(0.0, self._last_s - self._started_s)

    def start(self, time_s: float) -> None:
        """Begin anew at a session time, in seconds; a recording that runs is dropped."""
        self._builder, self._started_s, self._last_s = TimelineBuilder(), time_s, time_s
        self._frames, self.full = 0, False

    def add(self, observations: Observations) -> None:
        """Record a frame, times counted from the start of the recording."""
        if self._builder is None or observations.timestamp_s < self._started_s:
            return
        time_s = observations.timestamp_s - self._started_s
        self.full = self.full or time_s > self.max_s
        if not self.full:
            self._builder.add(replace(observations, timestamp_s=time_s))
            self._last_s = observations.timestamp_s
            self._frames += 1

    def stop(
        self,
        name: str,
        settings: Settings,
        markers: tuple[Marker, ...] = (),
        suggestions: tuple[Suggestion, ...] = (),
    ) -> Timeline:
        """The timeline of what was recorded; with the markers that lie in it.

        Args:
            name: Label of the source.
            settings: What it was analysed with.
            markers: All markers of the session.
            suggestions: All of the session; those whose gap lies in the recording stay.
        """
        builder = self._builder or TimelineBuilder()
        length_s = max(0.0, self._last_s - self._started_s)
        ended = f"The recording ended at its longest time, {clock(self.max_s)}."
        source = SourceInfo(
            name,
            "live",
            duration_s=length_s,
            frames_decoded=self._frames,
            partial=self.full,
            notes=(ended,) if self.full else (),
        )
        self._builder, self.full = None, False
        inside = tuple(
            replace(s, left_s=s.left_s - self._started_s, came_s=s.came_s - self._started_s)
            for s in suggestions
            if self._started_s <= s.left_s and s.came_s <= self._last_s
        )
        timeline = replace(builder.build(source, settings), suggestions=inside)
        return with_markers(timeline, _within(markers, self._started_s, self._last_s))


def _within(markers: Iterable[Marker], start_s: float, end_s: float) -> Iterator[Marker]:
    """What of the markers lies in a recording, in its time.

    The newest frame is still being read when a recording ends: an event of that moment stands at the last.
    """
    for marker in markers:
        first, last = max(marker.start_s, start_s), min(marker.end_s, end_s)
        if marker.kind == "event" and marker.start_s >= start_s:
            first = last
        if first < last or (first == last and marker.kind == "event"):
            yield replace(marker, start_s=first - start_s, end_s=last - start_s)
