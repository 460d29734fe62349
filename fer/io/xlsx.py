"""Tables as XLSX, made in memory: numbers are numbers, and text is never a formula.

The usual packages put every sheet into a temporary file first; what a user analyses must not touch the disk.

Reference:
    ECMA-376, Office Open XML: SpreadsheetML.
"""

import io
import math
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple
from xml.sax.saxutils import escape, quoteattr

from fer.io.csv import escape_formula

MAX_SHEET_ROWS = 1_048_576
"""XLSX has no more rows in a sheet; further ones go into the next."""
MAX_CELL_CHARACTERS = 32_767

# What XML cannot hold, and the form in which XLSX writes a character by its number, if a text looks like it.
_FORBIDDEN = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_STYLES = (
    f'{_HEAD}<styleSheet xmlns="{_MAIN}">'
    '<fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
    '<cellXfs count="2"><xf xfId="0"/><xf xfId="0" quotePrefix="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)
_QUOTED = 1
"""The style of a text that a program would take for a formula if somebody typed it again."""


class XlsxTable(NamedTuple):
    """A table on its way into a file.

    Args:
        title: Of the sheet; of a further one with its number.
        header: Names of the columns.
        rows: Cells as text: numbers with a decimal point, nothing where a number is missing.
        texts: The columns whose cells are text, whatever they look like.
    """

    title: str
    header: Sequence[str]
    rows: Iterable[Sequence[str]]
    texts: Iterable[str]


def xlsx_bytes(*tables: XlsxTable) -> bytes:
    """The bytes of the file, with a sheet for each table, or more where one is too long.

    Args:
        *tables: At least one; their titles differ.
    """
    out, names = io.BytesIO(), []
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for table in tables:
            _add_table(archive, table, names)
        for name, content in _frame(names):
            archive.writestr(name, content)
    return out.getvalue()


def _add_table(archive: zipfile.ZipFile, table: XlsxTable, names: list[str]) -> None:
    """The sheets of one table; their names are added."""
    texts, waiting, mine = frozenset(table.texts), iter(table.rows), 0
    is_text = [name in texts for name in table.header]
    row = next(waiting, None)
    while row is not None or not mine:
        mine += 1
        names.append(table.title if mine == 1 else f"{table.title} {mine}")
        with archive.open(f"xl/worksheets/sheet{len(names)}.xml", "w") as sheet:
            sheet.write(_sheet_head(table.header))
            room = MAX_SHEET_ROWS - 1
            while row is not None and room:
                sheet.write(_row(row, is_text))
                row, room = next(waiting, None), room - 1
            sheet.write(b"</sheetData></worksheet>")


def _sheet_head(header: Sequence[str]) -> bytes:
    """The start of a sheet and its header, which stays in sight."""
    start = (
        f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" '
        'topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><sheetData>'
    )
    return start.encode() + _row(header, [True] * len(header))


def _row(cells: Sequence[str], is_text: Sequence[bool]) -> bytes:
    made = (_text(cell) if text else _number(cell) for cell, text in zip(cells, is_text, strict=True))
    return f"<row>{''.join(made)}</row>".encode()


def _text(text: str) -> str:
    whole = text.encode("utf-8", "backslashreplace").decode()
    shown = _FORBIDDEN.sub("", whole)[:MAX_CELL_CHARACTERS]
    style = f' s="{_QUOTED}"' if shown != escape_formula(shown) else ""
    # XML turns a carriage return into a line feed, so it is written by its number.
    inside = escape(_ESCAPED.sub("_x005F_", shown), {"\r": "_x000D_"})
    return f'<c t="inlineStr"{style}><is><t xml:space="preserve">{inside}</t></is></c>'


def _number(text: str) -> str:
    """A number of the cell; text where it is none after all, nothing where it is missing."""
    if not text:
        return "<c/>"
    try:
        value = float(text)
    except ValueError:
        return _text(text)
    return f"<c><v>{text.strip()}</v></c>" if math.isfinite(value) and "_" not in text else "<c/>"


def _frame(names: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The files around the sheets."""
    numbers = range(1, len(names) + 1)
    sheets = "".join(
        f'<sheet name={quoteattr(name)} sheetId="{k}" r:id="rId{k}"/>'
        for k, name in zip(numbers, names, strict=True)
    )
    yield (
        "xl/workbook.xml",
        (f'{_HEAD}<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}"><sheets>{sheets}</sheets></workbook>'),
    )
    yield "xl/styles.xml", _STYLES
    inside = "".join(_relation(k, "worksheet", f"worksheets/sheet{k}.xml") for k in numbers)
    styles = _relation(len(names) + 1, "styles", "styles.xml")
    yield "xl/_rels/workbook.xml.rels", _relations(inside + styles)
    yield "_rels/.rels", _relations(_relation(1, "officeDocument", "xl/workbook.xml"))
    kinds = [
        ("workbook", "sheet.main"),
        ("styles", "styles"),
        *((f"worksheets/sheet{k}", "worksheet") for k in numbers),
    ]
    parts = "".join(
        f'<Override PartName="/xl/{name}.xml" ContentType="{_TYPES}.{kind}+xml"/>' for name, kind in kinds
    )
    yield (
        "[Content_Types].xml",
        (
            f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
            'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Default Extension="xml" ContentType="application/xml"/>{parts}</Types>'
        ),
    )


def _relations(inside: str) -> str:
    return f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{inside}</Relationships>'


def _relation(number: int, kind: str, target: str) -> str:
    return f'<Relationship Id="rId{number}" Type="{_RELATIONS}/{kind}" Target="{target}"/>'
