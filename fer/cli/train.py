"""``fer train``: from FER2013 to a network that the app can load."""

import argparse
from pathlib import Path


def add_parser(commands) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("train", help="train an emotion network on FER2013")
    parser.add_argument(
        "--data", required=True, type=Path, help="fer2013.csv (also .gz, .zip) or a labelled folder"
    )
    parser.add_argument(
        "--ferplus", type=Path, help="FER+ votes, row by row for the same CSV (a second, train-only head)"
    )
    parser.add_argument(
        "--arch", default="se_vgg", help="se_vgg (default), resnet, teacher, original or mini_xception"
    )
    parser.add_argument("--epochs", type=int, default=80)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--out", type=Path, default=Path("runs/latest"), help="checkpoint, history and, at the end, models/"
    )
    parser.add_argument("--models", type=Path, help="where the finished network goes; default OUT/models")
    parser.add_argument("--resume", action="store_true", help="go on from the checkpoint in --out")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Train, convert, fit the temperature."""
    # Keras and TensorFlow load here only: no other command pays for them.
    from fer.training.convert import export
    from fer.training.networks import multiply_accumulates
    from fer.training.run import load_rows, make_trainer
    from fer.training.trainer import Plan

    rows = load_rows(args.data, args.ferplus)
    print(f"{len(rows.train):,} training rows, {len(rows.public):,} to choose on; {rows.note}")
    plan = Plan(arch=args.arch, epochs=args.epochs, seed=args.seed)
    trainer = make_trainer(rows, plan, args.out, resume=args.resume)
    size = f"{trainer.model.count_params() / 1e6:.2f} M parameters"
    print(f"{args.arch}: {size}, {multiply_accumulates(trainer.model) / 1e6:.0f} MMACs a face")
    model = trainer.run(lambda e: print(_line(e, args.epochs), flush=True))
    folder = args.models or args.out / "models"
    manifest = export(model, folder, rows.public, name=f"{args.arch}-{args.epochs}")
    print(f"written to {folder}")
    print(f"temperature {manifest.temperature:.3f}, unsure below {manifest.unsure_below:.2f} (PublicTest)")
    return 0


def _line(epoch, epochs: int) -> str:
    left_min = (epochs - epoch.epoch) * epoch.seconds / 60
    return (
        f"epoch {epoch.epoch}/{epochs}  loss {epoch.loss:.3f}  PublicTest {epoch.val_accuracy:.2%}"
        f"  {epoch.seconds:.0f} s, about {left_min:.0f} min left"
    )
