"""Where a command writes: checked before the work, not after it."""

import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

from fer.errors import OutputError
from fer.io.files import cannot_write, refuse_existing
from fer.io.parts import check_name


def check_targets(
    targets: Iterable[Path | None],
    inputs: Iterable[Path | None] = (),
    *,
    force: bool,
    made: Path | None = None,
) -> None:
    """Refuse outputs that could not be written, or that would cost something else.

    Args:
        targets: All files that are going to be written; None is not asked for.
        inputs: What is read: never replaced, whatever `force` says; None is not given.
        force: Files that exist may be replaced.
        made: A folder that is made afterwards, with those below it, if it is not there.

    Raises:
        OutputExistsError: A file exists and `force` is not set.
        OutputError: One is named twice, is an input, or cannot be written there.
    """
    read = {_place(path): path for path in inputs if path}
    seen: set[tuple] = set()
    folders: set[Path] = set()
    for path in filter(None, targets):
        check_name(path)
        place = _place(path)
        if place in read:
            raise OutputError(f"{path} is read by this command: give the output another name.")
        if place in seen:
            raise OutputError(f"{path} is named for two outputs: give each a name of its own.")
        seen.add(place)
        refuse_existing(path, force=force)
        is_made = made is not None and made in path.parents and not path.parent.is_dir()
        if path.parent not in folders and not is_made:
            folders.add(path.parent)
            _check_folder(path)


def make_folder(folder: Path) -> None:
    """Make the folder for outputs.

    Raises:
        OutputError: It is a file, or cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (OSError, ValueError) as exc:
        if isinstance(exc, FileExistsError):
            exc = NotADirectoryError(20, "Not a directory")
        raise cannot_write(folder, exc if isinstance(exc, OSError) else OSError(str(exc))) from exc


def _check_folder(path: Path) -> None:
    """Refuse a file whose folder is not there or takes no file, by making one without a name in it."""
    try:
        tempfile.TemporaryFile(dir=path.parent).close()
    except OSError as exc:
        raise cannot_write(path, exc) from exc


def _place(path: Path) -> tuple:
    """The same for two names of one file."""
    try:
        found = os.stat(path)
        return found.st_dev, found.st_ino
    except (OSError, ValueError):
        return (os.path.realpath(path) if "\0" not in str(path) else str(path),)
