"""The files of models/ for pages: read again only when they have changed; a bad one costs one sentence."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import streamlit as st

from fer.errors import FerError
from pages.ui.app.markdown import plain

T = TypeVar("T")


def read(reader: Callable[[Path], T], path: Path) -> T | None:
    """What a reader makes of a file; None, and a sentence on the page, where it cannot be used.

    Args:
        reader: Raises a `FerError` for a missing or damaged file.
        path: The file.
    """
    try:
        return _kept(f"{reader.__module__}.{reader.__qualname__}", path, _stamp(path), _reader=reader)
    except FerError as error:
        st.caption(f":material/info: {plain(error.message)} `{error.code}`")
        return None


def _stamp(path: Path) -> tuple[int, int]:
    """Changes whenever the file does."""
    try:
        found = path.stat()
    except OSError:
        return 0, 0
    return found.st_mtime_ns, found.st_size


@st.cache_resource(show_spinner=False, max_entries=16)
def _kept(name: str, path: Path, stamp: tuple[int, int], _reader: Callable[[Path], T]) -> T:
    """Read once; an error is not kept."""
    return _reader(path)
