"""Zip files with pictures: members come out one by one, bounded in number and size."""

import io
import lzma
import os
import struct
import threading
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path, PurePath, PurePosixPath
from typing import BinaryIO

from fer.errors import (
    ChangedInputError,
    DamagedInputError,
    EmptyInputError,
    TooLargeInputError,
    UnsupportedInputError,
)
from fer.sources.animation import content_kind
from fer.sources.images import MAX_FILE_BYTES
from fer.sources.magic import HEAD_BYTES, MAY_BE_ANIMATED, READ_IMAGES, input_kind, sniff, unsupported
from fer.sources.opening import OpenFile, SourceLabel, open_binary, safe_name, safe_path

MAX_MEMBERS = 10_000
"""Most entries of one zip file, folders included."""

MAX_TOTAL_BYTES = 4 * 2**30
"""Most bytes that all members together may unpack to."""

MAX_RATIO = 200
"""A member that unpacks to more than this many times its packed size is a bomb, from `BOMB_BYTES` on."""

BOMB_BYTES = 16 * 2**20
"""Members that unpack to less are harmless at any ratio (a white BMP packs 1000 to 1)."""

MAX_MEMBER_BYTES = 2**30
"""Most bytes of one member that is read whole."""

_IMAGE_SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".bmp", ".gif", ".heic", ".avif", ".tif", ".tiff")
_DIRECTORY_BYTES_PER_MEMBER = 420
_END_RECORD_BYTES = 22
_LOCATOR_BYTES = 20
_RECORD_64_BYTES = 56
_END_RECORD_REACH = _LOCATOR_BYTES + _RECORD_64_BYTES + _END_RECORD_BYTES + 65_535
_ENCRYPTED, _IS_UTF8 = 0x1, 0x800
_UNICODE_PATH = 0x7075
_UNNAMED = SourceLabel("unnamed")
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
_READ_ERRORS = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError),
    *(ValueError, NotImplementedError, struct.error, IndexError),
)

_FILE_MANAGERS = ("thumbs.db", "desktop.ini")
_FOLDERS_OF_SYSTEMS = ("__macosx", "$recycle.bin", "system volume information", "@eadir", "#recycle")
"""What file managers and network storage put beside pictures: what was deleted, and copies in little."""

_FIRST_ENTRY, _MARK_OF_PARTS = b"PK\x03\x04", 4
"""How a zip file begins, and how long a mark may be that stands before it."""


def member_name(member: zipfile.ZipInfo) -> PurePosixPath:
    """A member's name inside the zip file."""
    # Some packers of Windows write folders with backslashes.
    return PurePosixPath(_readable_name(member).replace("\\", "/"))


def _readable_name(member: zipfile.ZipInfo) -> str:
    """A member's name in its true letters: macOS writes UTF-8 and does not say so, others put it elsewhere.

    Reference:
        PKWARE, APPNOTE.TXT, 4.6.9: Info-ZIP Unicode Path Extra Field.
    """
    if member.flag_bits & _IS_UTF8 or member.filename.isascii():
        return member.filename
    stored = member.orig_filename.encode("cp437", "replace")
    extra = member.extra
    while len(extra) >= 4:
        kind, length = struct.unpack_from("<HH", extra)
        field, extra = extra[4 : 4 + length], extra[4 + length :]
        if kind == _UNICODE_PATH and field[1:5] == struct.pack("<I", zlib.crc32(stored)):
            stored = field[5:]
    try:
        return stored.decode("utf-8")
    except UnicodeDecodeError:
        return member.filename


def is_hidden(name: PurePath) -> bool:
    """Whether a name, or a folder in it, is hidden or a file manager's own (``__MACOSX``, ``Thumbs.db``)."""
    dotted = any(part.startswith(".") and part != ".." for part in name.parts)
    systems = any(part.lower() in _FOLDERS_OF_SYSTEMS for part in name.parts)
    return dotted or systems or name.name.lower() in _FILE_MANAGERS


def read_zip(source: bytes | str | Path) -> Iterator[tuple[str, bytes]]:
    """The pictures of a zip file, unpacked in memory one after the other.

    A member counts as a picture by its first bytes; one that is only called a picture is given out
    too, so that its error can be shown. Everything is checked against the limits before the first
    byte is unpacked, when this function is called.

    Args:
        source: The zip file's bytes or its path.

    Returns:
        (label, bytes) of each picture, in the order of the zip file. Labels are unique and hold no
        folders. A member whose content is damaged gives ``b""``, which `read_image` refuses.

    Raises:
        MissingInputError: The path cannot be read.
        EmptyInputError: There are no bytes.
        UnsupportedInputError: It is no zip file, is protected with a password or holds no picture.
        DamagedInputError: Its directory is damaged.
        TooLargeInputError: It passes a limit on members, sizes or compression.
    """
    file = open_binary(source)
    try:
        archive = open_archive(file)
        chosen = [member for member in archive.infolist() if _is_picture(archive, member)]
        if not chosen:
            raise UnsupportedInputError(f"The zip file holds no picture: put {READ_IMAGES} files into it.")
    except BaseException:
        file.close()
        raise
    return _members(file, archive, chosen)


def open_archive(file: BinaryIO | io.RawIOBase, *, max_members: int | None = None) -> zipfile.ZipFile:
    """Open a zip file after its members' number, sizes and compression were checked.

    Args:
        file: The zip file, at its start; the caller closes it.
        max_members: Most entries; `MAX_MEMBERS` if None.

    Raises:
        UnsupportedInputError: It is no zip file or is protected with a password.
        DamagedInputError: Its directory is damaged.
        TooLargeInputError: It passes a limit on members, sizes or compression.
    """
    max_members = MAX_MEMBERS if max_members is None else max_members
    head = file.read(HEAD_BYTES)
    if sniff(head) != "zip":
        raise unsupported(head, wanted="zip")
    # Python builds an object for every entry, so the directory's length is checked before that.
    if _directory_bytes(file) > max_members * _DIRECTORY_BYTES_PER_MEMBER:
        raise _too_many(max_members)
    try:
        archive = zipfile.ZipFile(file)
    except _READ_ERRORS as error:
        raise DamagedInputError("The zip file is cut off or damaged: copy or pack it again.") from error
    _check_limits(archive.infolist(), max_members)
    first = min((member.header_offset for member in archive.infolist()), default=0)
    if head.startswith(_FIRST_ENTRY) and first > _MARK_OF_PARTS:
        # Its end is missing, and what was found is the directory of a zip file inside it.
        raise DamagedInputError("The zip file is cut off or damaged: copy or pack it again.")
    return archive


@dataclass(frozen=True)
class ZipMember:
    """A file in a zip file.

    Args:
        source: The zip file's path or bytes.
        name: Of its entry.
        place: Byte at which its entry begins: several of one name can stand in a zip file.
        label: Its path inside the zip file, in its true letters.
        archive: The zip file, open, where it lies in memory; one on the disk is opened when it is read.
    """

    source: Path | bytes
    name: str
    place: int
    label: SourceLabel = _UNNAMED
    archive: zipfile.ZipFile | None = field(default=None, compare=False, repr=False)

    def head(self) -> bytes:
        """Its first bytes.

        Raises:
            DamagedInputError: They cannot be unpacked.
            UnsupportedInputError: They are packed by another method.
            EmptyInputError: There are none.
            ChangedInputError: The zip file is not the one that was looked through.
        """
        return self._unpacked(HEAD_BYTES)

    def kind(self) -> str:
        """As `content_kind`. Raises as `head` does."""
        sniffed = sniff(self.head())
        return content_kind(self.content()) if sniffed in MAY_BE_ANIMATED else input_kind(sniffed)

    def content(self) -> bytes:
        """All of it.

        Raises:
            DamagedInputError: It cannot be unpacked.
            EmptyInputError: It holds nothing.
            TooLargeInputError: It has more than `MAX_MEMBER_BYTES`.
        """
        data = self._unpacked(MAX_MEMBER_BYTES + 1)
        if len(data) > MAX_MEMBER_BYTES:
            size = MAX_MEMBER_BYTES // 2**20
            raise TooLargeInputError(f"The file in the zip file is larger than {size} MB: unpack it first.")
        return data

    def _unpacked(self, most: int) -> bytes:
        with nullcontext(self.archive) if self.archive else _opened(self.source) as archive:
            member = _entry(archive, self.name, self.place)
            if member.compress_type not in _METHODS:
                raise UnsupportedInputError(
                    "It is packed by a method that is not read here, such as Deflate64: unpack it, and pack "
                    "it as an ordinary zip file."
                )
            data = _read(archive, member, most)
            if not data and member.file_size:
                raise DamagedInputError("The file in the zip file is damaged: copy or pack it again.")
        if not data:
            raise EmptyInputError("The file is empty: it may not have been copied completely.")
        return data


def zip_members(source: Path | bytes) -> list[ZipMember]:
    """The files of a zip file that are not hidden, in its order; limits are checked as in `read_zip`.

    Raises:
        InputError: As `open_archive` says.
    """
    with _opened(source) as archive:
        shared = None if isinstance(source, Path) else archive
        members = [m for m in archive.infolist() if not m.is_dir() and not is_hidden(member_name(m))]
        return [
            ZipMember(source, m.filename, m.header_offset, safe_path(member_name(m)), shared) for m in members
        ]


def _entry(archive: zipfile.ZipFile, name: str, place: int) -> zipfile.ZipInfo:
    """The entry of that name at that place."""
    last = archive.NameToInfo.get(name)  # of several of one name, found without looking through all
    if last is not None and last.header_offset == place:
        return last
    for member in archive.infolist():
        if (member.filename, member.header_offset) == (name, place):
            return member
    raise ChangedInputError("The zip file has changed since it was looked through: try again.")


class _LastOnDisk:
    """The zip file on the disk that was read last, still open: its directory is read once for all members."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._key: tuple[object, ...] = ()
        self._archive: zipfile.ZipFile | None = None
        self._file: OpenFile | None = None

    @contextmanager
    def opened(self, path: Path) -> Iterator[zipfile.ZipFile]:
        """That zip file, its limits checked, for one reader at a time; opened anew if it has changed."""
        with self._lock:
            file = open_binary(path)
            stat = os.fstat(file.fileno())
            # A process that was forked has the same file, and its place in it, as its parent.
            key = (os.getpid(), str(path), stat.st_ino, stat.st_size, stat.st_mtime_ns)
            if self._archive is None or key != self._key:
                self._close()
                try:
                    self._archive = open_archive(file)
                except BaseException:
                    file.close()
                    raise
                self._file, self._key = file, key
            else:
                file.close()
            yield self._archive

    def _close(self) -> None:
        if self._archive is not None and self._file is not None:
            self._archive.close()
            self._file.close()
        self._archive = self._file = None


_last_on_disk = _LastOnDisk()


def _opened(source: Path | bytes) -> AbstractContextManager[zipfile.ZipFile]:
    """The zip file, its limits checked."""
    if isinstance(source, Path):
        return _last_on_disk.opened(source)
    return nullcontext(open_archive(open_binary(source)))


def _directory_bytes(file: BinaryIO | io.RawIOBase) -> int:
    """Length of the directory that the end record, or its 64-bit form, declares; 0 without one."""
    size = file.seek(0, os.SEEK_END)
    start = max(0, size - _END_RECORD_REACH)
    file.seek(start)
    tail = file.read()
    at = tail.rfind(b"PK\x05\x06", 0, max(0, len(tail) - _END_RECORD_BYTES + 4))
    if at < 0:
        return 0
    declared = [struct.unpack_from("<I", tail, at + 12)[0]]
    locator = at - _LOCATOR_BYTES
    if locator >= 0 and tail[locator : locator + 4] == b"PK\x06\x07":
        # The 64-bit record stands where the locator says, or just in front of it: readers differ.
        for place in (struct.unpack_from("<Q", tail, locator + 8)[0], start + locator - _RECORD_64_BYTES):
            file.seek(max(0, min(place, size)))
            record = file.read(_RECORD_64_BYTES)
            if record[:4] == b"PK\x06\x06" and len(record) == _RECORD_64_BYTES:
                declared.append(struct.unpack_from("<Q", record, 40)[0])
    # A declared length can lie, but the directory cannot be longer than the file.
    return min(max(declared), size)


def _check_limits(members: list[zipfile.ZipInfo], max_members: int) -> None:
    """Refuse too many, too large, packed-too-well and encrypted members."""
    if len(members) > max_members:
        raise _too_many(max_members)
    if not all(member.filename for member in members):
        raise DamagedInputError("The zip file holds a file without a name: it is damaged, pack it again.")
    if any(member.flag_bits & _ENCRYPTED for member in members):
        raise UnsupportedInputError("The zip file is protected with a password: unpack it first.")
    if sum(member.file_size for member in members) > MAX_TOTAL_BYTES:
        size = MAX_TOTAL_BYTES // 2**30
        raise TooLargeInputError(f"The zip file unpacks to more than {size} GB: split it into smaller ones.")
    for member in members:
        if member.file_size > BOMB_BYTES and member.file_size > MAX_RATIO * max(1, member.compress_size):
            raise TooLargeInputError(
                f"A file in the zip file unpacks to more than {MAX_RATIO} times its size, "
                "as only a zip bomb does: unpack it yourself if you trust it."
            )


def _too_many(max_members: int) -> TooLargeInputError:
    return TooLargeInputError(
        f"The zip file has more than {max_members} entries: split it into smaller ones."
    )


def _is_picture(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bool:
    name = member_name(member)
    if member.is_dir() or is_hidden(name):
        return False
    if name.suffix.lower() in _IMAGE_SUFFIXES:
        return True
    return input_kind(sniff(_read(archive, member, HEAD_BYTES))) == "image"


def _members(
    file: BinaryIO, archive: zipfile.ZipFile, chosen: list[zipfile.ZipInfo]
) -> Iterator[tuple[str, bytes]]:
    used: set[str] = set()
    with file, archive:
        for member in chosen:
            file_name = _unique(safe_name(str(member_name(member)), default="photo"), used)
            # One byte over the limit of a picture is enough for `read_image` to refuse it.
            yield file_name, _read(archive, member, MAX_FILE_BYTES + 1)


def _read(archive: zipfile.ZipFile, member: zipfile.ZipInfo, limit: int) -> bytes:
    """At most ``limit`` bytes of a member; none if it is damaged."""
    try:
        with archive.open(member) as stream:
            return stream.read(limit)
    except (*_READ_ERRORS, RuntimeError):
        return b""


def _unique(file_name: str, used: set[str]) -> str:
    """The label, with a number behind it if it was used before."""
    candidate, number = file_name, 1
    while candidate in used:
        number += 1
        candidate = f"{file_name} ({number})"
    used.add(candidate)
    return candidate
