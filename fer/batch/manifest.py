"""What of a batch is done, what failed and why: tables beside the results, or in a database of several."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import (
    Column,
    Connection,
    Float,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    create_engine,
    event,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.exc import SQLAlchemyError

from fer.batch.store import is_remote
from fer.errors import OutputError, SettingsError
from fer.library.database import driven
from fer.library.places import database_url

FILE = "manifest.sqlite"
WAITING, WORKING, DONE, FAILED = "waiting", "working", "done", "failed"

_META = MetaData()
BATCHES = Table(
    "batches",
    _META,
    Column("id", Integer, primary_key=True),
    Column("out", Text, nullable=False, unique=True),
    Column("place", Text, nullable=False),
    Column("made_with", Text, nullable=False),
    Column("created_utc", String(32), nullable=False),
)
RECORDINGS = Table(
    "batch_recordings",
    _META,
    Column("id", Integer, primary_key=True),
    Column("batch_id", ForeignKey("batches.id"), nullable=False, index=True),
    Column("label", Text, nullable=False),
    Column("stem", Text, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("fingerprint", Text, nullable=False, default=""),
    Column("pieces", Integer, nullable=False, default=0),
    Column("frames", Integer, nullable=False, default=0),
    Column("seconds", Float, nullable=False, default=0.0),
    Column("reason", Text, nullable=False, default=""),
    Column("code", String(40), nullable=False, default=""),
    Column("changed_utc", String(32), nullable=False, default=""),
)
PIECES = Table(
    "batch_pieces",
    _META,
    Column("id", Integer, primary_key=True),
    Column("recording_id", ForeignKey("batch_recordings.id"), nullable=False, index=True),
    Column("number", Integer, nullable=False),
    Column("worker", Text, nullable=False, default=""),
    Column("begun_utc", String(32), nullable=False),
    Column("seconds", Float, nullable=True),
    Column("frames", Integer, nullable=True),
    Column("outcome", String(40), nullable=False, default="begun"),
)
"""A row for every time that a piece was begun; ``outcome`` is begun, done or the code of an error."""


@dataclass(frozen=True)
class Row:
    """A recording as the manifest knows it.

    Args:
        key: Its number.
        label: See `fer.batch.plan.Recording`.
        stem: Likewise.
        kind: Likewise.
        state: waiting, working, done or failed.
        fingerprint: Of the source when it was begun.
        pieces: That are done.
        frames: In them.
        reason: Why it failed; empty if it did not.
        code: Of that error.
    """

    key: int
    label: str
    stem: str
    kind: str
    state: str = WAITING
    fingerprint: str = ""
    pieces: int = 0
    frames: int = 0
    reason: str = ""
    code: str = ""


class Manifest:
    """The list of one batch.

    Args:
        address: Of a database, as SQLAlchemy takes it.
        out: Where the batch's results go: its name in the database.

    Raises:
        OutputError: The database cannot be opened.
    """

    def __init__(self, address: str, out: str) -> None:
        self._out = out
        with self._told():
            self._engine = create_engine(driven(address), pool_pre_ping=True)
            if self._engine.dialect.name == "sqlite":
                event.listen(self._engine, "connect", _durable)
            _META.create_all(self._engine)
        with self._link() as link:
            self._batch = link.scalar(select(BATCHES.c.id).where(BATCHES.c.out == out))

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    @property
    def exists(self) -> bool:
        """Whether a batch was begun here before."""
        return self._batch is not None

    @property
    def made_with(self) -> str:
        """Settings and versions of the batch that was begun."""
        return self._said("made_with")

    def begin(self, place: str, made_with: str) -> None:
        """Write down a new batch."""
        with self._link() as link:
            values = {"out": self._out, "place": place, "made_with": made_with, "created_utc": _now()}
            made = link.execute(insert(BATCHES).values(**values))
            self._batch = made.inserted_primary_key[0] if made.inserted_primary_key else None

    @property
    def place(self) -> str:
        """The folder that the batch reads."""
        return self._said("place")

    def rows(self) -> list[Row]:
        """All recordings, in the order in which they were added."""
        fields = [RECORDINGS.c[name] for name in ("id", "label", "stem", "kind", "state", "fingerprint")]
        fields += [RECORDINGS.c[name] for name in ("pieces", "frames", "reason", "code")]
        mine = RECORDINGS.c.batch_id == self._batch
        with self._link() as link:
            return [Row(*row) for row in link.execute(select(*fields).where(mine).order_by(RECORDINGS.c.id))]

    def add(self, label: str, stem: str, kind: str) -> Row:
        """A recording that was not known yet."""
        values = {"batch_id": self._batch, "label": label, "stem": stem, "kind": kind, "state": WAITING}
        with self._link() as link:
            made = link.execute(insert(RECORDINGS).values(**values, changed_utc=_now()))
            assert made.inserted_primary_key is not None
            return Row(int(made.inserted_primary_key[0]), label, stem, kind)

    def set(self, key: int, **values) -> None:
        """Change what is known of a recording."""
        with self._link() as link:
            where = RECORDINGS.c.id == key
            link.execute(update(RECORDINGS).where(where).values(**values, changed_utc=_now()))

    def piece_begun(self, key: int, number: int) -> None:
        """A worker was given a piece."""
        with self._link() as link:
            values = {"recording_id": key, "number": number, "begun_utc": _now()}
            link.execute(insert(PIECES).values(**values))

    def piece_ended(self, key: int, number: int, outcome: str, **values) -> None:
        """What became of the piece that was begun last under this number."""
        last = select(func.max(PIECES.c.id)).where(PIECES.c.recording_id == key, PIECES.c.number == number)
        with self._link() as link:
            where = PIECES.c.id == last.scalar_subquery()
            link.execute(update(PIECES).where(where).values(outcome=outcome, **values))

    def pieces(self) -> list[tuple[str, int, str]]:
        """(label, number, outcome) of every time that a piece was begun, in order."""
        wanted = select(RECORDINGS.c.label, PIECES.c.number, PIECES.c.outcome)
        joined = wanted.join(PIECES, PIECES.c.recording_id == RECORDINGS.c.id)
        mine = joined.where(RECORDINGS.c.batch_id == self._batch).order_by(PIECES.c.id)
        with self._link() as link:
            return [(str(label), int(number), str(outcome)) for label, number, outcome in link.execute(mine)]

    def _said(self, column: str) -> str:
        with self._link() as link:
            return str(link.scalar(select(BATCHES.c[column]).where(BATCHES.c.id == self._batch)))

    @contextmanager
    def _link(self) -> Iterator[Connection]:
        """One transaction."""
        with self._told(), self._engine.begin() as link:
            yield link

    @contextmanager
    def _told(self) -> Iterator[None]:
        """A database that cannot be used, in a sentence."""
        try:
            yield
        except (SQLAlchemyError, ImportError) as exc:
            why = str(getattr(exc, "orig", None) or exc).splitlines()[0]
            raise OutputError(
                f"The list of the batch cannot be written: {why}. Cure it and --resume."
            ) from exc


def database_of(out: str, given: str = "") -> str:
    """The address of the database: the given one, else the environment's, else SQLite beside the results.

    Raises:
        SettingsError: The results lie where SQLite cannot, and no database is given.
    """
    if address := given or database_url():
        return address
    if is_remote(out):
        raise SettingsError(
            "Results at an address need a list elsewhere: give --database sqlite:///FILE, or PostgreSQL's."
        )
    return f"sqlite:///{out}/{FILE}"


def _durable(link, _) -> None:
    """A killed process leaves the list whole, and a reader does not stop the writer."""
    link.execute("PRAGMA journal_mode=WAL")
    link.execute("PRAGMA synchronous=NORMAL")


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
