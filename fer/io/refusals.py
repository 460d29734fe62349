"""Why a place cannot be written, in a sentence with its cure."""

import errno
import os
from pathlib import Path
from typing import Protocol

from fer.errors import OutputError, OutputExistsError

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


def refuse_existing(path: Path, *, force: bool) -> None:
    """Say before the work, not after it, that a file is there.

    Raises:
        OutputExistsError: It exists and `force` is not set.
        OutputError: It is a device or a pipe: replacing it would take it from everybody.
    """
    if os.path.exists(path) and not os.path.isfile(path) and not os.path.isdir(path):
        raise OutputError(f"{path} cannot be written: it is a device or a pipe. Name a file.")
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
