"""The command line: one file a command. Errors become one sentence and an exit status here."""

import argparse
import importlib
import os
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import fer
from fer.cli.shared.words import safe_words
from fer.errors import FerError
from fer.io.guesses import told_guesses

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
        "table",
        "findings",
        "rerun",
        "batch",
        "summarize",
        "sample",
    ),
)
NETWORK = ("train", "convert", "evaluate", "card", "robustness", "networks", "lesson", "release")
"""Those that make and measure the network: their files lie in a room of their own."""
DONE, FAILED, WRONG_USE = 0, 1, 2
INTERRUPTED, TERMINATED = 130, 143
NOTHING_GIVEN = (
    "an argument is empty, as where a variable of a script is not set: give it a value or leave it out"
)
"""An empty path would be the folder that the command is run in."""
NO_MEMORY = "There is not enough memory for this: close other programs, or give fewer or smaller files."


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
        room = "fer.cli.network" if name in NETWORK else "fer.cli"
        importlib.import_module(f"{room}.{name}").add_parser(commands)
    return parser


def main(argv: list[str] | None = None) -> int:
    """Run a command.

    Args:
        argv: Arguments without the program's name; None takes the process's own.

    Returns:
        0 done, 1 some inputs failed (each named on stderr), 2 wrong use, 130 interrupted.
    """
    with signals(), safe_words() as words:
        status = _run(argv)
    if words.failure is None:
        return status
    if not isinstance(words.failure, BrokenPipeError):  # `| head` wanted no more
        why = words.failure.strerror or words.failure
        print(f"error: the answer could not be printed: {why}. Files were written. [output]", file=sys.stderr)
    return FAILED


def _run(argv: list[str] | None) -> int:
    try:
        argv = sys.argv[1:] if argv is None else argv
        asked = argv[0].replace("-", "_") if argv else ""
        with quiet_end():
            parser = build_parser([asked] if asked in COMMANDS else COMMANDS)
        if any(word == "" or (word.startswith("--") and word.endswith("=")) for word in argv):
            parser.error(NOTHING_GIVEN)
        args = parser.parse_args(argv)
        with told_guesses() as guesses:
            try:
                return args.run(args)
            finally:
                for guess in guesses:
                    print(f"note: {guess}", file=sys.stderr)
    except FerError as exc:
        print(f"error: {exc.as_text()}", file=sys.stderr)
        return FAILED
    except MemoryError:
        print(f"error: {NO_MEMORY} [memory]", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return INTERRUPTED


@contextmanager
def signals() -> Iterator[None]:
    """SIGTERM ends the work like an error: what was half written is removed on the way out."""
    before = _handle(signal.SIGTERM, lambda *_: sys.exit(TERMINATED))
    try:
        yield
    finally:
        _handle(signal.SIGTERM, before)


@contextmanager
def quiet_end() -> Iterator[None]:
    """Ctrl-C ends the process at once and without a word: for the imports, in which nothing was begun."""
    before = _handle(signal.SIGINT, lambda *_: os._exit(INTERRUPTED))
    try:
        yield
    finally:
        _handle(signal.SIGINT, before)


def _handle(number: int, handler):
    """Set a signal's handler; the one before, or None outside the main thread, where none can be set."""
    if handler is None or threading.current_thread() is not threading.main_thread():
        return None
    before = signal.getsignal(number)
    signal.signal(number, handler)
    return before
