"""``fer convert``: from a .keras file to models/: LiteRT forms compared, one chosen, calibrated."""

import argparse
import os
import tempfile
from pathlib import Path

from fer.cli.shared.score_tables import show_forms
from fer.dataset.readers.fer2013 import SPLITS, read_dataset
from fer.emotion.network import MANIFEST, Manifest, read_manifest
from fer.errors import OutputExistsError
from fer.evaluation.figures.conversion import CONVERSION, read_conversion
from fer.io.places import MODELS_DIR
from fer.training.conversion.reading import read_anew, votes_to_choose_on


def add_parser(commands) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "convert", help="turn a trained .keras file into the files that the app reads (needs TensorFlow)"
    )
    parser.add_argument("--network", type=Path, help=".keras file; default: the one in --models")
    parser.add_argument(
        "--data", required=True, type=Path, help="FER2013: every choice is made on its PublicTest rows"
    )
    parser.add_argument(
        "--ferplus", type=Path, help="FER+ votes for the same CSV; without them the votes head is left out"
    )
    parser.add_argument("--models", type=Path, default=MODELS_DIR, help="where the files go")
    parser.add_argument("--name", help="name of the release; default: the old one, or the file's")
    parser.add_argument(
        "--keep-network",
        action="store_true",
        help="choose only how the heads are read (scaling, unsure, sets); the network in --models stays",
    )
    parser.add_argument("--force", action="store_true", help="replace the network that is there")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Convert beside the old files; they are replaced when everything is whole."""
    if (args.models / MANIFEST).exists() and not args.force:
        raise OutputExistsError(f"{args.models} holds a network: choose another --models or add --force.")
    data = read_dataset(args.data)
    train, public = (data.split(split) for split in SPLITS[:2])
    votes = votes_to_choose_on(args.ferplus, public, train)
    if args.keep_network:
        _show_readings(read_anew(args.models, public, votes))
        return 0
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    from fer.training.conversion.convert import export
    from fer.training.conversion.publish import publish
    from fer.training.loading import KERAS_FILE, load_network

    network = args.network or args.models / KERAS_FILE
    name = args.name or (network.stem if args.network else read_manifest(args.models).name)
    model = load_network(network, heads=True)
    with tempfile.TemporaryDirectory() as release:
        options = {"name": name, "calibration": train, "votes": votes}
        manifest = export(model, Path(release), public, **options)
        written = publish(Path(release), args.models)
    show_forms(read_conversion(args.models / CONVERSION))
    for path in written:
        print(f"written: {path}")
    _show_readings(manifest)
    return 0


def _show_readings(manifest: Manifest) -> None:
    for head in map(manifest.head, manifest.heads):
        scaling = f"{head.scaling.kind} scaling"
        print(f"{head.answer}: {scaling}, unsure below {head.unsure_below:.2f} (PublicTest)")
        if (rule := head.set_rule).promised:
            thresholds = f"from {rule.named_from:.2f} on, unsure faces from {rule.unsure_from:.2f} on"
            print(f"{head.answer}: sets that promise {rule.promised:.0%} hold expressions {thresholds}")
