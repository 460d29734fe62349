"""``fer evaluate``: the figures of the shipped network on labelled faces."""

import argparse
from pathlib import Path

from fer.cli.shared.own_labels import has_own_labels, run_own_labels
from fer.cli.shared.score_tables import show_split
from fer.cli.shared.targets import check_targets
from fer.dataset.readers.fer2013 import FaceDataset, read_dataset, read_vote_counts
from fer.dataset.repeats import count_repeats
from fer.emotion.network import EmotionNetwork
from fer.evaluation.figures.metrics_file import CHOICE_SPLIT, TEST_SPLIT, Metrics
from fer.evaluation.scores import score_split
from fer.io.files import write_text
from fer.io.json_records import json_text
from fer.io.places import MODELS_DIR
from fer.pipeline import EMOTION_THREADS
from fer.text import count, verb

_SHOWN_REASONS = 3


def add_parser(commands) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("evaluate", help="score the network on labelled faces")
    parser.add_argument(
        "--data",
        required=True,
        type=Path,
        help="FER2013 CSV, DIR/<emotion>/*.jpg of cropped faces, or a CSV file,label with photos; or .zip",
    )
    parser.add_argument(
        "--split",
        nargs="+",
        metavar="SPLIT",
        help="Training, PublicTest, PrivateTest; default: the last two, or every row where they are missing",
    )
    parser.add_argument(
        "--cropped", action="store_true", help="the pictures of a CSV file,label are faces, not photos"
    )
    parser.add_argument(
        "--ferplus", type=Path, help="FER+ votes for the same CSV: a second view of the labels"
    )
    parser.add_argument("--models", type=Path, default=MODELS_DIR, help="folder with manifest.json")
    parser.add_argument("--json", type=Path, help="also write the figures there")
    parser.add_argument("--force", action="store_true", help="overwrite")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Score every split with and without flip averaging and without the images seen in training."""
    check_targets([args.json], [args.data, args.ferplus], force=args.force)
    if has_own_labels(args.data):
        return run_own_labels(args, EmotionNetwork(args.models, threads=EMOTION_THREADS))
    dataset = read_dataset(args.data)
    vote_counts = read_vote_counts(args.ferplus) if args.ferplus else None
    network = EmotionNetwork(args.models, threads=EMOTION_THREADS)
    splits = {}
    for name in args.split or _default_splits(dataset):
        scores = score_split(network, dataset, name, vote_counts=vote_counts)
        splits[scores.split] = scores
    manifest = network.manifest
    figures = Metrics(
        manifest.name,
        network.sha256,
        manifest.scaling.kind,
        manifest.unsure_below,
        splits,
        answer=manifest.answer,
    )
    print(f"{figures.model} ({figures.sha256[:12]}), 95% intervals in brackets")
    for scores in splits.values():
        show_split(scores)
    _show_warnings(dataset)
    if args.json:
        write_text(json_text(figures), args.json, force=args.force)
    return 0


def _default_splits(dataset: FaceDataset) -> list[str | None]:
    """FER2013's two test splits as far as they are there, else everything at once."""
    known = set(dataset.usage.tolist())
    return [name for name in (CHOICE_SPLIT, TEST_SPLIT) if name in known] or [None]


def _show_warnings(dataset: FaceDataset) -> None:
    """Rejected rows and repeated pictures: what a reader of the figures should know."""
    if dataset.n_rejected:
        left = verb(dataset.n_rejected, "is left out", "are left out; the first of them")
        print(f"{count(dataset.n_rejected, 'row')} could not be read and {left}:")
        for reason in dataset.rejected[:_SHOWN_REASONS]:
            print(f"  {reason}")
    for sentence in count_repeats(dataset).sentences():
        print(f"warning: {sentence}")
