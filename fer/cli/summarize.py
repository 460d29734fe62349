"""``fer summarize``: a batch as a study's table: shares by person, conditions compared, reactions."""

import argparse
from contextlib import closing
from pathlib import Path

from fer.cli.shared.reactions import add_reactions
from fer.cli.shared.targets import check_targets
from fer.errors import InputError
from fer.io.files import write_bytes
from fer.io.spreadsheet import COMMA, SEMICOLON, as_bytes
from fer.text import count
from fer.timeline.markers import read_markers


def add_parser(commands) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("summarize", help="a batch as a study's table, joined with its participants")
    parser.add_argument("out", metavar="OUT", help="the folder that fer batch has written, or its address")
    parser.add_argument("--database", default="", metavar="ADDRESS", help="as it was given to fer batch")
    asked = parser.add_argument_group("what is asked")
    asked.add_argument(
        "--participants",
        type=Path,
        help="the study's table (CSV, TSV): a column recording or participant_id, and conditions; default: "
        "participants.csv or .tsv in the folder that was read, or in OUT",
    )
    asked.add_argument("--by", default="", metavar="COLUMN", help="the column with the condition")
    asked.add_argument("--events", type=Path, help="stimulus list for every recording (CSV: name, start_s)")
    add_reactions(asked)
    output = parser.add_argument_group("output")
    output.add_argument("--csv", type=Path, help="a row for every person of every recording")
    output.add_argument("--findings", type=Path, help="conditions compared, and reactions (CSV)")
    output.add_argument(
        "--csv-form",
        choices=(COMMA, SEMICOLON),
        default=COMMA,
        help="of these files; semicolon: with decimal commas, for spreadsheets",
    )
    output.add_argument("--force", action="store_true", help="replace files that exist")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Read the results, ask, write, print."""
    targets = [path for path in (args.csv, args.findings) if path]
    inputs = [path for path in (args.participants, args.events) if path]
    check_targets(targets, inputs, force=args.force)
    # Imported here: a database's library takes a while to load.
    from fer.batch.manifest import Manifest, database_of
    from fer.batch.participants import read_participants
    from fer.batch.store import Store
    from fer.batch.study import StudyQuestions, findings_sheet, sentences, study_of
    from fer.library.groups import sheet_over

    out = args.out.rstrip("/") or "/"
    database = database_of(out, args.database)
    if database.startswith("sqlite") and not Path(database.removeprefix("sqlite:///")).is_file():
        raise InputError(f"There is no batch in {out}: make one with fer batch DIR --out {out}.")
    with closing(Manifest(database, out)) as manifest:
        if not manifest.exists:
            raise InputError(f"The database knows no batch in {out}: give the --out of fer batch.")
        rows, place = manifest.rows(), manifest.place
    table = args.participants or _usual_table(place, out)
    if args.by and table is None:
        raise InputError("--by needs a table of participants: name it with --participants.")
    asked = StudyQuestions(
        by=args.by,
        markers=read_markers(args.events) if args.events else (),
        measures=tuple(args.measure),
        baseline_s=args.baseline,
        after_s=args.after,
    )
    study = study_of(rows, Store(out), read_participants(table) if table else None, asked)
    if args.csv:
        write_bytes(as_bytes(sheet_over(study.lines), args.csv_form), args.csv, force=args.force)
    if args.findings:
        write_bytes(as_bytes(findings_sheet(study), args.csv_form), args.findings, force=args.force)
    people = sum(len(line.people) for line in study.lines)
    print(f"{count(len(study.lines), 'recording')}, {count(people, 'person')} in them")
    for line in sentences(study):
        print(f"  {line}")
    for path in targets:
        print(f"written: {path}")
    return 0


def _usual_table(place: str, out: str) -> Path | None:
    """The study's table where studies have it."""
    from fer.batch.participants import TABLE_NAMES
    from fer.batch.store import is_remote

    places = [Path(folder, name) for folder in (place, out) if not is_remote(folder) for name in TABLE_NAMES]
    return next((path for path in places if path.is_file()), None)
