"""Who took part and under which condition, taken from the name of a file or its folder by a pattern."""

import re
from dataclasses import dataclass
from pathlib import PurePosixPath

from fer.errors import InputError
from fer.library.records import MAX_WORD
from fer.timeline.persons import tidy_name

PARTICIPANT, CONDITION = "participant", "condition"
EXAMPLE = "{participant}_{condition}_*"
MAX_PATTERN = 200

_PART = re.compile(r"\{(\w*)\}|\*")


@dataclass(frozen=True)
class Naming:
    """A pattern of names.

    Args:
        pattern: Text with ``{participant}`` and ``{condition}`` where they stand, ``*`` for anything and
            ``?`` for one character. With a slash in it, the folders are compared too, from the right; the
            file's ending never is. Empty: nothing is taken from a name.

    Raises:
        InputError: The pattern has another word in braces, or one of the two twice.

    Example:
        >>> Naming("{condition}/{participant}_*").of("study/calm/P01_b.mp4")
        ('P01', 'calm')
    """

    pattern: str = ""

    def __post_init__(self) -> None:
        if len(self.pattern) > MAX_PATTERN:
            raise InputError(f"The pattern is longer than {MAX_PATTERN} characters: give a shorter one.")
        names = [found[1] for found in _PART.finditer(self.pattern) if found[1] is not None]
        wrong = [name for name in names if name not in (PARTICIPANT, CONDITION)]
        if wrong or len(names) != len(set(names)):
            raise InputError(
                "The pattern knows {participant} and {condition}, each at most once; * stands for anything."
            )
        if self.pattern and not names:
            raise InputError(f"The pattern names nothing: write it like {EXAMPLE}")

    def of(self, name: str) -> tuple[str, str]:
        """Participant and condition of a file.

        Args:
            name: Of the file, with its folders if there are any.

        Returns:
            Both, each empty where the pattern does not name it or the name does not fit.
        """
        path = PurePosixPath(name.replace("\\", "/"))
        parts = [*path.parts[:-1], path.stem]
        text = "/".join(parts[-1 - self.pattern.count("/") :])
        found = re.fullmatch(_expression(self.pattern), text, re.DOTALL) if self.pattern else None
        if found is None:
            return "", ""
        given = found.groupdict()
        return _word(given.get(PARTICIPANT)), _word(given.get(CONDITION))


def _expression(pattern: str) -> str:
    """The pattern as a regular expression; a part never reaches over a folder's name.

    What follows a part is taken where it comes first, and that is never tried again: the time stays short
    whatever the pattern.
    """
    found = list(_PART.finditer(pattern))
    ends = [*(one.start() for one in found[1:]), len(pattern)]
    made = re.escape(pattern[: found[0].start()] if found else pattern)
    for one, end in zip(found, ends, strict=True):
        part = f"(?P<{one[1]}>[^/]+?)" if one[1] else "[^/]*?"
        rest = re.escape(pattern[one.end() : end])
        made += f"{part}{rest}" if one is found[-1] else f"(?>{part}{rest})"
    return made.replace(r"\?", "[^/]")


def _word(text: str | None) -> str:
    return tidy_name(text or "")[:MAX_WORD].strip()
