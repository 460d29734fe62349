"""What there is to do in a folder: every video, and the photos of every folder together."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from hashlib import blake2b
from pathlib import Path, PurePosixPath

from fer.batch.files import SourceFile
from fer.batch.participants import TABLE_NAMES
from fer.batch.store import file_system, is_remote
from fer.errors import InputError, MissingInputError
from fer.io.names import unique_stems
from fer.records import GivenFile
from fer.settings import Settings
from fer.sources.archives import is_hidden
from fer.sources.finding import NO_PICTURE, FoundFile, kind_by_name, survey
from fer.sources.magic import HEAD_BYTES, input_kind, sniff
from fer.sources.opening import safe_path
from fer.sources.timing import rate_within
from fer.sources.video import MAX_FRAMES, VideoSource

PHOTOS = "photos"
MAX_PROBED = 5000
"""Of so many videos the headers are read before the work, for an honest forecast."""

PHOTOS_A_PIECE = 200


@dataclass(frozen=True)
class Recording:
    """One result set to make.

    Args:
        label: What people read: the path below the folder; for photos the folder's with ``/photos``.
        stem: Of the files of its results.
        kind: ``"video"`` or ``"photos"``.
        files: The video, or the photos in order.
    """

    label: str
    stem: str
    kind: str
    files: tuple[SourceFile, ...]

    def fingerprint(self) -> str:
        """What tells this recording from a changed one.

        Raises:
            MissingInputError: A video cannot be read.
        """
        if self.kind == "video":
            return self.files[0].fingerprint()
        every = blake2b(digest_size=16)
        for file in self.files:
            with suppress(MissingInputError):  # its own row will say so
                every.update(f"{file.label}\0{file.member}\0{file.stamp()}\n".encode())
        return every.hexdigest()

    def expected(self, settings: Settings) -> int | None:
        """Frames or photos that will be analysed; None where the file does not say."""
        if self.kind == PHOTOS:
            return len(self.files)
        file = self.files[0]
        if is_remote(file.address) or file.member:
            return None
        with suppress(InputError), VideoSource(file.address) as video:
            length_s, fps = video.duration_s, video.fps
            rate = rate_within(MAX_FRAMES, fps=settings.fps, stream_fps=fps, end_s=length_s)
            rates = [one for one in (rate, fps) if one]
            return max(1, round(min(rates) * length_s)) if rates and length_s else None
        return None


@dataclass(frozen=True)
class Plan:
    """What was found.

    Args:
        recordings: In the order of their labels.
        lost: Files of which nothing can be read, each with its reason.
    """

    recordings: tuple[Recording, ...]
    lost: tuple[GivenFile, ...]


def plan_batch(place: str, *, out: str) -> Plan:
    """Look through a folder and all folders in it.

    Args:
        place: A folder, or an address of fsspec.
        out: Where results go: what lies there is no input.

    Raises:
        InputError: The folder cannot be read.
    """
    if is_remote(place):
        return _of(*_listed(place))
    if not Path(place).is_dir():
        if Path(place).exists():
            raise InputError(f"{place} is no folder: give the one that it is in, or use fer analyze.")
        raise MissingInputError(f"There is no folder {place}: check the path.")
    seen = survey([place])
    inside = Path(out).absolute() if not is_remote(out) else None
    found = [one for one in seen.found if inside is None or not one.path.absolute().is_relative_to(inside)]
    return _of([(_source(one), one.kind) for one in found], list(seen.lost))


def _source(found: FoundFile) -> SourceFile:
    file, member = SourceFile(found.label, str(found.path)), found.member
    return file if member is None else replace(file, member=member.name, place=member.place)


def _of(found: list[tuple[SourceFile, str]], lost: Iterable[GivenFile]) -> Plan:
    videos = [file for file, kind in found if kind == "video"]
    folders: dict[str, list[SourceFile]] = {}
    for file, kind in found:
        if kind == "image":
            folders.setdefault(str(PurePosixPath(file.label).parent / PHOTOS), []).append(file)
    given = [(file.label, "video", (file,)) for file in videos]
    given += [(label, PHOTOS, tuple(files)) for label, files in folders.items()]
    stems = unique_stems([label for label, *_ in given])
    recordings = [
        Recording(label, stem, kind, files) for (label, kind, files), stem in zip(given, stems, strict=True)
    ]
    # The study's own table is no file too many: `fer summarize` reads it where it lies.
    lost = tuple(one for one in lost if one.name not in TABLE_NAMES)
    return Plan(tuple(sorted(recordings, key=lambda one: one.label)), lost)


def _listed(place: str) -> tuple[list[tuple[SourceFile, str]], list[GivenFile]]:
    """Files below an address with their kinds, told by their first bytes."""
    fs, root = file_system(place.rstrip("/"))
    try:
        paths = sorted(fs.find(root))
        heads = fs.cat_ranges(paths, [0] * len(paths), [HEAD_BYTES] * len(paths), on_error="return")
    except OSError as exc:
        raise MissingInputError(f"{place} cannot be listed: {exc}.") from exc
    found, lost = [], []
    for path, head in zip(paths, heads, strict=True):
        below = PurePosixPath(path).relative_to(root)
        if is_hidden(below):
            continue
        label = safe_path(below)
        kind = input_kind(sniff(head)) if isinstance(head, bytes) else "unknown"
        if kind in ("image", "video"):
            found.append((SourceFile(label, f"{place.rstrip('/')}/{below}"), kind))
        elif kind_by_name(label) != "unknown":
            why = "it is no picture and no video, or damaged." if isinstance(head, bytes) else f"{head}."
            lost.append(GivenFile(label, kind_by_name(label), "refused", why, "input_unsupported"))
        else:
            lost.append(GivenFile(label, kind, "passed_over", NO_PICTURE))
    return found, lost
