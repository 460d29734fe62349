"""Many photos as one job: results, and a small picture of each with its faces marked."""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial

from fer.draw.annotate import draw
from fer.draw.covers import Cover
from fer.draw.photo_covers import PhotoHider, hidden_photo
from fer.errors import CancelledError, InputError, TooLargeInputError, UnsupportedInputError
from fer.photos import PhotoResult, analyze_photos
from fer.records import GivenFile
from fer.settings import Settings
from fer.sources import LoadedImage, read_image, sniff
from fer.sources.finding import zip_files
from fer.text import count
from fer.timeline.report import Report, with_given
from pages.ui.app import session
from pages.ui.app.jobs import Job
from pages.ui.app.uploads import MEGABYTE, PHOTOS_TOTAL_MB, Upload
from pages.ui.work.analysis import components, job_key, jpeg

THUMB_WIDTH = 640
LARGE_WIDTH = 1600
MAX_PHOTOS = 500
TOO_MANY = f"Only {MAX_PHOTOS} photos and {PHOTOS_TOTAL_MB} MB are read at once: give the others separately."
A_VIDEO = "This is a video: give it on the Video page."


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
        hiding: How the faces are hidden in all pictures; None: they are shown.
    """

    report: Report
    results: tuple[PhotoResult, ...]
    contents: tuple[bytes, ...]
    unsure_below: float
    thumbs: dict[int, bytes] = field(default_factory=dict)
    hiding: "Hiding | None" = None

    def hidden(self, hiding: "Hiding") -> "PhotosResult":
        """The same photos with their faces hidden in every picture that is shown or saved."""
        return replace(self, hiding=hiding, thumbs={})

    def read_with(self, unsure_below: float) -> "PhotosResult":
        """The same photos under another threshold of "unsure"; thumbnails are drawn when they are shown."""
        if unsure_below == self.unsure_below:
            return self
        results = tuple(
            replace(one, observations=one.observations and one.observations.with_unsure_below(unsure_below))
            for one in self.results
        )
        return replace(self, results=results, unsure_below=unsure_below, thumbs={})

    def picture(
        self, place: int, *, width: int | None = LARGE_WIDTH, people: Mapping[int, str] | None = None
    ) -> bytes:
        """The photo with its faces marked, as JPEG of at most `width` pixels.

        Args:
            place: In `results`.
            width: None: as it came.
            people: Id of each face that is a person -> its name, empty where none was given; others get no
                mark. None: everybody, by number.

        Raises:
            InputError: The file cannot be read.
        """
        one = self.results[place]
        image, seen = read_image(self.contents[place], name=one.name).frame.image, one.observations
        if self.hiding is not None:
            image = hidden_photo(image, self.hiding.covers[place], self.hiding.mode, seen)
        marks = {}
        if people is not None:
            ids = seen.faces.track_id.tolist()
            marks = {"names": people, "without": [k for k in ids if k not in people]}
        return jpeg(draw(image, seen, **marks), width=width)

    def thumb(self, place: int, people: Mapping[int, str] | None = None) -> bytes:
        """The small picture for the gallery; see `picture`."""
        seen = self.results[place].observations
        plain = people is None or (not any(people.values()) and len(people) == len(seen))
        kept = self.thumbs.get(place) if plain else None
        return kept or self.picture(place, width=THUMB_WIDTH, people=people)


@dataclass(frozen=True, eq=False)
class Hiding:
    """What is hidden in the photos of a batch.

    Args:
        mode: ``"blur"`` or ``"mesh"``.
        covers: Place in `PhotosResult.results` -> what is hidden there.
        found_clear: Faces that were still clear at a second look and are covered now.
    """

    mode: str
    covers: dict[int, Cover]
    found_clear: int

    @property
    def whole(self) -> int:
        """Photos that are hidden as a whole."""
        return sum(cover.whole for cover in self.covers.values())


def hiding_job(batch: PhotoUploads, result: PhotosResult, mode: str) -> Job:
    """The search for whatever has to be hidden: found again, or put in the line."""
    settings = result.report.settings.replace(fps=None)

    def work(job: Job, tools: dict) -> Hiding:
        hider = PhotoHider(settings, mode)
        places = [place for place, one in enumerate(result.results) if one.observations is not None]
        covers, found = {}, 0
        for done, place in enumerate(places):
            if job.cancel.is_set():
                raise CancelledError("The hiding was cancelled.")
            job.progress = (done / len(places), f"{done} of {count(len(places), 'photo')}")
            one = result.results[place]
            image = read_image(result.contents[place], name=one.name).frame.image
            covers[place], clear = hider.cover(image, one.observations)
            found += clear
        return Hiding(mode, covers, found)

    return session.registry().submit(session.owner(), job_key(f"hide-{mode}", batch.sha256, settings), work)


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
        given = (*found.report.timeline.source.given, *(one.fate for one in refused))
        return PhotosResult(
            report=with_given(found.report, given),
            results=(*found.results, *refused),
            contents=(*(content for _, content in items[: len(found.results)]), *(b"" for _ in refused)),
            unsure_below=found.report.timeline.unsure_below,
            thumbs=dict(zip(readable, thumbs, strict=True)),
        )

    return session.registry().submit(session.owner(), job_key("photos", batch.sha256, settings), work)


def unpack(batch: PhotoUploads) -> tuple[list[tuple[str, bytes]], list[PhotoResult]]:
    """Photos as they are, zip files as the photos in them.

    Returns:
        items: (label, content) of every photo, at most `MAX_PHOTOS` within the memory of one session.
        refused: One for every file that gave none.
    """
    items: list[tuple[str, bytes]] = []
    refused: list[PhotoResult] = []
    room = PHOTOS_TOTAL_MB * MEGABYTE
    for name, content in _contents(batch, refused):
        if len(items) >= MAX_PHOTOS or room <= 0:
            refused.append(PhotoResult(name, None, error=TOO_MANY, error_code=TooLargeInputError.code))
            continue
        try:
            data = content()
        except InputError as error:
            refused.append(PhotoResult(name, None, error=error.message, error_code=error.code))
            continue
        room -= len(data)
        if room < 0:
            refused.append(PhotoResult(name, None, error=TOO_MANY, error_code=TooLargeInputError.code))
        else:
            items.append((name, data))
    return items, refused


def _contents(batch: PhotoUploads, refused: list[PhotoResult]) -> Iterator[tuple[str, Callable[[], bytes]]]:
    """(label, what gives its bytes) of every photo; whatever else there is goes to ``refused``."""
    for upload in batch.uploads:
        if sniff(upload.data) != "zip":
            yield upload.name, partial(getattr, upload, "data")
            continue
        try:
            for one in zip_files(upload.data):
                if isinstance(one, GivenFile):
                    refused.append(PhotoResult(one.name, None, error=one.reason, error_code=one.code))
                elif one.kind == "image":
                    yield one.label, one.member.content
                else:
                    code = UnsupportedInputError.code
                    refused.append(PhotoResult(one.label, None, error=A_VIDEO, error_code=code))
        except InputError as error:
            refused.append(PhotoResult(upload.name, None, error=error.message, error_code=error.code))
