"""A video's analysis as a job: the report, and views of every face."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from fer.draw.annotate import draw
from fer.draw.portraits import Portrait, PortraitCollector
from fer.pipeline import analyze_video
from fer.records import Frame, Observations
from fer.settings import Settings
from fer.timeline.report import Report
from pages.ui.app import session
from pages.ui.app.jobs import Job
from pages.ui.app.uploads import Upload
from pages.ui.work.analysis import components, job_key, jpeg

NOBODY_YET = "nobody yet"
"""Owner of what the server analyses ahead."""
PREVIEW_EVERY_S = 1.0
PREVIEW_WIDTH = 640


@dataclass(frozen=True, eq=False)
class VideoResult:
    """A finished video analysis.

    Args:
        report: The library's report, made with the settings at the start.
        portraits: Views of the faces.
    """

    report: Report
    portraits: tuple[Portrait, ...]


def analyze_ahead(clip: Upload, settings: Settings) -> Job | None:
    """Analyse a clip that nobody has asked for yet: whoever does so first takes it over.

    Returns:
        None where somebody's work is being done: it comes first.
    """
    if session.registry().is_busy():
        return None
    return session.registry().submit(NOBODY_YET, _key(clip, settings), video_work(clip, settings))


def video_job(clip: Upload, settings: Settings) -> Job:
    """The analysis of this clip: found again, taken over, or put in the line."""
    key, owner = _key(clip, settings), session.owner()
    ahead = session.registry().take_over(owner, key, of=NOBODY_YET)
    return ahead or session.registry().submit(owner, key, video_work(clip, settings))


def _key(clip: Upload, settings: Settings) -> str:
    return job_key("video", clip.sha256, settings)


def video_work(clip: Upload, settings: Settings) -> Callable[[Job, dict], VideoResult]:
    """What is done in a worker thread to analyse this clip."""

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

    return work


class FrameObserver:
    """Sees every analysed frame: shows one now and then, and keeps good views of every face.

    Args:
        job: Gets the preview.
    """

    def __init__(self, job: Job) -> None:
        self._job = job
        self._shown = float("-inf")
        self._views = PortraitCollector()

    def on_frame(self, frame: Frame, observations: Observations) -> None:
        """Look at one frame."""
        now = time.monotonic()
        if now - self._shown >= PREVIEW_EVERY_S:
            self._shown = now
            boxed = draw(frame.image, observations)
            self._job.preview = jpeg(boxed, width=PREVIEW_WIDTH)
        self._views.on_frame(frame, observations)

    def portraits(self) -> tuple[Portrait, ...]:
        """The best view of every face in every stretch of time."""
        return self._views.found
