"""``fer batch``: every video and every folder of photos below a folder, in pieces that survive a crash."""

import argparse
import os
import sys
from collections.abc import Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING

from fer.cli.shared.options import add_settings, settings_of
from fer.cli.shared.targets import make_folder
from fer.errors import OutputError
from fer.processors import processors
from fer.text import count

if TYPE_CHECKING:
    from fer.batch.crew import Crew
    from fer.batch.engine import BatchResult
    from fer.batch.plan import Recording
    from fer.records import GivenFile

MEMORY_MB = 3000
"""Most memory of a worker, unless another ceiling is given: 8K video needs less."""

IN_USE = "a batch"
MOST_NAMED = 20
"""Files that were passed over are named up to so many: recordings often lie among thousands of others."""


def add_parser(commands) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "batch",
        help="a folder of videos and photos, resumable, by many workers (docs/SCALE.md)",
    )
    parser.add_argument("place", metavar="DIR", help="folder with videos and photos, or s3://bucket/path")
    parser.add_argument("--out", required=True, metavar="DIR", help="folder for results, or s3://bucket/path")
    who = parser.add_argument_group("who does it")
    who.add_argument("--workers", type=int, help="processes of this machine; default: one for each processor")
    who.add_argument("--scheduler", metavar="ADDRESS", help="of Dask, as tcp://host:8786: its workers do it")
    who.add_argument(
        "--memory",
        type=float,
        default=MEMORY_MB,
        metavar="MB",
        help="most memory of one worker process; default: %(default)s",
    )
    kept = parser.add_argument_group("what is kept")
    kept.add_argument("--resume", action="store_true", help="go on with the batch in --out")
    kept.add_argument("--report", action="store_true", help="an HTML report of each recording too")
    kept.add_argument(
        "--piece",
        type=float,
        default=60.0,
        metavar="SECONDS",
        help="of a piece of video; default: %(default)g",
    )
    kept.add_argument(
        "--database",
        default="",
        metavar="ADDRESS",
        help="of the list of what is done, as SQLAlchemy takes it; default: FER_DATABASE_URL, else "
        "manifest.sqlite in --out",
    )
    add_settings(parser.add_argument_group("analysis"))
    parser.set_defaults(run=run, usage_error=parser.error)


def run(args: argparse.Namespace) -> int:
    """Plan, read, say what became of it."""
    workers = processors() if args.workers is None else args.workers
    if args.workers is not None and args.scheduler:
        args.usage_error("--workers are processes here and --scheduler names others: give one of them")
    if workers < 1 or not 1 <= args.piece <= 3600 or args.memory < 500:
        args.usage_error("--workers is at least 1, --piece between 1 and 3600, --memory at least 500")
    settings = settings_of(args)
    # Imported here: they load the analysis.
    from fer.batch.engine import Batch, Wishes
    from fer.batch.manifest import Manifest, database_of
    from fer.batch.plan import plan_batch
    from fer.batch.store import is_remote
    from fer.cli.shared.batch_view import BatchView
    from fer.io.locks import only_one

    database = database_of(args.out, args.database)
    wishes = Wishes(
        place=args.place,
        out=args.out.rstrip("/") or "/",
        settings=settings,
        resume=args.resume,
        report=args.report,
        piece_s=args.piece,
        processors=0 if args.scheduler else processors(),
        ceiling_mb=0 if args.scheduler else args.memory,
    )
    if not is_remote(args.out):
        _check_place(args)
    plan = plan_batch(args.place, out=args.out)
    with ExitStack() as stack:
        if not is_remote(args.out):
            make_folder(Path(args.out))
            stack.enter_context(only_one(Path(args.out), IN_USE))
        manifest = stack.enter_context(closing(Manifest(database, wishes.out)))
        crew = stack.enter_context(closing(_crew(args, workers)))
        view = stack.enter_context(BatchView())
        print(_plan_words(plan.recordings, crew.size, args.scheduler))
        batch = Batch(plan, wishes, manifest, crew, on_progress=view, on_end=view.said)
        try:
            result = batch.run()
        except KeyboardInterrupt:
            view.close()
            print("stopped: what was read is kept, --resume goes on", file=sys.stderr)
            raise
    return show_result(result, args.out)


def _check_place(args: argparse.Namespace) -> None:
    """Results never lie among the inputs unseen: the folder of the inputs itself is refused."""
    if os.path.realpath(args.place) == os.path.realpath(args.out):
        raise OutputError("--out is the folder that is read: name another one, it may lie inside.")


def _crew(args: argparse.Namespace, workers: int) -> "Crew":
    """Processes here, or a cluster's workers."""
    if args.scheduler:
        from fer.batch.cluster import ClusterCrew

        return ClusterCrew(args.scheduler)
    from fer.batch.crew import LocalCrew

    return LocalCrew(workers, memory_mb=args.memory)


def _plan_words(recordings: Sequence["Recording"], workers: int, scheduler: str | None) -> str:
    videos = sum(one.kind == "video" for one in recordings)
    photos = sum(len(one.files) for one in recordings if one.kind != "video")
    where = f" at {scheduler}" if scheduler else ""
    return f"{count(videos, 'video')}, {count(photos, 'photo')}; {count(workers, 'worker')}{where}"


def show_result(result: "BatchResult", out: str) -> int:
    """What became of everything; the exit status."""
    speed = result.frames / result.seconds if result.seconds else 0.0
    print(
        f"{count(result.done, 'recording')} done, {len(result.failed)} failed; {result.frames:,} frames in "
        f"{result.seconds:,.0f} s ({speed:.1f} a second), at most {result.peak_mb:,.0f} MB a worker: {out}"
    )
    for note in result.notes:
        print(f"  {note}")
    _print_files(result.in_part, "read in part")
    _print_files([one for one in result.lost if one.fate == "passed_over"], "passed over")
    refused = [one for one in result.lost if one.fate == "refused"]
    for label, reason, code in result.failed:
        print(f"error: {label}: {reason} [{code}]", file=sys.stderr)
    for one in refused:
        print(f"error: {one.as_text()}", file=sys.stderr)
    return 1 if result.failed or result.lost else 0


def _print_files(files: Sequence["GivenFile"], what: str) -> None:
    """The first of some files, each with its reason."""
    if files:
        print(f"  {count(len(files), 'file')} {what}:")
    for one in files[:MOST_NAMED]:
        print(f"    {one.as_text()}")
    if len(files) > MOST_NAMED:
        print(f"    and {len(files) - MOST_NAMED:,} more")
