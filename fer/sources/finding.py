"""Which files of the given files and folders can be analysed."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePath

from fer.errors import InputError, MissingInputError
from fer.sources.archives import is_hidden
from fer.sources.magic import input_kind, sniff
from fer.sources.opening import read_head


def find_inputs(paths: Iterable[str | Path]) -> list[Path]:
    """Pictures, videos and zip files among files and folders.

    Args:
        paths: Files, which are kept whatever they hold, and folders, which are searched with all
            folders in them; hidden files and folders and links to folders are passed over.

    Returns:
        The files, each once, in the given order and sorted by path within each folder. Files of a
        folder are chosen by their first bytes.

    Raises:
        MissingInputError: One of the paths does not exist or a folder may not be read.
    """
    found: dict[Path, None] = {}
    for path in map(Path, paths):
        if path.is_dir():
            found.update(dict.fromkeys(sorted(_usable(path))))
        elif path.exists():
            found[path] = None
        else:
            raise MissingInputError(f"There is no file or folder {path}: check the path.")
    return list(found)


def _usable(folder: Path) -> Iterator[Path]:
    for parent, folders, names in os.walk(folder, onerror=_refuse):
        folders[:] = [name for name in folders if not is_hidden(PurePath(name))]
        for name in names:
            path = Path(parent, name)
            if not is_hidden(PurePath(name)) and _is_input(path):
                yield path


def _is_input(path: Path) -> bool:
    try:
        return input_kind(sniff(read_head(path))) != "unknown"
    except InputError:  # empty, unreadable or a pipe: nothing that a search for inputs should find
        return False


def _refuse(error: OSError) -> None:
    raise MissingInputError(f"The folder {error.filename} cannot be read: check its permissions.") from error
