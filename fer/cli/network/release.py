"""``fer release``: from FER2013 to models/ with every figure that the card and README quote, in one go."""

import argparse
import subprocess
import sys
from pathlib import Path

from fer.errors import SettingsError
from fer.io.places import MODELS_DIR


def add_parser(commands) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "release",
        help="train, and write every figure of models/ and the card",
        description="Write every figure in models/ again, each by its own command. With --recipe the network "
        "is trained and exchanged first. Leave the machine alone meanwhile: speed is measured too.",
    )
    parser.add_argument("--data", required=True, type=Path, help="fer2013.csv (also .gz, .zip), all splits")
    parser.add_argument("--ferplus", required=True, type=Path, help="FER+ votes for the same CSV")
    parser.add_argument("--clip", type=Path, help="crying_woman_472f.mp4: Action Units are held against it")
    parser.add_argument("--recipe", type=Path, metavar="FILE.json", help="train this first (hours)")
    parser.add_argument("--out", type=Path, default=Path("runs/latest"), help="folder of that training")
    parser.add_argument("--lesson", action="store_true", help="the leak lesson too (about 25 minutes)")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Run the commands one after the other, up to the first that fails."""
    for path in (args.data, args.ferplus, args.clip, args.recipe):
        if path is not None and not path.exists():
            raise SettingsError(f"{path} is not there.")
    todo = commands(args)
    for place, command in enumerate(todo, 1):
        print(f"[{place} of {len(todo)}] python -m fer {' '.join(command)}", flush=True)
        status = subprocess.run([sys.executable, "-m", "fer", *command], check=False).returncode
        if status:
            print(f"stopped: `fer {command[0]}` ended with status {status}", file=sys.stderr)
            return status
    return 0


def commands(args: argparse.Namespace) -> list[list[str]]:
    """What is run, in this order: later ones read what earlier ones wrote."""
    data = ["--data", str(args.data)]
    votes = ["--ferplus", str(args.ferplus)]

    todo = [
        ["evaluate", *data, *votes, *_figures("metrics.json")],
        ["robustness", *data, *votes, *_figures("robustness.json")],
        ["benchmark", "--memory", *_figures("benchmark.json")],
        ["benchmark", "--live", *_figures("benchmark.json")],
        ["networks", *_figures("networks.json")],
        ["networks", "--draw", str(MODELS_DIR / "architecture.svg"), "--force"],
        ["card", "--force"],
    ]
    if args.recipe:
        training = ["--recipe", str(args.recipe), "--out", str(args.out), "--resume"]
        todo.insert(0, ["train", *data, *votes, *training, "--models", str(MODELS_DIR)])
    if args.lesson:
        todo.insert(-1, ["lesson", *data, *_figures("leak_lesson.json")])
    if args.clip:
        todo.insert(-1, ["action-units", *data, "--clip", str(args.clip), *_figures("action_units.json")])
    return todo


def _figures(name: str) -> list[str]:
    return ["--json", str(MODELS_DIR / name), "--force"]
