"""Making a data set from a zip of labelled photos and clips, as one job."""

import io
import zipfile
from collections.abc import Iterator
from pathlib import PurePosixPath

from fer.config import Settings
from fer.dataset.prepare import Prepared, PrepareSettings, prepare
from fer.errors import CancelledError
from fer.pipeline import Analyzer
from fer.sources.archives import open_archive
from fer.sources.images import MAX_FILE_BYTES
from pages.ui import session
from pages.ui.analysis import components
from pages.ui.jobs import Job
from pages.ui.uploads import Upload

_BROKEN = (zipfile.BadZipFile, EOFError, OSError, NotImplementedError, RuntimeError)


def prepare_job(upload: Upload, settings: PrepareSettings) -> Job:
    """The data set of this zip: found again, or put in the line."""

    def work(job: Job, tools: dict) -> Prepared:
        names = members(upload.data)

        def step(done: int) -> None:
            job.progress = (done / max(len(names), 1), f"{done} of {len(names)} files")
            if job.cancel.is_set():
                raise CancelledError("The preparation was cancelled.")

        analyzer = Analyzer(Settings(), still=True, components=components(tools, Settings(), still=True))
        return prepare(_contents(upload.data), settings, analyzer=analyzer, on_file=step)

    return session.registry().submit(session.owner(), f"prepare:{upload.sha256}:{settings}", work)


def members(data: bytes) -> list[str]:
    """Names of the files in a zip, without helpers of file managers.

    Raises:
        InputError: It is no zip file that can be read.
    """
    with open_archive(io.BytesIO(data)) as archive:
        return [m.filename for m in archive.infolist() if not m.is_dir() and not _is_helper(m.filename)]


def _contents(data: bytes) -> Iterator[tuple[PurePosixPath, bytes]]:
    with open_archive(io.BytesIO(data)) as archive:
        for name in members(data):
            try:
                with archive.open(name) as stream:
                    content = stream.read(MAX_FILE_BYTES + 1)
            except _BROKEN:
                content = b""
            # A name inside a zip is only a label: nothing is ever opened by it.
            yield PurePosixPath(name.replace("\\", "/")), content


def _is_helper(name: str) -> bool:
    parts = PurePosixPath(name.replace("\\", "/")).parts
    return "__MACOSX" in parts or any(part.startswith(".") for part in parts)


def describe(progress: tuple[float, str] | None) -> tuple[float, str]:
    """How far the job is: a share in 0..1 and words."""
    return progress or (0.0, "Getting ready")
