"""``fer analyze``: photos, videos and folders to timelines and reports."""

import argparse
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from fer.action_units.baseline import baselines_from_json
from fer.cli.shared.inputs import ProgressBar, photo_items
from fer.cli.shared.options import (
    WRITERS,
    add_outputs,
    add_settings,
    print_report,
    say_written,
    settings_of,
    write_reports,
)
from fer.cli.shared.targets import check_targets, make_folder
from fer.draw.video_copy import write_copy
from fer.emotion.footage_scaling import MAX_FILE_BYTES, FootageScaling, scaling_from_json
from fer.errors import FerError
from fer.photos import analyze_photos
from fer.pipeline import analyze_video
from fer.records import GivenFile
from fer.settings import Settings
from fer.sources.account import account, lost
from fer.sources.finding import FoundFile, survey
from fer.sources.opening import open_binary
from fer.timeline.edits import with_edits
from fer.timeline.neutral_faces import FROM_FILE, of_this_clip, with_baselines
from fer.timeline.persons import MAX_PERSONS_BYTES, persons_from_json
from fer.timeline.recalibrated import recalibrated
from fer.timeline.report import Report, make_report, with_given

SUFFIXES = {"csv": ".csv", "xlsx": ".xlsx", "json": ".json", "report": ".html", "video": ".annotated.mp4"}
PHOTOS_STEM = "photos"
MAX_NEUTRAL_BYTES = 1_000_000


@dataclass(frozen=True)
class ReportTask:
    """One report to make: a video, or all photos together.

    Args:
        name: What the user reads.
        stem: Stem of the files in ``--out``.
        video: The video; None for photos.
        photos: The photos.
    """

    name: str
    stem: str
    video: FoundFile | None = None
    photos: tuple[FoundFile, ...] = ()


def add_parser(commands) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("analyze", help="read faces in photos, videos and folders")
    parser.add_argument(
        "paths", nargs="+", type=Path, metavar="PATH", help="videos, photos, zip files or folders"
    )
    output = parser.add_argument_group("output (without any, the answer is printed only)")
    output.add_argument("--out", type=Path, help="folder for a CSV, a JSON and an HTML report of each input")
    output.add_argument("--spreadsheet", action="store_true", help="with --out: an XLSX too")
    output.add_argument("--video", type=Path, help="copy of the video with the readings drawn in (.mp4)")
    add_outputs(output)
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
    add_settings(parser.add_argument_group("analysis"))
    parser.set_defaults(run=run, usage_error=parser.error)


def run(args: argparse.Namespace) -> int:
    """Analyse every input; one that fails is named and the others go on."""
    settings = settings_of(args)
    scaling = _scaling_in(args.calibration) if args.calibration else None
    found = survey(args.paths)
    jobs, account_of = _jobs(found.found), list(found.lost)
    n_given = len(jobs) + sum(one.fate == "refused" for one in found.lost)
    single = [name for name in ("csv", "xlsx", "json", "report", "video") if getattr(args, name)]
    if len(jobs) > 1 and single:
        args.usage_error(f"--{single[0]} names one file, but there are {len(jobs)} results: use --out DIR")
    if args.video and jobs and jobs[0].video is None:
        args.usage_error("--video draws into a video, but the input is photos")
    if args.neutral and (n_given != 1 or jobs[0].video is None):
        args.usage_error("--neutral belongs to the face ids of one video: give that video only")
    if args.persons and n_given != 1:
        args.usage_error("--persons belongs to one video or one set of photos: give that only")
    targets = [path for job in jobs for path in _targets(job, args).values()]
    given = (args.neutral, args.calibration, args.persons)
    read = [one.path for job in jobs for one in (*job.photos, job.video) if one]
    inputs = [*read, *(path for path in given if path)]
    check_targets(targets, inputs, force=args.force)
    if args.out:
        make_folder(args.out)
    for job in jobs:
        try:
            account_of += _run_job(job, settings, args, scaling, found.lost)
        except FerError as exc:
            files = (job.video,) if job.video else job.photos
            account_of += [GivenFile(one.label, one.kind, "refused", exc.message, exc.code) for one in files]
    for line in account(account_of):
        print(line)
    for one in lost(account_of):
        print(f"error: {one.as_text()}", file=sys.stderr)
    return 1 if lost(account_of) else 0


def _jobs(found: tuple[FoundFile, ...]) -> list[ReportTask]:
    """What there is to do: a report for each video, and one for all photos."""
    videos = [one for one in found if one.kind == "video"]
    photos = tuple(one for one in found if one.kind == "image")
    names = [one.label for one in videos]
    if photos:
        names.append(photos[0].label if len(photos) == 1 else PHOTOS_STEM)
    stems = _unique_stems(names)
    jobs = [
        ReportTask(one.label, stem, video=one) for one, stem in zip(videos, stems[: len(videos)], strict=True)
    ]
    if photos:
        jobs.append(ReportTask(names[-1], stems[-1], photos=photos))
    return jobs


def _unique_stems(names: list[str]) -> list[str]:
    """Paths without endings; where those of two files would be one, both keep their ending."""
    stems = [str(PurePosixPath(name).with_suffix("")) for name in names]
    # Some file systems take upper and lower case for one.
    times = Counter(stem.casefold() for stem in stems)
    return [name if times[stem.casefold()] > 1 else stem for name, stem in zip(names, stems, strict=True)]


def _targets(job: ReportTask, args: argparse.Namespace) -> dict[str, Path]:
    """Kind of output -> where it goes."""
    targets = {name: getattr(args, name) for name in SUFFIXES if getattr(args, name)}
    if args.out:
        wanted = [name for name in WRITERS if name != "xlsx" or args.spreadsheet]
        targets |= {name: args.out / (job.stem + SUFFIXES[name]) for name in wanted if name not in targets}
    return targets


def _run_job(
    job: ReportTask,
    settings: Settings,
    args: argparse.Namespace,
    scaling: FootageScaling | None,
    left_out: tuple[GivenFile, ...],
) -> list[GivenFile]:
    """Analyse, print, write. Returns what became of the job's files.

    Args:
        left_out: What was given beside them and is not read; the report names it.
    """
    targets = _targets(job, args)
    if args.out:
        make_folder((args.out / job.stem).parent)
    content = None if job.video is None else job.video.content()
    with ProgressBar(job.name) as tell:
        if job.video is None:
            report = analyze_photos(photo_items(job.photos), settings, on_progress=tell).report
        else:
            report = analyze_video(content, settings, name=job.video.label, on_progress=tell)
    own = list(report.timeline.source.given)
    report = with_given(report, (*own, *left_out))
    if scaling:
        report = recalibrated(report, scaling)
    if args.persons:
        report = _with_persons(report, args.persons)
    if args.neutral:
        report = _over_neutral(report, args.neutral)
    # Files before words: an answer that nobody can read must not cost the file.
    copy = targets.pop("video", None)
    write_reports(report, targets, csv_form=args.csv_form, force=args.force)
    print_report(job.name, report)
    say_written(targets)
    if content is not None and copy is not None:
        _write_copy(job.name, content, report, copy, args)
    return own


def _write_copy(name: str, video: bytes | Path, report: Report, path: Path, args: argparse.Namespace) -> None:
    """The video with the report's words, and what was done to it."""
    with ProgressBar(name) as tell:
        facts = write_copy(
            video,
            path,
            report,
            mode=args.hide,
            sound=args.sound,
            force=args.force,
            on_progress=tell.share,
        )
    print(f"  written: {path}")
    for line in facts.sentences():
        print(f"  {line}")


def _with_persons(report: Report, path: Path) -> Report:
    """The report with people named and put right as a file says."""
    with open_binary(path) as file:
        edits = persons_from_json(file.read(MAX_PERSONS_BYTES + 1), report.timeline.source)
    return make_report(with_edits(report.timeline, edits), model=report.provenance.model)


def _over_neutral(report: Report, path: Path) -> Report:
    """The report with its Action Units judged again over the neutral faces of a file."""
    with open_binary(path) as file:
        loaded = baselines_from_json(file.read(MAX_NEUTRAL_BYTES))
    chosen = of_this_clip(report.timeline, loaded)
    notes = [FROM_FILE.format(face=face) for face in chosen]
    return make_report(with_baselines(report.timeline, chosen, notes=notes), model=report.provenance.model)


def _scaling_in(path: Path) -> FootageScaling:
    """The calibration that a file holds."""
    with open_binary(path) as file:
        return scaling_from_json(file.read(MAX_FILE_BYTES))
