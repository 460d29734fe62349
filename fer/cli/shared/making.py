"""One report of ``fer analyze``, from its files to what is written. It loads models: import it late."""

import argparse
from dataclasses import dataclass
from pathlib import Path

from fer.action_units.baseline import Baseline
from fer.cli.shared.inputs import ProgressBar, photo_items
from fer.cli.shared.report_task import ReportTask, targets_of
from fer.cli.shared.reports import print_report, say_written, write_reports
from fer.cli.shared.targets import make_folder
from fer.draw.portraits import PortraitCollector, best_portraits
from fer.draw.video_copy import write_copy
from fer.emotion.footage_scaling import FootageScaling
from fer.photos import analyze_photos
from fer.pipeline import analyze_video
from fer.records import GivenFile, SourceInfo
from fer.settings import Settings
from fer.sources import hash_source
from fer.timeline.edits import with_edits
from fer.timeline.markers import Marker, fit_text, with_markers
from fer.timeline.neutral_faces import FROM_FILE, of_this_clip, with_baselines
from fer.timeline.persons import persons_from_json
from fer.timeline.recalibrated import recalibrated
from fer.timeline.report import Report, make_report, with_given


@dataclass(frozen=True, eq=False)
class Aids:
    """What other files say of the ones that are read. They are read first: a wrong one must cost no work.

    Args:
        scaling: Fitted to such footage.
        markers: Are set on the timeline of a video.
        neutral: Neutral values by face id.
        persons: A file of persons.
    """

    scaling: FootageScaling | None = None
    markers: tuple[Marker, ...] = ()
    neutral: dict[int, Baseline] | None = None
    persons: bytes | None = None


def make(
    job: ReportTask,
    settings: Settings,
    args: argparse.Namespace,
    *,
    aids: Aids,
    left_out: tuple[GivenFile, ...],
) -> list[GivenFile]:
    """Analyse, print, write. Returns what became of the job's files.

    Args:
        aids: What other files say of it.
        left_out: What was given beside them and is not read; the report names it.
    """
    targets = targets_of(job, args)
    if args.out:
        make_folder((args.out / job.stem).parent)
    content = None if job.video is None else job.video.content()
    if aids.persons and content is not None:
        persons_from_json(aids.persons, SourceInfo(job.name, "video", hash_source(content)))
    views = PortraitCollector()
    with ProgressBar(job.name) as tell:
        if content is None:
            report = analyze_photos(photo_items(job.photos), settings, on_progress=tell).report
        else:
            look = views.on_frame if args.pictures else None
            report = analyze_video(content, settings, name=job.name, on_progress=tell, on_frame=look)
    own = list(report.timeline.source.given)
    report = with_given(report, (*own, *left_out))
    report = _aided(report, aids)
    # Files before words: an answer that nobody can read must not cost the file.
    copy = targets.pop("video", None)
    pictures = best_portraits(report.timeline, views.found) if views.found else {}
    write_reports(report, targets, csv_form=args.csv_form, force=args.force, pictures=pictures)
    print_report(job.name, report)
    if strays := fit_text(report.timeline, aids.markers):
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


def _aided(report: Report, aids: Aids) -> Report:
    """The report with all that other files say."""
    if aids.scaling:
        report = recalibrated(report, aids.scaling)
    if aids.persons:
        edits = persons_from_json(aids.persons, report.timeline.source)
        report = make_report(with_edits(report.timeline, edits), model=report.provenance.model)
    if aids.neutral is not None:
        report = _over_neutral(report, aids.neutral)
    if aids.markers:
        report = make_report(with_markers(report.timeline, aids.markers), model=report.provenance.model)
    return report


def _over_neutral(report: Report, loaded: dict[int, Baseline]) -> Report:
    """The report with its Action Units judged again over neutral faces."""
    chosen = of_this_clip(report.timeline, loaded)
    notes = [FROM_FILE.format(face=face) for face in chosen]
    return make_report(with_baselines(report.timeline, chosen, notes=notes), model=report.provenance.model)
