"""CSV as text, in both directions: no cell that a spreadsheet would run, no file that fills the memory."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from fer.errors import DamagedInputError, EmptyInputError, MissingInputError, TooLargeInputError

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet may run a cell that starts with one of these."""

GUARD = "'"

MAX_BYTES = 500_000_000
MAX_LINE_CHARACTERS = 65_536

UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


def escape_formula(text: str) -> str:
    """The text with an apostrophe in front where a spreadsheet would take it for a formula."""
    return GUARD + text if text.startswith(FORMULA_STARTS) else text


def unescape_formula(text: str) -> str:
    """The text that `escape_formula` was given."""
    return text[1:] if text.startswith(GUARD) and text[1:].startswith(FORMULA_STARTS) else text


def csv_text(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Cells as CSV text with ``\\n`` line ends. Text cells must have gone through `escape_formula`."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue()


def read_cells(
    source: bytes | str | Path,
    *,
    delimiter: str = ",",
    keep: Callable[[str], bool] | None = None,
    max_rows: int | None = None,
) -> tuple[list[str], list[list[str]]]:
    """Read a UTF-8 CSV whose rows all have the header's length.

    Args:
        source: A path, or the file's bytes.
        delimiter: What stands between cells.
        keep: Says of a column's name whether it is wanted: wide files take no more memory than what is.
        max_rows: More are refused as soon as they are met; None for no limit.

    Returns:
        The header's names and the rows of cells.

    Raises:
        MissingInputError: The path cannot be read.
        EmptyInputError: There is nothing in it.
        DamagedInputError: Not UTF-8 text, a doubled column, or a row of another length (named).
        TooLargeInputError: The file, one line or the number of rows passes the limit.
    """
    data = source if isinstance(source, bytes) else _read(Path(source))
    if not data.strip():
        raise EmptyInputError("The CSV file is empty: choose another one.")
    rows = csv.reader(_lines(_decode(data)), strict=True, delimiter=delimiter)
    try:
        header = next(rows)
        _check_header(header)
        wanted = [k for k, name in enumerate(header) if keep is None or keep(name)]
        cells = []
        for row in rows:
            if row and len(row) != len(header):
                raise DamagedInputError(
                    f"Line {rows.line_num} of the CSV has {len(row)} cells where the header has "
                    f"{len(header)}: the file was cut or edited."
                )
            if row:
                cells.append([row[k] for k in wanted])
            if max_rows is not None and len(cells) > max_rows:
                raise TooLargeInputError(f"The CSV has more than {max_rows:,} rows: split it.")
    except csv.Error as exc:
        raise DamagedInputError(f"Line {rows.line_num} of the file is not CSV: {exc}.") from exc
    return [header[k] for k in wanted], cells


def _read(path: Path) -> bytes:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise TooLargeInputError(f"The CSV file is larger than {MAX_BYTES // 1_000_000} MB: split it.")
        return path.read_bytes()
    except OSError as exc:
        raise MissingInputError(f"The CSV file cannot be read: {exc.strerror}. Check the path.") from exc


def _decode(data: bytes) -> str:
    if data.startswith(UTF16_MARKS):
        raise DamagedInputError("The CSV file is UTF-16: save it as UTF-8.")
    if b"\0" in data:
        raise DamagedInputError("The file holds binary data, not CSV text.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        raise DamagedInputError("The CSV file is not UTF-8 text: save it as UTF-8.") from exc


def _lines(text: str) -> Iterator[str]:
    """The lines with their ends; a line of megabytes is refused before the parser sees it."""
    stream = io.StringIO(text, newline="")
    while line := stream.readline(MAX_LINE_CHARACTERS + 1):
        if len(line) > MAX_LINE_CHARACTERS:
            raise TooLargeInputError(
                "One line of the CSV is longer than 65,536 characters: no row of such a table is."
            )
        yield line


def _check_header(header: list[str]) -> None:
    doubled = sorted({name for name in header if header.count(name) > 1})
    if doubled:
        raise DamagedInputError(f"The CSV names a column twice: {', '.join(doubled[:5])}. Remove one.")
