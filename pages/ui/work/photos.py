"""Many photos as one job: results, and a small picture of each with its faces marked."""

import hashlib
from dataclasses import dataclass, field, replace
from itertools import islice

from fer.draw.annotate import draw
from fer.errors import InputError
from fer.photos import PhotoResult, analyze_photos
from fer.settings import Settings
from fer.sources import LoadedImage, read_image, read_zip, sniff
from fer.timeline.report import Report
from pages.ui.app import session
from pages.ui.app.jobs import Job
from pages.ui.app.uploads import MEGABYTE, PHOTOS_TOTAL_MB, Upload
from pages.ui.work.analysis import components, job_key, jpeg

THUMB_WIDTH = 640
LARGE_WIDTH = 1600
MAX_PHOTOS = 500


@dataclass(frozen=True, eq=False)
class PhotoUploads:
    """Files that were given together.

    Args:
        uploads: Photos and zip files of photos.
    """

    uploads: tuple[Upload, ...]

    @property
    def sha256(self) -> str:
        """Hash of the contents in their order."""
        return hashlib.sha256("".join(upload.sha256 for upload in self.uploads).encode()).hexdigest()


@dataclass(frozen=True, eq=False)
class PhotosResult:
    """Finished photos.

    Args:
        report: Timeline and summary of all readable photos.
        results: One for every photo and one for every file that gave none.
        contents: For each of `results` the file's bytes; empty where there are none.
        unsure_below: The threshold that they are read with.
        thumbs: Place in `results` -> JPEG with boxes.
    """

    report: Report
    results: tuple[PhotoResult, ...]
    contents: tuple[bytes, ...]
    unsure_below: float
    thumbs: dict[int, bytes] = field(default_factory=dict)

    def read_with(self, unsure_below: float) -> "PhotosResult":
        """The same photos under another threshold of "unsure"; thumbnails are drawn when they are shown."""
        if unsure_below == self.unsure_below:
            return self
        results = tuple(
            replace(one, observations=one.observations and one.observations.with_unsure_below(unsure_below))
            for one in self.results
        )
        return replace(self, results=results, unsure_below=unsure_below, thumbs={})

    def picture(self, place: int, *, width: int | None = LARGE_WIDTH) -> bytes:
        """The photo with its faces marked, as JPEG of at most `width` pixels.

        Raises:
            InputError: The file cannot be read.
        """
        loaded = read_image(self.contents[place], name=self.results[place].name)
        return jpeg(draw(loaded.frame.image, self.results[place].observations), width=width)

    def thumb(self, place: int) -> bytes:
        """The small picture for the gallery."""
        return self.thumbs.get(place) or self.picture(place, width=THUMB_WIDTH)


def photos_job(batch: PhotoUploads, settings: Settings) -> Job:
    """The analysis of these photos: found again, or put in the line."""
    # The rate means nothing here: changing it for a video must not read the photos again.
    settings = settings.replace(fps=None)

    def work(job: Job, tools: dict) -> PhotosResult:
        models = components(tools, settings, still=True)
        items, refused = unpack(batch)
        thumbs: list[bytes] = []

        def show(loaded: LoadedImage, result: PhotoResult) -> None:
            boxed = draw(loaded.frame.image, result.observations)
            job.preview = jpeg(boxed, width=THUMB_WIDTH)
            thumbs.append(job.preview)

        found = analyze_photos(
            items,
            settings,
            on_progress=lambda progress: setattr(job, "progress", progress),
            on_photo=show,
            cancel=job.cancel,
            components=models,
        )
        # Readable photos were shown in their order.
        readable = [place for place, result in enumerate(found.results) if result.observations is not None]
        return PhotosResult(
            report=found.report,
            results=(*found.results, *refused),
            contents=(*(content for _, content in items[: len(found.results)]), *(b"" for _ in refused)),
            unsure_below=found.report.timeline.unsure_below,
            thumbs=dict(zip(readable, thumbs, strict=True)),
        )

    return session.registry().submit(session.owner(), job_key("photos", batch.sha256, settings), work)


def unpack(batch: PhotoUploads) -> tuple[list[tuple[str, bytes]], list[PhotoResult]]:
    """Photos as they are, zip files as the photos in them.

    Returns:
        items: (label, content) of every photo, at most `MAX_PHOTOS`.
        refused: One for every file that gave none, and one if some were left out.
    """
    items: list[tuple[str, bytes]] = []
    refused: list[PhotoResult] = []
    for upload in batch.uploads:
        try:
            items.extend(_members(upload))
        except InputError as error:
            refused.append(PhotoResult(upload.name, None, error=error.message, error_code=error.code))
    kept = _within_limits(items)
    if len(kept) < len(items):
        text = f"Only the first {len(kept)} of {len(items)} photos were read: give the others separately."
        refused.append(PhotoResult("The other photos", None, error=text, error_code="input_too_large"))
    return kept, refused


def _members(upload: Upload) -> list[tuple[str, bytes]]:
    if sniff(upload.data) == "zip":
        return list(islice(read_zip(upload.data), MAX_PHOTOS + 1))
    return [(upload.name, upload.data)]


def _within_limits(items: list[tuple[str, bytes]]) -> list[tuple[str, bytes]]:
    """The first photos that fit into the memory of one session."""
    room = PHOTOS_TOTAL_MB * MEGABYTE
    kept = []
    for name, content in items[:MAX_PHOTOS]:
        room -= len(content)
        if room < 0:
            break
        kept.append((name, content))
    return kept
