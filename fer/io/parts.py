"""One file that another program writes by its path: whole under its name, or not there.

It grows under a hidden name of ours beside its place, so that a user's own ``NAME.part`` is never touched.
The system frees the hold on it with the process: what a killed one left is swept at the next run, and two
processes never write the same file.
"""

import errno
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from fer.errors import FolderInUseError, OutputError
from fer.io.refusals import CURES, cannot_write, refuse_existing

try:
    import fcntl
except ImportError:  # Windows: there is no advisory lock that the system frees with its process.
    fcntl = None

ENDING = ".fer-part"
LONGEST_NAME = 255
"""Bytes, on every usual file system."""


@contextmanager
def growing(path: Path, *, force: bool = False, suffix: str = "") -> Iterator[Path]:
    """A place to write to; it takes the file's name when the block ends well.

    Args:
        path: The file.
        force: Replace it if it exists.
        suffix: What the hidden name has to end in, for programs that insist on it.

    Yields:
        The path to write to, in the same folder.

    Raises:
        OutputExistsError: The file exists and ``force`` is not set, at the start or at the end.
        FolderInUseError: Another process is writing the same file.
        OutputError: The place cannot be written.
    """
    refuse_existing(path, force=force)
    check_name(path)
    sweep_parts(path.parent)
    part = growing_part(path, suffix=suffix)
    try:
        held = os.open(part, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as exc:
        raise cannot_write(path, exc) from exc
    try:
        if not _take(held):
            raise FolderInUseError(
                f"Another process is writing {path} at this moment: wait for it, or choose another name."
            )
        try:
            yield part
            refuse_existing(path, force=force)
            _publish(part, path)
        finally:
            with suppress(OSError):
                part.unlink(missing_ok=True)
    finally:
        os.close(held)


def growing_part(path: Path, *, suffix: str = "") -> Path:
    """Where a file grows."""
    name = path.name
    if len(os.fsencode(name)) > LONGEST_NAME - len(ENDING) - len(suffix) - 1:
        # The longest names have no room for an ending: their hash stands for them.
        name = hashlib.sha256(os.fsencode(name)).hexdigest()
    return path.with_name(f".{name}{ENDING}{suffix}")


def check_name(path: Path) -> None:
    """Refuse what cannot be a file's name before anything is made.

    Raises:
        OutputError: It is empty, too long, or a folder's.
    """
    if "\0" in str(path) or len(os.fsencode(path.name)) > LONGEST_NAME:
        raise OutputError(f"{path.name[:40]!r}... cannot be written: {CURES[errno.ENAMETOOLONG]}.")
    if not path.name or os.path.isdir(path):
        raise OutputError(f"{path} cannot be written: {CURES[errno.EISDIR]}.")


def sweep_parts(folder: Path) -> None:
    """Remove what killed processes left half written in a folder; what is being written stays."""
    if fcntl is None or not folder.is_dir():
        return
    for part in folder.glob(f".*{ENDING}*"):
        with suppress(OSError):
            held = os.open(part, os.O_RDWR)
            try:
                if _take(held):
                    part.unlink(missing_ok=True)
            finally:
                os.close(held)


def _publish(part: Path, path: Path) -> None:
    try:
        with open(part, "rb") as file:
            os.fsync(file.fileno())  # a full disk must be noticed before the rename
        os.replace(part, path)
    except OSError as exc:
        raise cannot_write(path, exc) from exc


def _take(held: int) -> bool:
    """Whether nobody else holds the open file; on Windows there is no such hold."""
    if fcntl is None:
        return True
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
