"""A table in the forms that people open: CSV for programs, CSV for a spreadsheet, and XLSX."""

import io
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from fer.io.csv import csv_text, escape_formula

COMMA, SEMICOLON, XLSX = "comma", "semicolon", "xlsx"
FORMS = {COMMA: ".csv", SEMICOLON: ".csv", XLSX: ".xlsx"}
"""Form of a table -> ending of its file."""

MIMES = {
    COMMA: "text/csv",
    SEMICOLON: "text/csv",
    XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}

MAX_SHEET_ROWS = 1_048_576
"""XLSX has no more rows in a sheet; further ones go into the next."""
MAX_CELL_CHARACTERS = 32_767


@dataclass(frozen=True, eq=False)
class Sheet:
    """A table to be written.

    Args:
        header: Names of the columns.
        rows: Cells as text: numbers with a decimal point, nothing where a number is missing.
        texts: The columns whose cells are text, whatever they look like.
        title: Of its sheet in XLSX.
    """

    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    texts: frozenset[str]
    title: str = "Table"


def as_csv(sheet: Sheet) -> str:
    """The table with commas and decimal points, for programs."""
    return csv_text(sheet.header, _guarded(sheet))


def as_semicolon_csv(sheet: Sheet) -> str:
    """The table with semicolons, decimal commas and a mark of its encoding: spreadsheets of most countries of
    Europe open it with a double click."""
    is_text = [name in sheet.texts for name in sheet.header]
    rows = (
        [cell if text else cell.replace(".", ",") for cell, text in zip(row, is_text, strict=True)]
        for row in _guarded(sheet)
    )
    return "\ufeff" + csv_text(sheet.header, rows, delimiter=";", line_end="\r\n")


def as_xlsx(sheet: Sheet) -> bytes:
    """The table as XLSX: numbers are numbers, and text is never a formula."""
    # Here and not above: only who asks for XLSX waits for the package.
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    is_text = [name in sheet.texts for name in sheet.header]
    page, room = None, 0
    for row in sheet.rows:
        if not room:
            page, room = _page(book, sheet), MAX_SHEET_ROWS - 1
        cells = zip(row, is_text, strict=True)
        page.append([_text_cell(page, cell) if text else _number(page, cell) for cell, text in cells])
        room -= 1
    if page is None:
        _page(book, sheet)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def as_bytes(sheet: Sheet, form: str) -> bytes:
    """The table in one of `FORMS`, as the bytes of its file."""
    if form == XLSX:
        return as_xlsx(sheet)
    text = as_semicolon_csv(sheet) if form == SEMICOLON else as_csv(sheet)
    # A file name may hold bytes that are no text (lone surrogates): written as escapes, never a crash.
    return text.encode("utf-8", "backslashreplace")


def _guarded(sheet: Sheet) -> Iterable[list[str]]:
    is_text = [name in sheet.texts for name in sheet.header]
    for row in sheet.rows:
        yield [escape_formula(cell) if text else cell for cell, text in zip(row, is_text, strict=True)]


def _page(book, sheet: Sheet):
    """The next sheet of the book, with its header, which stays in sight."""
    number = len(book.worksheets) + 1
    page = book.create_sheet(sheet.title if number == 1 else f"{sheet.title} {number}")
    page.freeze_panes = "A2"
    page.append([_text_cell(page, name) for name in sheet.header])
    return page


def _text_cell(page, text: str):
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    shown = ILLEGAL_CHARACTERS_RE.sub("", text.encode("utf-8", "backslashreplace").decode())
    cell = WriteOnlyCell(page, shown[:MAX_CELL_CHARACTERS])
    cell.data_type = "s"  # what starts with "=" would be a formula otherwise
    if shown != escape_formula(shown):
        cell.quotePrefix = True
    return cell


def _number(page, text: str):
    """A number of the cell; text where it is none after all."""
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        return _text_cell(page, text)
    if not math.isfinite(value):
        return None
    return int(value) if text.lstrip("-").isdigit() else value
