"""Small pictures of the people of a video, each at a good moment; in memory only."""

import io
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from PIL import Image

from fer.draw.hidden import hide_all
from fer.records import Frame, Observations
from fer.timeline.edits import ids_after
from fer.timeline.timeline import Timeline

PORTRAIT_PX = 160
PORTRAIT_MARGIN = 0.25
"""Room around a face's box in its portrait, as a share of the box."""

PORTRAIT_GAIN = 1.2
"""A later view of a face replaces the one before only if it is better by this factor."""

MAX_PORTRAITS = 256
STRETCH_S, MAX_STRETCH_S = 1.0, 4096.0
"""A face has one view in each stretch of time: whoever is split off later has one too."""

JPEG_QUALITY = 88


@dataclass(frozen=True, eq=False)
class Portrait:
    """A view of a face.

    Args:
        face_id: As analysed.
        time_s: When, in seconds.
        score: How good a view it is: large and sure.
        jpeg: The picture.
    """

    face_id: int
    time_s: float
    score: float
    jpeg: bytes


class PortraitCollector:
    """Keeps good views of every face of a stream.

    Example:
        >>> views = PortraitCollector()                                       # doctest: +SKIP
        >>> report = fer.analyze_video("clip.mp4", on_frame=views.on_frame)   # doctest: +SKIP
        >>> pictures = best_portraits(report.timeline, views.found)           # doctest: +SKIP
        >>> html = fer.to_html(report, pictures=pictures)                     # doctest: +SKIP
    """

    def __init__(self) -> None:
        self._stretch_s = STRETCH_S
        self._best: dict[tuple[int, int], Portrait] = {}

    @property
    def found(self) -> tuple[Portrait, ...]:
        """The best view of every face in every stretch of time."""
        return tuple(self._best.values())

    def on_frame(self, frame: Frame, observations: Observations) -> None:
        """Look at one frame."""
        for row in np.flatnonzero(observations.usable):
            self._consider(frame.image, observations, int(row))

    def _consider(self, image: np.ndarray, observations: Observations, row: int) -> None:
        face_id, time_s = int(observations.faces.track_id[row]), observations.timestamp_s
        if face_id < 0:
            return
        left, top, right, bottom = (float(v) for v in observations.faces.detections.xyxy[row])
        score = min(right - left, bottom - top) * (0.5 + float(observations.probs[row].max()))
        place = (face_id, int(time_s // self._stretch_s))
        best = self._best.get(place)
        if best is None or score > PORTRAIT_GAIN * best.score:
            picture = _jpeg(cut_square(image, (left, top, right, bottom)))
            self._best[place] = Portrait(face_id, time_s, score, picture)
            self._thin()

    def _thin(self) -> None:
        """Fewer and longer stretches where there are too many; then the poorest views go."""
        while len(self._best) > MAX_PORTRAITS and self._stretch_s < MAX_STRETCH_S:
            self._stretch_s *= 2
            found, self._best = sorted(self._best.values(), key=lambda p: p.score), {}
            for portrait in found:
                self._best[portrait.face_id, int(portrait.time_s // self._stretch_s)] = portrait
        while len(self._best) > MAX_PORTRAITS:
            del self._best[min(self._best, key=lambda place: self._best[place].score)]


def cut_square(image: np.ndarray, box: tuple[float, float, float, float]) -> np.ndarray:
    """The face with some room around it, as a (`PORTRAIT_PX`, `PORTRAIT_PX`, 3) uint8 picture.

    Args:
        image: (H, W, 3) uint8 RGB.
        box: Left, top, right, bottom in pixels.
    """
    left, top, right, bottom = box
    height, width = image.shape[:2]
    # A square that fits the picture, moved inside it rather than padded.
    half = max(1.0, min((0.5 + PORTRAIT_MARGIN) * max(right - left, bottom - top), width / 2, height / 2))
    x = min(max((left + right) / 2, half), width - half)
    y = min(max((top + bottom) / 2, half), height - half)
    corners = (round(x - half), round(y - half), round(x + half), round(y + half))
    picture = Image.fromarray(image).crop(corners)
    return np.asarray(picture.resize((PORTRAIT_PX, PORTRAIT_PX), Image.Resampling.BILINEAR))


def best_portraits(timeline: Timeline, portraits: Iterable[Portrait]) -> dict[int, bytes]:
    """Face id -> JPEG: the best view of it, of all that belong to it now.

    Args:
        timeline: Under the steps by which people were put right.
        portraits: Of its analysis.
    """
    analyzed, now = timeline.persons.analyzed or timeline, ids_after(timeline)
    time_s, face = analyzed.table["time_s"].to_numpy(np.float64), analyzed.face_of_row
    best: dict[int, Portrait] = {}
    for portrait in portraits:
        first, stop = np.searchsorted(time_s, [portrait.time_s - 1e-6, portrait.time_s + 1e-6])
        rows = np.flatnonzero(face[first:stop] == portrait.face_id) + first
        if not len(rows) or now[rows[0]] < 0:
            continue
        face_id = int(now[rows[0]])
        if face_id not in best or portrait.score > best[face_id].score:
            best[face_id] = portrait
    return {face_id: portrait.jpeg for face_id, portrait in best.items()}


def covered_portrait(jpeg: bytes) -> bytes:
    """A portrait of which only a few pale cells are left."""
    return _jpeg(hide_all(np.asarray(Image.open(io.BytesIO(jpeg)).convert("RGB"))))


def _jpeg(image: np.ndarray) -> bytes:
    out = io.BytesIO()
    Image.fromarray(image).save(out, "JPEG", quality=JPEG_QUALITY)
    return out.getvalue()
