"""The files of a batch: what they are called, where they lie, and whether they changed since."""

import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from fer.batch.store import file_system, is_remote
from fer.errors import ChangedInputError, MissingInputError
from fer.sources.archives import ZipMember
from fer.sources.opening import SourceLabel

ENDS_BYTES = 2**16
"""Read at the head and at the tail of a file, to notice that it changed."""

CHANGED = "it changed while it was read: wait until it is copied or recorded, then use --resume."


@dataclass(frozen=True)
class SourceFile:
    """A video or a photo.

    Args:
        label: The path below the given folder.
        address: A path, or an address of fsspec; the zip file's for a member.
        member: Name of its entry in the zip file.
        place: Byte at which that entry begins.
    """

    label: str
    address: str
    member: str = ""
    place: int = 0

    def stamp(self) -> tuple[int, str]:
        """Its size in bytes and what its storage says about its last change.

        Raises:
            MissingInputError: It is not there.
        """
        try:
            if is_remote(self.address):
                fs, path = file_system(self.address)
                fs.invalidate_cache(fs._parent(path))
                facts = fs.info(path)
                changed = next((str(facts[k]) for k in ("ETag", "mtime", "LastModified") if k in facts), "")
                return int(facts["size"] or 0), changed
            found = os.stat(self.address)
            return found.st_size, str(found.st_mtime_ns)
        except OSError as exc:
            raise MissingInputError(f"{self.label} is not there any more, or cannot be read.") from exc

    def fingerprint(self) -> str:
        """What tells this content from another: size, last change, and a hash of the head and the tail.

        Raises:
            MissingInputError: It cannot be read.
        """
        size, changed = self.stamp()
        ends = hashlib.blake2b(digest_size=12)
        starts = sorted({0, max(0, size - ENDS_BYTES)})
        try:
            if is_remote(self.address):
                fs, path = file_system(self.address)
                for start in starts:
                    ends.update(fs.cat_file(path, start=start, end=min(size, start + ENDS_BYTES)))
            else:
                with open(self.address, "rb", buffering=0) as file:
                    for start in starts:
                        file.seek(start)
                        ends.update(file.read(ENDS_BYTES) or b"")
        except OSError as exc:
            raise MissingInputError(f"{self.label} cannot be read: check its permissions.") from exc
        return f"{size}:{changed}:{ends.hexdigest()}"

    @contextmanager
    def here(self) -> Iterator[bytes | Path]:
        """What the readers take: its path, a zip member's bytes, or a copy of a remote file for this while.

        Raises:
            InputError: It cannot be read.
        """
        if self.member:
            yield ZipMember(Path(self.address), self.member, self.place).content()
        elif not is_remote(self.address):
            yield Path(self.address)
        else:
            with tempfile.TemporaryDirectory(prefix="fer-batch-") as folder:
                copy = Path(folder, "copy")
                try:
                    fs, path = file_system(self.address)
                    fs.get_file(path, str(copy))
                except OSError as exc:
                    raise MissingInputError(f"{self.label} cannot be fetched: {exc}.") from exc
                yield copy

    def content(self) -> bytes:
        """All of its bytes, read once: what is decoded is what is hashed.

        Raises:
            ChangedInputError: It changed meanwhile.
            InputError: It cannot be read.
        """
        before = self.stamp()
        with self.here() as source:
            try:
                data = source if isinstance(source, bytes) else source.read_bytes()
            except OSError as exc:
                raise MissingInputError("it cannot be read: check its permissions.") from exc
        if self.stamp() != before:
            raise ChangedInputError(CHANGED)
        return data

    @property
    def safe_label(self) -> SourceLabel:
        """The label as readers take it: made safe when it was found."""
        return SourceLabel(self.label)
