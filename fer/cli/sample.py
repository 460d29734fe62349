"""``fer sample``: the built-in sample as a file, to try the other commands on."""

import argparse
from pathlib import Path

from fer.io.files import refuse_existing, write_bytes
from fer.io.names import check_video_name
from fer.sample.shipped import shipped_video


def add_parser(commands) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("sample", help="write the built-in sample, a video of 12 seconds")
    parser.add_argument("out", type=Path, help="MP4 file")
    parser.add_argument(
        "--draw", action="store_true", help="draw it anew instead of copying the shipped file"
    )
    parser.add_argument("--force", action="store_true", help="replace a file that exists")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Write it."""
    check_video_name(args.out)
    refuse_existing(args.out, force=args.force)
    write_bytes(_drawn() if args.draw else shipped_video(), args.out, force=args.force)
    print(f"written: {args.out}")
    return 0


def _drawn() -> bytes:
    # What draws and encodes loads here only.
    from fer.sample.clip import sample_video

    return sample_video()
