"""A zip file with one FER2013 CSV or with pictures in folders; nothing is unpacked to the disk."""

import io
import lzma
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import BinaryIO

from fer.dataset.faces import FaceDataset
from fer.dataset.readers.csv_rows import looks_like_faces, read_csv
from fer.dataset.readers.folders import is_labeled, read_pictures
from fer.errors import DamagedInputError, DatasetError, UnsupportedInputError
from fer.sources.archives import is_hidden, member_name, open_archive
from fer.sources.images import MAX_FILE_BYTES
from fer.sources.opening import safe_name

MAX_MEMBERS = 100_000
"""Most entries: FER2013 as pictures has 35,903."""

_READ_ERRORS = (
    *(zipfile.BadZipFile, zlib.error, EOFError, OSError),
    *(NotImplementedError, RuntimeError, struct.error),
    # In memory a damaged place is no OSError: "negative seek value".
    *(ValueError, IndexError, lzma.LZMAError),
)


def read_zipped(file: BinaryIO | io.RawIOBase, file_name: str) -> FaceDataset:
    """Read the one CSV of a zip file, or its pictures ``[split/]<emotion>/*.jpg``.

    Args:
        file: The zip file, at its start.
        file_name: What it is called in errors.

    Returns:
        (n, 48, 48) faces.

    Raises:
        UnsupportedInputError: It has a password, or names that lead out of it.
        DamagedInputError: It is cut off or damaged.
        TooLargeInputError: It passes a limit on members, sizes, compression, lines or rows.
        DatasetError: It holds no such data, or more than one such CSV.
    """
    with open_archive(file, max_members=MAX_MEMBERS) as archive:
        members = members_of(archive, file_name)
        if any(is_labeled(member_name(member)) for member in members):
            return read_pictures(_contents(archive, members), file_name)
        try:
            return _read_only_csv(archive, members, file_name)
        except _READ_ERRORS as error:
            raise DamagedInputError(
                f"{file_name!r} is cut off or damaged: copy or download it again."
            ) from error


def members_of(archive: zipfile.ZipFile, file_name: str) -> list[zipfile.ZipInfo]:
    """The files in a zip file.

    Raises:
        UnsupportedInputError: It holds names that lead out of it.
    """
    members = [member for member in archive.infolist() if not member.is_dir()]
    if any(_leads_out(member) for member in members):
        raise UnsupportedInputError(
            f"{file_name!r} holds names that lead out of its folder, as '../x' does: do not trust this file."
        )
    return members


def _read_only_csv(archive: zipfile.ZipFile, members: list[zipfile.ZipInfo], file_name: str) -> FaceDataset:
    members = [member for member in members if not is_hidden(member_name(member))]
    found = [member for member in members if len(members) == 1 or _is_csv(archive, member)]
    if not found:
        raise DatasetError(f"{file_name!r} holds neither a FER2013 CSV nor pictures in folders of emotions.")
    if len(found) > 1:
        names = ", ".join(safe_name(member.filename) for member in found[:3])
        raise DatasetError(
            f"{file_name!r} holds {len(found)} CSV files ({names}): unpack it and give one of them."
        )
    inside = safe_name(found[0].filename)
    with archive.open(found[0]) as stream:
        return read_csv(stream, inside).finish(inside)


def _is_csv(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bool:
    with archive.open(member) as stream:
        return looks_like_faces(stream)


def _contents(
    archive: zipfile.ZipFile, members: list[zipfile.ZipInfo]
) -> Iterator[tuple[PurePosixPath, bytes]]:
    for member in members:
        name = member_name(member)
        yield name, read_member(archive, member) if is_labeled(name) else b""


def read_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    """The member's bytes, none if it is damaged: then it is rejected like any unreadable picture."""
    try:
        with archive.open(member) as stream:
            return stream.read(MAX_FILE_BYTES + 1)
    except _READ_ERRORS:
        return b""


def _leads_out(member: zipfile.ZipInfo) -> bool:
    name = member_name(member)
    return name.is_absolute() or ".." in name.parts or name.parts[0].endswith(":") if name.parts else True
