"""Many photos: each one read on its own, a bad file costs its own row only."""

import os
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence, Sized
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from fer.errors import InputError
from fer.given import BYTES, path_of
from fer.pipeline import AnalysisProgress, Analyzer, Components
from fer.records import Frame, GivenFile, Observations, SourceInfo
from fer.settings import Settings, settings_or_default
from fer.sources import LoadedImage, hash_source, read_image
from fer.sources.finding import kind_by_name
from fer.text import count
from fer.timeline.report import Report, make_report
from fer.timeline.timeline import TimelineBuilder

Content = bytes | str | Path | Callable[[], bytes | Path]
"""What a photo is read from."""


@dataclass(frozen=True, eq=False)
class PhotoResult:
    """What one photo gave. The picture itself is not kept.

    Args:
        name: Label of the file.
        observations: Its faces; None if it could not be read.
        width: Width of the upright picture in pixels.
        height: Height of the upright picture in pixels.
        notes: What the user should know.
        error: Why it could not be read, in one sentence; empty if it could.
        error_code: Code of that error; empty for what is no picture and was passed over.
        partial: The file holds more pictures; a note says which was read.
        sha256: Hash of its content; empty if it could not be read.
    """

    name: str
    observations: Observations | None
    width: int = 0
    height: int = 0
    notes: tuple[str, ...] = ()
    error: str = ""
    error_code: str = ""
    partial: bool = False
    sha256: str = ""

    @property
    def fate(self) -> GivenFile:
        """What became of the file."""
        if self.error:
            fate = "refused" if self.error_code else "passed_over"
            return GivenFile(self.name, kind_by_name(self.name), fate, self.error, self.error_code)
        if self.partial:
            return GivenFile(self.name, "image", "read_in_part", " ".join(self.notes))
        return GivenFile(self.name, "image", "read")


@dataclass(frozen=True, eq=False)
class PhotoBatch:
    """The results of many photos, in the order in which they came.

    Args:
        results: One for every file.
        report: Timeline and summary over all readable photos.
    """

    results: tuple[PhotoResult, ...]
    report: Report

    @property
    def failed(self) -> tuple[PhotoResult, ...]:
        """The files that could not be read."""
        return tuple(r for r in self.results if r.error)


def analyze_photo(loaded: LoadedImage, analyzer: Analyzer) -> PhotoResult:
    """Read one photo.

    Args:
        loaded: The decoded photo.
        analyzer: Made with ``still=True``.
    """
    return _photo_result(loaded, analyzer.analyze(loaded.frame))


def _photo_result(loaded: LoadedImage, observations: Observations) -> PhotoResult:
    """A photo's faces, and what the user should know."""
    notes = loaded.notes
    if observations.left_out:
        found = len(observations) + observations.left_out
        notes = (*notes, f"{found} faces were found; the {len(observations)} largest were read.")
    size = (loaded.frame.width, loaded.frame.height)
    return PhotoResult(loaded.frame.source, observations, *size, notes, partial=loaded.partial)


def analyze_photos(
    items: Iterable[tuple[str, Content]],
    settings: Settings | None = None,
    *,
    on_progress: Callable[[AnalysisProgress], None] | None = None,
    on_photo: Callable[[LoadedImage, PhotoResult], None] | None = None,
    cancel: threading.Event | None = None,
    components: Components | None = None,
    side_by_side: bool = True,
) -> PhotoBatch:
    """Read photos one after the other; memory holds a few at a time.

    Args:
        items: (label, content) of each; may be a generator. A content is bytes, a path, or a function
            that gives one of them when the photo's turn has come.
        settings: What to do; `fps` and smoothing mean nothing here.
        on_progress: Called after every photo; ``done_s`` counts photos.
        on_photo: Called with every decoded photo and its result, for annotated copies.
        cancel: Set it to stop; the photos read so far are returned.
        components: Models made for stills; loaded if not given.
        side_by_side: See `Analyzer.stream`.

    Raises:
        ModelError: A model cannot be used.
    """
    settings = settings_or_default(settings)
    analyzer = Analyzer(settings, still=True, components=components)
    total = len(items) if isinstance(items, Sized) else None
    builder, results = TimelineBuilder(), []
    started = time.monotonic()

    def _add(result: PhotoResult) -> None:
        results.append(result)
        if on_progress:
            on_progress(AnalysisProgress(len(results), total, len(results), time.monotonic() - started))

    opened: deque[_Opened] = deque()
    with closing(analyzer.stream(_frames(items, opened), side_by_side=side_by_side)) as stream:
        for _, observations in stream:
            while (photo := opened.popleft()).loaded is None:
                _add(photo.refused())
            result = replace(_photo_result(photo.loaded, observations), sha256=photo.sha256)
            if on_photo:
                on_photo(photo.loaded, result)
            builder.add(replace(observations, frame_index=len(results)), label=result.name)
            _add(result)
            if cancel is not None and cancel.is_set():
                break
        else:
            for photo in opened:  # those after the last readable one
                _add(photo.refused())
    info = photos_info(results, cancelled=cancel is not None and cancel.is_set())
    timeline = builder.build(info, analyzer.settings)
    return PhotoBatch(tuple(results), make_report(timeline, model=analyzer.model_info))


def analyze_images(
    sources: Iterable[bytes | str | Path | tuple[str, bytes | str | Path]], settings: Settings | None = None
) -> Report:
    """Read photos; a file that cannot be read is named in ``report.timeline.source.given``.

    Args:
        sources: Paths, bytes, or (label, path or bytes) of each; may be a generator.
        settings: What to do.

    Raises:
        ModelError: A model cannot be used.
        TypeError: It is no list, or one of it is neither a path nor bytes.

    Example:
        >>> fer.analyze_images(["a.jpg", "b.png"]).summary.faces          # doctest: +SKIP
    """
    if isinstance(sources, str | os.PathLike | BYTES | np.ndarray) or not isinstance(sources, Iterable):
        got = type(sources).__name__
        raise TypeError(f"analyze_images(sources): wanted a list of pictures, got {got}: give [picture].")
    items = (_labeled(source, number) for number, source in enumerate(sources, 1))
    return analyze_photos(items, settings).report


def analyze_image(source: bytes | str | Path, settings: Settings | None = None) -> Observations:
    """Read the faces of one picture, numbered from left to right.

    For many pictures use `analyze_images` or one `fer.Analyzer(still=True)`: here models are loaded anew.

    Args:
        source: Path or bytes of a picture.
        settings: What to do.

    Raises:
        InputError: It cannot be read.
        ModelError: A model cannot be used.
    """
    return Analyzer(settings, still=True).analyze(read_image(source).frame)


def _labeled(
    source: bytes | str | Path | tuple[str, bytes | str | Path], number: int
) -> tuple[str, bytes | str | Path]:
    """(label, content) of what a caller gave; bytes are numbered."""
    if isinstance(source, tuple):
        return source
    return (f"photo {number}" if isinstance(source, BYTES) else Path(path_of(source)).name), source


@dataclass(frozen=True, eq=False)
class _Opened:
    """A file on its way.

    Args:
        name: Label of the file.
        loaded: The decoded photo; None if it could not be read.
        sha256: Hash of its content.
        error: Why it could not be read.
    """

    name: str
    loaded: LoadedImage | None
    sha256: str = ""
    error: InputError | None = None

    def refused(self) -> PhotoResult:
        """The result of a file that could not be read."""
        message, code = (self.error.message, self.error.code) if self.error else ("", "")
        return PhotoResult(self.name, None, error=message, error_code=code)


def _frames(items: Iterable[tuple[str, Content]], opened: deque[_Opened]) -> Iterator[Frame]:
    """The pictures of all readable files; every file is put into ``opened`` first."""
    for name, content in items:
        try:
            source = content() if callable(content) else content
            photo = _Opened(name, read_image(source, name=name), hash_source(source))
        except InputError as exc:
            photo = _Opened(name, None, error=exc)
        opened.append(photo)
        if photo.loaded is not None:
            yield photo.loaded.frame


def photos_info(results: Sequence[PhotoResult], *, cancelled: bool = False) -> SourceInfo:
    """Facts about many photos; their hash is that of the readable ones' hashes in their order.

    Args:
        results: One for every file, in order.
        cancelled: There would have been more.
    """
    readable = [r for r in results if r.observations is not None]
    hashes = [r.sha256 for r in readable]
    notes = tuple(f"{r.name}: {note}" for r in results for note in r.notes)
    if cancelled:
        notes = (*notes, f"Cancelled after {count(len(results), 'photo')}.")
    name = readable[0].name if len(results) == 1 and readable else count(len(results), "photo")
    digest = "".join(hashes)
    if len(hashes) > 1:
        digest = hash_source(digest.encode())
    failed = len(results) - len(readable)
    return SourceInfo(
        name,
        "photos",
        digest,
        frames_decoded=len(readable),
        frames_skipped=failed,
        partial=cancelled,
        notes=notes,
        given=tuple(r.fate for r in results),
    )
