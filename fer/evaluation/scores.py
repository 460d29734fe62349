"""All figures of labelled faces, from a network's logits."""

from collections.abc import Callable
from functools import partial

import numpy as np

from fer.constants import EMOTIONS
from fer.dataset.faces import FaceDataset
from fer.dataset.ferplus import ferplus_majority, votes_of
from fer.dataset.repeats import seen_before
from fer.emotion.heads import LABELS, VOTES
from fer.emotion.network import EmotionNetwork, softmax
from fer.emotion.scaling import UNSCALED, Scaling
from fer.errors import DatasetError
from fer.evaluation import metrics
from fer.evaluation.agreement import class_kappa, cohens_kappa
from fer.evaluation.calibration import calibration
from fer.evaluation.conformal import set_figures
from fer.evaluation.coverage import coverage
from fer.evaluation.figures.metrics_file import (
    CHOICE_SPLIT,
    ClassScores,
    Confusion,
    FerPlusScores,
    Scores,
    SplitScores,
    VotesScores,
)
from fer.evaluation.intervals import estimate, estimates, limits, resampled_sums
from fer.evaluation.votes_fit import voted

N_CLASSES = len(EMOTIONS)


def score_logits(
    logits: np.ndarray, labels: np.ndarray, *, scaling: Scaling = UNSCALED, unsure_below: float = 0.0
) -> Scores:
    """All figures of one set of answers.

    Args:
        logits: (n, 7), n >= 1.
        labels: (n,) indices into `EMOTIONS`.
        scaling: The product's, fitted on PublicTest; the answers are those of the scaled logits.
        unsure_below: The product's threshold, chosen on PublicTest.

    Raises:
        DatasetError: There is no row.
    """
    if not len(labels):
        raise DatasetError("There is no labelled face to score.")
    scaled = scaling(logits)
    predicted = scaled.argmax(1)
    confusion = metrics.confusion_matrix(labels, predicted)
    samples = resampled_confusions(labels, predicted)
    figure = partial(estimate, sums=confusion, samples=samples)
    return Scores(
        n=len(labels),
        accuracy=figure(metrics.accuracy),
        balanced_accuracy=figure(metrics.balanced_accuracy),
        macro_f1=figure(metrics.macro_f1),
        weighted_f1=figure(metrics.weighted_f1),
        kappa=figure(cohens_kappa),
        classes=class_scores(confusion, samples),
        confusion=confusion_record(confusion, samples),
        uncalibrated=calibration(logits, labels),
        calibrated=calibration(logits, labels, scaling=scaling),
        coverage=coverage(softmax(scaled), labels, unsure_below),
    )


def resampled_confusions(labels: np.ndarray, predicted: np.ndarray) -> np.ndarray:
    """Confusion matrices (rounds, 7, 7) of the resampled rows."""
    cells = np.eye(N_CLASSES**2, dtype=np.float32)[labels * N_CLASSES + predicted]
    return resampled_sums(cells).reshape(-1, N_CLASSES, N_CLASSES)


def class_scores(confusion: np.ndarray, samples: np.ndarray) -> dict[str, ClassScores]:
    """Figures of every expression from a confusion matrix (7, 7) and its resamples (rounds, 7, 7)."""
    figures = (metrics.precision, metrics.recall, metrics.f1, class_kappa)
    columns = [estimates(figure, confusion, samples) for figure in figures]
    rows = zip(EMOTIONS, confusion.sum(1).tolist(), *columns, strict=True)
    return {name: ClassScores(n, *values) for name, n, *values in rows}


def confusion_record(confusion: np.ndarray, samples: np.ndarray) -> Confusion:
    """A confusion matrix (7, 7) with the intervals of its row shares."""
    tables = (confusion, *limits(metrics.row_shares(samples)))
    return Confusion(*(tuple(tuple(row) for row in table.tolist()) for table in tables))


def both_views(network: EmotionNetwork, images: np.ndarray) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Each head's logits (n, 7) of faces (n, 48, 48): one view, and averaged with the mirror image.

    Args:
        network: Loaded without ``flip``.
        images: uint8 gray.
    """
    plain, mirrored = network.head_logits(images), network.head_logits(images[:, :, ::-1])
    return {head: (plain[head], (plain[head] + mirrored[head]) / 2) for head in plain}


def score_split(
    network: EmotionNetwork,
    dataset: FaceDataset,
    split: str | None = None,
    *,
    vote_counts: np.ndarray | None = None,
) -> SplitScores:
    """The network on one split: each head and view, with and without repeats, and against FER+.

    Args:
        network: Loaded without ``flip``.
        dataset: The whole set, to know which pictures stand in other splits too.
        split: Name of the split; None scores every row.
        vote_counts: (m, 10) FER+ votes; row r belongs to row r of the file. See `read_vote_counts`.

    Raises:
        DatasetError: There is no such split, or FER+ has fewer rows than the data.
    """
    rows = dataset.split(split) if split else dataset
    heads = both_views(network, rows.images)
    # FER2013's splits are the labels head's benchmark; rows of one's own are read as the product reads them.
    answer = LABELS if split else network.head.answer
    plain, flip = heads[answer]
    others = dataset.where(~np.isin(dataset.rows, rows.rows))
    clean = ~seen_before(rows.images, others.images)
    score = _scorer(network, answer)
    cleaned = {}
    if clean.any() and not clean.all():
        views = {"plain_clean": plain, "flip_clean": flip}
        cleaned = {key: score(logits[clean], rows.labels[clean]) for key, logits in views.items()}
    ferplus = votes = None
    if vote_counts is not None:
        counts = votes_of(rows, vote_counts)
        ferplus = _against_ferplus(score, (plain, flip), rows, counts)
        if ferplus is not None and VOTES in heads:
            votes = _votes_scores(network, heads[VOTES], rows.labels, counts, clean)
    return SplitScores(
        split=split or "all rows",
        choices_made_here=split == CHOICE_SPLIT,
        n_repeats=int((~clean).sum()),
        plain=score(plain, rows.labels),
        flip=score(flip, rows.labels),
        **cleaned,
        ferplus=ferplus,
        votes=votes,
        answer=answer,
    )


def _scorer(network: EmotionNetwork, head: str) -> Callable[[np.ndarray, np.ndarray], Scores]:
    """`score_logits` with the scaling and threshold of a head."""
    reading = network.manifest.head(head)
    return partial(score_logits, scaling=reading.scaling, unsure_below=reading.unsure_below)


def _votes_scores(
    network: EmotionNetwork,
    views: tuple[np.ndarray, np.ndarray],
    labels: np.ndarray,
    counts: np.ndarray,
    clean: np.ndarray,
) -> VotesScores:
    """The votes head: logits (n, 7) of both views against labels (n,) and votes (n, 10)."""
    truth, head, score = voted(counts), network.manifest.head(VOTES), _scorer(network, VOTES)
    told = truth.majority >= 0
    plain, flip = (score(logits[told], truth.majority[told]) for logits in views)
    cleaned, kept = {}, told & clean
    if kept.any() and not clean.all():
        names = ("plain_clean", "flip_clean")
        cleaned = {
            name: score(logits[kept], truth.majority[kept]) for name, logits in zip(names, views, strict=True)
        }
    probs = softmax(head.scaling(views[0]))
    against = calibration(views[0][truth.usable], truth.shares[truth.usable], scaling=head.scaling)
    right = np.column_stack([probs.argmax(1) == labels]).astype(float)
    sets = tuple(
        set_figures(probs[told], truth.majority[told], threshold=threshold, promised=promised)
        for promised, threshold in head.sets
    )
    return VotesScores(
        plain=plain,
        flip=flip,
        n_voted=int(truth.usable.sum()),
        ece=against.ece,
        nll=against.nll,
        accuracy_by_label=estimate(
            lambda sums: sums[..., 0] / len(labels), right.sum(0), resampled_sums(right)
        ),
        sets=sets,
        **cleaned,
    )


def _against_ferplus(score, views: tuple, rows: FaceDataset, counts: np.ndarray) -> FerPlusScores | None:
    found = ferplus_majority(counts)
    used = found.labels >= 0
    if not used.any():
        return None
    labels, own = found.labels[used], rows.labels[used]
    same = np.column_stack([labels == own]).astype(float)
    agreement = estimate(lambda sums: sums[..., 0] / len(own), same.sum(0), resampled_sums(same))
    plain, flip = (score(logits[used], labels) for logits in views)
    return FerPlusScores(len(rows), *found.counts, agreement, plain, flip)
