"""Who is who in a timeline: the steps by which people were named and put right, and their file."""

import json
import math
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import TYPE_CHECKING, Literal, get_args

from fer.errors import InputError
from fer.io.json_records import PARSE_ERRORS
from fer.records import SourceInfo
from fer.text import JOINERS, clock

if TYPE_CHECKING:
    from fer.timeline.timeline import Timeline

EditKind = Literal["rename", "same", "different", "split", "remove", "color"]
EDIT_KINDS: tuple[EditKind, ...] = get_args(EditKind)

COLORS = {
    "indigo": "#5a5ad6",
    "wine": "#b0305c",
    "olive": "#7d7a1e",
    "purple": "#9a45b3",
    "pine": "#1f7f4c",
    "brown": "#94603a",
    "teal": "#127f8c",
    "slate": "#64748b",
}
"""Colors of people, none of them an emotion's; readable on light and dark ground."""

MAX_EDITS = 1000
MAX_NAME = 60
MAX_PERSONS_BYTES = 1_000_000
MAX_FACE_ID = 10_000_000
MAX_TIME_S = 1e7

FORMAT, VERSION = "fer-persons", 1
NO_FILE = "This is no file of persons: choose one that this program has written."

_FACE_NUMBER = re.compile(r"face\s*\d+", re.IGNORECASE)
_RESERVED = ("everyone", "all faces", "nobody")


@dataclass(frozen=True)
class Edit:
    """One step.

    Args:
        kind: ``"rename"``: `face` is called `name`, or by its number again where that is empty.
            ``"same"``: `face` and `other` are one person; the smaller id stays, the name of `other` goes
            first.
            ``"different"``: they are two, which ends a suggestion and changes nothing else.
            ``"split"``: from `time_s` on, `face` is somebody else, who gets the next free id.
            ``"remove"``: `face` is not a person.
            ``"color"``: `face` has this `color`.
        face: Id of a face, as the steps before have left it.
        other: Of the other face.
        name: At most `MAX_NAME` characters.
        time_s: Seconds.
        color: ``#rrggbb``.
        photo: Name of the photo that the face is in; empty for videos and live sessions.
        photo_index: Number of that photo; counts only where several have the name. -1: none.

    Raises:
        InputError: A value is out of range.
    """

    kind: EditKind
    face: int
    other: int = 0
    name: str = ""
    time_s: float = 0.0
    color: str = ""
    photo: str = ""
    photo_index: int = -1

    def __post_init__(self) -> None:
        whole = all(type(value) is int for value in (self.face, self.other, self.photo_index))
        texts = all(type(value) is str for value in (self.name, self.color, self.photo))
        fits = (
            self.kind in EDIT_KINDS
            and whole
            and texts
            and 0 <= self.face <= MAX_FACE_ID
            and 0 <= self.other <= MAX_FACE_ID
            and type(self.time_s) in (int, float)
            and math.isfinite(self.time_s)
            and abs(self.time_s) <= MAX_TIME_S
            and (not self.color or re.fullmatch("#[0-9a-f]{6}", self.color) is not None)
        )
        if not fits:
            raise InputError("This step cannot be taken: a value in it is out of range.")
        if self.kind == "rename":
            check_name(self.name)
        if self.kind == "color" and not self.color:
            raise InputError("A color is missing: give one as #rrggbb.")
        if self.kind in ("same", "different") and self.face == self.other:
            raise InputError("It takes two faces: choose another one.")

    @property
    def words(self) -> str:
        """The step as a sentence, faces by their numbers."""
        who = f"Face {self.face}" + (f" of {self.photo}" if self.photo else "")
        if self.kind == "rename":
            return f"{who} is called {self.name}." if self.name else f"{who} has no name any more."
        if self.kind == "same":
            return f"{who} and Face {self.other} are the same person."
        if self.kind == "different":
            return f"{who} and Face {self.other} are two people."
        if self.kind == "split":
            return f"From {clock(self.time_s, tenths=True)} on, {who} is somebody else."
        if self.kind == "remove":
            return f"{who} is not a person."
        return f"{who} has the colour {self.color}."


@dataclass(frozen=True, eq=False)
class Persons:
    """What the steps have made of a timeline; names are in its column ``person``.

    Args:
        edits: The steps in their order: the truth that everything else follows from.
        colors: Face id -> ``#rrggbb``, the chosen ones.
        analyzed: The timeline before the first step; None where there is none.
        apart: Pairs of face ids that the steps say are two people.
    """

    edits: tuple[Edit, ...] = ()
    colors: Mapping[int, str] = field(default_factory=dict)
    analyzed: "Timeline | None" = None
    apart: frozenset[frozenset[int]] = frozenset()

    def color(self, face_id: int) -> str:
        """The chosen color, else one by number."""
        return self.colors.get(face_id) or list(COLORS.values())[(face_id - 1) % len(COLORS)]


def colors_of(names: Iterable[str]) -> dict[str, str]:
    """Name -> color of people in photos, where one name is one person: in the order of their first photos.

    Args:
        names: May repeat; empty ones are nobody's.
    """
    palette = tuple(COLORS.values())
    return {name: palette[k % len(palette)] for k, name in enumerate(dict.fromkeys(filter(None, names)))}


def tidy_name(text: str) -> str:
    """A typed name on one line: no control characters, no doubled spaces."""
    text = unicodedata.normalize("NFC", text)
    visible = "".join(
        " " if unicodedata.category(c)[0] == "Z" or c in "\t\r\n" else c
        for c in text
        if unicodedata.category(c)[0] != "C" or c in JOINERS or c in "\t\r\n"
    )
    return " ".join(visible.split()).strip(f" {JOINERS}")


def check_name(name: str) -> None:
    """Refuse what cannot be a person's name here; the empty name is none.

    Raises:
        InputError: It is too long, is not tidy, or means something else.
    """
    if len(name) > MAX_NAME:
        raise InputError(f"A name has at most {MAX_NAME} characters: give a shorter one.")
    if name != tidy_name(name):
        raise InputError("The name holds line breaks or invisible characters: type it anew.")
    if _FACE_NUMBER.fullmatch(name) or name.casefold() in _RESERVED:
        raise InputError(f"“{name}” means something else here: give another name.")


def persons_to_json(edits: Iterable[Edit], source: SourceInfo) -> str:
    """The steps as text, with the source that they belong to."""
    document = {
        "format": FORMAT,
        "version": VERSION,
        "source": {"name": source.name, "sha256": source.sha256},
        "edits": edit_values(edits),
    }
    return json.dumps(document, ensure_ascii=False, allow_nan=False, indent=1)


def edit_values(edits: Iterable[Edit]) -> list[dict]:
    """Steps as plain values: what is not as it is by default."""
    defaults = {entry.name: entry.default for entry in fields(Edit)}
    return [{k: v for k, v in asdict(edit).items() if v != defaults[k]} for edit in edits]


def edits_of(values: Iterable[dict]) -> tuple[Edit, ...]:
    """What `edit_values` has made.

    Raises:
        InputError: It holds something else.
    """
    try:
        return tuple(Edit(**value) for value in values)
    except (TypeError, InputError) as exc:
        raise InputError(NO_FILE) from exc


def persons_from_json(text: str | bytes, source: SourceInfo) -> tuple[Edit, ...]:
    """What `persons_to_json` has written.

    Args:
        text: At most `MAX_PERSONS_BYTES`.
        source: What the steps are to be applied to.

    Raises:
        InputError: It is something else, or belongs to another source.
    """
    if len(text) > MAX_PERSONS_BYTES:
        raise InputError(NO_FILE)
    try:
        document = json.loads(text)
        if document["format"] != FORMAT or document["version"] != VERSION:
            raise ValueError("another format or version")
        made_for, steps = document["source"], document["edits"]
        sha256 = str(made_for["sha256"])
        if not isinstance(steps, list) or len(steps) > MAX_EDITS:
            raise ValueError("no list, or too long a one")
        edits = edits_of(steps)
    except (*PARSE_ERRORS, InputError) as exc:
        raise InputError(NO_FILE) from exc
    if sha256 and source.sha256 and sha256 != source.sha256:
        name = tidy_name(str(made_for.get("name", "")))[:MAX_NAME]
        raise InputError(
            f"The file of persons was made for another source ({name}): choose the one that fits."
        )
    return edits
