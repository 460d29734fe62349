"""``fer robustness``: how accuracy falls with light, blur, noise, rotation and covered parts."""

import argparse
from dataclasses import replace
from pathlib import Path

from fer.cli.shared.targets import check_targets
from fer.dataset.faces import FaceDataset
from fer.dataset.ferplus import ferplus_majority, votes_of
from fer.dataset.readers.fer2013 import read_dataset, read_vote_counts
from fer.emotion.heads import LABELS, VOTES
from fer.emotion.network import EmotionNetwork
from fer.evaluation.figures.metrics_file import TEST_SPLIT
from fer.evaluation.robustness import PerturbationFigures, Robustness, measure_robustness
from fer.io.files import write_text
from fer.io.json_records import json_text
from fer.io.places import MODELS_DIR
from fer.pipeline import EMOTION_THREADS


def add_parser(commands) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "robustness", help="score the network on faces that are made harder to read (minutes)"
    )
    parser.add_argument(
        "--data", required=True, type=Path, help="FER2013 CSV (also .gz, .zip) or a labelled folder"
    )
    parser.add_argument(
        "--ferplus", type=Path, help="FER+ votes for the same CSV: the votes head too, by their majority"
    )
    parser.add_argument("--split", default=TEST_SPLIT, help=f"default {TEST_SPLIT}; 'all' for every row")
    parser.add_argument("--models", type=Path, default=MODELS_DIR, help="folder with manifest.json")
    parser.add_argument("--json", type=Path, help="also write the figures there")
    parser.add_argument("--force", action="store_true", help="overwrite")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Measure and print."""
    check_targets([args.json], [args.data, args.ferplus], force=args.force)
    dataset = read_dataset(args.data)
    rows = dataset if args.split == "all" else dataset.split(args.split)
    found = _measure(args, rows, LABELS)
    if args.ferplus:
        majority = ferplus_majority(votes_of(rows, read_vote_counts(args.ferplus))).labels
        told = rows.where(majority >= 0)
        found = replace(found, votes=_measure(args, replace(told, labels=majority[majority >= 0]), VOTES))
    if args.json:
        write_text(json_text(found), args.json, force=args.force)
    return 0


def _measure(args: argparse.Namespace, rows: FaceDataset, answer: str) -> Robustness:
    network = EmotionNetwork(args.models, threads=EMOTION_THREADS, answer=answer)
    name = f"{network.manifest.name} ({network.sha256[:12]})"
    print(f"{name}, head {answer}, on {args.split}: {len(rows):,} faces, one view")
    found = measure_robustness(network, rows, split=args.split, on_progress=_show)
    print(f"unchanged: {found.accuracy:.1%} right")
    return found


def _show(figures: PerturbationFigures) -> None:
    print(f"{figures.label} ({figures.unit})")
    for one in figures.levels:
        mark = "  unchanged" if one.level == figures.neutral else ""
        print(
            f"  {one.level:7g}: {one.accuracy:6.1%} right, {one.same_answer:6.1%} answered as before, "
            f"{one.unsure:6.1%} unsure{mark}",
            flush=True,
        )
