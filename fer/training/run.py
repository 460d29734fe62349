"""From files to a trainer: which rows are trained on, which are kept for choices."""

import argparse
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from fer.dataset.fer2013 import FaceDataset, read_dataset, read_ferplus
from fer.errors import DatasetError, OutputExistsError, SettingsError
from fer.training.networks import ARCHITECTURES
from fer.training.trainer import CHECKPOINT, Plan, Trainer


@dataclass(frozen=True, eq=False)
class Rows:
    """What a training needs.

    Args:
        train: Training rows.
        public: PublicTest rows; every choice is made on them.
        votes: (n, 8) FER+ shares of the training rows, or None.
        note: What was left out.
    """

    train: FaceDataset
    public: FaceDataset
    votes: np.ndarray | None
    note: str


def load_rows(data: Path, ferplus: Path | None) -> Rows:
    """Read the data and leave out what is not pixel-exact.

    Args:
        data: FER2013 in one of its forms.
        ferplus: FER+ votes of the same CSV; rows without an image name are not trained on.

    Raises:
        DatasetError: The splits are missing or FER+ has another number of rows.
    """
    dataset = read_dataset(data)
    train, public = dataset.split("Training"), dataset.split("PublicTest")
    if ferplus is None:
        return Rows(train, public, None, f"{len(dataset.rejected)} rows rejected")
    votes, named = read_ferplus(ferplus)
    if len(votes) <= int(dataset.rows.max()):
        raise DatasetError("The FER+ file has fewer rows than the data: give the one for the same CSV.")
    kept = train.where(named[train.rows])
    note = f"{len(dataset.rejected)} rows rejected, {len(train) - len(kept)} left out as not pixel-exact"
    return Rows(kept, public, votes[kept.rows], note)


def start(rows: Rows, args: argparse.Namespace) -> Trainer:
    """The trainer that the command line asks for.

    Raises:
        OutputExistsError: The folder holds another training and ``--resume`` was not given.
        SettingsError: Unknown architecture, or no epoch.
    """
    if args.arch not in ARCHITECTURES:
        raise SettingsError(f"Unknown network {args.arch!r}: choose one of {', '.join(ARCHITECTURES)}.")
    if args.epochs < 1:
        raise SettingsError("A training needs at least one epoch.")
    if (args.out / CHECKPOINT).exists() and not args.resume:
        raise OutputExistsError(
            f"{args.out} holds a training: add --resume to go on, or choose another --out."
        )
    plan = Plan(
        arch=args.arch,
        epochs=args.epochs,
        seed=args.seed,
        votes_weight=1.0 if rows.votes is not None else 0.0,
    )
    return Trainer(plan, rows.train, rows.public, args.out, votes=rows.votes)
