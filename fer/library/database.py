"""The list of kept sessions in a database: SQLite in a file of ours, or PostgreSQL where one is named."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from sqlalchemy import (
    JSON,
    URL,
    BigInteger,
    Engine,
    Float,
    ForeignKey,
    String,
    Text,
    create_engine,
    event,
    exists,
    make_url,
    select,
    text,
)
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship

from fer.errors import LibraryError
from fer.io.json_records import from_values
from fer.library.records import MAX_TITLE, MAX_WORD, About, Entry, PersonFigures

FILE = "sessions.sqlite"
BUSY_S = 20
"""How long a write waits for another program's."""

UNREACHABLE = (
    "The list of kept sessions cannot be reached: see whether its database runs and FER_DATABASE_URL."
)


class _Base(DeclarativeBase):
    """Of the tables."""


class SessionRow(_Base):
    """A kept session."""

    __tablename__ = "fer_session"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    owner: Mapped[str] = mapped_column(String(64), index=True)
    title: Mapped[str] = mapped_column(String(MAX_TITLE))
    participant: Mapped[str] = mapped_column(String(MAX_WORD))
    condition: Mapped[str] = mapped_column(String(MAX_WORD))
    source_name: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(String(16))
    duration_s: Mapped[float] = mapped_column(Float)
    kept_utc: Mapped[str] = mapped_column(String(32), index=True)
    people: Mapped[list] = mapped_column(JSON)
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    has_video: Mapped[bool]
    has_pictures: Mapped[bool]
    words: Mapped[str] = mapped_column(Text)
    """What a search looks through, in small letters."""
    tags: Mapped[list["TagRow"]] = relationship(cascade="all, delete-orphan", lazy="selectin")


class TagRow(_Base):
    """A tag of a session."""

    __tablename__ = "fer_session_tag"

    session_id: Mapped[str] = mapped_column(
        ForeignKey("fer_session.id", ondelete="CASCADE"), primary_key=True
    )
    tag: Mapped[str] = mapped_column(String(MAX_WORD), primary_key=True)


class Database:
    """Where the list is.

    Nothing is made before something is kept: a library that nobody has used leaves no trace.

    Args:
        folder: Of SQLite's file.
        url: Of another database, as SQLAlchemy writes it; empty for SQLite.
    """

    def __init__(self, folder: Path, url: str = "") -> None:
        self._file = None if url else folder / FILE
        self._url = url
        self._ready: Engine | None = None

    @property
    def is_there(self) -> bool:
        """Something may be in it."""
        return self._file is None or self._file.exists()

    @contextmanager
    def session(self) -> Iterator[Session]:
        """One transaction: all of it happens, or nothing.

        Raises:
            LibraryError: The database does not answer, or refuses.
        """
        try:
            with Session(self._engine()) as session, session.begin():
                yield session
        except SQLAlchemyError as exc:
            raise LibraryError(UNREACHABLE) from exc

    def scrub(self) -> None:
        """Write the tables anew, so that nothing is left in their files of what was deleted.

        Raises:
            LibraryError: The database does not answer, or refuses.
        """
        sql = ("VACUUM",) if self._file else tuple(f"VACUUM FULL {t}" for t in _Base.metadata.tables)
        try:
            with self._engine().connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                for statement in sql:
                    connection.execute(text(statement))
        except SQLAlchemyError as exc:
            raise LibraryError(UNREACHABLE) from exc

    def close(self) -> None:
        """Let go of its connections."""
        if self._ready is not None:
            self._ready.dispose()
            self._ready = None

    def _engine(self) -> Engine:
        if self._ready is None:
            self._ready = _engine_of(self._file, self._url)
            _Base.metadata.create_all(self._ready)
        return self._ready


def _engine_of(file: Path | None, url: str) -> Engine:
    if file is not None:
        engine = create_engine(f"sqlite:///{file}", connect_args={"timeout": BUSY_S})
        event.listen(engine, "connect", _private_sqlite)
        return engine
    try:
        address = driven(url)
        if address.get_backend_name() != "postgresql":
            raise LibraryError("FER_DATABASE_URL names no PostgreSQL: leave it out for SQLite.")
        return create_engine(address, pool_pre_ping=True)
    except (ArgumentError, NoSuchModuleError, ImportError) as exc:
        raise LibraryError(
            "FER_DATABASE_URL cannot be used: write postgresql://user:password@host/database, and install "
            "psycopg."
        ) from exc


def driven(url: str) -> URL:
    """An address with the driver that is installed for PostgreSQL.

    Raises:
        sqlalchemy.exc.ArgumentError: It is no address.
    """
    address = make_url(url)
    if address.drivername in ("postgres", "postgresql"):
        return address.set(drivername="postgresql+psycopg")
    return address


def _private_sqlite(connection, _record) -> None:
    """What is deleted or changed is overwritten, also in SQLite's own spare pages."""
    for pragma in ("secure_delete = ON", "foreign_keys = ON", "journal_mode = DELETE"):
        connection.execute(f"PRAGMA {pragma}")


def row_of(owner: str, entry: Entry) -> SessionRow:
    """A line of the list as the database keeps it."""
    row = SessionRow(
        id=entry.id,
        owner=owner,
        source_name=_storable(entry.source_name),
        kind=entry.kind,
        duration_s=entry.duration_s,
        kept_utc=entry.kept_utc,
        people=[asdict(person) | {"name": _storable(person.name)} for person in entry.people],
        size_bytes=entry.size_bytes,
        has_video=entry.has_video,
        has_pictures=entry.has_pictures,
    )
    describe(row, entry.about)
    return row


def describe(row: SessionRow, about: About) -> None:
    """Write down what is said about a session, in place."""
    row.title, row.participant, row.condition = about.title, about.participant, about.condition
    there = {tag.tag: tag for tag in row.tags}
    row.tags = [there.get(tag) or TagRow(tag=tag) for tag in about.tags]
    names = [person["name"] for person in row.people]
    said = [about.title, row.source_name, about.participant, about.condition, *about.tags, *names]
    row.words = "\n".join(said).casefold()


def entry_of(row: SessionRow) -> Entry:
    """A line of the list.

    Raises:
        LibraryError: The database holds something else.
    """
    try:
        people = from_values(tuple[PersonFigures, ...], row.people)
    except (ValueError, TypeError) as exc:
        raise LibraryError("The list of kept sessions was written by another version.") from exc
    tags = tuple(sorted((tag.tag for tag in row.tags), key=str.casefold))
    return Entry(
        id=row.id,
        about=About(row.title, row.participant, row.condition, tags),
        source_name=row.source_name,
        kind=row.kind,
        duration_s=row.duration_s,
        kept_utc=row.kept_utc,
        people=people,
        size_bytes=row.size_bytes,
        has_video=row.has_video,
        has_pictures=row.has_pictures,
    )


def rows_of(owner: str, *, words: Iterable[str] = (), tag: str = "", **equal: str):
    """The query for an owner's sessions, the newest first.

    Args:
        owner: Whose.
        words: Each must be somewhere in what a session says about itself.
        tag: One that it must have; empty for any.
        **equal: Column -> what it must be; empty for anything.
    """
    query = select(SessionRow).where(SessionRow.owner == owner)
    for word in words:
        query = query.where(SessionRow.words.contains(word.casefold(), autoescape=True))
    if tag:
        query = query.where(exists().where(TagRow.session_id == SessionRow.id, TagRow.tag == tag))
    for name, value in equal.items():
        if value:
            query = query.where(getattr(SessionRow, name) == value)
    return query.order_by(SessionRow.kept_utc.desc(), SessionRow.id)


def _storable(name: str) -> str:
    """A name that PostgreSQL takes: it knows no NUL."""
    return name.replace("\0", " ")
