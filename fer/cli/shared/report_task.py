"""What ``fer analyze`` is to make: one report for each video, and one for all photos together."""

import argparse
from dataclasses import dataclass
from pathlib import Path

from fer.cli.shared.options import OUTPUTS
from fer.export.forms import FORMS
from fer.sources.finding import FoundFile

SUFFIXES = {
    **{"csv": ".csv", "xlsx": ".xlsx", "json": ".json", "report": ".html", "video": ".annotated.mp4"},
    **{name: form.ending for name, form in FORMS.items()},
}


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


def targets_of(job: ReportTask, args: argparse.Namespace) -> dict[str, Path]:
    """Kind of output -> where it goes."""
    targets = {name: getattr(args, name) for name in SUFFIXES if getattr(args, name)}
    if args.out:
        wanted = [name for name in OUTPUTS if name != "xlsx" or args.spreadsheet]
        wanted += [name for name in args.also if not FORMS[name].timed or job.video is not None]
        targets |= {name: args.out / (job.stem + SUFFIXES[name]) for name in wanted if name not in targets}
    return targets
