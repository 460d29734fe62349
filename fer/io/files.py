"""Files that are whole or not there: every result, model and checkpoint is written through here."""

import errno
import os
from pathlib import Path
from typing import Protocol

from fer.errors import OutputError, OutputExistsError

PART = ".part"

CURES = {
    errno.ENOSPC: "the disk is full. Free some space and try again",
    errno.EDQUOT: "your disk quota is used up. Free some space and try again",
    errno.EFBIG: "the file would be larger than is allowed here. Choose another folder",
    errno.EROFS: "the file system is read-only. Choose another folder",
    errno.EACCES: "you may not write there. Choose another folder",
    errno.EPERM: "you may not write there. Choose another folder",
    errno.ENOENT: "the folder does not exist. Create it first",
    errno.ENOTDIR: "a part of its path is a file, not a folder. Choose another path",
    errno.EISDIR: "it is a folder. Name a file",
    errno.ENAMETOOLONG: "its name is too long. Choose a shorter one",
}


def write_whole(data: bytes, path: Path) -> None:
    """Write to ``path.part`` first, then rename; a file that was there is replaced.

    Args:
        data: The whole content.
        path: Where to.

    Raises:
        OutputError: It cannot be written; nothing is left behind.
    """
    part = part_of(path)
    try:
        _write_through(data, part)
        os.replace(part, path)
    except OSError as exc:
        remove(part)
        raise cannot_write(path, exc) from exc


def write_text(text: str, path: str | Path, *, force: bool = False) -> Path:
    """Write a whole file or none: to ``path.part`` first, then renamed.

    Args:
        text: Written as UTF-8.
        path: Where to.
        force: Replace a file that is there.

    Returns:
        The path.

    Raises:
        OutputExistsError: It is there and `force` is not set.
        OutputError: It cannot be written; nothing is left behind.
    """
    path = Path(path)
    refuse_existing(path, force=force)
    # A file name may hold bytes that are no text (lone surrogates): written as escapes, never a crash.
    write_whole(text.encode("utf-8", "backslashreplace"), path)
    return path


def part_of(path: Path) -> Path:
    """Where a file grows before it is whole."""
    return path.with_name(path.name + PART)


def refuse_existing(path: Path, *, force: bool) -> None:
    """Say before the work, not after it, that a file is there.

    Raises:
        OutputExistsError: It exists and `force` is not set.
    """
    if os.path.lexists(path) and not force:
        raise OutputExistsError(
            f"{path} exists already: choose another name, or allow replacing it (--force)."
        )


class SystemFault(Protocol):
    """What the system refused: an `OSError`, or FFmpeg's error, which says as much and is none."""

    errno: int | None
    strerror: str | None


def cannot_write(path: Path, exc: SystemFault) -> OutputError:
    """The error for a file or folder that the system refused to write, with its cure."""
    why = CURES.get(exc.errno or 0, f"{exc.strerror or exc}. Choose another folder")
    return OutputError(f"{path} cannot be written: {why}.")


def sweep(folder: Path) -> None:
    """Remove what a killed process left half written in a folder (not in those below it)."""
    for pattern in (f"*{PART}", f"*{PART}.keras"):
        for part in folder.glob(pattern):
            remove(part)


def _write_through(data: bytes, part: Path) -> None:
    """To the disk and not only into its cache: a full disk must be noticed before the rename."""
    with open(part, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def remove(part: Path) -> None:
    """Remove a file that is not wanted; one that is not there is fine."""
    try:
        part.unlink(missing_ok=True)
    except OSError:
        # The folder is gone or read-only: then there is no partial file to remove.
        return
