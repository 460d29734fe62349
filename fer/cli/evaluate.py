"""``fer evaluate``: the figures of the shipped network on a labelled set."""

import argparse
import json
from pathlib import Path

import numpy as np

from fer.constants import DISPLAY_ORDER
from fer.dataset.fer2013 import FaceDataset, read_dataset, seen_before
from fer.dataset.repeats import count_repeats
from fer.emotion import MODELS_DIR, EmotionNetwork
from fer.export import write_text
from fer.training.evaluation import evaluate

_SHOWN_REASONS = 3


def add_parser(commands) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("evaluate", help="score the network on labelled faces")
    parser.add_argument(
        "--data", required=True, type=Path, help="FER2013 CSV or DIR/<emotion>/*.jpg of cropped faces"
    )
    parser.add_argument("--split", help="Training, PublicTest or PrivateTest; default: every row")
    parser.add_argument("--models", type=Path, default=MODELS_DIR, help="folder with manifest.json")
    parser.add_argument("--json", type=Path, help="also write the figures there")
    parser.add_argument("--force", action="store_true", help="overwrite")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Score with and without flip averaging, and without the images seen in training."""
    dataset = read_dataset(args.data)
    rows = dataset.split(args.split) if args.split else dataset
    network = EmotionNetwork(args.models)
    figures = {"model": network.manifest.name, "sha256": network.sha256, "split": args.split or "all rows"}
    figures |= score(network, rows, dataset)
    _show(figures)
    _show_warnings(dataset)
    if args.json:
        write_text(json.dumps(figures, indent=1, allow_nan=False) + "\n", args.json, force=args.force)
    return 0


def score(network: EmotionNetwork, rows: FaceDataset, dataset: FaceDataset) -> dict:
    """Figures of the chosen rows: plain, flip-averaged, and clean of images that stand in other splits.

    Args:
        network: The network; its `flip` is switched off and on.
        rows: What to score.
        dataset: The whole set, to know what else holds the same images.
    """
    unsure_below = network.manifest.unsure_below
    others = dataset.where(~np.isin(dataset.rows, rows.rows))
    clean = ~seen_before(rows.images, others.images)
    figures = {}
    for key, flip in (("plain", False), ("flip", True)):
        network.flip = flip
        probs = network(rows.images)
        figures[key] = evaluate(probs, rows.labels, unsure_below=unsure_below)
        if not clean.all() and clean.any():
            figures[f"{key}_clean"] = evaluate(probs[clean], rows.labels[clean], unsure_below=unsure_below)
    network.flip = False
    return figures


def _show_warnings(dataset: FaceDataset) -> None:
    """Rejected rows and repeated pictures: what a reader of the figures should know."""
    if dataset.n_rejected:
        print(f"{dataset.n_rejected:,} rows could not be read and are left out; the first of them:")
        for reason in dataset.rejected[:_SHOWN_REASONS]:
            print(f"  {reason}")
    for sentence in count_repeats(dataset).sentences():
        print(f"warning: {sentence}")


def _show(figures: dict) -> None:
    plain = figures["plain"]
    print(f"{figures['model']} ({figures['sha256'][:12]}) on {figures['split']}: {plain['n']:,} faces")
    titles = {
        "plain": "one view",
        "flip": "with its mirror image",
        "plain_clean": "one view, images of other splits left out",
        "flip_clean": "with its mirror image, likewise",
    }
    for key, title in titles.items():
        if key in figures:
            print(_headline(figures[key], title))
    answered = f"answers {plain['answered']:.1%}, of which right {plain['accuracy_answered']:.1%}"
    print(f"unsure below {plain['unsure_below']:.2f}: {answered}")
    print(f"{'':9} {'n':>5} precision recall    F1")
    for name in DISPLAY_ORDER:
        c = plain["classes"][name]
        print(f"{name:9} {c['n']:5} {c['precision']:9.1%} {c['recall']:6.1%} {c['f1']:5.2f}")


def _headline(f: dict, title: str) -> str:
    interval = f"({f['accuracy_low']:.1%} to {f['accuracy_high']:.1%})"
    return (
        f"accuracy {f['accuracy']:.2%} {interval}  balanced {f['balanced_accuracy']:.1%}  "
        f"macro-F1 {f['macro_f1']:.3f}  ECE {f['ece']:.1%}  NLL {f['nll']:.3f}  [{title}, n={f['n']}]"
    )
