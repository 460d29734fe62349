"""The library: keep a session, find it again, open it, hand it on, delete it for good."""

import hashlib
import io
import json
import re
import secrets
import shutil
import time
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from fer.errors import DamagedInputError, LibraryError, MissingSessionError, TooLargeInputError
from fer.io.files import cannot_write, write_whole
from fer.io.json_records import PARSE_ERRORS
from fer.library.content import DAMAGED, FILES, PICTURES, VIDEO, files_of, report_of, session_of
from fer.library.database import Database, SessionRow, describe, entry_of, row_of, rows_of
from fer.library.records import About, Entry, KeptSession, figures_of
from fer.timeline.report import Report

SESSIONS = "sessions"
"""Folder of the sessions' own folders."""

ABOUT_FILE = "about.json"
"""In a handed-on file: what was said about the session."""

_MEMBER = re.compile(rf"\d{{1,6}}/({'|'.join(map(re.escape, (*FILES, ABOUT_FILE)))})", re.ASCII)

MAX_IMPORT_BYTES = 500 * 2**20
ORPHAN_AFTER_S = 3600.0
"""A folder that no line of the list names may be one that is being written."""


@dataclass(frozen=True)
class Known:
    """The words that an owner's sessions use, each in the order of the alphabet."""

    tags: tuple[str, ...] = ()
    participants: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()

    @classmethod
    def of(cls, entries: Iterable[Entry]) -> "Known":
        """The words that these sessions use."""
        found = [entry.about for entry in entries]

        def _sorted(words: Iterable[str]) -> tuple[str, ...]:
            return tuple(sorted(set(words) - {""}, key=lambda word: (word.casefold(), word)))

        return cls(
            _sorted(tag for about in found for tag in about.tags),
            _sorted(about.participant for about in found),
            _sorted(about.condition for about in found),
        )


class Library:
    """Kept sessions of several owners, none of whom sees another's.

    Args:
        folder: Where the files are; made once something is kept.
        url: Of a PostgreSQL; empty for SQLite in the folder.

    Example:
        >>> library = Library(Path("studies"))                                # doctest: +SKIP
        >>> kept = library.keep("me", KeptSession(report.timeline, model=..., created_utc=...))
        >>> library.open("me", kept.id)                                       # doctest: +SKIP
    """

    def __init__(self, folder: Path, url: str = "") -> None:
        self._folder = folder
        self._database = Database(folder, url)

    def keep(
        self, owner: str, kept: KeptSession, about: About | None = None, *, report: Report | None = None
    ) -> Entry:
        """Keep a session.

        Args:
            owner: Whose it is: a secret of the owner's, of which only the hash is written down.
            kept: What it consists of.
            about: What is said about it.
            report: What the session shows, if it is at hand; made from it otherwise.

        Raises:
            InputError: Its parts do not fit together.
            OutputError: It cannot be written; nothing is left behind.
            LibraryError: The database does not answer.
        """
        report = report or report_of(kept)
        files = files_of(kept)
        entry = Entry(
            id=secrets.token_hex(16),
            about=about or About(),
            source_name=kept.timeline.source.name,
            kind=kept.timeline.source.kind,
            duration_s=float(kept.timeline.source.duration_s or kept.timeline.end_s),
            kept_utc=datetime.now(UTC).isoformat(timespec="milliseconds"),
            people=figures_of(report.summary),
            size_bytes=sum(map(len, files.values())),
            has_video=VIDEO in files,
            has_pictures=PICTURES in files,
        )
        self._write(entry.id, files)
        try:
            with self._database.session() as session:
                session.add(row_of(_hashed(owner), entry))
        except BaseException:
            self._remove_files(entry.id)
            raise
        self._sweep()
        return entry

    def entries(
        self, owner: str, *, search: str = "", tag: str = "", participant: str = "", condition: str = ""
    ) -> list[Entry]:
        """The owner's sessions, those kept last first.

        Args:
            owner: Whose.
            search: Words that must all occur in title, name of the source, participant, condition, tags
                or names of people.
            tag: Only those that have it.
            participant: Only those with exactly this one.
            condition: Likewise.

        Raises:
            LibraryError: The database does not answer.
        """
        if not self._database.is_there:
            return []
        equal = {"participant": participant, "condition": condition}
        query = rows_of(_hashed(owner), words=search.split(), tag=tag, **equal)
        with self._database.session() as session:
            return [entry_of(row) for row in session.scalars(query)]

    def known(self, owner: str) -> Known:
        """The words that the owner's sessions use, to choose from."""
        return Known.of(self.entries(owner))

    def entry(self, owner: str, session_id: str) -> Entry:
        """One line of the list.

        Raises:
            MissingSessionError: The owner has no such session.
        """
        with self._row(owner, session_id) as (_, row):
            return entry_of(row)

    def open(self, owner: str, session_id: str) -> KeptSession:
        """Everything that was kept.

        Raises:
            MissingSessionError: The owner has no such session.
            InputError: Its files are damaged.
        """
        return session_of(self._read(self.entry(owner, session_id)))

    def describe(self, owner: str, session_id: str, about: About) -> Entry:
        """Say something else about a session.

        Raises:
            MissingSessionError: The owner has no such session.
        """
        with self._row(owner, session_id) as (_, row):
            describe(row, about)
            return entry_of(row)

    def delete(self, owner: str, session_ids: Iterable[str]) -> None:
        """Delete sessions for good: their files, their lines, and what was left of those in the database.

        Raises:
            MissingSessionError: The owner has no such session; those before it are gone.
            LibraryError: The database does not answer.
        """
        for session_id in session_ids:
            with self._row(owner, session_id) as (session, row):
                self._remove_files(row.id)
                session.delete(row)
        if self._database.is_there:
            self._database.scrub()

    def export(self, owner: str, session_ids: Iterable[str]) -> bytes:
        """One zip with everything of some sessions, for `take_in` here or elsewhere: Parquet and JSON.

        Raises:
            MissingSessionError: The owner has no such session.
        """
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            for number, session_id in enumerate(session_ids, 1):
                entry = self.entry(owner, session_id)
                archive.writestr(f"{number}/{ABOUT_FILE}", json.dumps(asdict(entry.about)))
                for name, data in self._read(entry).items():  # compressed already
                    archive.writestr(f"{number}/{name}", data)
        return out.getvalue()

    def take_in(self, owner: str, data: bytes) -> list[Entry]:
        """Keep sessions that were handed on: all of them, or none where one cannot be used.

        Args:
            owner: Whose they are from now on.
            data: What `export` has made; untrusted.

        Raises:
            InputError: It is something else, too large, or damaged.
        """
        read = [(session_of(files), _about_in(files)) for files in _unpacked(data)]
        made = [(kept, about, report_of(kept)) for kept, about in read]
        # Last to first: they stand in the list as they stood where they come from.
        taken = [self.keep(owner, kept, about, report=report) for kept, about, report in reversed(made)]
        return taken[::-1]

    def close(self) -> None:
        """Let go of the database."""
        self._database.close()

    @contextmanager
    def _row(self, owner: str, session_id: str) -> Iterator[tuple[Session, SessionRow]]:
        """One transaction on one of the owner's lines."""
        missing = MissingSessionError("This session is not in your library: it may have been deleted.")
        if not self._database.is_there:
            raise missing
        with self._database.session() as session:
            row = session.scalar(rows_of(_hashed(owner)).where(SessionRow.id == session_id))
            if row is None:
                raise missing
            yield session, row

    def _place(self, session_id: str) -> Path:
        return self._folder / SESSIONS / session_id

    def _write(self, session_id: str, files: Mapping[str, bytes]) -> None:
        place = self._place(session_id)
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            place.mkdir(mode=0o700, parents=True)
        except OSError as exc:
            raise cannot_write(place, exc) from exc
        try:
            for name, data in files.items():
                write_whole(data, place / name)
        except BaseException:
            self._remove_files(session_id)
            raise

    def _read(self, entry: Entry) -> dict[str, bytes]:
        place = self._place(entry.id)
        try:
            return {name: (place / name).read_bytes() for name in FILES if (place / name).exists()}
        except OSError as exc:
            raise LibraryError(f"The files of “{entry.title}” cannot be read: {exc.strerror}.") from exc

    def _remove_files(self, session_id: str) -> None:
        place = self._place(session_id)
        try:
            shutil.rmtree(place)
        except FileNotFoundError:
            return
        except OSError as exc:
            raise LibraryError(f"The session's files cannot be deleted: {exc.strerror}.") from exc

    def _sweep(self) -> None:
        """Remove what a killed process left behind: folders that no line of the list names."""
        with suppress(OSError):
            old = [
                place
                for place in (self._folder / SESSIONS).iterdir()
                if time.time() - place.stat().st_mtime > ORPHAN_AFTER_S
            ]
            if not old:
                return
            with self._database.session() as session:
                known = set(session.scalars(select(SessionRow.id)))
            for place in old:
                if place.name not in known:
                    shutil.rmtree(place, ignore_errors=True)


def _hashed(owner: str) -> str:
    """What is written down of an owner: whoever reads the database cannot come as somebody else."""
    if not owner:
        raise ValueError("an owner is needed")
    return hashlib.sha256(owner.encode("utf-8", "surrogatepass")).hexdigest()


def _about_in(files: Mapping[str, bytes]) -> About:
    """What was said about a handed-on session."""
    try:
        said = json.loads(files.get(ABOUT_FILE, b"{}"))
        title, participant, condition = (
            str(said.get(name, "")) for name in ("title", "participant", "condition")
        )
        return About.typed(title, participant, condition, [str(tag) for tag in said.get("tags", ())])
    except PARSE_ERRORS as exc:
        raise DamagedInputError(DAMAGED) from exc


def _unpacked(data: bytes) -> list[dict[str, bytes]]:
    """The files of handed-on sessions; nothing is written anywhere."""
    try:
        found: dict[str, dict[str, bytes]] = {}
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            wanted = [m for m in archive.infolist() if _MEMBER.fullmatch(m.filename)]
            if sum(member.file_size for member in wanted) > MAX_IMPORT_BYTES:
                limit = MAX_IMPORT_BYTES // 2**20
                raise TooLargeInputError(
                    f"This holds more than {limit} MB: hand on fewer sessions, or no video."
                )
            for member in wanted:
                folder, _, name = member.filename.partition("/")
                found.setdefault(folder, {})[name] = archive.read(member)
    except (zipfile.BadZipFile, zlib.error, RuntimeError, OSError, EOFError, *PARSE_ERRORS) as exc:
        raise DamagedInputError(DAMAGED) from exc
    if not found:
        raise DamagedInputError(DAMAGED)
    return list(found.values())
