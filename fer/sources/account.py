"""Everything that was given is accounted for: what was read, passed over and refused, and why.

Text, report, JSON, page and exit status all come from the same `GivenFile` records.
"""

from collections.abc import Iterable

from fer.errors import OutputError
from fer.records import LOST, GivenFile
from fer.text import count

_NOT_WRITTEN = "not_written"
_IN_JSON = "; all are in the JSON"
_WORDS = {
    "read": "read",
    "read_in_part": "read in part",
    "passed_over": "passed over",
    "refused": "could not be read",
    _NOT_WRITTEN: "read, but its results could not be written",
}
"""Fate -> what a person reads, in the order of every list."""


def lost(given: Iterable[GivenFile]) -> tuple[GivenFile, ...]:
    """The files of which nothing was read."""
    return tuple(file for file in given if file.fate in LOST)


def account(given: Iterable[GivenFile], *, most: int | None = None) -> list[str]:
    """The account in sentences: the counts, then every file that was not read whole, with its reason.

    Args:
        given: All files.
        most: Name at most so many files; None names all.

    Returns:
        No line where nothing was given, or one file that was read.

    Example:
        >>> text = GivenFile("b.txt", "unknown", "passed_over", "No.")
        >>> account([GivenFile("a.jpg", "image", "read"), text])
        ['2 files were given: 1 read, 1 passed over.', 'Passed over: b.txt: No.']
    """
    files = list(given)
    if not files or (len(files) == 1 and files[0].fate == "read"):
        return []
    was = "was" if len(files) == 1 else "were"
    return [
        f"{count(len(files), 'file')} {was} given: {fates_text(files)}.",
        *reasons(files, most=most, rest=_IN_JSON),
    ]


def fates_text(given: Iterable[GivenFile]) -> str:
    """What became of how many.

    Example:
        >>> fates_text([GivenFile("a.jpg", "image", "read")])
        '1 read'
    """
    fates = [_fate(file) for file in given]
    return ", ".join(f"{fates.count(fate):,} {words}" for fate, words in _WORDS.items() if fate in fates)


def reasons(given: Iterable[GivenFile], *, most: int | None = None, rest: str = "") -> list[str]:
    """Every file that was not read whole, with its reason.

    Args:
        given: All files.
        most: Name at most so many files; None names all.
        rest: Where the others are named, behind their number.
    """
    files, lines = list(given), []
    told = [file for fate in _WORDS if fate != "read" for file in files if _fate(file) == fate]
    shown = told if most is None else told[:most]
    for file in shown:
        words = _WORDS[_fate(file)]
        lines.append(f"{words[0].upper()}{words[1:]}: {file.name}: {file.reason}")
    if len(shown) < len(told):
        lines.append(f"{count(len(told) - len(shown), 'more file')}{rest}.")
    return lines


def _fate(file: GivenFile) -> str:
    """Its fate, where the fault of a full disk is not put on the file."""
    return _NOT_WRITTEN if file.code.startswith(OutputError.code) else file.fate
