"""``fer rerun``: a report made again from the same file, and what differs."""

import argparse
import json
from pathlib import Path

from fer.cli.shared.inputs import ProgressBar, photo_items
from fer.cli.shared.targets import check_targets
from fer.errors import InputError, MissingInputError
from fer.export.rerun import Rerun, compared, read_document
from fer.io.files import write_text
from fer.settings import Settings
from fer.sources.finding import survey
from fer.timeline.markers import markers_of, with_markers
from fer.timeline.persons import edits_of
from fer.timeline.report import Report, make_report

SAME, DIFFERENT = 0, 1


def add_parser(commands) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("rerun", help="make a report again from the same file; says what differs")
    parser.add_argument("report", type=Path, metavar="REPORT.json", help="what --json has written")
    parser.add_argument(
        "--source",
        nargs="+",
        type=Path,
        metavar="PATH",
        help="the video, or the photos; default: the files of those names beside the report",
    )
    parser.add_argument("--json", type=Path, help="the new report, for programs")
    parser.add_argument("--force", action="store_true", help="replace files that exist")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Analyse again, compare, say so."""
    before = read_document(args.report)
    sources = args.source or _beside(args.report, before)
    check_targets([args.json] if args.json else [], [args.report, *sources], force=args.force)
    report = again(before, sources)
    from fer.export.json import to_json

    text = to_json(report)
    if args.json:
        write_text(text, args.json, force=args.force)
        print(f"written: {args.json}")
    found = compared(before, json.loads(text))
    for line in sentences(found, before["provenance"].get("created_utc", "")):
        print(line)
    if report.timeline.own_neutral or before["provenance"].get("model", {}).get("footage_calibration"):
        print("Neutral faces and calibrations of files are not in the report: give them to fer analyze.")
    return SAME if found.same else DIFFERENT


def sentences(found: Rerun, made: str) -> list[str]:
    """What the comparison says.

    Args:
        found: The comparison.
        made: When the older report was made.
    """
    if found.same:
        head = f"The same figures as in the report of {made}."
    else:
        head = f"{len(found.figures)} differences from the report of {made}:"
    causes = [f"  {line}" for line in found.causes]
    alike = "File, network, versions and packages are the same."
    reason = ["What was not the same:", *causes] if causes else [alike]
    return [head, *(f"  {line}" for line in found.figures), *reason]


def again(before: dict, sources: list[Path]) -> Report:
    """The report made again: same settings, same names and steps, same markers.

    Args:
        before: The older report.
        sources: The video, or the photos.

    Raises:
        InputError: A file is missing, or this report cannot be repeated.
    """
    from fer.photos import analyze_photos
    from fer.pipeline import analyze_video
    from fer.timeline.edits import with_edits

    settings, name = Settings(**before["settings"]), str(before["source"].get("name", ""))
    for path in sources:
        if not path.exists():
            raise MissingInputError(f"{path} is not there: say with --source where the file lies.")
    with ProgressBar(name) as tell:
        if before["source"].get("kind") == "photos":
            found = [one for one in survey(sources).found if one.kind == "image"]
            report = analyze_photos(photo_items(found), settings, on_progress=tell).report
        elif len(sources) == 1:
            report = analyze_video(sources[0], settings, name=name, on_progress=tell)
        else:
            raise InputError("This report is of one video: give one file with --source.")
    edits = edits_of(before.get("persons", {}).get("edits", ()))
    markers = markers_of(before.get("markers", ()))
    if not edits and not markers:
        return report
    timeline = with_edits(report.timeline, edits) if edits else report.timeline
    timeline = with_markers(timeline, markers) if markers else timeline
    return make_report(timeline, model=report.provenance.model)


def _beside(report: Path, before: dict) -> list[Path]:
    """The files of the report's names, in its folder."""
    source = before["source"]
    if source.get("kind") == "live":
        raise InputError("A live session cannot be repeated: its pictures were never kept.")
    names = [str(source.get("name", ""))]
    if source.get("kind") == "photos":
        at = before["timeline"]["columns"].index("source")
        names = list(dict.fromkeys(str(row[at]) for row in before["timeline"]["rows"]))
    return [report.parent / name for name in names]
