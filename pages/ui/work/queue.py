"""Many videos of one visitor, read one after the other while nobody has to look. No Streamlit call in here.

The queue puts one video at a time into the server's line of jobs, so that other visitors come in between. It
goes on when the page is left or the tab is closed, and ends when the visit's things are dropped.
"""

import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Protocol

from fer.batch.forecast import Forecast
from fer.errors import FerError, InputError, TooLargeInputError, UnsupportedInputError
from fer.records import GivenFile
from fer.settings import Settings
from fer.sources import sniff
from fer.sources.finding import FoundFile, zip_files
from pages.ui.app.error_text import ErrorText, error_text_of
from pages.ui.app.jobs import Job, JobRegistry, JobState
from pages.ui.app.uploads import Upload
from pages.ui.work.analysis import job_key
from pages.ui.work.video import VideoResult, video_work

MAX_ITEMS = 200
LOOK_EVERY_S = 0.1
BUSY, AGAIN_S = "busy", 3.0
"""Code of a line that is full; after so many seconds it is tried again."""

A_PHOTO = "It is a photo: give it on the Photos page."
TOO_MUCH = ErrorText(
    "There is no room for this one: remove some that are read, or use “fer batch” for large collections.",
    TooLargeInputError.code,
)


@dataclass(eq=False)
class Item:
    """One video of the queue.

    Args:
        number: Tells it from others, in the order in which they came.
        clip: Name and bytes; the bytes go where others need the room.
        settings: What it is analysed with.

    Attributes:
        state: Where it stands.
        job: While it runs.
        result: Once it is done.
        error: Why it failed.
        size: Bytes of the video.
    """

    number: int
    clip: Upload
    settings: Settings
    state: JobState = JobState.WAITING
    job: Job | None = None
    result: VideoResult | None = None
    error: ErrorText | None = None
    size: int = 0

    @property
    def share(self) -> float:
        """How much of it is read, 0..1."""
        if self.state is JobState.DONE:
            return 1.0
        progress = self.job.progress if self.job is not None else None
        return float(progress.share or 0.0) if progress is not None else 0.0


class Engine(Protocol):
    """What reads videos: the server's line of jobs, or anything that works like it."""

    def submit(self, owner: str, key: str, work: Callable[[Job, dict], VideoResult]) -> Job:
        """Begin, or wait for a turn."""
        ...

    def cancel(self, job: Job) -> None:
        """Ask it to stop."""
        ...

    def forget(self, owner: str, key: str) -> None:
        """Let go of it."""
        ...


@dataclass(eq=False)
class VideoQueue:
    """The videos of one visit.

    Args:
        owner: Token of the visit.
        engine: What reads them.
        here: Tells whether the visit still holds this queue.
        fits: Tells whether the visit may hold as much as the queue holds now.
        clock: Monotonic seconds.

    Attributes:
        items: The videos.
        paused: No other video is begun.
        notes: What the user should know of what was given last, one sentence each.
        lost: The files of zip files given last that are no videos or cannot be read, each with its reason.
    """

    owner: str
    engine: Engine
    here: Callable[["VideoQueue"], bool]
    fits: Callable[["VideoQueue"], bool]
    clock: Callable[[], float] = time.monotonic
    items: list[Item] = field(default_factory=list)
    paused: bool = False
    notes: tuple[str, ...] = ()
    lost: tuple[GivenFile, ...] = ()

    def __post_init__(self) -> None:
        self._lock = threading.RLock()
        self._thread: threading.Thread | None = None
        self._numbers = 0
        self._forecast = Forecast(self.clock)

    def add(self, clips: Iterable[Upload], settings: Settings) -> None:
        """Put videos at the end; a zip file is its videos.

        Where there is no room, the bytes of those that are read go first; then a video is refused.
        """
        with self._lock:
            self.notes, self.lost = (), ()
            for clip in clips:
                for one in self._unpacked(clip):
                    self._add(one, settings)
        self._go()

    def counts(self) -> dict[JobState, int]:
        """State -> how many."""
        return {state: sum(item.state is state for item in self.items) for state in JobState}

    @property
    def busy(self) -> bool:
        """Something is read, or will be without anybody doing anything."""
        counts = self.counts()
        return bool(counts[JobState.RUNNING] or (counts[JobState.WAITING] and not self.paused))

    @property
    def left_s(self) -> float | None:
        """About how long the rest takes, in seconds, as a batch says it; None while that is not known."""
        with self._lock:
            return self._forecast.left_s(workers=1)

    def pause(self) -> None:
        """Begin no other video; the one that runs is read to its end."""
        self.paused = True

    def go_on(self) -> None:
        """Begin again."""
        self.paused = False
        self._go()

    def cancel(self, item: Item) -> None:
        """Stop reading a video, or do not begin."""
        with self._lock:
            if item.state is JobState.WAITING:
                self._end(item, JobState.CANCELLED)
            elif item.job is not None:
                self.engine.cancel(item.job)

    def retry(self, item: Item) -> None:
        """Try a video again that failed or was cancelled."""
        with self._lock:
            if item.state in (JobState.FAILED, JobState.CANCELLED) and item.clip.data:
                item.state, item.error = JobState.WAITING, None
                self._forecast.add(item.number, "video", item.size)
        self._go()

    def remove(self, item: Item) -> None:
        """Take a video and its result out of the queue."""
        self.cancel(item)
        with self._lock:
            self.items = [one for one in self.items if one is not item]
            self._forecast.closed(item.number)

    def close(self) -> None:
        """Stop everything."""
        for item in list(self.items):
            self.remove(item)

    def _unpacked(self, clip: Upload) -> Iterable[Upload]:
        if not is_zip(clip):
            yield clip
            return
        try:
            for one in zip_files(clip.data):
                if isinstance(one, GivenFile):
                    self.lost += (one,)
                elif one.kind == "image":
                    code = UnsupportedInputError.code
                    self.lost += (GivenFile(one.label, "image", "refused", A_PHOTO, code),)
                else:
                    yield from self._member(one)
        except FerError as error:
            self.notes += (f"{clip.name}: {error.message}",)

    def _member(self, found: FoundFile) -> Iterable[Upload]:
        try:
            content = found.content()
            assert isinstance(content, bytes)  # the zip file lies in memory
            yield Upload(found.label, content)
        except InputError as error:
            self.lost += (GivenFile(found.label, "video", "refused", error.message, error.code),)

    def _add(self, clip: Upload, settings: Settings) -> None:
        if len(self.items) >= MAX_ITEMS:
            self.notes = (*self.notes, f"{clip.name} was left out: a queue holds {MAX_ITEMS} videos.")
            return
        self._numbers += 1
        item = Item(self._numbers, clip, settings, size=len(clip.data))
        self.items.append(item)
        while not self.fits(self):
            read = next((one for one in self.items if one.state is JobState.DONE and one.clip.data), None)
            if read is None:
                item.clip = _without_bytes(clip)
                item.state, item.error = JobState.FAILED, TOO_MUCH
                return
            read.clip = _without_bytes(read.clip)
        self._forecast.add(item.number, "video", item.size)

    def _go(self) -> None:
        """See to it that somebody works."""
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._work, name="video-queue", daemon=True)
                self._thread.start()

    def _next(self) -> Item | None:
        with self._lock:
            waiting = [item for item in self.items if item.state is JobState.WAITING]
            if self.paused or not waiting or not self.here(self):
                self._thread = None  # whoever adds something starts another
                return None
            waiting[0].state = JobState.RUNNING
            return waiting[0]

    def _work(self) -> None:
        while (item := self._next()) is not None:
            try:
                self._read(item)
            except Exception as error:
                item.error = error_text_of(error)
                self._end(item, JobState.FAILED)

    def _end(self, item: Item, state: JobState) -> None:
        """Nothing more is done for a video, unless it is tried again."""
        with self._lock:
            item.state = state
            self._forecast.closed(item.number)

    def _read(self, item: Item) -> None:
        """Read one video to its end."""
        key = job_key(f"queue-{item.number}", item.clip.sha256, item.settings)
        with self._lock:
            self._forecast.began(item.number, 0)
        item.job = job = self.engine.submit(self.owner, key, video_work(item.clip, item.settings))
        while not job.finished:
            if not self.here(self) or item not in self.items:
                self.engine.cancel(job)
            if job.state is JobState.RUNNING:
                with self._lock:
                    self._forecast.told(item.number, round(item.size * item.share), 0)
            time.sleep(LOOK_EVERY_S)
        self.engine.forget(self.owner, key)
        item.job = None
        with self._lock:
            self._forecast.ended(item.number, 0, item.size if job.state is JobState.DONE else 0)
        if job.state is JobState.DONE:
            item.result = job.result
            self._end(item, JobState.DONE)
        elif job.state is JobState.CANCELLED:
            self._end(item, JobState.CANCELLED)
        elif job.error is not None and job.error.code == BUSY:
            time.sleep(AGAIN_S)
            item.state = JobState.WAITING
        else:
            item.error = job.error
            self._end(item, JobState.FAILED)


def is_zip(clip: Upload) -> bool:
    """A zip file holds several videos, or none."""
    return sniff(clip.data[:64]) == "zip"


def _without_bytes(clip: Upload) -> Upload:
    return Upload(clip.name, b"", clip.sha256)


def make_queue(registry: JobRegistry, owner: str, name: str) -> VideoQueue:
    """A queue that lives as long as the registry holds it.

    Args:
        registry: Where it is kept, and what reads.
        owner: Token of the visit.
        name: What it is kept under.
    """

    def fits(queue: VideoQueue) -> bool:
        try:
            registry.keep(owner, name, queue)
        except TooLargeInputError:
            return False
        return True

    queue = VideoQueue(owner, registry, lambda one: registry.kept(owner, name) is one, fits)
    registry.keep(owner, name, queue)
    return queue
