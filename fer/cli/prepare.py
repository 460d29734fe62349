"""``fer prepare``: from a folder of photos and clips to a data set that ``fer train`` reads."""

import argparse
import sys
from pathlib import Path

from fer.cli.dataset import SHOWN_REASONS
from fer.dataset.cleaning import FAULTS
from fer.dataset.prepare import (
    BY,
    CLIP_FPS,
    DROP,
    PrepareSettings,
    fer2013_csv,
    folder_files,
    prepare,
    sentences,
)
from fer.errors import MissingInputError
from fer.io.files import refuse_existing, write_text
from fer.text import count


def add_parser(commands) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "prepare",
        help="make a data set in FER2013's form from photos and clips",
        description="Photos and clips stand in DIR/[person/]<emotion>/. Faces are found, cropped as the "
        "network sees them, filtered by quality, freed of duplicates, and divided so that no person "
        "stands in two splits.",
    )
    parser.add_argument("folder", type=Path, metavar="DIR", help="folder with photos and clips")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE.csv", help="the data set")
    parser.add_argument(
        "--split-by", choices=BY, default=BY[0], help="what never stands in two splits (default %(default)s)"
    )
    parser.add_argument("--fps", type=float, default=CLIP_FPS, help="frames a second of clips (default 2)")
    parser.add_argument("--keep-poor", action="store_true", help="keep small, blurred, dark, turned faces")
    parser.add_argument(
        "--drop",
        nargs="*",
        choices=FAULTS,
        metavar="FAULT",
        default=DROP,
        help=f"cropped faces that are left out: {', '.join(FAULTS)}; default: {', '.join(DROP)}",
    )
    parser.add_argument(
        "--seed", type=int, default=0, help="another one divides the groups differently; default: %(default)s"
    )
    parser.add_argument("--force", action="store_true", help="overwrite")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Make the data set, write it, say what was left out.

    Returns:
        0, or 1 if a file gave no face.
    """
    if not args.folder.is_dir():
        raise MissingInputError(f"There is no folder {args.folder}: check the path.")
    refuse_existing(args.out, force=args.force)
    settings = PrepareSettings(
        args.split_by, args.fps, keep_poor=args.keep_poor, drop=tuple(args.drop), seed=args.seed
    )
    made = prepare(folder_files(args.folder), settings)
    write_text(fer2013_csv(made.dataset), args.out, force=args.force)
    for sentence in sentences(made):
        print(sentence)
    print(f"written: {args.out}")
    data = made.dataset
    for reason in data.rejected[:SHOWN_REASONS]:
        print(f"left out: {reason}", file=sys.stderr)
    if data.n_rejected > SHOWN_REASONS:
        print(f"left out: {count(data.n_rejected - SHOWN_REASONS, 'more file')}", file=sys.stderr)
    return 1 if data.n_rejected else 0
