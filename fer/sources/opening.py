"""From a path or bytes to something that can be read, its label and its hash."""

import hashlib
import io
import re
import unicodedata
from pathlib import Path, PurePath

from fer.errors import EmptyInputError, MissingInputError
from fer.given import BYTES, path_of
from fer.sources.magic import HEAD_BYTES
from fer.text import JOINERS

MAX_NAME_LENGTH = 120
"""Longest label in characters."""

OpenFile = io.BytesIO | io.FileIO
"""What `open_binary` gives: the bytes in memory, or the file without a buffer."""


# Control, format (among them the marks that turn the reading direction), surrogate, private use,
# and the two separators that end a line: nothing of these belongs into a table or a page.
_UNPRINTABLE = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")


def safe_name(name: str, *, default: str = "unnamed") -> str:
    """A file name as a label: it can be shown, it can never be opened.

    Args:
        name: Whatever the user, a zip file or a path gave.
        default: What stands for a name of which nothing is left.

    Returns:
        The last part of the path, without control characters, of 1 to `MAX_NAME_LENGTH` characters.

    Example:
        >>> safe_name("../../holiday.jpg")
        'holiday.jpg'
    """
    last = re.split(r"[/\\]", str(name))[-1]
    shown = "".join(c for c in last if c in JOINERS or unicodedata.category(c) not in _UNPRINTABLE)
    shown = " ".join(shown.split())[:MAX_NAME_LENGTH].rstrip()
    return shown if shown.strip(f". {JOINERS}") else default


class SourceLabel(str):
    """A label that was made safe already, folders included; see `safe_path`."""


def safe_path(path: str | PurePath) -> SourceLabel:
    """A path as a label: its folders stay, joined by ``/``; it can be shown, it can never be opened.

    Args:
        path: Relative to what was given. Steps upwards and roots are left out.

    Example:
        >>> safe_path("../P01/webcam.mp4")
        'P01/webcam.mp4'
    """
    parts = [part for part in re.split(r"[/\\]", str(path)) if part.strip(". ")]
    return SourceLabel("/".join(safe_name(part) for part in parts) or "unnamed")


def source_name(source: bytes | str | Path, name: str | None, *, default: str = "unnamed") -> str:
    """The label of a source: the given name, else the path's last part, else ``default``."""
    if isinstance(name, SourceLabel):
        return str(name)
    if name is None and not isinstance(source, BYTES):
        name = Path(path_of(source)).name
    return safe_name(name or default, default=default)


def open_binary(source: bytes | str | Path) -> OpenFile:
    """Open bytes or a regular file for reading. Bytes stay in memory: nothing touches the disk.

    Args:
        source: The content itself, or the path of a file.

    Returns:
        A seekable file object at its start; the caller closes it.

    Raises:
        MissingInputError: The path does not exist, is a folder or a device, or may not be read.
        EmptyInputError: There are no bytes.
        TypeError: It is neither bytes nor a path.
    """
    if isinstance(source, BYTES):
        if not len(source):
            raise EmptyInputError("The file is empty: it may not have been copied completely.")
        return io.BytesIO(source)
    path = Path(path_of(source))
    try:
        if path.is_dir():
            raise MissingInputError(f"{path} is a folder: give a file.")
        if not path.is_file():
            # A device or a pipe could block for ever, so it is treated as no file at all.
            raise MissingInputError(_why_no_file(path))
        if not path.stat().st_size:
            raise EmptyInputError("The file is empty: it may not have been copied completely.")
        return path.open("rb", buffering=0)
    except (OSError, ValueError) as error:
        raise MissingInputError(f"{path} cannot be read: check the path and its permissions.") from error


def _why_no_file(path: Path) -> str:
    if path.exists():
        return f"{path} is no file but a device or a pipe: give a file."
    if path.is_symlink():
        return f"{path} is a link to a file that is not there: check where it leads."
    if re.match("[a-z]+:/", str(path)):
        return f"{path} is an address, which is not read here: download the file and give its path."
    return f"There is no file {path}: check the path."


def read_head(source: bytes | str | Path) -> bytes:
    """The first `HEAD_BYTES` bytes. Raises as `open_binary` does."""
    with open_binary(source) as file:
        return file.read(HEAD_BYTES)


def hash_source(source: bytes | str | Path) -> str:
    """SHA-256 of the content, in hex.

    Raises:
        MissingInputError: The path cannot be read.
        EmptyInputError: There are no bytes.
    """
    with open_binary(source) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
