"""``fer analyze``: photos, videos and folders to timelines and reports."""

import argparse
import sys
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from fer.action_units.baseline import baselines_from_json
from fer.cli.shared.inputs import ProgressBar, kind_of, photo_items
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
from fer.errors import FerError, InputError
from fer.photos import analyze_photos
from fer.pipeline import analyze_video
from fer.settings import Settings
from fer.sources import find_inputs
from fer.sources.opening import open_binary
from fer.timeline.edits import with_edits
from fer.timeline.neutral_faces import FROM_FILE, of_this_clip, with_baselines
from fer.timeline.persons import MAX_PERSONS_BYTES, persons_from_json
from fer.timeline.recalibrated import recalibrated
from fer.timeline.report import Report, make_report

SUFFIXES = {"csv": ".csv", "xlsx": ".xlsx", "json": ".json", "report": ".html", "video": ".annotated.mp4"}
PHOTOS_STEM = "photos"
MAX_NEUTRAL_BYTES = 1_000_000


@dataclass(frozen=True)
class ReportTask:
    """One report to make: a video, or all photos together.

    Args:
        name: What the user reads.
        stem: Stem of the files in ``--out``.
        video: Path of the video; None for photos.
        photos: Paths of photos and zip files.
    """

    name: str
    stem: str
    video: Path | None = None
    photos: tuple[Path, ...] = ()


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
    jobs, failures = _jobs(args.paths)
    single = [name for name in ("csv", "xlsx", "json", "report", "video") if getattr(args, name)]
    if len(jobs) > 1 and single:
        args.usage_error(f"--{single[0]} names one file, but there are {len(jobs)} results: use --out DIR")
    if args.video and jobs and jobs[0].video is None:
        args.usage_error("--video draws into a video, but the input is photos")
    if args.neutral and (len(jobs) != 1 or jobs[0].video is None):
        args.usage_error("--neutral belongs to the face ids of one video: give that video only")
    if args.persons and len(jobs) != 1:
        args.usage_error("--persons belongs to one video or one set of photos: give that only")
    targets = [path for job in jobs for path in _targets(job, args).values()]
    given = (args.neutral, args.calibration, args.persons)
    inputs = [*(path for job in jobs for path in (*job.photos, job.video, *given) if path)]
    check_targets(targets, inputs, force=args.force)
    if args.out:
        make_folder(args.out)
    for job in jobs:
        try:
            failures += _run_job(job, settings, args, scaling)
        except FerError as exc:
            failures.append(f"{job.name}: {exc.as_text()}")
    for failure in failures:
        print(f"error: {failure}", file=sys.stderr)
    return 1 if failures else 0


def _jobs(paths: list[Path]) -> tuple[list[ReportTask], list[str]]:
    """What there is to do, and what cannot be done."""
    files, failures = [], []
    for path in paths:
        try:
            found = find_inputs([path])
            files += [f for f in found if f not in files]
            if not found:
                failures.append(f"{path}: there is no photo or video in this folder [input_missing]")
        except InputError as exc:
            failures.append(exc.as_text())
    kinds = {path: kind_of(path) for path in files}
    videos = [path for path in files if kinds[path] == "video"]
    photos = tuple(path for path in files if kinds[path] != "video")
    stems = _unique_stems(videos)
    jobs = [ReportTask(path.name, stem, video=path) for path, stem in zip(videos, stems, strict=True)]
    if photos:
        stem = photos[0].stem if len(photos) == 1 else PHOTOS_STEM
        jobs.append(ReportTask(photos[0].name if len(photos) == 1 else "photos", stem, photos=photos))
    return jobs, failures


def _unique_stems(videos: list[Path]) -> list[str]:
    """File stems; two videos of one name keep their suffix or get a number."""
    stems: list[str] = []
    for path in videos:
        stem, number = path.stem, 2
        while stem in stems:
            stem, number = f"{path.stem}-{number}", number + 1
        stems.append(stem)
    return stems


def _targets(job: ReportTask, args: argparse.Namespace) -> dict[str, Path]:
    """Kind of output -> where it goes."""
    targets = {name: getattr(args, name) for name in SUFFIXES if getattr(args, name)}
    if args.out:
        wanted = [name for name in WRITERS if name != "xlsx" or args.spreadsheet]
        targets |= {name: args.out / (job.stem + SUFFIXES[name]) for name in wanted if name not in targets}
    return targets


def _run_job(
    job: ReportTask, settings: Settings, args: argparse.Namespace, scaling: FootageScaling | None
) -> list[str]:
    """Analyse, print, write. Returns what failed inside (photos of a batch)."""
    targets = _targets(job, args)
    failures: list[str] = []
    with ExitStack() as stack:
        tell = stack.enter_context(ProgressBar(job.name))
        if job.video is not None:
            report = analyze_video(job.video, settings, on_progress=tell)
            if scaling:
                report = recalibrated(report, scaling)
        else:
            batch = analyze_photos(photo_items(job.photos, failures), settings, on_progress=tell)
            report = recalibrated(batch.report, scaling) if scaling else batch.report
            failures += [f"{r.name}: {r.error} [{r.error_code}]" for r in batch.failed]
    if args.persons:
        report = _with_persons(report, args.persons)
    if args.neutral:
        report = _over_neutral(report, args.neutral)
    # Files before words: an answer that nobody can read must not cost the file.
    copy = targets.pop("video", None)
    write_reports(report, targets, csv_form=args.csv_form, force=args.force)
    print_report(job.name, report)
    say_written(targets)
    if job.video is not None and copy is not None:
        _write_copy(job.name, job.video, report, copy, args)
    return failures


def _write_copy(name: str, video: Path, report: Report, path: Path, args: argparse.Namespace) -> None:
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
