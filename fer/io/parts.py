"""One file that another program writes by its path: whole under its name, or not there.

It grows under a hidden name of ours beside its place, so that a user's own ``NAME.part`` is never touched.
The system frees the hold on it with the process: what a killed one left is swept at the next run, and two
processes never write the same file.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from fer.errors import FolderInUseError
from fer.io.files import cannot_write, refuse_existing
from fer.io.locks import fcntl

ENDING = ".fer-part"


@contextmanager
def growing(path: Path, *, force: bool = False) -> Iterator[Path]:
    """A place to write to; it takes the file's name when the block ends well.

    Args:
        path: The file.
        force: Replace it if it exists.

    Yields:
        The path to write to, in the same folder.

    Raises:
        OutputExistsError: The file exists and ``force`` is not set, at the start or at the end.
        FolderInUseError: Another process is writing the same file.
        OutputError: The place cannot be written.
    """
    refuse_existing(path, force=force)
    sweep_parts(path.parent)
    part = growing_part(path)
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


def growing_part(path: Path) -> Path:
    """Where a file grows."""
    return path.with_name(f".{path.name}{ENDING}")


def sweep_parts(folder: Path) -> None:
    """Remove what killed processes left half written in a folder; what is being written stays."""
    if fcntl is None or not folder.is_dir():
        return
    for part in folder.glob(f".*{ENDING}"):
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
