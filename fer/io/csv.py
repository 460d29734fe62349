"""CSV as text: no cell that a spreadsheet would run."""

import csv
import io
import re
from collections.abc import Iterable, Sequence

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""A spreadsheet may run a cell that starts with one of these."""

GUARD = "'"

_START = "[" + re.escape("".join(FORMULA_STARTS)) + "]"
# A spreadsheet of another country splits cells at another sign than the file's: behind each of these signs
# a cell may begin. What is guarded already gets one more apostrophe, so that taking one away always gives
# the text back.
_OPEN = re.compile(rf"(?:^|(?<=[,;|]))(?='*{_START})")
_GUARDED = re.compile(rf"(?:^|(?<=[,;|]))'(?='*{_START})")


def escape_formula(text: str) -> str:
    """The text with an apostrophe in front of whatever a spreadsheet would take for a formula."""
    return _OPEN.sub(GUARD, text)


def unescape_formula(text: str) -> str:
    """The text that `escape_formula` was given."""
    return _GUARDED.sub("", text)


def csv_text(
    header: Sequence[str], rows: Iterable[Sequence[str]], *, delimiter: str = ",", line_end: str = "\n"
) -> str:
    """Cells as CSV text. Text cells must have gone through `escape_formula`."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator=line_end, delimiter=delimiter)
    writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue()
