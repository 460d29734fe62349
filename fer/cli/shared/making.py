"""One report of ``fer analyze``, from its files to what is written. It loads models: import it late."""

import argparse
from pathlib import Path

from fer.action_units.baseline import baselines_from_json
from fer.cli.shared.inputs import ProgressBar, photo_items
from fer.cli.shared.report_task import ReportTask, targets_of
from fer.cli.shared.reports import print_report, say_written, write_reports
from fer.cli.shared.targets import make_folder
from fer.draw.portraits import PortraitCollector, best_portraits
from fer.draw.video_copy import write_copy
from fer.emotion.footage_scaling import FootageScaling
from fer.photos import analyze_photos
from fer.pipeline import analyze_video
from fer.records import GivenFile
from fer.settings import Settings
from fer.sources.opening import open_binary
from fer.timeline.edits import with_edits
from fer.timeline.markers import Marker, fit_text, with_markers
from fer.timeline.neutral_faces import FROM_FILE, of_this_clip, with_baselines
from fer.timeline.persons import MAX_PERSONS_BYTES, persons_from_json
from fer.timeline.recalibrated import recalibrated
from fer.timeline.report import Report, make_report, with_given

MAX_NEUTRAL_BYTES = 1_000_000


def make(
    job: ReportTask,
    settings: Settings,
    args: argparse.Namespace,
    *,
    scaling: FootageScaling | None,
    markers: tuple[Marker, ...],
    left_out: tuple[GivenFile, ...],
) -> list[GivenFile]:
    """Analyse, print, write. Returns what became of the job's files.

    Args:
        markers: Are set on the timeline of a video.
        left_out: What was given beside them and is not read; the report names it.
    """
    targets = targets_of(job, args)
    if args.out:
        make_folder((args.out / job.stem).parent)
    content = None if job.video is None else job.video.content()
    views = PortraitCollector()
    with ProgressBar(job.name) as tell:
        if content is None:
            report = analyze_photos(photo_items(job.photos), settings, on_progress=tell).report
        else:
            look = views.on_frame if args.pictures else None
            report = analyze_video(content, settings, name=job.name, on_progress=tell, on_frame=look)
    own = list(report.timeline.source.given)
    report = with_given(report, (*own, *left_out))
    if scaling:
        report = recalibrated(report, scaling)
    if args.persons:
        report = _with_persons(report, args.persons)
    if args.neutral:
        report = _over_neutral(report, args.neutral)
    if markers:
        marked = with_markers(report.timeline, markers)
        report = make_report(marked, model=report.provenance.model)
    # Files before words: an answer that nobody can read must not cost the file.
    copy = targets.pop("video", None)
    pictures = best_portraits(report.timeline, views.found) if views.found else {}
    write_reports(report, targets, csv_form=args.csv_form, force=args.force, pictures=pictures)
    print_report(job.name, report)
    if strays := fit_text(report.timeline, markers):
        print(f"  {strays}")
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
