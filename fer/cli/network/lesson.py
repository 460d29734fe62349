"""``fer lesson``: why an accuracy from a random split after augmentation is none."""

import argparse
from pathlib import Path

from fer.cli.shared.targets import check_targets
from fer.dataset.readers.fer2013 import read_dataset
from fer.io.files import write_text
from fer.io.json_records import json_text


def add_parser(commands) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("lesson", help="train a network on a leaky and on an honest split")
    parser.add_argument("--data", required=True, type=Path, help="fer2013.csv with all splits")
    parser.add_argument("--rows", type=int, default=1000, help="photos of Training (default 1000)")
    parser.add_argument("--epochs", type=int, default=45, help="default 45: about 10 minutes each on 2 cores")
    parser.add_argument("--seed", type=int, default=0, help="default: %(default)s")
    parser.add_argument("--json", type=Path, help="also write the figures there")
    parser.add_argument("--force", action="store_true", help="overwrite")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Train both ways and say what came of it."""
    check_targets([args.json], [args.data], force=args.force)
    # Keras and TensorFlow load here only.
    from fer.training.leak_lesson import Setup, train_both_splits

    setup = Setup(args.rows, args.epochs, args.seed)
    dataset = read_dataset(args.data)
    training, public = dataset.split("Training"), dataset.split("PublicTest")
    lesson = train_both_splits(training, public, setup, _progress(args.epochs))
    for name, way in (("leaky", lesson.leaky), ("honest", lesson.honest)):
        own, unseen = way.accuracy_on_its_own_test, way.accuracy_on_unseen_faces
        print(f"{name:6}  its own test {own:6.1%}   unseen faces {unseen:6.1%}")
    print(lesson.explanation)
    if args.json:
        write_text(json_text(lesson), args.json, force=args.force)
    return 0


def _progress(epochs: int):
    return lambda way, epoch, loss: print(f"{way} {epoch}/{epochs}  loss {loss:.3f}", flush=True)
