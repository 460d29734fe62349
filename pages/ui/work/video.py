"""A video's analysis as a job: the report, and views of every face."""

import time
from dataclasses import dataclass

import numpy as np
from PIL import Image

from fer.draw.annotate import draw
from fer.pipeline import analyze_video
from fer.records import Frame, Observations
from fer.settings import Settings
from fer.timeline.report import Report
from pages.ui.app import session
from pages.ui.app.jobs import Job
from pages.ui.app.uploads import Upload
from pages.ui.work.analysis import components, job_key, jpeg

PREVIEW_EVERY_S = 1.0
PREVIEW_WIDTH = 640
PORTRAIT_PX = 160
PORTRAIT_MARGIN = 0.25
"""Room around a face's box in its portrait, as a share of the box."""
PORTRAIT_GAIN = 1.2
"""A later view of a face replaces the one before only if it is better by this factor."""
MAX_PORTRAITS = 256
STRETCH_S, MAX_STRETCH_S = 1.0, 4096.0
"""A face has one view in each stretch of time: whoever is split off later has one too."""


@dataclass(frozen=True, eq=False)
class Portrait:
    """A view of a face; in memory only, like the upload.

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


@dataclass(frozen=True, eq=False)
class VideoResult:
    """A finished video analysis.

    Args:
        report: The library's report, made with the settings at the start.
        portraits: Views of the faces.
    """

    report: Report
    portraits: tuple[Portrait, ...]


def video_job(clip: Upload, settings: Settings) -> Job:
    """The analysis of this clip: found again, or put in the line."""

    def work(job: Job, tools: dict) -> VideoResult:
        models = components(tools, settings)
        observer = FrameObserver(job)
        report = analyze_video(
            clip.data,
            settings,
            name=clip.name,
            on_progress=lambda progress: setattr(job, "progress", progress),
            on_frame=observer.on_frame,
            cancel=job.cancel,
            components=models,
        )
        return VideoResult(report, observer.portraits())

    return session.registry().submit(session.owner(), job_key("video", clip.sha256, settings), work)


class FrameObserver:
    """Sees every analysed frame: shows one now and then, and keeps good views of every face.

    Args:
        job: Gets the preview.
    """

    def __init__(self, job: Job) -> None:
        self._job = job
        self._shown = float("-inf")
        self._stretch_s = STRETCH_S
        self._best: dict[tuple[int, int], Portrait] = {}

    def on_frame(self, frame: Frame, observations: Observations) -> None:
        """Look at one frame."""
        now = time.monotonic()
        if now - self._shown >= PREVIEW_EVERY_S:
            self._shown = now
            boxed = draw(frame.image, observations)
            self._job.preview = jpeg(boxed, width=PREVIEW_WIDTH)
        for row in np.flatnonzero(observations.usable):
            self._consider(frame.image, observations, row)

    def portraits(self) -> tuple[Portrait, ...]:
        """The best view of every face in every stretch of time."""
        return tuple(self._best.values())

    def _consider(self, image: np.ndarray, observations: Observations, row: int) -> None:
        face_id, time_s = int(observations.faces.track_id[row]), observations.timestamp_s
        if face_id < 0:
            return
        left, top, right, bottom = (float(v) for v in observations.faces.detections.xyxy[row])
        score = min(right - left, bottom - top) * (0.5 + float(observations.probs[row].max()))
        place = (face_id, int(time_s // self._stretch_s))
        best = self._best.get(place)
        if best is None or score > PORTRAIT_GAIN * best.score:
            picture = jpeg(cut_square(image, (left, top, right, bottom)))
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
    corners = tuple(round(v) for v in (x - half, y - half, x + half, y + half))
    picture = Image.fromarray(image).crop(corners)
    return np.asarray(picture.resize((PORTRAIT_PX, PORTRAIT_PX), Image.Resampling.BILINEAR))
