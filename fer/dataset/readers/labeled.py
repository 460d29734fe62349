"""Faces that somebody has labelled: pictures in folders of expressions, or beside a CSV of file and label."""

import io
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path, PurePosixPath

from fer.dataset.class_names import class_index
from fer.dataset.faces import FaceCollector, FaceDataset
from fer.dataset.readers.csv_rows import looks_like_faces
from fer.dataset.readers.fer2013 import read_dataset
from fer.dataset.readers.folders import (
    SPLIT_WITHOUT_FOLDER,
    ToFace,
    add_picture,
    is_labeled,
    read_pictures,
    whole_picture,
)
from fer.dataset.readers.zipped import MAX_MEMBERS, members_of, read_member
from fer.errors import DatasetError, TooLargeInputError
from fer.io.csv import unescape_formula
from fer.io.names import comparable_name
from fer.io.table import header_of, read_columns
from fer.sources.archives import is_hidden, member_name, open_archive
from fer.sources.finding import kind_by_name
from fer.sources.magic import sniff
from fer.sources.opening import open_binary, safe_name

FILE_COLUMNS = ("file", "filename", "file_name", "image", "path")
LABEL_COLUMNS = ("label", "emotion", "expression")
TAG_COLUMNS = ("file", "time_s", "face_id", "x", "y", "width", "height", "label")
"""Of the list of tags that lies beside the tagged faces: it says which face of which recording each is of."""
TABLE_SUFFIX = ".csv"
_SHOWN = 30

PICTURE_ROW, PHOTO_ROW = "a label and a picture", "a label and a photo that shows one face"
"""What a row has to hold."""

MAX_TABLE_BYTES = 32 * 2**20
"""Largest table of file and label: 300 characters for each of the most pictures that can be given."""

Pictures = Mapping[PurePosixPath, Callable[[], bytes | Path]]
"""Name of each picture -> what gives its content or its path."""

OnPicture = Callable[[int, int], None]
"""Told before each picture: how many are done, and of how many. It may raise to stop the reading."""


def read_labeled_files(
    files: Sequence[tuple[str, bytes]],
    *,
    on_picture: OnPicture | None = None,
    to_face: ToFace = whole_picture,
) -> FaceDataset:
    """Read files that were given together.

    Args:
        files: (name, content) of each: a zip file or pictures with a CSV of ``file`` and ``label`` (also
            inside the zip file), a zip file of folders named after the expressions, or a FER2013 CSV.
        on_picture: Told how far it is.
        to_face: Makes the face of a picture that a table names; by default the picture is the face.

    Returns:
        (n, 48, 48) faces with the names of their files; rows that cannot be used are rejected and counted.

    Raises:
        DatasetError: There are no labels, or more than one table of them.
        InputError: A file is damaged, empty or passes a limit.
    """
    with ExitStack() as stack:
        tables, pictures = _sort(files, stack)
        if any(map(is_labeled, pictures)):
            tables = {name: content for name, content in tables.items() if not lists_tags(content())}
        if len(tables) > 1:
            names = ", ".join(safe_name(str(name)) for name in list(tables)[:3])
            raise DatasetError(f"There are {len(tables)} CSV files ({names}): give one of them.")
        if not tables:
            label = safe_name(files[0][0]) if len(files) == 1 else "the files"
            watched = _watched(pictures.items(), len(pictures), on_picture)
            read = ((name, content() if is_labeled(name) else b"") for name, content in watched)
            return read_pictures(read, label)
        [(name, content)] = tables.items()
        table, label = content(), safe_name(name.name)
        if looks_like_faces(io.BytesIO(table)) and not is_label_table(table):
            return read_dataset(table, name=label)
        return read_label_table(table, pictures, label, on_picture=on_picture, to_face=to_face)


def read_label_folder(
    table: Path, *, on_picture: OnPicture | None = None, to_face: ToFace = whole_picture
) -> FaceDataset:
    """Read a CSV of file and label on the disk; files are looked for beside it and in folders below.

    Args:
        table: The CSV.
        on_picture: Told how far it is.
        to_face: Makes the face of a picture that a table names; by default the picture is the face.

    Raises:
        DatasetError: It lacks a column, or no row can be used.
        InputError: The CSV cannot be read.
    """
    folder = table.parent
    paths = (path for path in sorted(folder.rglob("*")) if kind_by_name(path.name) == "image")
    pictures = {PurePosixPath(path.relative_to(folder)): (lambda path=path: path) for path in paths}
    if table.stat().st_size > MAX_TABLE_BYTES:
        raise _too_large(safe_name(table.name))
    return read_label_table(
        table.read_bytes(), pictures, safe_name(table.name), on_picture=on_picture, to_face=to_face
    )


def is_label_table(table: bytes) -> bool:
    """Whether the first line names a column of files and one of labels."""
    names = [name.casefold() for name in header_of(table)]
    return any(name in FILE_COLUMNS for name in names) and any(name in LABEL_COLUMNS for name in names)


def lists_tags(table: bytes) -> bool:
    """Whether it is a list of tags: it names recordings, and the tagged faces lie in folders of their own."""
    return tuple(header_of(table)) == TAG_COLUMNS


def zip_holds_label_table(path: Path) -> bool:
    """Whether a zip file on the disk holds a CSV of file and label.

    Raises:
        InputError: It is damaged or passes a limit.
    """
    with ExitStack() as stack:
        archive = open_archive(stack.enter_context(open_binary(path)), max_members=MAX_MEMBERS)
        members = members_of(archive, safe_name(path.name))
        in_folders = any(is_labeled(member_name(member)) for member in members)
        tables = (read_member(archive, one) for one in members if _is_table(member_name(one)))
        return any(is_label_table(one) and not (in_folders and lists_tags(one)) for one in tables)


def read_label_table(
    table: bytes,
    pictures: Pictures,
    label: str,
    *,
    on_picture: OnPicture | None = None,
    to_face: ToFace = whole_picture,
) -> FaceDataset:
    """Read pictures by a CSV of file and label.

    Args:
        table: A CSV. Labels are the expressions'
            names, their usual synonyms, or FER2013's numbers 0 to 6.
        pictures: The pictures; a row names one by its path, or by its last part where that is unique.
        label: What the CSV is called in errors.
        on_picture: Told how far it is.
        to_face: Makes the face of a picture that a table names; by default the picture is the face.

    Raises:
        DatasetError: It lacks a column, or no row can be used.
        InputError: It is no such CSV.
    """
    if len(table) > MAX_TABLE_BYTES:
        raise _too_large(label)
    read = read_columns(
        table, keep=lambda name: name.casefold() in (*FILE_COLUMNS, *LABEL_COLUMNS), max_rows=MAX_MEMBERS
    )
    named, labels = _column(read.texts, FILE_COLUMNS, label), _column(read.texts, LABEL_COLUMNS, label)
    finder, faces = _Finder(pictures), FaceCollector()
    seen: set[PurePosixPath] = set()
    missing: list[str] = []
    n_labels = 0
    for cells in _watched(zip(named, labels, strict=True), len(read), on_picture):
        name, text = unescape_formula(cells[0]).strip(), cells[1].strip()
        shown = safe_name(name)
        found, emotion = finder.find(name), class_index(text)
        n_labels += emotion is not None
        if emotion is None:
            faces.reject(f"the label {text[:_SHOWN]!r} is none of the seven expressions", name=shown)
        elif found is None:
            faces.reject(finder.why(name), name=shown)
            missing.append(shown)
        elif found in seen:
            faces.reject("it is listed a second time", name=shown)
        else:
            seen.add(found)
            add_picture(faces, pictures[found](), emotion, SPLIT_WITHOUT_FOLDER, name=shown, to_face=to_face)
    if not faces.n_seen:
        raise DatasetError(f"No row follows the header of {label!r}: it may not have been copied completely.")
    if n_labels and len(missing) == n_labels:
        shown = ", ".join([*missing[:3], *(["..."] if missing[3:] else [])])
        if lists_tags(table):
            raise DatasetError(
                f"{label!r} lists tags without their faces: give the zip file of faces, which holds both."
            )
        raise DatasetError(
            f"The pictures that {label!r} names ({shown}) are not among the files: put them beside it, "
            "or all of it into one zip file."
        )
    return faces.finish(label, wanted=PICTURE_ROW if to_face is whole_picture else PHOTO_ROW)


def _too_large(label: str) -> TooLargeInputError:
    return TooLargeInputError(
        f"{label!r} has more than {MAX_TABLE_BYTES // 2**20} MB, so it is no CSV of file and label."
    )


def _sort(files: Sequence[tuple[str, bytes]], stack: ExitStack) -> tuple[dict, dict]:
    """Tables and pictures among the files and in their zip files: name -> what gives the content."""
    entries: dict[PurePosixPath, Callable[[], bytes]] = {}
    for name, data in files:
        if sniff(data) == "zip":
            archive = stack.enter_context(open_archive(io.BytesIO(data), max_members=MAX_MEMBERS))
            for member in members_of(archive, safe_name(name)):
                entries[member_name(member)] = _reader(archive, member)
        else:
            entries[PurePosixPath(safe_name(name))] = lambda data=data: data
    if len(entries) > MAX_MEMBERS:
        raise TooLargeInputError(f"There are more than {MAX_MEMBERS:,} files: give fewer at once.")
    tables = {name: content for name, content in entries.items() if _is_table(name)}
    return tables, {name: content for name, content in entries.items() if name not in tables}


def _reader(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Callable[[], bytes]:
    return lambda: read_member(archive, member)


def _is_table(name: PurePosixPath) -> bool:
    return name.suffix.lower() == TABLE_SUFFIX and not is_hidden(name)


def _watched(items: Iterable, total: int, on_picture: OnPicture | None) -> Iterator:
    for done, item in enumerate(items):
        if on_picture:
            on_picture(done, total)
        yield item


def _column(columns: dict[str, list[str]], names: tuple[str, ...], label: str) -> list[str]:
    known = {name.casefold(): cells for name, cells in columns.items()}
    for name in names:
        if name in known:
            return known[name]
    raise DatasetError(f"{label!r} has no column {names[0]!r}: its first line has to be file,label.")


class _Finder:
    """Finds the picture that a row means, however its name is written.

    Other systems write the same letters in other bytes, in other case and with other slashes.

    Args:
        pictures: By their names.
    """

    def __init__(self, pictures: Pictures) -> None:
        self._exact = {str(name): name for name in pictures}
        self._path: dict[str, list[PurePosixPath]] = {}
        self._last: dict[str, list[PurePosixPath]] = {}
        for name in pictures:
            self._path.setdefault(comparable_name(str(name)), []).append(name)
            self._last.setdefault(comparable_name(name.name), []).append(name)

    def find(self, text: str) -> PurePosixPath | None:
        """The picture of that path, or the only one with its last part; None if there is none."""
        name = PurePosixPath(text.replace("\\", "/"))
        if str(name) in self._exact:
            return self._exact[str(name)]
        same = self._path.get(comparable_name(str(name))) or self._same(text)
        return same[0] if len(same) == 1 else None

    def why(self, text: str) -> str:
        """Why a row has no picture."""
        same = self._same(text)
        return (
            f"{len(same)} pictures have this name: give the folder too"
            if same
            else "there is no such picture"
        )

    def _same(self, text: str) -> list[PurePosixPath]:
        """The pictures with that last part."""
        return self._last.get(comparable_name(PurePosixPath(text.replace("\\", "/")).name), [])
