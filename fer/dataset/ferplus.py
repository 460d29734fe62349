"""FER+'s votes beside FER2013's labels: the majority, agreement, ambiguous faces, pictures without a face.

Reference:
    Barsoum et al. 2016, Training Deep Networks with Crowd-Sourced Label Distribution (majority voting).
"""

from dataclasses import dataclass

import numpy as np

from fer.constants import EMOTIONS
from fer.dataset.class_names import class_index
from fer.dataset.faces import FaceDataset
from fer.dataset.readers.fer2013 import ALL_VOTE_COLUMNS, VOTE_COLUMNS
from fer.errors import DatasetError

CONTEMPT = "contempt"
NO_EXPRESSION = ("unknown", "NF")
_LEFT_OUT = -1

ENTROPY_BINS = 16
MAX_ENTROPY_BITS = float(np.log2(len(VOTE_COLUMNS)))
"""Eight expressions with equally many votes."""

_WORDS = (
    *("neutral", "happy", "surprise", "sad", "angry"),
    *("disgust", "fear", "contempt", "unknown", "no face"),
)
"""Of `ALL_VOTE_COLUMNS`, in our names where we have them."""


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


@dataclass(frozen=True)
class VoteFigures:
    """FER+ against the labels, over the rows that have votes.

    Args:
        n_rows: Rows of the data.
        n_unnamed: Rows without votes of their own.
        n_no_face: Rows that most annotators called no face.
        n_unknown: Rows that most annotators could not tell.
        n_contempt: Rows whose majority is contempt, which FER2013 does not have.
        n_tied: Rows on which two answers share the most votes.
        n_compared: The others: rows with a majority in the seven expressions.
        agreement: Share of those whose majority is the label.
        agreement_by_class: Emotion -> the same share over the rows with this label.
        majority: (7, 7) rows by label (row) and majority (column), in the order of `EMOTIONS`.
        entropy_edges: Limits of the bins of entropy, in bits.
        entropy_counts: Rows with votes in each bin.
        entropy_median: Of the rows with votes, in bits; 0 where all annotators agree.
    """

    n_rows: int
    n_unnamed: int
    n_no_face: int
    n_unknown: int
    n_contempt: int
    n_tied: int
    n_compared: int
    agreement: float
    agreement_by_class: dict[str, float]
    majority: tuple[tuple[int, ...], ...]
    entropy_edges: tuple[float, ...]
    entropy_counts: tuple[int, ...]
    entropy_median: float


def vote_figures(dataset: FaceDataset, vote_counts: np.ndarray) -> VoteFigures:
    """Compare the labels with what FER+'s annotators said.

    Args:
        dataset: n rows.
        vote_counts: (m, 10) votes over `ALL_VOTE_COLUMNS`; row r belongs to row r of the file.

    Raises:
        DatasetError: There are fewer rows of votes than the data needs.
    """
    # Here and not above: the evaluation reads data sets, so a data set cannot need it to be imported.
    votes = votes_of(dataset, vote_counts)
    majority = ferplus_majority(votes)
    n_no_face = len(called_no_face(votes))
    used = majority.labels >= 0
    labels, winners = dataset.labels[used], majority.labels[used]
    table = np.bincount(labels * len(EMOTIONS) + winners, minlength=len(EMOTIONS) ** 2)
    table = table.reshape(len(EMOTIONS), len(EMOTIONS))
    by_class = np.diag(table) / np.maximum(table.sum(1), 1)
    bits = vote_entropy(votes)[votes.sum(1) > 0]
    counts, edges = np.histogram(bits, ENTROPY_BINS, (0.0, MAX_ENTROPY_BITS))
    return VoteFigures(
        n_rows=len(dataset),
        n_unnamed=majority.n_unnamed,
        n_no_face=n_no_face,
        n_unknown=majority.n_unknown - n_no_face,
        n_contempt=majority.n_contempt,
        n_tied=majority.n_tied,
        n_compared=int(used.sum()),
        agreement=float(np.diag(table).sum() / max(table.sum(), 1)),
        agreement_by_class=dict(zip(EMOTIONS, by_class.tolist(), strict=True)),
        majority=tuple(tuple(row) for row in table.tolist()),
        entropy_edges=tuple(edges.tolist()),
        entropy_counts=tuple(counts.tolist()),
        entropy_median=float(np.median(bits)) if len(bits) else 0.0,
    )


def votes_of(dataset: FaceDataset, vote_counts: np.ndarray) -> np.ndarray:
    """(n, 10) votes of the rows of a data set.

    Raises:
        DatasetError: There are fewer rows of votes than the data needs.
    """
    if len(dataset) and len(vote_counts) <= int(dataset.rows.max()):
        raise DatasetError("The FER+ file has fewer rows than the data: give the one for the same CSV.")
    return vote_counts[dataset.rows]


def vote_entropy(votes: np.ndarray) -> np.ndarray:
    """How much annotators disagree on each row.

    Args:
        votes: (n, 10) over `ALL_VOTE_COLUMNS`; "unknown" and "NF" are left out.

    Returns:
        (n,) float32 bits: 0 where all say the same or nobody named an expression, 3 at most.
    """
    expressions = votes[:, : len(VOTE_COLUMNS)]
    shares = expressions / np.maximum(expressions.sum(1, keepdims=True), 1)
    return -(shares * np.log2(np.where(shares > 0, shares, 1))).sum(1).astype(np.float32)


def share_of_named(votes: np.ndarray) -> np.ndarray:
    """Share of the annotators who named an expression; the others said "unknown" or "no face".

    Args:
        votes: (n, 10) over `ALL_VOTE_COLUMNS`.

    Returns:
        (n,) float32 in 0..1; 0 for rows without votes.
    """
    named = votes[:, : len(VOTE_COLUMNS)].sum(1)
    return (named / np.maximum(votes.sum(1), 1)).astype(np.float32)


def ambiguous(votes: np.ndarray) -> np.ndarray:
    """Rows by how much their annotators disagree on the expression.

    Args:
        votes: (n, 10) over `ALL_VOTE_COLUMNS`.

    Returns:
        (k,) int64 places, the highest entropy first; rows on which all who named an expression agree, and
        rows that fewer than half of the annotators gave one, are left out.
    """
    bits = vote_entropy(votes)
    named = votes[:, : len(VOTE_COLUMNS)].sum(1) * 2 >= votes.sum(1)
    places = np.flatnonzero((bits > 0) & named)
    return places[np.argsort(-bits[places], kind="stable")]


def called_no_face(votes: np.ndarray) -> np.ndarray:
    """Rows that most annotators called no face.

    Args:
        votes: (n, 10) over `ALL_VOTE_COLUMNS`.

    Returns:
        (k,) int64 places, most of such votes first.
    """
    no_face = votes[:, ALL_VOTE_COLUMNS.index("NF")]
    places = np.flatnonzero((no_face > 0) & (no_face * 2 > votes.sum(1)))
    return places[np.argsort(-no_face[places], kind="stable")]


def vote_words(votes: np.ndarray) -> str:
    """One row of votes in words, the most first: ``4 surprise, 3 fear, 1 unknown``.

    Args:
        votes: (10,) over `ALL_VOTE_COLUMNS`.
    """
    order = np.argsort(-votes, kind="stable")
    return ", ".join(f"{votes[k]:.0f} {_WORDS[k]}" for k in order if votes[k] > 0)
