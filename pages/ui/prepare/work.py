"""Making a data set from a zip of labelled photos and clips, as one job."""

import zipfile
from collections.abc import Iterator
from pathlib import PurePosixPath

from fer.dataset.prepare import Prepared, PrepareSettings, prepare
from fer.dataset.readers.zipped import members_of, read_member
from fer.errors import CancelledError
from fer.pipeline import Analyzer
from fer.settings import Settings
from fer.sources.archives import is_hidden, member_name, open_archive
from fer.sources.opening import open_binary, safe_name
from pages.ui.app import session
from pages.ui.app.jobs import Job
from pages.ui.app.uploads import Upload
from pages.ui.work.analysis import components


def prepare_job(upload: Upload, settings: PrepareSettings) -> Job:
    """The data set of this zip: found again, or put in the line."""

    def work(job: Job, tools: dict) -> Prepared:
        names = members(upload)

        def step(done: int) -> None:
            job.progress = (done / max(len(names), 1), f"{done} of {len(names)} files")
            if job.cancel.is_set():
                raise CancelledError("The preparation was cancelled.")

        analyzer = Analyzer(Settings(), still=True, components=components(tools, Settings(), still=True))
        return prepare(_contents(upload), settings, analyzer=analyzer, on_file=step)

    return session.registry().submit(session.owner(), f"prepare:{upload.sha256}:{settings}", work)


def members(upload: Upload) -> list[zipfile.ZipInfo]:
    """The files in a zip, without helpers of file managers.

    Raises:
        InputError: It is no zip file that can be read, or its names lead out of it.
    """
    with open_archive(open_binary(upload.data)) as archive:
        found = members_of(archive, safe_name(upload.name))
    return [member for member in found if not is_hidden(member_name(member))]


def _contents(upload: Upload) -> Iterator[tuple[PurePosixPath, bytes]]:
    with open_archive(open_binary(upload.data)) as archive:
        for member in members(upload):
            yield member_name(member), read_member(archive, member)


def describe(progress: tuple[float, str] | None) -> tuple[float, str]:
    """How far the job is: a share in 0..1 and words."""
    return progress or (0.0, "Getting ready")
