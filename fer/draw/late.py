"""Hiding faces in a stream that has no end yet: pictures are given out late, when what follows is known.

The pictures wait in a buffer of bounded time and memory. A file does not need this: there all frames are seen
before the first is written (`fer.draw.video_copy`).
"""

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from fer.draw.annotate import draw
from fer.draw.covers import LINGER_S, Cover, Sighting, merged, plan
from fer.draw.hidden import TRUSTED_PRESENCE, hide_all, hide_boxes
from fer.draw.video_writer import VideoWriter
from fer.faces.cuts import CutDetector
from fer.faces.detectors.sensitive import sensitive_detector
from fer.records import Frame, Observations
from fer.settings import Settings

DELAY_S = LINGER_S
"""A picture waits so long: what appears by then is covered back to it."""

AT_ONCE_S = 0.2
"""So much is given out together: planning costs more than a picture."""

MEMORY_S = 3.0
"""Sightings are remembered so long; their pictures are gone."""

MAX_BYTES = 192 * 1024 * 1024
"""Pictures that wait at most: 3.5 s at 1280 x 720 and 20 a second; larger ones wait for a shorter time."""


@dataclass(frozen=True, eq=False)
class _Waiting:
    """A picture and what was read from it."""

    frame: Frame
    observations: Observations
    meshes: np.ndarray


class LateHider:
    """Covers faces in the pictures of a stream.

    Args:
        settings: `detector` and `detector_path` are read: it looks at every picture.
        mode: ``"blur"`` or ``"mesh"``.
        max_bytes: Of the pictures that wait.

    Example:
        >>> for late, seen, hidden in hider.push(frame, observations):   # doctest: +SKIP
        ...     writer.write(draw(hidden, seen), late.timestamp_s)
    """

    def __init__(self, settings: Settings, mode: str, *, max_bytes: int = MAX_BYTES) -> None:
        self._detector = sensitive_detector(settings.detector, settings.detector_path)
        self._mode, self._max_bytes = mode, max_bytes
        self._cuts = CutDetector()
        self._sightings: deque[Sighting] = deque()
        self._waiting: deque[_Waiting] = deque()
        self._bytes = 0

    def push(
        self, frame: Frame, observations: Observations
    ) -> Iterator[tuple[Frame, Observations, np.ndarray]]:
        """Take a picture; give out those that have waited long enough, their faces hidden."""
        if self._waiting and self._waiting[-1].frame.image.shape != frame.image.shape:
            yield from self.flush()
            self._sightings.clear()
        self._sightings.append(self._sighting(frame, observations))
        faces = observations.faces
        trusted = (faces.presence >= TRUSTED_PRESENCE) & np.isfinite(faces.landmarks).all((1, 2))
        self._waiting.append(_Waiting(frame, observations, faces.landmarks[trusted, :, :2]))
        self._bytes += frame.image.nbytes
        first_s = self._waiting[0].frame.timestamp_s
        if self._bytes > self._max_bytes or frame.timestamp_s - first_s > DELAY_S + AT_ONCE_S:
            yield from self._give_out(frame.timestamp_s - DELAY_S)

    def flush(self) -> Iterator[tuple[Frame, Observations, np.ndarray]]:
        """Give out the rest: the stream has ended."""
        yield from self._give_out(np.inf)

    def _sighting(self, frame: Frame, observations: Observations) -> Sighting:
        found, believed = self._detector.find(frame.image)
        known = np.concatenate([observations.faces.detections.xyxy, observations.unread]).astype(float)
        boxes = np.concatenate([found.xyxy.astype(float), known])
        boxes, believed = merged(boxes, np.r_[believed, np.ones(len(known), bool)])
        is_cut = self._cuts.is_cut(frame.image, frame.timestamp_s) and bool(self._sightings)
        return Sighting(frame.timestamp_s, boxes, believed, is_cut)

    def _give_out(self, until_s: float) -> Iterator[tuple[Frame, Observations, np.ndarray]]:
        if not self._waiting:
            return
        image = self._waiting[0].frame.image
        covers = plan(list(self._sightings), (image.shape[1], image.shape[0]))
        place = len(self._sightings) - len(self._waiting)
        while self._waiting:
            head = self._waiting[0]
            if head.frame.timestamp_s > until_s and self._bytes <= self._max_bytes:
                break
            self._waiting.popleft()
            self._bytes -= head.frame.image.nbytes
            yield head.frame, head.observations, self._hidden(head, covers[place])
            place += 1
        self._forget()

    def _hidden(self, one: _Waiting, cover: Cover) -> np.ndarray:
        if cover.whole:
            return hide_all(one.frame.image)
        return hide_boxes(one.frame.image, cover.boxes, self._mode, meshes=one.meshes)

    def _forget(self) -> None:
        """Drop sightings that no waiting picture can need."""
        oldest_s = self._waiting[0].frame.timestamp_s if self._waiting else np.inf
        spare = len(self._sightings) - len(self._waiting)
        while spare > 0 and self._sightings[0].time_s < oldest_s - MEMORY_S:
            self._sightings.popleft()
            spare -= 1


@contextmanager
def live_copy(
    path: str | Path, settings: Settings, *, mode: str = "none", force: bool = False
) -> Iterator[Callable[[Frame, Observations], None]]:
    """Open a video of a live session, its readings drawn in, and give the function to pass as ``on_frame``.

    Args:
        path: Where the .mp4 goes; whole or not there.
        settings: See `LateHider`.
        mode: One of `HIDE_MODES`.
        force: Replace a file that exists.

    Raises:
        OutputError: It cannot be written.
    """
    hider = None if mode == "none" else LateHider(settings, mode)
    with VideoWriter(path, force=force) as writer:

        def _on_frame(frame: Frame, observations: Observations) -> None:
            if hider is None:
                writer.write(draw(frame.image, observations), frame.timestamp_s)
                return
            for late, seen, hidden in hider.push(frame, observations):
                writer.write(draw(hidden, seen), late.timestamp_s)

        yield _on_frame
        if hider is not None:
            for late, seen, hidden in hider.flush():
                writer.write(draw(hidden, seen), late.timestamp_s)
