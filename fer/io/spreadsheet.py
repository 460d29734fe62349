"""A table in the forms that people open: CSV for programs, CSV for a spreadsheet, and XLSX."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from fer.io.csv import csv_text, escape_formula
from fer.io.xlsx import XlsxTable, xlsx_bytes

COMMA, SEMICOLON, XLSX = "comma", "semicolon", "xlsx"
FORMS = {COMMA: ".csv", SEMICOLON: ".csv", XLSX: ".xlsx"}
"""Form of a table -> ending of its file."""

MIMES = {
    COMMA: "text/csv",
    SEMICOLON: "text/csv",
    XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


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


def number_cell(value: float) -> str:
    """A number as a cell of a `Sheet`, to six digits; empty where it is missing."""
    return f"{value:.6g}" if math.isfinite(value) else ""


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


def as_workbook(*sheets: Sheet) -> bytes:
    """Tables as one XLSX file, a sheet each."""
    return xlsx_bytes(*(XlsxTable(s.title, s.header, s.rows, s.texts) for s in sheets))


def as_bytes(sheet: Sheet, form: str) -> bytes:
    """The table in one of `FORMS`, as the bytes of its file."""
    if form == XLSX:
        return as_workbook(sheet)
    text = as_semicolon_csv(sheet) if form == SEMICOLON else as_csv(sheet)
    # A file name may hold bytes that are no text (lone surrogates): written as escapes, never a crash.
    return text.encode("utf-8", "backslashreplace")


def _guarded(sheet: Sheet) -> Iterable[list[str]]:
    is_text = [name in sheet.texts for name in sheet.header]
    for row in sheet.rows:
        yield [escape_formula(cell) if text else cell for cell, text in zip(row, is_text, strict=True)]
