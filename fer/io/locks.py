"""One process a folder: the second is told, and a process that died blocks nobody."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fer.errors import FolderInUseError
from fer.io.files import cannot_write

try:
    import fcntl
except ImportError:  # Windows: there is no advisory lock that the system frees with its process.
    fcntl = None

LOCK = "lock"


@contextmanager
def only_one(folder: Path, what: str) -> Iterator[None]:
    """Hold a folder for this process; the system lets go of it when the process ends, however it ends.

    Args:
        folder: Made if it is missing.
        what: What is going on in it, for the sentence: "a training".

    Raises:
        FolderInUseError: Another process holds it.
        OutputError: The folder or the lock file cannot be written.
    """
    path = folder / LOCK
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as exc:
        raise cannot_write(path, exc) from exc
    try:
        _take(file, folder, what)
        yield
    finally:
        os.close(file)


def _take(file: int, folder: Path, what: str) -> None:
    if fcntl is None:
        return
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as exc:
        holder = os.read(file, 100).decode("ascii", "replace").strip()
        who = f" (process {holder})" if holder.isdigit() else ""
        raise FolderInUseError(
            f"{folder} is in use by {what}{who}: wait for it, stop it, or choose another folder."
        ) from exc
    os.truncate(file, 0)
    os.pwrite(file, f"{os.getpid()}\n".encode(), 0)
