"""Faces for tagging, gathered as a job from a video or from photos."""

from dataclasses import dataclass

from fer.dataset.tagging import FaceSample, FaceSampler
from fer.errors import CancelledError, InputError
from fer.photos import PhotoResult, analyze_photos
from fer.pipeline import analyze_video
from fer.settings import Settings
from fer.sources import LoadedImage
from fer.timeline.report import Report
from pages.ui.app import session
from pages.ui.app.jobs import Job
from pages.ui.app.uploads import Upload
from pages.ui.work.analysis import components, job_key
from pages.ui.work.photos import PhotoUploads, unpack

Gathering = tuple[Report, tuple[str, ...]]
"""A report, and what could not be read."""


@dataclass(frozen=True, eq=False)
class FacesToTag:
    """Faces that can be tagged.

    Args:
        samples: In the order in which they were seen.
        n_left_out: Faces that were too small, blurred, dark, cut off or turned away.
        report: Of the whole footage.
        notes: Files that could not be read, one sentence each.
    """

    samples: tuple[FaceSample, ...]
    n_left_out: int
    report: Report
    notes: tuple[str, ...] = ()


def gather_job(source: Upload | PhotoUploads, settings: Settings) -> Job:
    """The gathering of faces: found again, or put in the line.

    Args:
        source: A video, or photos and zip files of photos.
        settings: Of the analysis.
    """
    still = isinstance(source, PhotoUploads)
    settings = settings.replace(fps=None) if still else settings

    def work(job: Job, tools: dict) -> FacesToTag:
        models = components(tools, settings, still=still)
        sampler = FaceSampler(models.emotion.manifest.crop)
        more = {
            "on_progress": lambda progress: setattr(job, "progress", progress),
            "cancel": job.cancel,
            "components": models,
        }
        if isinstance(source, PhotoUploads):
            report, notes = _photos(source, settings, sampler, more)
        else:
            report, notes = _video(source, settings, sampler, more)
        if job.cancel.is_set():
            raise CancelledError("The search for faces was cancelled.")
        if not sampler.samples:
            raise InputError(
                "No face was found that can be tagged: choose a file with larger faces, turned to the camera."
            )
        return FacesToTag(sampler.samples, sampler.n_left_out, report, notes)

    kind = "tag-photos" if still else "tag-video"
    return session.registry().submit(session.owner(), job_key(kind, source.sha256, settings), work)


def _video(clip: Upload, settings: Settings, sampler: FaceSampler, more: dict) -> Gathering:
    report = analyze_video(
        clip.data,
        settings,
        name=clip.name,
        on_frame=lambda frame, seen: sampler.see(frame, seen, still=False),
        **more,
    )
    return report, report.timeline.source.notes


def _photos(batch: PhotoUploads, settings: Settings, sampler: FaceSampler, more: dict) -> Gathering:
    def saw(loaded: LoadedImage, result: PhotoResult) -> None:
        if result.observations is not None:
            sampler.see(loaded.frame, result.observations, still=True)

    items, refused = unpack(batch)
    found = analyze_photos(items, settings, on_photo=saw, **more)
    notes = tuple(f"{one.name}: {one.error}" for one in (*found.failed, *refused))
    return found.report, notes
