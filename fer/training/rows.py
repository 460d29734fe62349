"""Which rows of a data set are trained on, and which are kept for choices. No Keras in here."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from fer.dataset.cleaning import CleaningReport, clean, find_faults
from fer.dataset.ferplus import share_of_named
from fer.dataset.hashes import content_sha256
from fer.dataset.readers.fer2013 import SPLITS, FaceDataset, read_dataset, read_ferplus, read_vote_counts
from fer.dataset.repeats import count_repeats
from fer.errors import DatasetError
from fer.text import count

NOT_EXACT = "not pixel-exact"
"""Rows that FER+ has no picture of: copies that are not FER2013's own pixels."""

TRAINING, PUBLIC = SPLITS[:2]


@dataclass(frozen=True, eq=False)
class Rows:
    """What a training needs.

    Args:
        train: Training rows.
        public: PublicTest rows; every choice is made on them.
        votes: (n, 8) FER+ shares of the training rows, or None.
        named_share: (n,) share of the annotators who named one of the eight expressions, or None; the
            others said "unknown" or "no face".
        cleaning: Which training rows were left out, and why.
        note: The same in words, and which pictures stand in the data more than once.
    """

    train: FaceDataset
    public: FaceDataset
    votes: np.ndarray | None
    cleaning: CleaningReport
    note: str
    named_share: np.ndarray | None = None

    def to_dict(self) -> dict:
        """Plain values for JSON: sizes, hashes and the number of every row that was left out."""
        return {
            "training_rows": len(self.train),
            "training_sha256": content_sha256(self.train),
            "choice_rows": len(self.public),
            "choice_sha256": content_sha256(self.public),
            "ferplus": self.votes is not None,
            "note": self.note,
            "cleaning": self.cleaning.to_dict(),
        }


def load_rows(data: Path, ferplus: Path | None, *, drop: Sequence[str] = ()) -> Rows:
    """Read the data and leave out training rows: those that are not pixel-exact, and what is asked for.

    Args:
        data: FER2013 in one of its forms.
        ferplus: FER+ votes of the same CSV; rows without an image name are not trained on.
        drop: Names from `fer.dataset.cleaning.FAULTS`: training rows with them are left out. The
            rows to choose on stay as they are.

    Raises:
        DatasetError: The splits are missing, FER+ has another number of rows, or no row is left.
        SettingsError: A name to drop is not known.
    """
    dataset = read_dataset(data)
    training = dataset.usage == TRAINING
    marked, votes, named_share = {}, None, None
    if ferplus is not None:
        votes, named = read_ferplus(ferplus)
        named_share = share_of_named(read_vote_counts(ferplus))
        if len(votes) <= int(dataset.rows.max()):
            raise DatasetError("The FER+ file has fewer rows than the data: give the one for the same CSV.")
        marked[NOT_EXACT] = training & ~named[dataset.rows]
    marked |= {name: training & mask for name, mask in find_faults(dataset, drop).items()}
    kept, report = clean(dataset, marked=marked)
    train = kept.split(TRAINING)
    note = "; ".join((_rejected(dataset), *report.sentences(), *count_repeats(kept).sentences()))
    of_train = [None if values is None else values[train.rows] for values in (votes, named_share)]
    return Rows(train, kept.split(PUBLIC), of_train[0], report, note, named_share=of_train[1])


def check_classes(train: FaceDataset) -> None:
    """Find out early whether there is anything to learn.

    Raises:
        DatasetError: There is one class only.
    """
    if len(np.unique(train.labels)) < 2:
        raise DatasetError("The training rows hold one class only: there is nothing to tell apart.")


def _rejected(dataset: FaceDataset) -> str:
    first = f" (the first one, {dataset.rejected[0]})" if dataset.rejected else ""
    return f"{count(dataset.n_rejected, 'row')} rejected{first}"
