"""The command line: one file a command. Errors become one sentence and an exit status here."""

import argparse
import importlib
import os
import sys
from collections.abc import Sequence

import fer
from fer.errors import FerError

COMMANDS = (
    *("analyze", "check", "train", "convert", "evaluate", "card"),
    *(
        "prepare",
        "dataset",
        "robustness",
        "action_units",
        "benchmark",
        "webcam",
        "networks",
        "lesson",
        "release",
    ),
)
DONE, FAILED, WRONG_USE = 0, 1, 2
INTERRUPTED = 130


def build_parser(names: Sequence[str] = COMMANDS) -> argparse.ArgumentParser:
    """The parser.

    Args:
        names: Modules of its commands; only what these need is imported.
    """
    parser = argparse.ArgumentParser(
        prog="fer",
        description="Read facial expressions in photos and videos. An expression is not a feeling.",
    )
    parser.add_argument("--version", action="version", version=fer.__version__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name in names:
        importlib.import_module(f"fer.cli.{name}").add_parser(commands)
    return parser


def main(argv: list[str] | None = None) -> int:
    """Run a command.

    Args:
        argv: Arguments without the program's name; None takes the process's own.

    Returns:
        0 done, 1 some inputs failed (each named on stderr), 2 wrong use, 130 interrupted.
    """
    argv = sys.argv[1:] if argv is None else argv
    asked = argv[0].replace("-", "_") if argv else ""
    args = build_parser([asked] if asked in COMMANDS else COMMANDS).parse_args(argv)
    try:
        return args.run(args)
    except FerError as exc:
        print(f"error: {exc.as_text()}", file=sys.stderr)
        return FAILED
    except BrokenPipeError:
        # The reader of the output has gone (`| head`): Python must not fail again when it flushes.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return INTERRUPTED
