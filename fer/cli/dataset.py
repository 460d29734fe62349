"""``fer dataset``: everything that can be said about a data set in numbers."""

import argparse
from pathlib import Path

from rich import box
from rich.console import Console
from rich.table import Table

from fer.cli.shared.targets import check_targets
from fer.constants import DISPLAY_ORDER
from fer.dataset.cleaning import FAULTS, find_faults
from fer.dataset.ferplus import VoteFigures
from fer.dataset.hashes import source_sha256
from fer.dataset.readers.fer2013 import read_dataset, read_vote_counts
from fer.dataset.shipped import write_faces
from fer.dataset.statistics import QUANTILES, QUICK_FAULTS, Statistics, class_faces, compute_statistics
from fer.io.files import write_text
from fer.io.json_records import json_text
from fer.sources import safe_name
from fer.text import count, verb

WIDTH = 110
SHOWN_REASONS = 5


def add_parser(commands) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "dataset", help="count classes, repeats, leaks and other faults of a labelled data set"
    )
    parser.add_argument(
        "--data", required=True, type=Path, help="FER2013 CSV (also .gz, .zip) or DIR/[split/]<emotion>/*.jpg"
    )
    parser.add_argument(
        "--ferplus", type=Path, help="FER+ votes for the same CSV: agreement, ambiguous faces"
    )
    parser.add_argument(
        "--check-faces", action="store_true", help="also fit the face mesh to every picture (minutes)"
    )
    parser.add_argument("--json", type=Path, help="also write the figures there")
    parser.add_argument("--faces", type=Path, metavar="NPZ", help="also write mean faces and spreads there")
    parser.add_argument("--force", action="store_true", help="overwrite")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Read, count, print."""
    check_targets([args.json, args.faces], [args.data, args.ferplus], force=args.force)
    dataset = read_dataset(args.data)
    statistics = compute_statistics(
        dataset,
        source=safe_name(args.data.name, default="data"),
        source_sha256=source_sha256(args.data),
        vote_counts=read_vote_counts(args.ferplus) if args.ferplus else None,
        found=find_faults(dataset, tuple(FAULTS) if args.check_faces else QUICK_FAULTS),
    )
    show(statistics)
    if args.json:
        write_text(json_text(statistics), args.json, force=args.force)
    if args.faces:
        write_faces(class_faces(dataset), args.faces, force=args.force)
    return 0


def show(s: Statistics) -> None:
    """Print all figures."""
    print(
        f"{s.source} ({s.source_sha256[:12]}): {s.n_rows:,} faces, mean gray level {s.pixel_mean:.1f}, ",
        end="",
    )
    print(f"standard deviation {s.pixel_std:.1f}")
    if s.n_rejected:
        left = verb(s.n_rejected, "is left out", "are left out; the first of them")
        print(f"{count(s.n_rejected, 'row')} could not be read and {left}:")
        for reason in s.rejected[:SHOWN_REASONS]:
            print(f"  {reason}")
    _show_classes(s)
    _show_faults(s)
    _show_repeats(s)
    _show_measures(s)
    if s.votes:
        _show_votes(s.votes)


def _show_classes(s: Statistics) -> None:
    table = _table("split", "faces", *DISPLAY_ORDER)
    for name, split in s.splits.items():
        table.add_row(name, f"{split.n:,}", *(f"{split.classes[e]:,}" for e in DISPLAY_ORDER))
    _print(table)


def _show_faults(s: Statistics) -> None:
    table = _table("fault (pictures that ...)", *s.splits)
    for fault, counts in s.faults.items():
        table.add_row(f"{fault}: {FAULTS[fault]}", *(f"{counts[name]:,}" for name in s.splits))
    _print(table)


def _show_repeats(s: Statistics) -> None:
    for name, n in s.repeats.within.items():
        if n:
            same, groups = s.repeats.same_label[name], s.repeats.conflict_groups[name]
            print(
                f"{count(n, 'picture')} of {name} {verb(n, 'repeats', 'repeat')} an earlier one, "
                f"{same:,} of them with the same label; ",
                end="",
            )
            print(f"{count(groups, 'different picture')} {verb(groups, 'has', 'have')} more than one label")
    for shared in s.repeats.across:
        stand = verb(shared.n, "stands", "stand")
        print(f"{count(shared.n, 'picture')} of {shared.split} {stand} pixel for pixel in {shared.other} too")


def _show_measures(s: Statistics) -> None:
    table = _table("median (5% to 95%)", *s.measures)
    low, middle, high = 0, len(QUANTILES) // 2, -1
    for emotion in DISPLAY_ORDER:
        values = [measure.quantiles[emotion] for measure in s.measures.values()]
        table.add_row(
            emotion, *(f"{q[middle]:.3g} ({q[low]:.3g} to {q[high]:.3g})" if q else "–" for q in values)
        )
    _print(table)


def _show_votes(v: VoteFigures) -> None:
    left_out = (
        f"{v.n_tied:,} tied, {v.n_contempt:,} contempt, {v.n_unknown:,} unknown, "
        f"{v.n_no_face:,} no face, {v.n_unnamed:,} without votes"
    )
    print(f"FER+ majority: agrees with the label on {v.agreement:.1%} of {v.n_compared:,} ({left_out})")
    print("  " + ", ".join(f"{e} {v.agreement_by_class[e]:.0%}" for e in DISPLAY_ORDER))
    print(f"  median entropy of the votes {v.entropy_median:.2f} bits")


def _table(first: str, *columns: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column(first)
    for name in columns:
        table.add_column(name, justify="right")
    return table


def _print(table: Table) -> None:
    Console(width=WIDTH, soft_wrap=True).print(table)
