"""Reports said in sentences and written to files."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from types import MappingProxyType

from fer.cli.shared.options import EPISODE_OUTPUTS
from fer.evaluation.figures.set_promise import report_promise
from fer.export.csv import sheet_of, to_csv, to_xlsx
from fer.export.json import to_json
from fer.io.files import write_bytes, write_text
from fer.io.spreadsheet import COMMA, as_bytes
from fer.timeline.headline import headlines
from fer.timeline.report import Report


def _to_html(report: Report, pictures: Mapping[int, bytes] = MappingProxyType({})) -> str:
    # Imported here: charts and templates take half a second to load, and few commands write a report.
    from fer.export.html import to_html

    return to_html(report, pictures=pictures)


def _for_others(name: str, report: Report) -> str | bytes:
    """One of `EPISODE_OUTPUTS`."""
    # Imported here: few ask for them, and pyarrow alone takes a fifth of a second.
    from fer.export import annotations
    from fer.export.episodes import episodes_to_csv
    from fer.export.parquet import to_parquet

    timeline, summary = report.timeline, report.summary
    if name == "parquet":
        return to_parquet(timeline)
    if name == "vtt":
        return annotations.to_vtt(summary)
    write = {
        "episodes": episodes_to_csv,
        "elan": annotations.to_elan,
        "textgrid": annotations.to_textgrid,
        "boris": annotations.to_boris,
    }
    return write[name](timeline, summary)


WRITERS = {
    "csv": lambda report: to_csv(report.timeline),
    "xlsx": lambda report: to_xlsx(report.timeline),
    "json": to_json,
    "report": _to_html,
    **{name: partial(_for_others, name) for name in EPISODE_OUTPUTS},
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
            if isinstance(made, str):
                write_text(made, path, force=force)
            else:
                write_bytes(made, path, force=force)


def say_written(targets: dict[str, Path]) -> None:
    """Name the files that were written."""
    for path in targets.values():
        print(f"  written: {path}")
