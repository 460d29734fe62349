"""What there is in the given files, folders, wildcards and zip files: every file, to be read or not.

Files of a folder and of a zip file are chosen by their first bytes. Nothing is left out silently: what is no
picture and no video is passed over, what cannot be opened is refused, and both are written down.
"""

import glob
import os
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path, PurePath, PurePosixPath

from fer.errors import InputError, MissingInputError, UnsupportedInputError
from fer.records import GivenFile
from fer.sources.animation import content_kind
from fer.sources.archives import ZipMember, is_hidden, zip_members
from fer.sources.magic import known_but_not_read, unsupported
from fer.sources.opening import SourceLabel, read_head, safe_path

NO_PICTURE = "it is no picture and no video."
LINK = "it is a link to a folder, which is not followed."
DOCUMENT = "it is a document of an office program or a packed program, no zip file of pictures."
_OF_DOCUMENTS = ("[Content_Types].xml", "mimetype", "META-INF/MANIFEST.MF", "Index/Document.iwa", "Index.zip")
"""What Word and Excel, LibreOffice and EPUB, Java and Android, and Apple's programs put into theirs."""
PICTURE_ENDINGS = (
    *(".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".apng", ".webp", ".bmp", ".gif", ".tif", ".tiff", ".avif"),
    *(".heic", ".heif", ".hif", ".mpo", ".pgm", ".ppm", ".pbm", ".pnm"),
    *(".jp2", ".jxl", ".psd", ".dng", ".cr2", ".cr3", ".nef", ".arw"),
)
VIDEO_ENDINGS = (
    *(".mp4", ".m4v", ".mov", ".qt", ".3gp", ".3g2", ".f4v", ".mkv", ".webm", ".avi", ".divx"),
    *(".mpg", ".mpeg", ".m1v", ".m2v", ".mod", ".tod", ".ts", ".mts", ".m2ts", ".vob", ".wmv", ".asf"),
    *(".ogv", ".ogm", ".flv", ".dv", ".mxf", ".ivf", ".y4m", ".h264", ".264", ".h265", ".265", ".hevc"),
    *(".rm", ".rmvb", ".wtv"),
)
"""Files with such a name are missed when they cannot be read; others are passed over."""


_NOWHERE = PurePosixPath()


@dataclass(frozen=True)
class FoundFile:
    """A picture or a video that can be tried.

    Args:
        path: Where it lies; the zip file's path for a member.
        label: The path below the given folder or zip file.
        kind: ``"image"`` or ``"video"``.
        member: Its place in the zip file.
    """

    path: Path
    label: SourceLabel
    kind: str
    member: ZipMember | None = None

    def content(self) -> bytes | Path:
        """What the readers take: the path, or a zip member's bytes.

        Raises:
            InputError: The member is damaged or too large.
        """
        return self.path if self.member is None else self.member.content()


@dataclass(frozen=True)
class Survey:
    """What was found.

    Args:
        found: Files to be read, in the given order, sorted by path within a folder; labels are unique.
        lost: Files that are not, each with its reason.
    """

    found: tuple[FoundFile, ...]
    lost: tuple[GivenFile, ...]


def survey(paths: Iterable[str | Path]) -> Survey:
    """Look through files, folders, wildcards and zip files.

    Args:
        paths: Files are tried whatever they hold; folders are searched with all folders in them; a wildcard
            that a shell left as it is (``*.mp4``) is expanded. Hidden files and folders are not looked at.
    """
    found: dict[tuple[Path, ZipMember | None], FoundFile] = {}
    lost: list[GivenFile] = []
    for path in _expanded(paths, lost):
        for one in _look(path):
            if isinstance(one, GivenFile):
                lost.append(one)
            else:
                found.setdefault((one.path.absolute(), one.member), one)
    return Survey(_distinct(list(found.values())), tuple(lost))


def find_inputs(paths: Iterable[str | Path]) -> list[Path]:
    """Paths of the pictures, videos and zip files among files and folders, as `survey` finds them.

    Raises:
        MissingInputError: One of the paths does not exist or a folder may not be read.
    """
    found: dict[Path, None] = {}
    for path in map(Path, paths):
        if path.is_dir():
            files = list(_walk(path))
            for one in files:
                if isinstance(one, GivenFile) and one.fate == "refused":
                    raise MissingInputError(one.reason)
            usable = (one for one in files if isinstance(one, Path) and _kind(one) != "unknown")
            found.update(dict.fromkeys(sorted(usable)))
        elif path.exists():
            found[path] = None
        else:
            raise MissingInputError(f"There is no file or folder {path}: check the path.")
    return list(found)


def files_below(folder: Path) -> list[Path]:
    """Every file of a folder and of those in it, hidden ones too, sorted; links to folders are not followed.

    For data sets, of which a part that may not be read must not be missing unseen.

    Raises:
        MissingInputError: A folder may not be read.
    """
    found: list[Path] = []
    errors: list[OSError] = []
    for parent, _, names in os.walk(folder, onerror=errors.append):
        found += [Path(parent, name) for name in names]
    if errors:
        raise MissingInputError(_closed(errors[0], folder)) from errors[0]
    return sorted(path for path in found if path.is_file())


def _closed(error: OSError, folder: Path) -> str:
    return f"The folder {error.filename or folder} cannot be read: check its permissions."


def _expanded(paths: Iterable[str | Path], lost: list[GivenFile]) -> Iterator[Path]:
    for path in map(Path, paths):
        if path.exists() or not glob.has_magic(str(path)):
            yield path
            continue
        matches = sorted(glob.glob(str(path), recursive=True))
        if not matches:
            lost.append(_refused(path.name, "unknown", MissingInputError(f"no file matches {path}.")))
        yield from map(Path, matches)


def _look(path: Path) -> Iterator[FoundFile | GivenFile]:
    """The files at one given path."""
    if not path.is_dir():
        yield from _judge(path, safe_path(path.name), given=True)
        return
    empty = True
    for one in _walk(path):
        empty = False
        if isinstance(one, GivenFile):
            yield one
        else:
            yield from _judge(one, safe_path(one.relative_to(path)), given=False)
    if empty:
        yield _refused(path.name, "unknown", MissingInputError("there is no photo or video in this folder."))


def _walk(folder: Path) -> Iterator[Path | GivenFile]:
    """Files below a folder, sorted by path; then links to folders, and the folders that may not be read.

    One of those costs what lies in it: everything else is read all the same.
    """
    files: list[Path] = []
    links: list[GivenFile] = []
    errors: list[OSError] = []
    for parent, folders, names in os.walk(folder, onerror=errors.append):
        folders[:] = [name for name in folders if not is_hidden(PurePath(name))]
        for name in folders:
            link = Path(parent, name)
            if link.is_symlink():
                links.append(GivenFile(safe_path(link.relative_to(folder)), "unknown", "passed_over", LINK))
        files += [Path(parent, name) for name in names if not is_hidden(PurePath(name))]
    yield from sorted(files)
    yield from links
    for error in errors:
        place = Path(error.filename or folder)
        label = safe_path(place.relative_to(folder)) if place != folder else folder.name
        yield _refused(label, "unknown", MissingInputError(_closed(error, folder)))


def _judge(path: Path, label: SourceLabel, *, given: bool) -> Iterator[FoundFile | GivenFile]:
    """A file that can be tried, the members of a zip file, or why there is nothing."""
    try:
        kind = content_kind(path)
        if kind == "zip" and not given and _of_document(zip_members(path)):
            yield GivenFile(label, "unknown", "passed_over", DOCUMENT)
        elif kind == "zip":
            yield from zip_files(path, PurePosixPath() if given else PurePosixPath(label))
        elif kind == "unknown":
            yield _unread(label, read_head(path), given=given)
        else:
            yield FoundFile(path, label, kind)
    except InputError as error:
        yield _refused(label, kind_by_name(label), error)


def _of_document(members: list[ZipMember]) -> bool:
    """Whether a zip file is a document, whose pictures nobody means to have read."""
    return any(member.name in _OF_DOCUMENTS for member in members)


def zip_files(source: Path | bytes, below: PurePosixPath = _NOWHERE) -> Iterator[FoundFile | GivenFile]:
    """The files of a zip file, as those of a folder.

    Args:
        source: Its path or its bytes.
        below: What stands before the labels.

    Raises:
        InputError: It cannot be opened, passes a limit, is empty or is a document.
    """
    members = zip_members(source)
    if not members:
        raise UnsupportedInputError("The zip file holds no file: put pictures or videos into it.")
    if _of_document(members):
        raise UnsupportedInputError(DOCUMENT[0].upper() + DOCUMENT[1:])
    path = Path("zip") if isinstance(source, bytes) else source
    used: Counter[str] = Counter()
    for member in members:
        inner = _numbered(safe_path(below / member.label), used)
        try:
            kind = member.kind()
        except InputError as error:
            yield _refused(inner, kind_by_name(inner), error)
            continue
        if kind in ("image", "video"):
            yield FoundFile(path, inner, kind, member)
        elif kind == "zip":
            yield GivenFile(inner, "zip", "passed_over", "it is a zip file inside a zip file: unpack it.")
        else:
            yield _unread(inner, member.head(), given=False)


def _unread(label: SourceLabel, head: bytes, *, given: bool) -> GivenFile:
    """A file of no format that is read: missed if it was meant, else passed over."""
    if given or kind_by_name(label) != "unknown" or known_but_not_read(head):
        known = known_but_not_read(head)
        kind = known if known in ("image", "video") else kind_by_name(label)
        wanted = "any" if kind == "unknown" else kind
        return _refused(label, kind, unsupported(head, wanted=wanted))
    return GivenFile(label, "unknown", "passed_over", NO_PICTURE)


def _refused(label: str, kind: str, error: InputError) -> GivenFile:
    return GivenFile(label, kind, "refused", error.message, error.code)


def kind_by_name(name: str) -> str:
    """What a file is called: "image", "video" or "unknown"; for the account, never to choose a reader."""
    ending = PurePosixPath(name).suffix.lower()
    if ending in VIDEO_ENDINGS:
        return "video"
    return "image" if ending in PICTURE_ENDINGS else "unknown"


def _kind(path: Path) -> str:
    try:
        return content_kind(path)
    except InputError:  # empty, unreadable or a pipe
        return "unknown"


def _distinct(found: list[FoundFile]) -> tuple[FoundFile, ...]:
    """The files with labels that differ: names of folders in front, then numbers, where they have to."""
    depth = [0] * len(found)
    labels = [file.label for file in found]
    for _ in range(max((len(file.path.parts) for file in found), default=0)):
        same: dict[str, list[int]] = {}
        for k, label in enumerate(labels):
            same.setdefault(label, []).append(k)
        # Names of one folder can be one label without their odd letters: no folder tells those apart.
        again = [k for group in same.values() if len({_outer(found[k]) for k in group}) > 1 for k in group]
        if not again:
            break
        for k in again:
            depth[k] += 1
            labels[k] = _with_folders(found[k], depth[k])
    used: Counter[str] = Counter()
    labels = [_numbered(label, used) for label in labels]
    return tuple(replace(file, label=label) for file, label in zip(found, labels, strict=True))


def _numbered(label: SourceLabel, used: Counter[str]) -> SourceLabel:
    """The label, with a number behind it where it was used before."""
    used[label] += 1
    return label if used[label] == 1 else SourceLabel(f"{label} ({used[label]})")


def _with_folders(file: FoundFile, depth: int) -> SourceLabel:
    """The label with so many more names of the path in front of it."""
    outer = _outer(file)
    return safe_path(PurePosixPath(*outer[-depth:], file.label)) if outer[1:] else file.label


def _outer(file: FoundFile) -> tuple[str, ...]:
    """The parts of the path in front of the label: a zip member's label begins below the zip file."""
    parts = file.path.absolute().parts
    return parts if file.member is not None else parts[: len(parts) - len(PurePosixPath(file.label).parts)]
