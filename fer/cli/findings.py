"""``fer findings``: what reports or videos answer: peaks, reactions, comparisons, agreement."""

import argparse
from pathlib import Path

from rich.console import Console
from rich.table import Table

from fer.cli.shared.reactions import add_reactions
from fer.cli.shared.targets import check_targets
from fer.errors import InputError
from fer.export.findings import findings_sentences, findings_sheet, findings_to_json, moments_sheet
from fer.export.opening import read_timeline
from fer.findings.coding import read_coding
from fer.findings.gathering import Findings, Questions, gather
from fer.io.files import write_bytes, write_text
from fer.io.spreadsheet import COMMA, as_bytes
from fer.settings import Settings
from fer.timeline.markers import read_markers
from fer.timeline.timeline import Timeline

MIN_WIDTH = 150
"""Of the table, in letters: a line that a narrow terminal breaks is better than cells that are cut."""

TIMELINES = (".json", ".csv", ".parquet")
"""How a file ends that holds a timeline; anything else is analysed."""


def add_parser(commands) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "findings", help="peaks, reactions, comparisons and agreement, with intervals (docs/FINDINGS.md)"
    )
    parser.add_argument(
        "paths",
        nargs="+",
        type=Path,
        metavar="PATH",
        help="reports (.json), timelines (.csv, .parquet) or videos, which are analysed first",
    )
    asked = parser.add_argument_group("what is asked")
    asked.add_argument("--events", type=Path, help="stimulus list (CSV: name, start_s, end_s, kind, colour)")
    add_reactions(asked)
    asked.add_argument("--halves", action="store_true", help="the first half of each against the second")
    asked.add_argument("--person", default="", help="one person by name or number; default: everybody")
    asked.add_argument(
        "--compare",
        nargs=2,
        default=(),
        metavar="NAME",
        help="two ranges, two people or two files; default: all",
    )
    asked.add_argument(
        "--group",
        action="append",
        default=[],
        metavar="NAME=PATTERN",
        help="files of one condition, as in ad='ad_*'; name two groups",
    )
    asked.add_argument("--human", type=Path, help="coding by people: .eaf, .TextGrid, BORIS or CSV")
    asked.add_argument("--subject", default="", help="whose coding, where the file holds several")
    asked.add_argument("--observation", default="", help="which one, where a BORIS file holds several")
    output = parser.add_argument_group("output")
    output.add_argument("--json", type=Path, help="everything, for programs")
    output.add_argument("--csv", type=Path, help="the table")
    output.add_argument("--peaks", type=Path, help="the strongest, longest and first moments (CSV)")
    output.add_argument("--force", action="store_true", help="replace files that exist")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Open or analyse, ask, write, print."""
    targets = [path for path in (args.json, args.csv, args.peaks) if path]
    inputs = [*args.paths, *(path for path in (args.events, args.human) if path)]
    check_targets(targets, inputs, force=args.force)
    asked = Questions(
        markers=read_markers(args.events) if args.events else (),
        measures=tuple(args.measure),
        person=args.person,
        pair=tuple(args.compare),
        groups=_groups(args.group),
        baseline_s=args.baseline,
        after_s=args.after,
        coding=read_coding(args.human, observation=args.observation) if args.human else None,
        coded_person=args.subject,
        halves=args.halves,
    )
    found = gather([_timeline(path) for path in args.paths], asked)
    if args.json:
        write_text(findings_to_json(found), args.json, force=args.force)
    if args.csv:
        write_bytes(as_bytes(findings_sheet(found), COMMA), args.csv, force=args.force)
    if args.peaks:
        write_bytes(as_bytes(moments_sheet(found), COMMA), args.peaks, force=args.force)
    for line in findings_sentences(found):
        print(line)
    _print_table(found)
    for path in targets:
        print(f"written: {path}")
    return 0


def _groups(given: list[str]) -> dict[str, str]:
    """Name -> pattern."""
    parts = [text.partition("=") for text in given]
    groups = {name: pattern for name, _, pattern in parts}
    if len(groups) == 1 or not all(name and pattern for name, pattern in groups.items()):
        raise InputError("Groups are compared in pairs: give --group NAME=PATTERN twice.")
    return groups


def _timeline(path: Path) -> Timeline:
    """Opened, or analysed like `fer analyze` does."""
    if path.suffix.lower() in TIMELINES:
        return read_timeline(path)
    # Imported here: models load only for videos.
    from fer.cli.shared.inputs import ProgressBar
    from fer.pipeline import analyze_video

    with ProgressBar(path.name) as tell:
        return analyze_video(path, Settings(), name=path.name, on_progress=tell).timeline


def _print_table(found: Findings) -> None:
    """One line a question, in the width of the terminal."""
    sheet = findings_sheet(found)
    if not sheet.rows:
        return
    shown = (
        *(("source",) if len(found.sources) > 1 else ()),
        "finding",
        "who",
        "measure",
        "first",
        "second",
        "difference",
        "low",
        "high",
        "effect",
        "p",
        "told",
    )
    at = [sheet.header.index(name) for name in shown]
    table = Table(box=None, pad_edge=False)
    for name in shown:
        table.add_column(name, justify="left" if name in sheet.texts else "right")
    for row in sheet.rows:
        table.add_row(*(_short(row[k], sheet.header[k] in sheet.texts) for k in at))
    console = Console(markup=False, highlight=False)
    console.width = max(console.width, MIN_WIDTH)
    console.print(table)


def _short(cell: str, text: bool) -> str:
    return cell if text or not cell else f"{float(cell):.3g}"
