"""``fer table``: any CSV into the form that a spreadsheet opens, or back."""

import argparse
from pathlib import Path

from fer.cli.shared.targets import check_targets
from fer.errors import OutputError
from fer.io.csv import unescape_formula
from fer.io.files import write_bytes
from fer.io.spreadsheet import COMMA, FORMS, XLSX, Sheet, as_bytes
from fer.io.table import Columns, Numbers, read_columns


def add_parser(commands) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("table", help="turn a CSV into XLSX, or into CSV for a spreadsheet and back")
    parser.add_argument("table", type=Path, help="any CSV that was written or is read here")
    parser.add_argument("out", type=Path, help=".xlsx or .csv")
    parser.add_argument(
        "--form", choices=FORMS, help="default: by the ending; semicolon is a CSV with decimal commas"
    )
    parser.add_argument("--force", action="store_true", help="replace a file that exists")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Read the table and write it in the other form."""
    form = args.form or (XLSX if args.out.suffix.lower() == FORMS[XLSX] else COMMA)
    if args.out.suffix.lower() != FORMS[form]:
        raise OutputError(
            f"{args.out.name} has to end in {FORMS[form]}: name it so, or choose another --form."
        )
    check_targets([args.out], [args.table], force=args.force)
    write_bytes(as_bytes(sheet_of(read_columns(args.table)), form), args.out, force=args.force)
    print(f"written: {args.out}")
    return 0


def sheet_of(read: Columns) -> Sheet:
    """A table that was read as text, to be written: columns of nothing but numbers become numbers."""
    columns, texts = {}, set()
    for name, cells in read.texts.items():
        numbers = _as_numbers(cells, read.delimiter)
        if numbers is None:
            texts.add(name)
        columns[name] = [unescape_formula(cell) for cell in cells] if numbers is None else numbers
    return Sheet(list(columns), list(zip(*columns.values(), strict=True)), frozenset(texts))


def _as_numbers(cells: list[str], delimiter: str) -> list[str] | None:
    """The cells with decimal points, their digits kept; None where one is no number."""
    read, out = Numbers(delimiter), []
    try:
        for cell in cells:
            value = read(cell)
            out.append("" if value != value else cell.strip() if _is_plain(cell) else repr(value))
    except ValueError:
        return None
    return out


def _is_plain(cell: str) -> bool:
    """Whether a number is written as Python writes it."""
    return "," not in cell and cell.isascii()
