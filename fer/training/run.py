"""From files to a trainer: which rows are trained on, which are kept for choices."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from fer.dataset.fer2013 import FaceDataset, read_dataset, read_ferplus
from fer.dataset.repeats import count_repeats
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
        note: What was left out, and which pictures stand in the data more than once.
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
        return Rows(train, public, None, _note(dataset))
    votes, named = read_ferplus(ferplus)
    if len(votes) <= int(dataset.rows.max()):
        raise DatasetError("The FER+ file has fewer rows than the data: give the one for the same CSV.")
    kept = train.where(named[train.rows])
    note = _note(dataset, f"{len(train) - len(kept)} left out as not pixel-exact")
    return Rows(kept, public, votes[kept.rows], note)


def _note(dataset: FaceDataset, *left_out: str) -> str:
    rejected = f"{dataset.n_rejected:,} rows rejected"
    if dataset.rejected:
        rejected += f" (the first one, {dataset.rejected[0]})"
    return "; ".join((rejected, *left_out, *count_repeats(dataset).sentences()))


def make_trainer(rows: Rows, plan: Plan, folder: Path, *, resume: bool) -> Trainer:
    """The trainer for some rows; the plan's FER+ head falls away where there are no votes.

    Args:
        rows: From `load_rows`.
        plan: The recipe.
        folder: Where the checkpoint goes, or is.
        resume: Go on from the checkpoint in the folder.

    Raises:
        OutputExistsError: The folder holds another training and ``resume`` is not set.
        SettingsError: Unknown architecture, or no epoch.
    """
    if plan.arch not in ARCHITECTURES:
        raise SettingsError(f"Unknown network {plan.arch!r}: choose one of {', '.join(ARCHITECTURES)}.")
    if plan.epochs < 1:
        raise SettingsError("A training needs at least one epoch.")
    if (folder / CHECKPOINT).exists() and not resume:
        raise OutputExistsError(f"{folder} holds a training: add --resume to go on, or choose another --out.")
    if rows.votes is None:
        plan = replace(plan, votes_weight=0.0)
    return Trainer(plan, rows.train, rows.public, folder, votes=rows.votes)
