"""FER+'s votes as a second opinion on FER2013's labels.

Reference:
    Barsoum et al. 2016, Training Deep Networks with Crowd-Sourced Label Distribution (majority voting).
"""

from dataclasses import dataclass

import numpy as np

from fer.dataset.class_names import class_index
from fer.dataset.readers.fer2013 import ALL_VOTE_COLUMNS

CONTEMPT = "contempt"
NO_EXPRESSION = ("unknown", "NF")
_LEFT_OUT = -1


@dataclass(frozen=True, eq=False)
class Majority:
    """What most annotators said.

    Args:
        labels: (n,) int64, indices into `EMOTIONS`; -1 for rows that are left out.
        n_unnamed: Rows without a vote.
        n_unknown: Rows whose majority is "unknown" or "NF" (no face).
        n_tied: Rows on which two expressions share the most votes.
        n_contempt: Rows whose majority is contempt.
    """

    labels: np.ndarray
    n_unnamed: int
    n_unknown: int
    n_tied: int
    n_contempt: int

    @property
    def counts(self) -> tuple[int, int, int, int]:
        """Rows left out: without votes, unknown, tied, contempt."""
        return self.n_unnamed, self.n_unknown, self.n_tied, self.n_contempt


def ferplus_majority(vote_counts: np.ndarray) -> Majority:
    """The expression with the most votes, in our seven classes.

    Args:
        vote_counts: (n, 10) votes over `ALL_VOTE_COLUMNS`.
    """
    top = vote_counts.max(1, initial=0)
    unnamed = top == 0
    tied = ~unnamed & ((vote_counts == top[:, None]).sum(1) > 1)
    winner = vote_counts.argmax(1)
    single = ~unnamed & ~tied
    unknown = single & np.isin(winner, [ALL_VOTE_COLUMNS.index(name) for name in NO_EXPRESSION])
    contempt = single & (winner == ALL_VOTE_COLUMNS.index(CONTEMPT))
    ours = np.array([_our_class(name) for name in ALL_VOTE_COLUMNS])
    labels = np.where(single, ours[winner], _LEFT_OUT)
    return Majority(labels, *(int(mask.sum()) for mask in (unnamed, unknown, tied, contempt)))


def _our_class(name: str) -> int:
    found = class_index(name)
    return _LEFT_OUT if found is None else found
