"""``fer card``: the model card from the files of figures in models/."""

import argparse
from pathlib import Path

from fer.evaluation.card import CARD, model_card, read_card_sources
from fer.io.files import write_text
from fer.io.places import MODELS_DIR


def add_parser(commands) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("card", help="write the model card from the figures in models/")
    parser.add_argument("--models", type=Path, default=MODELS_DIR, help="folder with manifest.json")
    parser.add_argument("--out", type=Path, help=f"default: {CARD} in --models")
    parser.add_argument("--force", action="store_true", help="overwrite")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Read the figures, write the card."""
    path = args.out or args.models / CARD
    write_text(model_card(read_card_sources(args.models)), path, force=args.force)
    print(f"written: {path}")
    return 0
