"""``fer networks``: all networks side by side, and the drawing of one."""

import argparse
from pathlib import Path

from fer.cli.shared.targets import check_targets
from fer.evaluation.figures.networks import NETWORK_NOTES, as_text
from fer.io.files import write_text
from fer.io.json_records import json_text
from fer.io.places import MODELS_DIR


def add_parser(commands) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("networks", help="compare the networks by size, speed and accuracy")
    parser.add_argument("--models", type=Path, default=MODELS_DIR, help="folder with metrics*.json")
    parser.add_argument("--json", type=Path, help="also write the comparison there")
    parser.add_argument(
        "--draw", type=Path, metavar="SVG", help="draw a network there instead of measuring all"
    )
    parser.add_argument(
        "--arch", choices=sorted(NETWORK_NOTES), help="network to draw; default: the one in --models"
    )
    parser.add_argument("--force", action="store_true", help="overwrite")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Measure and print, or draw."""
    check_targets([args.json, args.draw], force=args.force)
    # Keras and TensorFlow load here only.
    if args.draw:
        return _draw(args)
    from fer.training.networks.comparison import compare

    comparison = compare(args.models, report=lambda name: print(f"converting {name}", flush=True))
    print(as_text(comparison))
    if comparison.load_1min > comparison.cpus:
        print("warning: the machine was busy, so that the milliseconds are too high")
    if args.json:
        write_text(json_text(comparison), args.json, force=args.force)
    return 0


def _draw(args: argparse.Namespace) -> int:
    from fer.charts.architecture import architecture_svg
    from fer.training import networks
    from fer.training.loading import load_shipped
    from fer.training.networks.blueprint import blueprint

    model = networks.build(args.arch) if args.arch else load_shipped(args.models)
    write_text(architecture_svg(blueprint(model)), args.draw, force=args.force)
    print(f"written: {args.draw}")
    return 0
