"""Where pieces and results are kept: a folder, or a place that fsspec knows (``s3://bucket/path``)."""

import shutil
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from fer.errors import BatchPieceError, FolderInUseError, OutputError, SettingsError
from fer.io.files import cannot_write, write_whole

WAIT_S, WAITS = 0.5, 20
"""A piece that a lost client's worker is still writing is waited for."""

SCHEME = "://"


def is_remote(place: str | Path) -> bool:
    """Whether a place is an address, not a path."""
    return SCHEME in str(place) and not str(place).startswith("file://")


def file_system(address: str) -> tuple[Any, str]:
    """fsspec's file system of an address, and the path in it.

    Raises:
        SettingsError: fsspec, or what it needs for this kind of address, is not installed.
    """
    try:
        from fsspec.core import url_to_fs

        return url_to_fs(address)
    except (ImportError, ValueError) as exc:
        kind = address.partition(SCHEME)[0]
        raise SettingsError(
            f"{kind}:// cannot be opened: install the extra (pip install 'fer-dashboard[cluster]')."
        ) from exc


class Store:
    """Whole files below one place.

    Args:
        place: A folder, or an address of fsspec.
    """

    def __init__(self, place: str) -> None:
        self.place = place.rstrip("/") or "/"
        self._remote = is_remote(place)

    def address(self, name: str) -> str:
        """Of a file."""
        return f"{self.place}/{name}"

    def write(self, name: str, data: bytes) -> None:
        """Write a whole file or none; one that was there is replaced.

        Raises:
            OutputError: It cannot be written.
        """
        if self._remote:
            try:
                fs, path = file_system(self.address(name))
                fs.pipe_file(path, data)
            except OSError as exc:
                raise OutputError(f"{self.address(name)} cannot be written: {exc}.") from exc
            return
        path = Path(self.place, name)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as exc:
            raise cannot_write(path, exc) from exc
        for wait in range(WAITS):
            try:
                return write_whole(data, path)
            except FolderInUseError:
                if wait == WAITS - 1:
                    raise
                time.sleep(WAIT_S)

    def read(self, name: str) -> bytes:
        """A whole file.

        Raises:
            BatchPieceError: It is not there, or cannot be read.
        """
        try:
            if self._remote:
                fs, path = file_system(self.address(name))
                return fs.cat_file(path)
            return Path(self.place, name).read_bytes()
        except OSError as exc:
            raise BatchPieceError(f"{self.address(name)} cannot be read: {exc.strerror or exc}.") from exc

    def has(self, name: str) -> bool:
        """Whether a file is there."""
        with suppress(OSError):
            if self._remote:
                fs, path = file_system(self.address(name))
                fs.invalidate_cache(path.rpartition("/")[0])
                return fs.exists(path)
            return Path(self.place, name).exists()
        return False

    def names(self, folder: str) -> list[str]:
        """Files in a folder, in order; none where there is no folder."""
        with suppress(OSError):
            if self._remote:
                fs, path = file_system(self.address(folder))
                fs.invalidate_cache(path)
                return sorted(str(one).rsplit("/", 1)[-1] for one in fs.ls(path, detail=False))
            return sorted(one.name for one in Path(self.place, folder).iterdir())
        return []

    def remove_empty(self, folder: str) -> None:
        """Remove a folder in which nothing lies."""
        if not self._remote:
            with suppress(OSError):
                Path(self.place, folder).rmdir()

    def remove(self, folder: str) -> None:
        """Remove a folder with what is in it; what cannot be removed stays."""
        with suppress(OSError):
            if self._remote:
                fs, path = file_system(self.address(folder))
                fs.rm(path, recursive=True)
            else:
                shutil.rmtree(Path(self.place, folder))
