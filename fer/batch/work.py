"""What a worker does: read a piece, or put the pieces of a recording together; here or in a cluster."""

import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import cv2

from fer.batch.files import SourceFile
from fer.batch.pieces import Piece, piece_from_bytes, piece_to_bytes
from fer.batch.seams import SeamedVideo
from fer.batch.state import State, state_from_bytes, state_to_bytes
from fer.batch.store import Store
from fer.errors import (
    BatchPieceError,
    ChangedInputError,
    FerError,
    InputError,
    ModelError,
    OutputError,
    SettingsError,
)
from fer.export.csv import to_csv
from fer.export.json import to_json
from fer.export.parquet import from_parquet, to_parquet
from fer.io.files import file_bytes
from fer.io.json_records import PARSE_ERRORS
from fer.photos import analyze_photos, photos_info
from fer.pipeline import Analyzer, Components, load_components, video_report
from fer.records import Frame, GivenFile
from fer.settings import Settings
from fer.timeline.report import Provenance, Report, make_report
from fer.timeline.timeline import TimelineBuilder, joined

WORK, TIMELINES = "work", "timelines"
"""Folders of the results: pieces of what is not done yet; the data set of all timelines."""

TELL_EVERY_S = 0.5
FATAL = (OutputError, ModelError, SettingsError)
"""What stops a whole batch: it would stop every other recording too."""

MAX_FOLDER_NAME = 200


@dataclass(frozen=True)
class Order:
    """One thing to do.

    Args:
        key: Number of the recording in its batch.
        kind: ``"video"`` or ``"photos"``.
        label: What people read.
        stem: Of the files of its results.
        number: Of the piece; with `finish` how many there are.
        finish: Put the pieces together.
        files: The video, or the photos of this piece.
        first: Photos: how many of the recording come before this piece.
        fingerprint: Of the video as it was when the batch began it; empty for photos.
        out: Where pieces and results go.
        settings: What to do.
        piece_s: Length of a piece of video, in seconds.
        side_by_side: The steps of a frame run in threads: for processors that would be idle.
        report: Write an HTML report too.
    """

    key: int
    kind: str
    label: str
    stem: str
    number: int
    out: str
    settings: Settings
    finish: bool = False
    files: tuple[SourceFile, ...] = ()
    first: int = 0
    fingerprint: str = ""
    piece_s: float = 60.0
    side_by_side: bool = False
    report: bool = False


@dataclass(frozen=True)
class Answer:
    """What became of an order.

    Args:
        key: Of the order.
        number: Of the order.
        finish: Of the order.
        last: Nothing of the recording follows.
        frames: That were analysed in this piece.
        seconds: How long it took.
        worker: Who did it.
        memory_mb: What the worker holds now.
        peak_mb: The most that it ever held.
        error: Why it failed, one sentence; empty if it did not.
        code: Of that error.
        fatal: Other recordings would fail by the same.
        left: Files of a recording that were not read whole; known once its pieces are together.
    """

    key: int
    number: int
    finish: bool
    last: bool = False
    frames: int = 0
    seconds: float = 0.0
    worker: str = ""
    memory_mb: float = 0.0
    peak_mb: float = 0.0
    error: str = ""
    code: str = ""
    fatal: bool = False
    left: tuple[GivenFile, ...] = ()


Tell = Callable[[int, int, int], None]
"""Is called with (key, number of the piece, frames of the piece)."""


def pieces_folder(key: int) -> str:
    """Where the pieces of a recording are kept while it is read."""
    return f"{WORK}/{key:06d}"


def piece_name(key: int, number: int) -> str:
    """Where a piece is kept."""
    return f"{pieces_folder(key)}/piece-{number:05d}.parquet"


def dataset_name(label: str) -> str:
    """Where the timeline of a recording lies in the data set of all."""
    name = quote(label, safe=" ")
    if len(name) > MAX_FOLDER_NAME:
        import hashlib

        name = name[: MAX_FOLDER_NAME - 20] + hashlib.sha256(label.encode()).hexdigest()[:16]
    return f"{TIMELINES}/recording={name}/timeline.parquet"


class Bench:
    """What one worker keeps from one order to the next: loaded models, and the video that it is in.

    Args:
        name: Of the worker.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._models: tuple[tuple[Settings, bool, int | None], Components] | None = None
        self._open: tuple[tuple, _OpenVideo] | None = None

    def components(self, order: Order) -> Components:
        """The models for an order's settings; those of others are let go."""
        # Workers that share a machine take a processor each: threads of one would wait for those of another.
        threads = None if order.side_by_side else 1
        cv2.setNumThreads(-1 if order.side_by_side else 1)
        wanted = (order.settings, order.kind != "video", threads)
        if self._models is None or self._models[0] != wanted:
            self._models = None
            self._models = wanted, load_components(order.settings, still=wanted[1], threads=threads)
        return self._models[1]

    def video(self, order: Order) -> "_OpenVideo":
        """The video at the start of the order's piece: the one that is open, or one opened at its seam."""
        wanted = (order.out, order.key, order.number, order.fingerprint)
        if self._open is not None and self._open[0] == wanted:
            return self._open[1]
        self.close()
        return _OpenVideo(order, self.components(order))

    def keep(self, order: Order, video: "_OpenVideo") -> None:
        """Leave a video open for its next piece."""
        self._open = (order.out, order.key, order.number + 1, order.fingerprint), video

    def close(self) -> None:
        """Close the video that is open."""
        if self._open is not None:
            self._open[1].close()
        self._open = None


class _OpenVideo:
    """A video and its analyzer at a seam."""

    def __init__(self, order: Order, components: Components) -> None:
        state = None
        if order.number:
            before = piece_from_bytes(Store(order.out).read(piece_name(order.key, order.number - 1)))
            state = state_from_bytes(before.state)
        (file,) = order.files
        with ExitStack() as stack:
            source = stack.enter_context(file.here())
            seam = state.seam if state else None
            video = SeamedVideo(source, name=file.safe_label, fps=order.settings.fps, seam=seam)
            self._video = stack.enter_context(closing(video))
            self._analyzer = Analyzer(order.settings, components=components)
            self._stack = stack.pop_all()
        self._last_s = state.seam.clock.last_s if state else None
        if state:
            self._analyzer.recall(state.memory)
        self._frames = iter(self._video)
        self._ended = False

    def close(self) -> None:
        """Free the decoder, and the copy of a remote file."""
        self._stack.close()

    def piece(self, order: Order, tell: Tell) -> Piece:
        """Read the next piece. It ends with the first frame at or after its end, or with the video."""
        builder, frames, tell = TimelineBuilder(), 0, _seldom(tell)
        until_s = order.piece_s * ((self._last_s or 0.0) // order.piece_s + 1)
        stream = self._analyzer.stream(self._until(until_s), side_by_side=order.side_by_side)
        with closing(stream):
            for frame, observations in stream:
                builder.add(observations)
                frames += 1
                self._last_s = frame.timestamp_s
                tell(order.key, order.number, frames)
        info = self._video.info if self._ended else self._video.seam.info
        timeline = builder.build(info, self._analyzer.settings)
        timeline = replace(timeline, suggestions=self._analyzer.suggestions)
        state = b"" if self._ended else state_to_bytes(State(self._video.seam, self._analyzer.memory))
        return Piece(timeline, self._analyzer.model_info, self._ended, state)

    def _until(self, end_s: float) -> Iterator[Frame]:
        for frame in self._frames:
            yield frame
            if frame.timestamp_s >= end_s:
                return
        self._ended = True


def perform(order: Order, bench: Bench, tell: Tell) -> Answer:
    """Do what is ordered; what is wrong with it stands in the answer."""
    started = time.monotonic()
    facts: dict[str, Any]
    answer = Answer(order.key, order.number, order.finish, worker=bench.name)
    try:
        if order.finish:
            facts = {"last": True, "left": _finish(order)}
        else:
            done = _read(order, bench, tell)
            facts = {"last": done.last, "frames": len(done.timeline.frame_times_s)}
    except FerError as exc:
        bench.close()
        facts = {"error": exc.message, "code": exc.code, "fatal": isinstance(exc, FATAL)}
    except MemoryError:
        bench.close()
        facts = {"error": "There is not enough memory for it: make it smaller.", "code": "memory"}
    except Exception as exc:  # a fault of ours costs one recording, not the night
        bench.close()
        facts = {"error": f"It made the program fail ({type(exc).__name__}: {exc}).", "code": "unexpected"}
    now, peak = memory_mb()
    return replace(answer, seconds=time.monotonic() - started, memory_mb=now, peak_mb=peak, **facts)


def _read(order: Order, bench: Bench, tell: Tell) -> Piece:
    piece = _read_photos(order, bench, tell) if order.kind == "photos" else _read_video(order, bench, tell)
    Store(order.out).write(piece_name(order.key, order.number), piece_to_bytes(piece))
    return piece


def _read_video(order: Order, bench: Bench, tell: Tell) -> Piece:
    _unchanged(order)
    video = bench.video(order)
    try:
        piece = video.piece(order, tell)
        _unchanged(order)
    except BaseException:
        video.close()
        raise
    if piece.last:
        video.close()
        bench.close()
    else:
        bench.keep(order, video)
    return piece


def _unchanged(order: Order) -> None:
    (file,) = order.files
    if file.fingerprint() != order.fingerprint:
        raise ChangedInputError(f"{order.label} changed while it was read: it is still copied or recorded.")


def _read_photos(order: Order, bench: Bench, tell: Tell) -> Piece:
    components = bench.components(order)
    tell = _seldom(tell)
    batch = analyze_photos(
        [(file.safe_label, file.content) for file in order.files],
        order.settings,
        components=components,
        on_progress=lambda progress: tell(order.key, order.number, progress.frames),
        side_by_side=order.side_by_side,
    )
    timeline = batch.report.timeline
    timeline = replace(timeline, table=timeline.table.assign(frame=timeline.table["frame"] + order.first))
    return Piece(timeline, batch.report.provenance.model, True, b"", batch.results)


def _seldom(tell: Tell) -> Tell:
    """The same, every `TELL_EVERY_S` seconds from now on."""
    told = time.monotonic()

    def _tell(key: int, number: int, frames: int) -> None:
        nonlocal told
        if time.monotonic() - told >= TELL_EVERY_S:
            told = time.monotonic()
            tell(key, number, frames)

    return _tell


def _finish(order: Order) -> tuple[GivenFile, ...]:
    """Put the pieces together and write the results; which files were not read whole."""
    store = Store(order.out)
    pieces = [piece_from_bytes(store.read(piece_name(order.key, n))) for n in range(order.number)]
    report = report_of(pieces)
    results = {
        dataset_name(order.label): lambda: to_parquet(report.timeline, all_columns=True),
        f"{order.stem}.csv": lambda: to_csv(report.timeline),
        f"{order.stem}.json": lambda: to_json(report),
    }
    if order.report:
        from fer.export.html import to_html  # loads charts and templates

        results[f"{order.stem}.html"] = lambda: to_html(report)
    for name, make in results.items():
        store.write(name, file_bytes(make()))
    return tuple(file for file in report.timeline.source.given if file.fate != "read")


def write_late_report(store: Store, label: str, stem: str) -> bool:
    """Write the HTML report of a recording that was done without one, from its other results.

    Args:
        store: Where its results lie.
        label: Of the recording.
        stem: Of its results' names.

    Returns:
        Whether there was none.

    Raises:
        BatchPieceError: One of these results is not there or damaged: the recording has to be read again.
        OutputError: The report cannot be written.
    """
    name = f"{stem}.html"
    if store.has(name):
        return False
    from fer.export.html import to_html  # loads charts and templates

    try:
        timeline = from_parquet(store.read(dataset_name(label)))
        provenance = Provenance(**json.loads(store.read(f"{stem}.json"))["provenance"])
    except (InputError, KeyError, TypeError, *PARSE_ERRORS) as exc:
        raise BatchPieceError(f"The results of {label} are damaged: --resume reads it again.") from exc
    store.write(name, file_bytes(to_html(Report(timeline, provenance))))
    return True


def report_of(pieces: list[Piece]) -> Report:
    """The report of a recording from all of its pieces, as one process would have made it."""
    timeline = joined([piece.timeline for piece in pieces])
    photos = [photo for piece in pieces for photo in piece.photos]
    if not photos:
        return video_report(timeline, model=pieces[-1].model)
    return make_report(replace(timeline, source=photos_info(photos)), model=pieces[-1].model)


def memory_mb() -> tuple[float, float]:
    """Memory of this process now and at most, in MB; 0 where the system does not say."""
    now = peak = 0.0
    with suppress(OSError, ValueError, IndexError):
        now = int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20
    with suppress(ImportError):
        import resource

        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return now, max(now, peak)
