"""How far a batch is and how long it will still take, from what was seen of it."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field

FIRST_SAYS = 25
"""Frames after which a recording's own pace counts."""


@dataclass(frozen=True)
class Active:
    """A recording that is being read.

    Args:
        label: What people read.
        share: 0..1; None where its length is not known.
        left_s: Seconds left; None while nobody can know.
    """

    label: str
    share: float | None
    left_s: float | None


@dataclass(frozen=True)
class BatchProgress:
    """How far a batch is.

    Args:
        recordings: In all.
        done: Of them.
        failed: Of them.
        share: 0..1 of the work; None while nobody can know.
        left_s: Seconds left; None while nobody can know.
        active: What is being read now.
        memory_mb: The most that a worker holds now.
        ceiling_mb: The most that one may hold; 0 where workers keep their own.
    """

    recordings: int
    done: int
    failed: int
    share: float | None
    left_s: float | None
    active: tuple[Active, ...] = ()
    memory_mb: float = 0.0
    ceiling_mb: float = 0.0


@dataclass
class _Running:
    """A piece that is being read. Its pace counts from the first frames that were told: before them models
    were loaded, or the place in the video was found.
    """

    begun_s: float
    since_s: float
    frames: int = 0
    first: int = 0
    told_s: float = 0.0

    def told(self, frames: int, now_s: float) -> None:
        """So many frames are read by now."""
        if not self.frames:
            self.since_s, self.first = now_s, frames
        self.frames, self.told_s = max(frames, self.frames), now_s

    def ended(self, frames: int, now_s: float, *, whole: bool) -> None:
        """The piece is done; a whole one, and one too short to be told about, count from their beginning."""
        self.frames, self.told_s = frames, now_s
        if whole:
            self.since_s, self.first = self.begun_s, 0

    def paced(self) -> tuple[int, float]:
        """Frames, and the seconds that they took."""
        return (self.frames - self.first, self.told_s - self.since_s) if self.frames else (0, 0.0)


@dataclass
class _Pace:
    """What is known of one recording's speed: seconds of a worker for frames."""

    kind: str
    expected: int | None
    earlier: int = 0
    frames: int = 0
    paced: int = 0
    busy_s: float = 0.0
    ready_s: float = math.inf
    """When the first piece was done: one that was begun later met loaded models, and all of it counts."""
    now: dict[int, _Running] = field(default_factory=dict)

    def read(self) -> int:
        """Frames that are read, those of earlier runs included."""
        return self.earlier + self.frames + sum(one.frames for one in self.now.values())


class Forecast:
    """Collects what workers say.

    Args:
        clock: Monotonic seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._paces: dict[int, _Pace] = {}
        self._ended: set[int] = set()

    def add(self, key: int, kind: str, expected: int | None, earlier: int = 0) -> None:
        """A recording that is to be read.

        Args:
            key: Its number.
            kind: ``"video"`` or ``"photos"``.
            expected: Frames or photos in all, or bytes; None where nobody knows.
            earlier: Of them, read in earlier runs.
        """
        self._paces[key] = _Pace(kind, expected, earlier)
        self._ended.discard(key)

    def began(self, key: int, number: int) -> None:
        """A worker began a piece."""
        pace = self._paces[key]
        now_s = self._clock()
        pace.now[number] = _Running(now_s, now_s)

    def told(self, key: int, frames: int, number: int) -> None:
        """So many frames of a piece are read."""
        pace = self._paces.get(key)
        if pace and number in pace.now:
            pace.now[number].told(frames, self._clock())

    def ended(self, key: int, number: int, frames: int) -> None:
        """A piece is done; 0 frames if it failed."""
        pace = self._paces[key]
        running = pace.now.pop(number, None)
        if frames and running is not None:
            now_s = self._clock()
            running.ended(frames, now_s, whole=running.begun_s >= pace.ready_s)
            pace.ready_s = min(pace.ready_s, now_s)
            paced, busy_s = running.paced()
            pace.frames += frames
            pace.paced += paced
            pace.busy_s += busy_s

    def again(self, key: int) -> None:
        """A recording is read from its start again."""
        pace = self._paces[key]
        pace.earlier = pace.frames = pace.paced = 0
        pace.busy_s, pace.ready_s = 0.0, math.inf
        pace.now.clear()

    def closed(self, key: int) -> None:
        """Nothing more is done for a recording."""
        self._ended.add(key)

    @property
    def frames(self) -> int:
        """Read in all, those of earlier runs included."""
        return sum(pace.read() for pace in self._paces.values())

    def share_of(self, key: int) -> float | None:
        """0..1 of one recording; None where its length is not known."""
        pace = self._paces[key]
        return min(1.0, pace.read() / pace.expected) if pace.expected else None

    def left_of(self, key: int) -> float | None:
        """Seconds that one recording takes a worker; None while nobody can know."""
        pace = self._paces[key]
        if key in self._ended:
            return 0.0
        a_frame = self._seconds_a_frame(pace)
        expected = pace.expected or self._usual(pace.kind)
        return None if a_frame is None or expected is None else max(0, expected - pace.read()) * a_frame

    def left_s(self, workers: int) -> float | None:
        """Seconds until all is done: the work shared by all, but never less than the longest video alone."""
        lefts = {key: self.left_of(key) for key in self._paces if key not in self._ended}
        known = [left for left in lefts.values() if left is not None]
        if len(known) < len(lefts):
            return None
        alone = [lefts[key] or 0.0 for key in lefts if self._paces[key].kind == "video"]
        return max(sum(known) / max(1, workers), max(alone, default=0.0))

    def share(self) -> float | None:
        """0..1 of the frames of all recordings; None while a length is not known."""
        wanted = {
            key: p.read() if key in self._ended else p.expected or self._usual(p.kind)
            for key, p in self._paces.items()
        }
        known = [want for want in wanted.values() if want is not None]
        if len(known) < len(wanted) or not sum(known):
            return None
        return min(1.0, self.frames / sum(known))

    def _usual(self, kind: str) -> int | None:
        """Mean length of those of a kind that are known."""
        known = [p.expected for p in self._paces.values() if p.kind == kind and p.expected]
        return round(sum(known) / len(known)) if known else None

    def _seconds_a_frame(self, pace: _Pace) -> float | None:
        """A recording's own pace, or that of its kind, or of all while nothing of its kind was read."""
        own = self._sum([pace])
        if own is not None:
            return own
        alike = self._sum([p for p in self._paces.values() if p.kind == pace.kind])
        return alike if alike is not None else self._sum(list(self._paces.values()))

    def _sum(self, paces: list[_Pace]) -> float | None:
        running = [one.paced() for p in paces for one in p.now.values()]
        frames = sum(p.paced for p in paces) + sum(paced for paced, _ in running)
        busy_s = sum(p.busy_s for p in paces) + sum(busy for _, busy in running)
        return busy_s / frames if frames >= FIRST_SAYS else None
