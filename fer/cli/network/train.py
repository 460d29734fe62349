"""``fer train``: from FER2013 to a network that the app can load."""

import argparse
import os
import shlex
import shutil
import signal
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from fer.cli.shared.training_progress import TrainingDisplay
from fer.dataset.cleaning import FAULTS
from fer.errors import CancelledError, SettingsError
from fer.io.files import cannot_write, write_whole
from fer.io.locks import only_one
from fer.io.places import MODELS_DIR
from fer.training.check import check_recipe
from fer.training.checkpoint import check_folder
from fer.training.plan import RECIPE, Plan, Recipe, read_recipe

INTERRUPTED = 130
RELEASE = "release"
_SINGLE = ("arch", "epochs", "seed")


def add_parser(commands) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "train",
        help="train an emotion network on FER2013",
        description="From FER2013 to a network that the app can load. It may be stopped at any moment, even "
        "by kill -9: the same command with --resume goes on.",
    )
    parser.add_argument(
        "--data", required=True, type=Path, help="fer2013.csv (also .gz, .zip) or a labelled folder"
    )
    parser.add_argument(
        "--ferplus", type=Path, help="FER+ votes, row by row for the same CSV: the second head learns them"
    )
    parser.add_argument(
        "--drop",
        nargs="+",
        choices=FAULTS,
        metavar="FAULT",
        help=f"training rows that are left out: {', '.join(FAULTS)}; default: what the recipe says",
    )
    what = parser.add_argument_group("what is trained: a recipe, or a single stage")
    what.add_argument("--recipe", type=Path, metavar="FILE.json", help="stages that follow each other")
    default = Plan()
    what.add_argument("--arch", help=f"{default.arch} (default), resnet, teacher, original or mini_xception")
    what.add_argument("--epochs", type=int, help=f"default {default.epochs}")
    what.add_argument("--seed", type=int, help=f"default {default.seed}")
    output = parser.add_argument_group("output")
    output.add_argument(
        "--out", type=Path, default=Path("runs/latest"), help="checkpoints, history, curves and a release"
    )
    output.add_argument("--models", type=Path, help="where the finished network goes; default OUT/models")
    output.add_argument("--resume", action="store_true", help="go on from what --out holds")
    output.add_argument(
        "--save-every",
        type=float,
        default=120.0,
        metavar="SECONDS",
        help="between checkpoints within an epoch; default: %(default)g",
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Train, convert, calibrate."""
    recipe = _recipe(args)
    with only_one(args.out, "another training"):
        check_folder(args.out, resume=args.resume)
        try:
            return _train(recipe, args)
        except CancelledError as exc:
            print(f"{exc} Go on with the same command and --resume.")
            return INTERRUPTED


def _recipe(args: argparse.Namespace) -> Recipe:
    given = {name: getattr(args, name) for name in _SINGLE if getattr(args, name) is not None}
    if args.recipe and given:
        raise SettingsError(f"--{next(iter(given))} is for a single stage: change the recipe instead.")
    if args.recipe:
        recipe = read_recipe(args.recipe)
    else:
        plan = Plan(**given)
        recipe = Recipe(f"{plan.arch}-{plan.epochs}", (plan,))
    return replace(recipe, drop=tuple(args.drop)) if args.drop else recipe


def _train(recipe: Recipe, args: argparse.Namespace) -> int:
    from fer.training.rows import check_classes, load_rows

    check_recipe(recipe)
    rows = load_rows(args.data, args.ferplus, drop=recipe.drop)
    print(f"{len(rows.train):,} training rows, {len(rows.public):,} to choose on; {rows.note}")
    check_classes(rows.train)
    # Keras and TensorFlow load here only: no other command pays for them, nor what is wrong already.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    from fer.training.networks import build, multiply_accumulates
    from fer.training.run import Run

    for arch in dict.fromkeys(stage.arch for stage in recipe.stages):
        network = build(arch)
        size = f"{network.count_params() / 1e6:.2f} M parameters"
        print(f"{arch}: {size}, {multiply_accumulates(network) / 1e6:.0f} MMACs a face")
    training = Run(recipe, rows, args.out, save_every_s=args.save_every)
    with StopSignals() as signals, TrainingDisplay(recipe, lambda: signals.came) as progress:
        model = training.train(progress)
    return _release(model, training, args)


def _release(model, training, args: argparse.Namespace) -> int:
    """Convert beside the run first; what the app reads is replaced when everything is whole."""
    from fer.evaluation.figures.history import HISTORY, write_history
    from fer.training.conversion.convert import export
    from fer.training.conversion.publish import publish
    from fer.training.conversion.reading import votes_to_choose_on

    release = args.out / RELEASE
    shutil.rmtree(release, ignore_errors=True)
    options = {"name": training.recipe.name, "calibration": training.rows.train}
    options["votes"] = votes_to_choose_on(args.ferplus, training.rows.public, training.rows.train)
    try:
        manifest = export(model, release, training.rows.public, **options)
    except OSError as exc:
        raise cannot_write(release, exc) from exc
    write_history(training.history, release / HISTORY)
    write_whole(training.recipe.to_json().encode(), release / RECIPE)
    folder = args.models or args.out / MODELS_DIR.name
    for path in publish(release, folder):
        print(f"written: {path}")
    for head in map(manifest.head, manifest.heads):
        scaling = f"{head.scaling.kind} scaling"
        print(f"{head.answer}: {scaling}, unsure below {head.unsure_below:.2f} (PublicTest)")
    print(f"score it once on rows that nothing was chosen on:\n  {_evaluate_command(args, folder)}")
    return 0


def _evaluate_command(args: argparse.Namespace, folder: Path) -> str:
    metrics = folder / "metrics.json"
    command = ["python", "-m", "fer", "evaluate", "--data", args.data, "--models", folder, "--json", metrics]
    command += ["--ferplus", args.ferplus] if args.ferplus else []
    # Figures that are there belong to the network that has just been replaced.
    command += ["--force"] if metrics.exists() else []
    return shlex.join(map(str, command))


class StopSignals:
    """Turns the first Ctrl-C or SIGTERM into a wish to stop; the second one ends the process at once."""

    def __init__(self) -> None:
        self.came = False
        self._before: dict[int, Any] = {}

    def __enter__(self) -> "StopSignals":
        for number in (signal.SIGINT, signal.SIGTERM):
            self._before[number] = signal.signal(number, self._note)
        return self

    def __exit__(self, *_: object) -> None:
        self._restore()

    def _note(self, *_: object) -> None:
        self.came = True
        self._restore()
        print("stopping after this step; once more to stop at once", file=sys.stderr, flush=True)

    def _restore(self) -> None:
        while self._before:
            signal.signal(*self._before.popitem())
