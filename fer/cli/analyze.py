"""``fer analyze``: photos, videos and folders to timelines and reports."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from fer.cli.shared.options import OUTPUTS, add_outputs, add_settings, settings_of
from fer.cli.shared.report_task import ReportTask, targets_of
from fer.cli.shared.targets import check_targets, make_folder
from fer.emotion.footage_scaling import MAX_FILE_BYTES, FootageScaling, scaling_from_json
from fer.errors import FerError
from fer.export.forms import FORMS
from fer.io.names import check_video_name, unique_stems
from fer.records import GivenFile, SourceInfo
from fer.sources.account import account, lost
from fer.sources.finding import FoundFile, survey
from fer.sources.opening import open_binary

if TYPE_CHECKING:
    from fer.action_units.baseline import Baseline
    from fer.timeline.markers import Marker

PHOTOS_STEM = "photos"


def add_parser(commands) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("analyze", help="read faces in photos, videos and folders")
    parser.add_argument(
        "paths", nargs="+", type=Path, metavar="PATH", help="videos, photos, zip files or folders"
    )
    output = parser.add_argument_group("output (without any, the answer is printed only)")
    output.add_argument("--out", type=Path, help="folder for a CSV, a JSON and an HTML report of each input")
    output.add_argument("--spreadsheet", action="store_true", help="with --out: an XLSX too")
    output.add_argument(
        "--also",
        action="append",
        choices=tuple(FORMS),
        default=[],
        help="with --out: this too, for each result; may be given several times",
    )
    output.add_argument("--video", type=Path, help="copy of the video with the readings drawn in (.mp4)")
    add_outputs(output)
    output.add_argument(
        "--pictures", action="store_true", help="show a small picture of each person in a video's HTML report"
    )
    output.add_argument("--no-sound", dest="sound", action="store_false", help="leave the video's sound out")
    parser.add_argument(
        "--neutral",
        type=Path,
        help="neutral faces (JSON, saved on the Video page) for the Action Units of a video",
    )
    parser.add_argument(
        "--calibration",
        type=Path,
        help="percentages fitted to such footage (JSON, written by fer check --calibration)",
    )
    parser.add_argument(
        "--persons",
        type=Path,
        help="names of people and what else was put right (JSON, saved on the Video or Photos page)",
    )
    parser.add_argument(
        "--markers",
        type=Path,
        help="stimulus list for all videos (CSV: name, start_s, end_s, kind, colour)",
    )
    add_settings(parser.add_argument_group("analysis"))
    parser.set_defaults(run=run, usage_error=parser.error)


def run(args: argparse.Namespace) -> int:
    """Analyse every input; one that fails is named and the others go on."""
    settings = settings_of(args)
    scaling = _scaling_in(args.calibration) if args.calibration else None
    markers = _markers_in(args.markers) if args.markers else ()
    found = survey(args.paths)
    jobs, account_of = _jobs(found.found), list(found.lost)
    _check_use(args, jobs, n_given=len(jobs) + sum(one.fate == "refused" for one in found.lost))
    neutral = _neutral_in(args.neutral) if args.neutral else None
    persons = _persons_in(args.persons) if args.persons else None
    targets = [path for job in jobs for path in targets_of(job, args).values()]
    given = (args.neutral, args.calibration, args.persons, args.markers)
    read = [one.path for job in jobs for one in (*job.photos, job.video) if one]
    inputs = [*read, *args.paths, *(path for path in given if path)]
    check_targets(targets, inputs, force=args.force, made=args.out)
    if args.video:
        check_video_name(args.video)
    if args.out:
        make_folder(args.out)
    for job in jobs:
        # Imported here: what cannot be read is refused at once, before models and tables are loaded.
        from fer.cli.shared import making

        try:
            aids = making.Aids(scaling, markers, neutral, persons)
            account_of += making.make(job, settings, args, aids=aids, left_out=found.lost)
        except FerError as exc:
            files = (job.video,) if job.video else job.photos
            account_of += [GivenFile(one.label, one.kind, "refused", exc.message, exc.code) for one in files]
    for line in account(account_of):
        print(line)
    for one in lost(account_of):
        print(f"error: {one.as_text()}", file=sys.stderr)
    return 1 if lost(account_of) else 0


def _check_use(args: argparse.Namespace, jobs: list[ReportTask], *, n_given: int) -> None:
    """Refuse options that do not go together, or not with what was given."""
    single = [name for name in (*OUTPUTS, "video", *FORMS) if getattr(args, name)]
    if len(jobs) > 1 and single:
        args.usage_error(f"--{single[0]} names one file, but there are {len(jobs)} results: use --out DIR")
    if args.video and jobs and jobs[0].video is None:
        args.usage_error("--video draws into a video, but the input is photos")
    timed = [name for name in single if name in FORMS and FORMS[name].timed]
    for option in ("also", "spreadsheet"):
        if getattr(args, option) and not args.out:
            args.usage_error(f"--{option} belongs to --out DIR")
    if timed and jobs and jobs[0].video is None:
        args.usage_error(f"--{timed[0]} holds times, but the input is photos")
    if args.pictures and args.hide != "none":
        args.usage_error("--pictures shows faces and --anonymise covers them: leave one of them out")
    if args.hide != "none" and not args.video:
        args.usage_error("--anonymise covers faces in the copy of a video: name that with --video")
    if not args.sound and not args.video:
        args.usage_error("--no-sound belongs to --video FILE")
    if args.neutral and (n_given != 1 or jobs[0].video is None):
        args.usage_error("--neutral belongs to the face ids of one video: give that video only")
    if args.persons and n_given != 1:
        args.usage_error("--persons belongs to one video or one set of photos: give that only")
    if args.markers and any(job.video is None for job in jobs):
        args.usage_error("--markers holds times, but there are photos among the input: give videos only")


def _jobs(found: tuple[FoundFile, ...]) -> list[ReportTask]:
    """What there is to do: a report for each video, and one for all photos."""
    videos = [one for one in found if one.kind == "video"]
    photos = tuple(one for one in found if one.kind == "image")
    names: list[str] = [one.label for one in videos]
    if photos:
        names.append(photos[0].label if len(photos) == 1 else PHOTOS_STEM)
    stems = unique_stems(names)
    jobs = [
        ReportTask(one.label, stem, video=one) for one, stem in zip(videos, stems[: len(videos)], strict=True)
    ]
    if photos:
        jobs.append(ReportTask(names[-1], stems[-1], photos=photos))
    return jobs


def _markers_in(path: Path) -> "tuple[Marker, ...]":
    """The markers of a stimulus list."""
    from fer.timeline.markers import read_markers  # loads pandas

    return read_markers(path)


def _neutral_in(path: Path) -> "dict[int, Baseline]":
    """The neutral faces of a file, by face id."""
    from fer.action_units.baseline import MAX_BASELINES_BYTES, baselines_from_json

    with open_binary(path) as file:
        return baselines_from_json(file.read(MAX_BASELINES_BYTES))


def _persons_in(path: Path) -> bytes:
    """A file of persons; that it is one is known, not whom it is for."""
    from fer.timeline.persons import MAX_PERSONS_BYTES, persons_from_json  # loads pandas

    with open_binary(path) as file:
        text = file.read(MAX_PERSONS_BYTES + 1)
    persons_from_json(text, SourceInfo("", ""))
    return text


def _scaling_in(path: Path) -> FootageScaling:
    """The calibration that a file holds."""
    with open_binary(path) as file:
        return scaling_from_json(file.read(MAX_FILE_BYTES))
