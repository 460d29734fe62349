"""One visitor's camera, from the press of Start to the end of the stream. No Streamlit call in this file.

The page's script, its fragments and the stream's threads all call in here, so everything goes through a lock.
"""

import math
import threading
import time
import weakref
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from fer.action_units.reader import ActionUnitReader
from fer.errors import FerError
from fer.live import LiveGate, LiveSession, LiveSnapshot, LiveToken, Overlay, VideoProcessor
from fer.live.records import NEVER_S
from fer.live.video_recorder import LiveVideoRecorder
from fer.pipeline import Analyzer
from pages.ui.app.error_text import ErrorText, error_text_of
from pages.ui.work.recordings import Recording, make_recording

ASK_WITHIN_S = 60.0
"""How long the browser's question about the camera may stand before the place is given back."""
CONNECT_WITHIN_S = 15.0
NO_FRAME_S, NO_FRAME_WANTED_S = 10.0, 5.0
"""A stream that brings nothing for this long has ended: in general, and while somebody waits for its place. A
closed tab does not always say so, and the network notices only after half a minute."""
MAX_LAG_S = 2.0
LEAVING_S = 3.0
"""A stream that was lost so shortly before its visitor left the page ended by that."""
LAGGING_FOR_S = 10.0
"""Frames queue up on their way back when the processor is too slow: a session that lags this long ends."""
KEPT_RECORDINGS = 3

BUSY = ErrorText(
    "All places for live sessions are taken at the moment. Try again in a minute, or take a photo below.",
    "busy",
)
NO_CONNECTION = ErrorText(
    "No connection to the camera came within 15 seconds: a firewall or another network may be in between. "
    "Take a photo below instead, or ask whoever runs this app for a TURN server.",
    "live_connection",
)
LOST = ErrorText(
    "The connection to the camera was lost. Press Start to go on.",
    "live_lost",
)
UNPLUGGED = ErrorText("The camera was unplugged. Connect it and press Start.", "live_unplugged")
TOO_SLOW = ErrorText(
    "Stopped, because the answers came more than two seconds late. Close other programs, or switch to "
    "“Charts only” in the settings.",
    "live_too_slow",
)
UNANSWERED = ErrorText(
    "The browser's question about the camera was not answered. Press Start and allow the camera.",
    "camera_denied",
)
CAMERA_ERRORS = {
    "NotAllowedError": ErrorText(
        "The camera was not allowed. Allow it for this page in the browser (the symbol beside the address), "
        "then press Start.",
        "camera_denied",
    ),
    "NotFoundError": ErrorText(
        "No camera was found. Connect one and press Start, or take a photo with another device.",
        "camera_missing",
    ),
    "NotReadableError": ErrorText(
        "The camera is used by another program. Close that one and press Start.", "camera_in_use"
    ),
    "insecure": ErrorText(
        "Browsers give a camera only to pages on https or on http://localhost. Open this page there.",
        "camera_insecure",
    ),
}
CAMERA_ERRORS |= {
    "SecurityError": CAMERA_ERRORS["NotAllowedError"],
    "OverconstrainedError": CAMERA_ERRORS["NotFoundError"],
    "AbortError": CAMERA_ERRORS["NotReadableError"],
}


class Phase(StrEnum):
    """Where a visitor's camera stands."""

    READY = "ready"
    ASKING = "asking"
    CONNECTING = "connecting"
    LIVE = "live"


@dataclass(frozen=True)
class Choice:
    """What the visitor chose for the stream.

    Args:
        overlay: What is drawn.
        charts_only: The picture stays in the browser and is not sent back: about half the work.
    """

    overlay: Overlay = field(default_factory=Overlay)
    charts_only: bool = False


class Rooms:
    """All rooms of this process, and the cap on live sessions.

    Args:
        limit: Sessions at the same time.
        make_analyzer: Gives models that are ready, for one session alone.
        clock: Monotonic seconds.
    """

    def __init__(
        self,
        limit: int,
        make_analyzer: Callable[[], Analyzer],
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.gate = LiveGate(limit)
        self.make_analyzer = make_analyzer
        self.clock = clock
        self._rooms: weakref.WeakSet[Room] = weakref.WeakSet()

    def new_room(self, here: Callable[[], bool] = lambda: True) -> "Room":
        """A room for one visitor.

        Args:
            here: Whether the visitor's tab is connected.
        """
        room = Room(self, here)
        self._rooms.add(room)
        return room

    def enter(self) -> LiveToken | None:
        """A place; before it is refused, those of closed tabs and silent streams are taken back."""
        token = self.gate.try_enter()
        if token is None:
            for room in list(self._rooms):
                if not room.here():
                    room.stop(LOST)
                room.look(silent_s=NO_FRAME_WANTED_S)
            token = self.gate.try_enter()
        return token


class Room:
    """The live session of one visitor, or none.

    Args:
        rooms: Where it belongs.
        here: Whether the visitor's tab is connected.

    Attributes:
        phase: Where it stands.
        error: Why it ended, or None.
        choice: What the stream is like; fixed from Start to Stop but for the overlay.
        left: It ended because the visitor went to another page.
        turn: How often Start was pressed.
        session: Reads the frames while `phase` is CONNECTING or LIVE, else None.
        processor: Its callback for the stream.
        recordings: The last ones, newest first.
    """

    def __init__(self, rooms: Rooms, here: Callable[[], bool]) -> None:
        self._rooms = rooms
        self.here = here
        self._clock = rooms.clock
        self._lock = threading.RLock()
        self._token: LiveToken | None = None
        self._analyzer: Analyzer | None = None
        self._video_recorder = LiveVideoRecorder()
        self._since_s = 0.0
        self._stopped_s = -math.inf
        self._late_since_s: float | None = None
        self.phase = Phase.READY
        self.error: ErrorText | None = None
        self.choice = Choice()
        self.left = False
        self.turn = 0
        self.session: LiveSession | None = None
        self.processor: VideoProcessor | None = None
        self.recordings: tuple[Recording, ...] = ()

    @property
    def wants_stream(self) -> bool:
        """The browser should be connected."""
        return self.phase in (Phase.CONNECTING, Phase.LIVE)

    @property
    def waited_s(self) -> float:
        """Seconds in this phase."""
        return self._clock() - self._since_s

    @property
    def since_stop_s(self) -> float:
        """Seconds since a stream ended here; infinite before the first."""
        return self._clock() - self._stopped_s

    def start(self, choice: Choice) -> None:
        """Start was pressed: take a place, then the browser is asked for its camera."""
        if self.phase is not Phase.READY:
            return
        token = self._rooms.enter()  # looks into other rooms: never with this one's lock held
        with self._lock:
            self.choice, self.error = choice, None if token else BUSY
            if token is None:
                return
            self._token, self.left = token, False
            self.turn += 1
            self._enter(Phase.ASKING)

    def camera(self, name: str) -> None:
        """The browser has answered.

        Args:
            name: ``"ok"``, ``"gone"`` (unplugged), ``"insecure"``, or the name of the browser's error.
        """
        if name == "gone" and self.wants_stream:
            self.stop(UNPLUGGED)
        elif name == "ok" and self.phase is Phase.ASKING:
            self._open()
        elif name not in ("ok", "gone") and self.phase is Phase.ASKING:
            self.stop(CAMERA_ERRORS.get(name, CAMERA_ERRORS["NotReadableError"]))

    @property
    def units(self) -> ActionUnitReader | None:
        """What measures Action Units in this stream; None while nothing does."""
        analyzer = self._analyzer
        return analyzer.action_units if analyzer is not None and analyzer.settings.action_units else None

    def _open(self) -> None:
        try:
            analyzer = self._rooms.make_analyzer()
        except FerError as error:
            self.stop(error_text_of(error))
            return
        with self._lock:
            if self.phase is not Phase.ASKING:
                return  # the same answer was told twice, or Stop was pressed meanwhile
            self._analyzer = analyzer
            self._video_recorder = LiveVideoRecorder(analyzer.settings)
            self.session = LiveSession(analyzer, on_frame=self._video_recorder.on_frame, clock=self._clock)
            self.processor = VideoProcessor(
                self.session, overlay=self.choice.overlay, sendback=not self.choice.charts_only
            )
            self._enter(Phase.CONNECTING)

    def show(self, overlay: Overlay) -> None:
        """Draw something else from now on."""
        with self._lock:
            self.choice = replace(self.choice, overlay=overlay)
            if self.processor is not None:
                self.processor.overlay = overlay

    def look(self, *, silent_s: float = NO_FRAME_S) -> LiveSnapshot | None:
        """Move on: first frame, time limits. To be called a few times a second while the page is open.

        Args:
            silent_s: A stream that has brought nothing for longer has ended.

        Returns:
            The session's state; None where there is none. After a change of `phase` the page is out of date.
        """
        with self._lock:
            now_s, waited_s = self._clock(), self.waited_s
            shot = self.session.snapshot() if self.session is not None else None
            if self.phase is Phase.ASKING and waited_s > ASK_WITHIN_S:
                self.stop(UNANSWERED)
            if shot is None:
                return None
            if self.phase is Phase.CONNECTING and shot.counts.submitted:
                self._enter(Phase.LIVE)
                self._late_since_s = None
            elif self.phase is Phase.CONNECTING and waited_s > CONNECT_WITHIN_S:
                self.stop(NO_CONNECTION)
            if self.phase is Phase.LIVE:
                self._check(shot, now_s, silent_s)
            return shot

    def _check(self, shot: LiveSnapshot, now_s: float, silent_s: float) -> None:
        """End a stream that has fallen silent, or far behind."""
        if shot.lag_s <= MAX_LAG_S:
            self._late_since_s = None
        elif self._late_since_s is None:
            self._late_since_s = now_s
        if shot.silent_s > silent_s:
            self.stop(LOST)
        elif self._late_since_s is not None and now_s - self._late_since_s > LAGGING_FOR_S:
            self.stop(TOO_SLOW)

    def start_recording(self, hide: str) -> None:
        """Record from now on.

        Args:
            hide: ``""``: the timeline only; ``"blur"`` or ``"mesh"``: a video with hidden faces too.
        """
        with self._lock:
            if self.session is not None:
                if hide:
                    self._video_recorder.start(hide)
                self.session.start_recording()

    def stop_recording(self) -> Recording | None:
        """End the recording and keep it among `recordings`; None if nothing was recorded."""
        with self._lock:
            if self.session is None or self.session.snapshot().recording_s == NEVER_S:
                return None
            timeline, video = self.session.stop_recording(), self._video_recorder.stop()
            if not len(timeline.frame_times_s):
                return None
            recording = make_recording(
                timeline,
                video,
                model=self._analyzer.model_info,
                name=f"Live recording {datetime.now():%H.%M.%S}.mp4",
                size=self.session.latest.size,
            )
            self.recordings = (recording, *self.recordings)[:KEPT_RECORDINGS]
            return recording

    def stop(self, error: ErrorText | None = None) -> None:
        """End the stream; a recording that runs is finished and kept. May be called twice.

        Args:
            error: Why, if it was not asked for.
        """
        with self._lock:
            if self.phase is Phase.READY:
                return
            self.stop_recording()
            self.error = error
            session, self.session, self.processor, self._analyzer = self.session, None, None, None
            token, self._token = self._token, None
            self._stopped_s = self._clock()
            self._enter(Phase.READY)
        if session is not None:
            session.close()
        self._rooms.gate.leave(token)

    def leave(self) -> None:
        """The visitor went to another page: the stream ends there, and nothing is wrong.

        The browser ends it too, and what it says of that may come first, as a stream that was lost.
        """
        was_on = self.phase is not Phase.READY
        self.stop()
        with self._lock:
            if was_on or (self.error is LOST and self.since_stop_s < LEAVING_S):
                self.error, self.left = None, True

    def ended(self, session: LiveSession) -> None:
        """The stream of that session has ended: Stop, another page, a closed tab, a lost network.

        It is called from the loop that serves every stream, so that the work is done elsewhere.
        """
        if self.session is session:
            threading.Thread(target=self.stop, args=(LOST,), name="live-end", daemon=True).start()

    def _enter(self, phase: Phase) -> None:
        self.phase, self._since_s = phase, self._clock()
