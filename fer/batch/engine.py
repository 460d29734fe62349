"""A batch from its plan to its results: who reads what next, and what is tried again."""

import json
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import fer
from fer.batch.crew import Crew, Event, Lost, Told
from fer.batch.forecast import Active, BatchProgress, Forecast
from fer.batch.manifest import DONE, FAILED, WAITING, WORKING, Manifest, Row
from fer.batch.pieces import piece_from_bytes
from fer.batch.plan import MAX_PROBED, PHOTOS_A_PIECE, Plan, Recording
from fer.batch.store import Store
from fer.batch.work import WORK, Answer, Order, piece_name, pieces_folder, write_late_report
from fer.emotion.network import read_manifest
from fer.errors import BatchPieceError, FerError, InputError, OutputError, OutputExistsError, SettingsError
from fer.records import LOST, GivenFile
from fer.settings import Settings
from fer.sources import content_kind
from fer.sources.account import lost
from fer.text import count

PIECE_S = 60.0
TRIES = 2
"""A piece is tried so often before its recording has failed."""

TELL_EVERY_S = 0.5
CHANGED, DAMAGED_PIECE = "input_changed", "batch_piece"
"""Codes after which a recording is read from its start again."""


@dataclass(frozen=True)
class Wishes:
    """What a batch is asked for.

    Args:
        place: The folder with videos and photos, or its address.
        out: Where results go, or its address.
        settings: How to analyse.
        resume: Go on with a batch that was begun there.
        report: Write HTML reports too.
        piece_s: Length of a piece of video, in seconds.
        processors: Of this machine; 0 where workers are elsewhere.
        ceiling_mb: Most memory of one worker, for what is shown; 0 where it is not known.
    """

    place: str
    out: str
    settings: Settings = field(default_factory=Settings)
    resume: bool = False
    report: bool = False
    piece_s: float = PIECE_S
    processors: int = 0
    ceiling_mb: float = 0.0

    @property
    def made_with(self) -> str:
        """What has to be the same for pieces to fit together."""
        network = read_manifest()
        return json.dumps(
            {
                "fer": fer.__version__,
                "network": network.sha256.get(network.tflite, ""),
                "settings": self.settings.to_dict(),
                "piece_s": self.piece_s,
            },
            sort_keys=True,
        )


@dataclass(frozen=True)
class BatchResult:
    """How a batch ended.

    Args:
        done: Recordings that are done, in this run or before.
        failed: (label, reason, code) of each that failed.
        lost: Files of which nothing could be read, with the reason.
        in_part: Files that were not read whole in this run, with what is missing.
        notes: What the user should know, one sentence each.
        frames: Frames and photos that were read in this run.
        seconds: That it took.
        peak_mb: The most memory that a worker ever held.
    """

    done: int
    failed: tuple[tuple[str, str, str], ...]
    lost: tuple[GivenFile, ...]
    in_part: tuple[GivenFile, ...]
    notes: tuple[str, ...]
    frames: int
    seconds: float
    peak_mb: float


@dataclass(eq=False)
class _Chain:
    """A recording on its way: which pieces are done, and which come next."""

    row: Row
    recording: Recording
    fingerprint: str
    next: int = 0
    done: set[int] = field(default_factory=set)
    running: set[int] = field(default_factory=set)
    again: list[int] = field(default_factory=list)
    complete: bool = False
    failed: bool = False
    tries: int = 0
    restarts: int = 0
    frames: int = 0

    @property
    def pieces(self) -> int | None:
        """How many there are; None while a video goes on."""
        if self.recording.kind == "video":
            return len(self.done) if self.complete else None
        return -(-len(self.recording.files) // PHOTOS_A_PIECE)

    def take(self) -> int | None:
        """Number of a piece that can begin now."""
        if self.again:
            return self.again.pop(0)
        if self.recording.kind == "video":
            if self.complete or self.running:
                return None
            return len(self.done)
        while self.next < (self.pieces or 0):
            self.next += 1
            if self.next - 1 not in self.done | self.running:
                return self.next - 1
        return None

    @property
    def all_read(self) -> bool:
        """Only putting together is left."""
        return len(self.done) == self.pieces


class Batch:
    """A batch that is run once.

    Args:
        plan: What there is to do.
        wishes: How.
        manifest: Where it is written down.
        crew: Who does it; closed by the caller.
        on_progress: Called a few times a second.
        on_end: Called with (label, sentence) of every recording that is done or has failed.
    """

    def __init__(
        self,
        plan: Plan,
        wishes: Wishes,
        manifest: Manifest,
        crew: Crew,
        *,
        on_progress: Callable[[BatchProgress], None] | None = None,
        on_end: Callable[[str, str], None] | None = None,
    ) -> None:
        self._plan, self._wishes, self._manifest, self._crew = plan, wishes, manifest, crew
        self._on_progress, self._on_end = on_progress, on_end
        self._store = Store(wishes.out)
        self._forecast = Forecast()
        self._chains: dict[int, _Chain] = {}
        self._queue: deque[int] = deque()
        self._done = 0
        self._failed: list[tuple[str, str, str]] = []
        self._left: list[GivenFile] = []
        self._notes: list[str] = []
        self._memory_mb: dict[str, float] = {}
        self._peak_mb = 0.0
        self._started_s = self._told_s = time.monotonic()
        self._frames = 0

    def run(self) -> BatchResult:
        """Do everything that is not done yet.

        Raises:
            OutputExistsError: A batch was begun here, and `resume` is not set.
            SettingsError: It was begun with other settings.
            OutputError: Results cannot be written: what was done so far stays.
            ModelError: A model cannot be used.
        """
        self._take_up()
        while self._queue or any(chain.running for chain in self._chains.values()):
            self._give()
            for event in self._crew.events(TELL_EVERY_S):
                self._take(event)
            self._tell()
        self._look_again()
        self._store.remove_empty(WORK)
        self._tell(now=True)
        return BatchResult(
            done=self._done,
            failed=tuple(self._failed),
            lost=(*self._plan.lost, *lost(self._left)),
            in_part=tuple(file for file in self._left if file.fate not in LOST),
            notes=tuple(self._notes),
            frames=self._frames,
            seconds=time.monotonic() - self._started_s,
            peak_mb=self._peak_mb,
        )

    def _look_again(self) -> None:
        """Files that could not be read when the folder was searched may have been on their way."""
        for file in self._plan.lost:
            path = Path(self._wishes.place, file.name)
            with suppress(InputError):
                if file.fate == "refused" and path.is_file() and content_kind(path) in ("image", "video"):
                    self._notes.append(f"{file.name} can be read now: --resume takes it in.")

    def _take_up(self) -> None:
        """Match what was found with what is known, and queue what is left; the longest first."""
        self._check()
        known = {row.label: row for row in self._manifest.rows()}
        found = {one.label for one in self._plan.recordings}
        for file in self._plan.lost:
            found.add(file.name)
            if file.fate == "refused":
                row = known.get(file.name) or self._manifest.add(file.name, file.name, file.kind)
                self._manifest.set(row.key, state=FAILED, reason=file.reason, code=file.code)
        self._notes += [f"{label} is not in the folder any more." for label in known if label not in found]
        probe = len(self._plan.recordings) <= MAX_PROBED
        lengths: dict[int, int] = {}
        for recording in self._plan.recordings:
            row = known.get(recording.label) or self._manifest.add(
                recording.label, recording.stem, recording.kind
            )
            if not self._open(row, recording):
                continue
            expected = recording.expected(self._wishes.settings) if probe else None
            lengths[row.key] = expected or 0
            self._forecast.add(row.key, recording.kind, expected, self._chains[row.key].frames)
        self._queue.extend(sorted(lengths, key=lambda key: (-lengths[key], key)))

    def _check(self) -> None:
        """Refuse to mix two batches."""
        wanted = self._wishes.made_with
        if not self._manifest.exists:
            self._manifest.begin(self._wishes.place, wanted)
        elif not self._wishes.resume:
            raise OutputExistsError(
                f"{self._wishes.out} holds a batch already: go on with it (--resume), or name another."
            )
        elif self._manifest.made_with != wanted:
            raise SettingsError(
                f"The batch in {self._wishes.out} was begun with other settings, or by another version: give "
                "the same ones, or choose another folder."
            )

    def _open(self, row: Row, recording: Recording) -> bool:
        """Take up a recording where it was left; False if it is done or cannot be read."""
        try:
            fingerprint = recording.fingerprint()
        except InputError as exc:
            self._fail(row.key, recording.label, exc.message, exc.code)
            return False
        same = not row.fingerprint or row.fingerprint == fingerprint
        if row.state == DONE and same:
            self._done += self._has_report(row)
            return False
        chain = _Chain(row, recording, fingerprint)
        if not same:
            self._notes.append(f"{recording.label} changed since the last run: it is read from its start.")
            self._store.remove(pieces_folder(row.key))
        self._manifest.set(row.key, state=WAITING, fingerprint=fingerprint, reason="", code="")
        self._chains[row.key] = chain
        self._look_up(chain)
        chain.frames = row.frames if same and chain.done else 0
        return True

    def _has_report(self, row: Row) -> bool:
        """Write a report that is asked for now, of what was done without; False if it cannot be made."""
        if not self._wishes.report:
            return True
        try:
            if write_late_report(self._store, row.label, row.stem):
                self._say(row.label, "report written")
        except BatchPieceError as exc:
            self._fail(row.key, row.label, exc.message, exc.code)
            return False
        return True

    def _look_up(self, chain: _Chain) -> None:
        """Which pieces lie there whole."""
        key = chain.row.key
        names = {f"{pieces_folder(key)}/{name}" for name in self._store.names(pieces_folder(key))}
        there = [k for k in range(chain.pieces or len(names)) if piece_name(key, k) in names]
        if chain.recording.kind == "video":
            # A video's pieces stand on each other: what follows a missing one is not used.
            there = [k for k, number in enumerate(there) if k == number]
            chain.complete = bool(there) and self._is_last(chain, there[-1])
        chain.done = set(there)

    def _is_last(self, chain: _Chain, number: int) -> bool:
        try:
            return piece_from_bytes(self._store.read(piece_name(chain.row.key, number))).last
        except FerError:
            return False

    def _give(self) -> None:
        """Keep all workers busy."""
        for _ in range(len(self._queue)):
            if self._crew.free <= 0 or not self._queue:
                return
            key = self._queue.popleft()
            chain = self._chains[key]
            order = self._next_order(chain)
            if order is None:
                continue
            if chain.recording.kind != "video" and not order.finish:
                self._queue.appendleft(key)  # its other pieces can be read at the same time
            self._begin(chain, order)

    def _next_order(self, chain: _Chain) -> Order | None:
        """The next thing to do for a recording; None while it waits for its own pieces."""
        if chain.all_read and not chain.running:
            return self._order(chain, len(chain.done), finish=True)
        number = chain.take()
        return None if number is None else self._order(chain, number)

    def _order(self, chain: _Chain, number: int, *, finish: bool = False) -> Order:
        files, first = chain.recording.files, 0
        if chain.recording.kind != "video":
            first = number * PHOTOS_A_PIECE
            files = files[first : first + PHOTOS_A_PIECE]
        wishes, busy = self._wishes, 1 + sum(len(one.running) for one in self._chains.values())
        idle = 2 * max(busy, min(self._crew.size, busy + len(self._queue))) <= wishes.processors
        return Order(
            key=chain.row.key,
            kind=chain.recording.kind,
            label=chain.recording.label,
            stem=chain.row.stem,
            number=number,
            out=wishes.out,
            settings=wishes.settings,
            finish=finish,
            files=() if finish else files,
            first=first,
            fingerprint=chain.fingerprint if chain.recording.kind == "video" else "",
            piece_s=wishes.piece_s,
            side_by_side=idle,
            report=wishes.report,
        )

    def _begin(self, chain: _Chain, order: Order) -> None:
        if not order.finish:
            self._manifest.piece_begun(order.key, order.number)
            self._forecast.began(order.key, order.number)
        if chain.row.state != WORKING:
            chain.row = replace(chain.row, state=WORKING)
            self._manifest.set(order.key, state=WORKING)
        chain.running.add(order.number)
        self._crew.give(order)

    def _take(self, event: Event) -> None:
        if isinstance(event, Told):
            self._forecast.told(event.key, event.frames, event.number)
        elif isinstance(event, Lost):
            chain = self._chains[event.order.key]
            self._ended(chain, event.order.number, event.order.finish, event.code, {})
            self._look_up(chain)
            self._again(chain, event.order.number, event.order.finish, event.reason, event.code)
        else:
            self._answered(event)

    def _answered(self, answer: Answer) -> None:
        chain = self._chains[answer.key]
        self._memory_mb[answer.worker] = answer.memory_mb
        self._peak_mb = max(self._peak_mb, answer.peak_mb)
        values = {"worker": answer.worker, "seconds": answer.seconds, "frames": answer.frames}
        self._ended(chain, answer.number, answer.finish, answer.code or "done", values)
        if answer.fatal:
            self._manifest.set(answer.key, state=WAITING, reason=answer.error, code=answer.code)
            raise OutputError(answer.error) if answer.code.startswith("output") else FatalBatchError(answer)
        if answer.error:
            self._again(chain, answer.number, answer.finish, answer.error, answer.code)
        elif answer.finish:
            self._left += answer.left
            self._finish(chain)
        else:
            self._piece_done(chain, answer)

    def _ended(self, chain: _Chain, number: int, finish: bool, outcome: str, values: dict[str, Any]) -> None:
        chain.running.discard(number)
        if not finish:
            self._manifest.piece_ended(chain.row.key, number, outcome, **values)
            self._forecast.ended(chain.row.key, number, values.get("frames", 0))

    def _piece_done(self, chain: _Chain, answer: Answer) -> None:
        chain.tries = 0
        chain.done.add(answer.number)
        chain.frames += answer.frames
        self._frames += answer.frames
        chain.complete = answer.last if chain.recording.kind == "video" else chain.complete
        if chain.failed:
            return
        self._manifest.set(answer.key, pieces=len(chain.done), frames=chain.frames)
        # First of all: its worker has the video open.
        if answer.key not in self._queue:
            self._queue.appendleft(answer.key)

    def _again(self, chain: _Chain, number: int, finish: bool, reason: str, code: str) -> None:
        """Try a piece once more, after everything else; then the recording has failed."""
        chain.tries += 1
        key = chain.row.key
        if code in (CHANGED, DAMAGED_PIECE) and chain.restarts < TRIES - 1:
            self._restart(chain, reason)
        elif chain.tries >= TRIES or code in (CHANGED, DAMAGED_PIECE):
            if not chain.failed:
                self._fail(key, chain.recording.label, reason, code)
            chain.failed = True
            while key in self._queue:
                self._queue.remove(key)
            return
        elif not finish and chain.recording.kind != "video" and number not in chain.done:
            chain.again.append(number)
        if key not in self._queue:
            self._queue.append(key)

    def _restart(self, chain: _Chain, reason: str) -> None:
        """Read a recording from its start: its file is another now, or a piece is damaged."""
        chain.restarts += 1
        chain.tries = 0
        chain.done.clear()
        chain.complete, chain.next, chain.frames = False, 0, 0
        self._store.remove(pieces_folder(chain.row.key))
        self._notes.append(f"{reason} {chain.recording.label} was read from its start again.")
        with suppress(InputError):  # the next piece says so
            chain.fingerprint = chain.recording.fingerprint()
        self._manifest.set(chain.row.key, fingerprint=chain.fingerprint, pieces=0, frames=0)
        self._forecast.again(chain.row.key)

    def _finish(self, chain: _Chain) -> None:
        self._done += 1
        self._manifest.set(chain.row.key, state=DONE, reason="", code="")
        self._store.remove(pieces_folder(chain.row.key))
        self._forecast.closed(chain.row.key)
        unit = "photo" if chain.recording.kind != "video" else "frame"
        self._say(chain.recording.label, f"done, {count(chain.frames, unit)}")

    def _fail(self, key: int, label: str, reason: str, code: str) -> None:
        self._failed.append((label, reason, code))
        self._manifest.set(key, state=FAILED, reason=reason, code=code)
        if key in self._chains:
            self._forecast.closed(key)
        self._say(label, f"failed: {reason} [{code}]")

    def _say(self, label: str, sentence: str) -> None:
        if self._on_end:
            self._on_end(label, sentence)

    def _tell(self, *, now: bool = False) -> None:
        if self._on_progress is None or not (now or time.monotonic() - self._told_s >= TELL_EVERY_S):
            return
        self._told_s = time.monotonic()
        self._on_progress(
            BatchProgress(
                recordings=len(self._plan.recordings),
                done=self._done,
                failed=len(self._failed),
                share=self._forecast.share(),
                left_s=self._forecast.left_s(self._crew.size),
                active=tuple(self._active()),
                memory_mb=max(self._memory_mb.values(), default=0.0),
                ceiling_mb=self._wishes.ceiling_mb,
            )
        )

    def _active(self) -> Iterator[Active]:
        for key, chain in self._chains.items():
            if chain.running:
                yield Active(chain.recording.label, self._forecast.share_of(key), self._forecast.left_of(key))


class FatalBatchError(FerError):
    """What stops a whole batch, said by a worker.

    Args:
        answer: With its sentence and its code.
    """

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.error)
        self.code = answer.code
