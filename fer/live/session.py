"""One live session: a worker that always reads the newest frame, and what it found."""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Protocol

from fer.errors import FerError, InputError
from fer.given import check_is
from fer.live.history import History, TimelineRecorder
from fer.live.records import NEVER_S, LiveCounts, LiveResult, LiveSnapshot
from fer.live.smooth import CausalSmoother
from fer.live.timing import Pacer, RateMeter, SessionClock
from fer.records import Frame, Observations, SourceInfo, Suggestion
from fer.settings import Settings
from fer.timeline.edits import with_edits
from fer.timeline.markers import MAX_TIME_S, Marker
from fer.timeline.persons import Edit
from fer.timeline.timeline import Timeline, TimelineBuilder

HISTORY_S = 60.0
MAX_RECORDING_S = 3600.0
BUSY_SHARE = 0.8
"""The analysis may take this share of one core's time; the rest is for decoding, drawing and the page."""

STOP_WITHIN_S = 2.0
IDLE_STOP_S = 5.0
"""Without frames the worker ends after this time, so that a forgotten session can be collected; the next
frame starts another."""

MAX_MARKERS = 200
MAX_LABEL = 80
UNNAMED = "marker"
SOURCE_NAME = "webcam"

_log = logging.getLogger(__name__)


class StreamAnalyzer(Protocol):
    """What a session needs of `fer.pipeline.Analyzer`; its settings hold the threshold that is in use."""

    settings: Settings

    @property
    def suggestions(self) -> tuple[Suggestion, ...]:
        """Pairs of ids that may be one person."""
        ...

    def analyze(self, frame: Frame) -> Observations:
        """Read the expression of every face of the stream's next frame."""
        ...


@dataclass(frozen=True, eq=False)
class _Job:
    """A frame with its session time, when it arrived, and how late it was then (seconds)."""

    frame: Frame
    arrived_s: float
    late_s: float


class LiveSession:
    """Reads the newest frame of a stream, over and over, in one worker thread. Safe to use from any thread.

    At most two frames are held: the one in work and the newest. Nothing is written anywhere.

    Args:
        analyzer: Reads the frames; for this session alone.
        on_frame: Called in the worker with every frame that was read and what was read from it.
        clock: Seconds that never run backwards; injected in tests.
        history_s: Seconds of results that are kept for charts.
        half_life_s: Half-life of the smoothing in seconds; None takes the analyzer's setting.
        max_fps: Most analysed frames a second; None takes every frame that there is time for.
        max_recording_s: Longest recording in seconds.

    Example:
        >>> with LiveSession(Analyzer()) as session:       # doctest: +SKIP
        ...     session.submit(frame)
        ...     session.snapshot().fps
    """

    def __init__(
        self,
        analyzer: StreamAnalyzer,
        *,
        on_frame: Callable[[Frame, Observations], None] | None = None,
        clock: Callable[[], float] = time.monotonic,
        history_s: float = HISTORY_S,
        half_life_s: float | None = None,
        max_fps: float | None = None,
        max_recording_s: float = MAX_RECORDING_S,
    ) -> None:
        self.settings = analyzer.settings
        self._analyzer: StreamAnalyzer | None = analyzer
        self._on_frame = on_frame
        self._clock = clock
        self._changed = threading.Condition()
        self._analyzing = threading.Lock()
        self._worker: threading.Thread | None = None
        self._pending: _Job | None = None
        self._in_work_since_s: float | None = None
        self._came_s = clock()
        self._closed = False
        self._counts = dict.fromkeys(asdict(LiveCounts()), 0)
        self._last_error = ""
        self._result = LiveResult.empty()
        self._stream = SessionClock()
        self._pacer = Pacer(max_fps=max_fps, busy_share=BUSY_SHARE)
        self._rate = RateMeter()
        half_life_s = analyzer.settings.half_life_s if half_life_s is None else half_life_s
        self._smoother = CausalSmoother(half_life_s)
        self._history = History(history_s)
        self._recorder = TimelineRecorder(max_recording_s)
        self._markers: deque[Marker] = deque(maxlen=MAX_MARKERS)
        self._range: tuple[str, float] | None = None
        self._names: dict[int, str] = {}
        self._suggestions: tuple[Suggestion, ...] = ()

    def __enter__(self) -> "LiveSession":
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    def now(self) -> float:
        """The session's clock, in seconds."""
        return self._clock()

    def submit(self, frame: Frame) -> bool:
        """Hand over the newest frame; one that still waits is dropped. Returns at once.

        Args:
            frame: `timestamp_s` is the stream's presentation time, whatever it counts from.

        Returns:
            Whether the frame will be read, unless a newer one comes first.
        """
        with self._changed:
            if self._closed:
                return False
            job = self._admit(frame)
            if not self._pacer.is_due(job.arrived_s):
                self._counts["skipped"] += 1
                return False
            self._counts["dropped"] += self._pending is not None
            self._pending = job
            if self._worker is None:
                self._worker = threading.Thread(target=self._work, name="fer-live", daemon=True)
                self._worker.start()
            self._changed.notify_all()
            return True

    def process(self, frame: Frame) -> LiveResult:
        """Read a frame now, in the caller's thread, and wait for the answer.

        Args:
            frame: As for `submit`.

        Returns:
            The answer; the one before if the analysis failed, an empty one after `close`.
        """
        with self._changed:
            if self._closed:
                return LiveResult.empty()
            job = self._admit(frame)
        self._analyze(job)
        return self.latest

    @property
    def latest(self) -> LiveResult:
        """The newest answer, empty before the first."""
        with self._changed:
            return self._result

    @property
    def names(self) -> dict[int, str]:
        """Face id -> the name that was given."""
        with self._changed:
            return dict(self._names)

    def snapshot(self) -> LiveSnapshot:
        """Everything a page shows of the session, taken at one moment."""
        with self._changed:
            now_s = self._clock()
            since_s = self._in_work_since_s
            return LiveSnapshot(
                result=self._result,
                counts=LiveCounts(**self._counts),
                fps=self._rate.rate(now_s),
                lag_s=max(self._result.lag_s, 0.0 if since_s is None else now_s - since_s),
                silent_s=now_s - self._came_s,
                time_s=self._stream.time_s,
                markers=tuple(self._markers),
                range_since_s=NEVER_S if self._range is None else self._range[1],
                names=dict(self._names),
                recording_s=self._recorder.recorded_s,
                recording_full=self._recorder.full,
                last_error=self._last_error,
                closed=self._closed,
            )

    def recent(self, seconds: float | None = None) -> Timeline:
        """The timeline of the last seconds with smoothed probabilities, times counted over the session.

        Args:
            seconds: How far to look back; None takes all that is kept.
        """
        with self._changed:
            moments = self._history.moments()
        builder = TimelineBuilder()
        for moment in moments:
            if seconds is None or moment.timestamp_s >= moments[-1].timestamp_s - seconds:
                builder.add(moment)
        return builder.build(SourceInfo(SOURCE_NAME, "live"), self.settings)

    def mark(self, label: str) -> Marker:
        """Name this moment.

        Args:
            label: Shortened to `MAX_LABEL` characters, line breaks become spaces.
        """
        with self._changed:
            marker = Marker.event(_label(label), self._stream.time_s)
            self._markers.append(marker)
            return marker

    def mark_range(self, label: str) -> Marker | None:
        """Begin a range, or end the one that was begun.

        Args:
            label: See `mark`; that of the beginning counts.

        Returns:
            The range that has ended; None where one has begun, or ended before a frame came.
        """
        with self._changed:
            now_s, begun = self._stream.time_s, self._range
            if begun is None:
                self._range = (_label(label), now_s)
                return None
            self._range = None
            if now_s <= begun[1]:
                return None
            marker = Marker(*begun, now_s)
            self._markers.append(marker)
            return marker

    def name_face(self, face_id: int, name: str) -> None:
        """Say who a face is; recordings that end from now on know it.

        Args:
            face_id: Of the stream.
            name: See `fer.timeline.persons.Edit`; empty takes the name back.

        Raises:
            InputError: It cannot be a name, or somebody else has it.
        """
        edit = Edit("rename", face_id, name=name)
        with self._changed:
            if name and name in (n for k, n in self._names.items() if k != face_id):
                raise InputError(f"Somebody here is called {name} already: give another name.")
            if edit.name:
                self._names[face_id] = name
            else:
                self._names.pop(face_id, None)

    def start_recording(self) -> None:
        """Keep every result from now on, about 200 bytes a face; a recording that runs starts anew."""
        with self._changed:
            if not self._closed:
                self._recorder.start(self._stream.time_s)

    def stop_recording(self, name: str = SOURCE_NAME) -> Timeline:
        """End the recording.

        Args:
            name: Label of its source.

        Returns:
            Unsmoothed probabilities, times from the start of the recording; empty if nothing was recorded.
        """
        with self._changed:
            markers = tuple(self._markers)
            if self._range is not None:  # it still runs, and ends with the recording
                markers += (Marker(*self._range, MAX_TIME_S),)
            timeline = self._recorder.stop(name, self.settings, markers, self._suggestions)
            names = dict(self._names)
        here = {face_id: names[face_id] for face_id in timeline.face_ids if face_id in names}
        return with_edits(timeline, [Edit("rename", face_id, name=who) for face_id, who in here.items()])

    def count_failure(self, exc: Exception) -> None:
        """Count an error that was survived; the first of its kind goes to the log."""
        text = exc.as_text() if isinstance(exc, FerError) else type(exc).__name__
        with self._changed:
            self._counts["failed"] += 1
            is_new, self._last_error = text != self._last_error, text
        if is_new:
            _log.warning("A live frame was passed on as it came: %s", text, exc_info=exc)

    def close(self) -> None:
        """End the worker and free frames, results, history, recording and models. May be called twice.

        It waits 2 s at the most; an analysis that takes longer ends by itself and its answer is dropped.
        """
        with self._changed:
            self._closed = True
            self._pending, self._analyzer, self._result = None, None, LiveResult.empty()
            self._history.clear()
            self._markers.clear()
            self._range = None
            self._names.clear()
            self._suggestions = ()
            self._smoother = CausalSmoother(0.0)
            self._recorder = TimelineRecorder(0.0)
            worker, self._worker = self._worker, None
            self._changed.notify_all()
        if worker is not None and worker is not threading.current_thread():
            worker.join(STOP_WITHIN_S)

    def _admit(self, frame: Frame) -> _Job:
        """Count a frame and give it its session time. Call with the lock held."""
        check_is("LiveSession.submit(frame)", frame, Frame)
        self._counts["submitted"] += 1
        self._came_s = now_s = self._clock()
        time_s = self._stream.place(frame.timestamp_s, now_s)
        return _Job(replace(frame, timestamp_s=time_s), now_s, self._stream.lag_s)

    def _work(self) -> None:
        while (job := self._take()) is not None:
            self._analyze(job)
            del job  # no picture stays while the worker waits

    def _take(self) -> _Job | None:
        """Wait for the newest frame; None ends the worker: closed, or no frame came for long."""
        with self._changed:
            while not self._closed:
                job, self._pending = self._pending, None
                if job is not None and self._pacer.is_due(self._clock()):
                    return job
                self._counts["skipped"] += job is not None
                job = None
                if not self._changed.wait(IDLE_STOP_S) and self._pending is None:
                    break
            self._worker = None
            return None

    def _analyze(self, job: _Job) -> None:
        with self._analyzing:
            analyzer, started_s = self._analyzer, self._clock()
            if analyzer is None:
                return
            self._in_work_since_s = job.arrived_s
            try:
                observations, suggestions = analyzer.analyze(job.frame), analyzer.suggestions
                if self._on_frame is not None:
                    self._on_frame(job.frame, observations)
            except Exception as exc:
                self.count_failure(exc)
                observations, suggestions = None, ()
            with self._changed:
                done_s, self._in_work_since_s = self._clock(), None
                self._pacer.spent(started_s, done_s - started_s)
                if observations is not None and not self._closed:
                    self._suggestions = suggestions
                    self._keep(observations, job, started_s=started_s, done_s=done_s)

    def _keep(self, observations: Observations, job: _Job, *, started_s: float, done_s: float) -> None:
        """Make an answer the newest one. Call with the lock held."""
        smoothed = self._smoother.update(observations)
        self._counts["analyzed"] += 1
        self._rate.tick(done_s)
        self._history.add(observations, smoothed)
        self._recorder.add(observations)
        self._result = LiveResult(
            observations,
            smoothed,
            size=(job.frame.width, job.frame.height),
            arrived_s=job.arrived_s,
            lag_s=job.late_s + done_s - job.arrived_s,
            took_s=done_s - started_s,
        )


def _label(text: str) -> str:
    """A marker's name from what somebody typed."""
    return " ".join(text.split())[:MAX_LABEL].rstrip() or UNNAMED
