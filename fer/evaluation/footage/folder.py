"""Picked faces as a folder: small pictures, a table to fill in, and what the network answered, kept apart."""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from fer.constants import EMOTIONS
from fer.dataset.class_names import class_index
from fer.dataset.tagging import CANNOT_TELL, FaceSample
from fer.errors import DamagedInputError, MissingInputError
from fer.evaluation.footage.census import Census
from fer.io.csv import unescape_formula
from fer.io.files import cannot_write, refuse_existing, write_text, write_whole
from fer.io.json_records import PARSE_ERRORS, from_values, json_text
from fer.io.names import comparable_name
from fer.io.spreadsheet import COMMA, Sheet, as_bytes
from fer.io.table import read_columns
from fer.text import join
from fer.timeline.summary import STATES

TAGS_CSV, FOOTAGE_JSON, FACES = "tags.csv", "footage.json", "faces"
COLUMNS = ("picture", "file", "time_s", "face_id", "label")
TEXTS = frozenset(("picture", "file", "label"))
FORMAT = 1
UNNAMED_WORDS = (CANNOT_TELL, "cannot tell", "can't tell", "unsure", "?")


@dataclass(frozen=True)
class PickedFace:
    """What was answered to a picked face; the table does not show it, so that it sways nobody.

    Args:
        picture: Its picture's path in the folder.
        state: What the report says at that moment.
        probs: 7 unsmoothed probabilities.
    """

    picture: str
    state: str
    probs: tuple[float, ...]


@dataclass(frozen=True)
class PickedFootage:
    """What ``footage.json`` holds.

    Args:
        format: Version of the file.
        census: The answers to the whole footage.
        faces: What was answered to the picked faces.
    """

    format: int
    census: Census
    faces: tuple[PickedFace, ...]


@dataclass(frozen=True, eq=False)
class TaggedFootage:
    """A folder whose table was filled in.

    Args:
        census: The answers to the whole footage.
        states: n words of `STATES`, of the faces with a tag.
        probs: (n, 7) of these faces.
        tags: n tags.
        n_picked: Faces in the table.
    """

    census: Census
    states: tuple[str, ...]
    probs: np.ndarray
    tags: tuple[str, ...]
    n_picked: int


def write_folder(
    folder: Path,
    samples: Sequence[FaceSample],
    census: Census,
    *,
    form: str = COMMA,
    force: bool = False,
) -> Path:
    """Write the picked faces.

    Args:
        folder: Made if it is not there.
        samples: In the order of the table.
        census: Of the same footage.
        form: Of the table: ``comma``, or ``semicolon`` for a spreadsheet; both are read again.
        force: Replace a table that is there.

    Returns:
        The table.

    Raises:
        OutputError: It cannot be written, or a table is there and `force` is not set.
    """
    table = folder / TAGS_CSV
    refuse_existing(table, force=force)
    try:
        (folder / FACES).mkdir(parents=True, exist_ok=True)
    except OSError as exc:
        raise cannot_write(folder / FACES, exc) from exc
    rows, faces = [], []
    for number, sample in enumerate(samples, 1):
        picture = f"{FACES}/{number:04d}.jpg"
        write_whole(sample.picture, folder / picture)
        time_s = f"{sample.time_s:.3f}" if math.isfinite(sample.time_s) else ""
        rows.append((picture, sample.file, time_s, str(sample.face_id), ""))
        faces.append(PickedFace(picture, sample.state, tuple(map(float, sample.probs))))
    write_text(json_text(PickedFootage(FORMAT, census, tuple(faces))), folder / FOOTAGE_JSON, force=True)
    sheet = Sheet(COLUMNS, rows, TEXTS, "Faces to tag")
    write_whole(as_bytes(sheet, form), table)
    return table


def read_folder(table: Path) -> TaggedFootage:
    """Read a table that was filled in, with ``footage.json`` beside it.

    Raises:
        InputError: One of both is missing or damaged, or a row cannot be understood; says which.
    """
    picked = _picked(table.parent / FOOTAGE_JSON)
    by_picture = {face.picture: face for face in picked.faces}
    named_as = {comparable_name(picture): picture for picture in by_picture}
    found: dict[str, str] = {}
    for number, picture, label in _rows(table):
        picture = named_as.get(comparable_name(picture), picture)
        if picture not in by_picture:
            raise DamagedInputError(
                f"Line {number} names {picture[:60]!r}, which is none of the picked faces: use the table as "
                "`fer check` wrote it."
            )
        if picture in found:
            raise DamagedInputError(f"Line {number} names {picture} a second time: remove one of both.")
        found[picture] = _tag(label, number)
    tagged = [(by_picture[picture], tag) for picture, tag in found.items() if tag]
    return TaggedFootage(
        picked.census,
        tuple(face.state for face, _ in tagged),
        np.array([face.probs for face, _ in tagged]).reshape(-1, len(EMOTIONS)),
        tuple(tag for _, tag in tagged),
        len(picked.faces),
    )


def _picked(path: Path) -> PickedFootage:
    again = "pick the faces again with `fer check VIDEO --out DIR`"
    try:
        picked = from_values(PickedFootage, json.loads(path.read_text(encoding="utf-8")))
        if picked.format != FORMAT or {face.state for face in picked.faces} - set(STATES):
            raise ValueError("another version")
        if {len(face.probs) for face in picked.faces} - {len(EMOTIONS)}:
            raise ValueError("other probabilities")
        return picked
    except FileNotFoundError as exc:
        raise MissingInputError(
            f"{FOOTAGE_JSON} is not beside the table: keep both in one folder, or {again}."
        ) from exc
    except OSError as exc:
        raise MissingInputError(f"{path.name} cannot be read: {exc.strerror}. Check the path.") from exc
    except PARSE_ERRORS as exc:
        raise DamagedInputError(f"{path.name} is damaged or of another version: {again}.") from exc


def _rows(table: Path) -> list[tuple[int, str, str]]:
    """Line, picture and label of every row."""
    read = read_columns(table)
    for name in ("picture", "label"):
        if name not in read.names:
            raise DamagedInputError(
                f"The table has no column {name!r}: use {TAGS_CSV} as `fer check` wrote it."
            )
    pictures = (unescape_formula(name).strip() for name in read.texts["picture"])
    return list(zip(read.lines.tolist(), pictures, read.texts["label"], strict=True))


def _tag(text: str, number: int) -> str:
    """The tag that a cell means; empty for none yet."""
    word = text.strip().casefold()
    if not word or word in UNNAMED_WORDS:
        return CANNOT_TELL if word else ""
    # A digit is a key in the app and another class in FER2013: neither is guessed.
    index = None if word.isdigit() else class_index(word)
    if index is None:
        raise DamagedInputError(
            f"Line {number} has the label {text.strip()[:30]!r}: write {join(list(EMOTIONS))} as a word, or "
            f"{CANNOT_TELL}; leave it empty to tag it later."
        )
    return EMOTIONS[index]
