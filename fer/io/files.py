"""Files that are whole or not there: every result, model and checkpoint is written through here."""

from contextlib import suppress
from pathlib import Path

from fer.io.parts import ENDING, growing, sweep_parts
from fer.io.refusals import CURES, SystemFault, cannot_write, refuse_existing

__all__ = [
    "CURES",
    "ENDING",
    "SystemFault",
    "cannot_write",
    "file_bytes",
    "refuse_existing",
    "remove",
    "sweep",
    "write_bytes",
    "write_text",
    "write_whole",
]


def write_whole(data: bytes, path: Path) -> None:
    """Write a whole file or none; a file that was there is replaced.

    Args:
        data: The whole content.
        path: Where to.

    Raises:
        FolderInUseError: Another process is writing the same file.
        OutputError: It cannot be written; nothing is left behind.
    """
    write_bytes(data, path, force=True)


def file_bytes(content: str | bytes) -> bytes:
    """A file's content as bytes; text is UTF-8."""
    if isinstance(content, bytes):
        return content
    # A file name may hold bytes that are no text (lone surrogates): written as escapes, never a crash.
    return content.encode("utf-8", "backslashreplace")


def write_text(text: str, path: str | Path, *, force: bool = False) -> Path:
    """Write a whole file of text or none.

    Args:
        text: Written as UTF-8.
        path: Where to.
        force: Replace a file that is there.

    Returns:
        The path.

    Raises:
        OutputExistsError: It is there and `force` is not set.
        FolderInUseError: Another process is writing the same file.
        OutputError: It cannot be written; nothing is left behind.
    """
    return write_bytes(file_bytes(text), path, force=force)


def write_bytes(data: bytes, path: str | Path, *, force: bool = False) -> Path:
    """Write a whole file or none: under a hidden name beside its place, then renamed.

    Args:
        data: The whole content.
        path: Where to.
        force: Replace a file that is there.

    Returns:
        The path.

    Raises:
        OutputExistsError: It is there and `force` is not set.
        FolderInUseError: Another process is writing the same file.
        OutputError: It cannot be written; nothing is left behind.
    """
    path = Path(path)
    with growing(path, force=force) as part:
        try:
            part.write_bytes(data)
        except OSError as exc:
            raise cannot_write(path, exc) from exc
    return path


def sweep(folder: Path) -> None:
    """Remove what killed processes left half written in a folder (not in those below it).

    Only files under our own hidden ending are touched, and of these only those that nobody is writing.
    """
    sweep_parts(folder)


def remove(path: Path) -> None:
    """Remove a file that is not wanted; one that is not there, or cannot be removed, is fine."""
    with suppress(OSError):
        path.unlink(missing_ok=True)
