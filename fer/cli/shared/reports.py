"""Reports said in sentences and written to files."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from fer.evaluation.figures.set_promise import report_promise
from fer.export.csv import sheet_of, to_csv
from fer.export.forms import FORMS
from fer.export.json import to_json
from fer.export.workbook import to_workbook
from fer.io.files import file_bytes, write_bytes
from fer.io.spreadsheet import COMMA, as_bytes
from fer.timeline.headline import headlines
from fer.timeline.report import Report


def _to_html(report: Report, pictures: Mapping[int, bytes] = MappingProxyType({})) -> str:
    # Imported here: charts and templates take half a second to load, and few commands write a report.
    from fer.export.html import to_html

    return to_html(report, pictures=pictures)


WRITERS = {
    "csv": lambda report: to_csv(report.timeline),
    "xlsx": to_workbook,
    "json": to_json,
    "report": _to_html,
    **{name: form.make for name, form in FORMS.items()},
}
"""Option -> what it writes."""


def print_report(name: str, report: Report) -> None:
    """The answer in sentences, and what the user should know."""
    print(name)
    for line in headlines(report.summary):
        print(f"  {line}")
    promise = [line] if (line := report_promise(report)) else []
    for line in (*promise, report.summary.left_out_text(), *report.timeline.source.notes):
        print(f"  {line}")


def write_reports(
    report: Report,
    targets: dict[str, Path],
    *,
    csv_form: str = COMMA,
    force: bool = False,
    pictures: Mapping[int, bytes] = MappingProxyType({}),
) -> None:
    """Write what was asked for.

    Args:
        report: The result.
        targets: Kind of output -> where it goes; kinds that are not in `WRITERS` are written elsewhere.
        csv_form: Of the CSV: ``comma`` or ``semicolon``.
        force: Replace files that exist.
        pictures: Of people in the HTML report: face id -> JPEG.
    """
    for name, path in targets.items():
        if name == "csv":
            write_bytes(as_bytes(sheet_of(report.timeline), csv_form), path, force=force)
        elif name in WRITERS:
            made = _to_html(report, pictures) if name == "report" else WRITERS[name](report)
            write_bytes(file_bytes(made), path, force=force)


def say_written(targets: dict[str, Path]) -> None:
    """Name the files that were written."""
    for path in targets.values():
        print(f"  written: {path}")
