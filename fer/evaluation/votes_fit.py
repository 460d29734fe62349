"""How the votes head is read: scaling, prior, threshold and prediction sets, from PublicTest's votes.

FER2013 holds what a web search gave, and FER+'s annotators call a third of it neutral and hardly any of it
disgust or fear. A network that learnt from them leans the same way; part of that leaning is taken off, as
faces elsewhere are mixed differently.

References:
    Menon et al. 2021, Long-tail learning via logit adjustment (the prior taken off).
    Barsoum et al. 2016, Training Deep Networks with Crowd-Sourced Label Distribution (FER+).
"""

from dataclasses import dataclass, replace

import numpy as np

from fer.constants import EMOTIONS
from fer.dataset.ferplus import ferplus_majority
from fer.dataset.readers.fer2013 import VOTE_COLUMNS
from fer.emotion.heads import VOTE_CLASSES, VotesHead, seven_of
from fer.emotion.network import softmax
from fer.emotion.scaling import Scaling, scaling_of
from fer.errors import DatasetError
from fer.evaluation.calibration import expected_calibration_error, row_losses
from fer.evaluation.conformal import COVERAGES, choose_threshold, choose_unsure_sets
from fer.evaluation.coverage import choose_unsure_below
from fer.evaluation.figures.conversion import PriorFigures, ScalingFigures, UnsureSets
from fer.evaluation.metrics import accuracy, balanced_accuracy, confusion_matrix
from fer.evaluation.scaling_fit import compare_scalings, fit_scaling

KIND = "temperature"
PRICE = 0.01
"""Accuracy against the majority that taking the prior off may cost."""
PRIOR_STEPS = tuple(round(0.1 * k, 1) for k in range(11))
"""Shares of the log prior that are tried."""


@dataclass(frozen=True, eq=False)
class Voted:
    """What FER+'s annotators said of n faces, in the seven expressions.

    Args:
        shares: (n, 7) float64 votes for each expression, rows sum to 1; contempt, "unknown" and "no face"
            are left out.
        usable: (n,) bool: at least half of the annotators named one of the seven.
        majority: (n,) the expression with the most votes; -1 where it is another answer, or two are tied.
    """

    shares: np.ndarray
    usable: np.ndarray
    majority: np.ndarray


@dataclass(frozen=True)
class VotesReading:
    """How the votes head is read, and what was tried for it.

    Args:
        head: Without its self-test.
        scalings: The kinds of scaling.
        priors: The shares of the prior.
        unsure_sets: Its sets on faces that it is unsure of.
    """

    head: VotesHead
    scalings: tuple[ScalingFigures, ...]
    priors: tuple[PriorFigures, ...]
    unsure_sets: tuple[UnsureSets, ...]


def voted(vote_counts: np.ndarray) -> Voted:
    """The votes of n faces (n, 10), over `ALL_VOTE_COLUMNS`, in the seven expressions."""
    seven = seven_of(vote_counts[:, : len(VOTE_COLUMNS)]).astype(float)
    named, total = seven.sum(1), vote_counts.sum(1)
    shares = np.where(named[:, None] > 0, seven / np.maximum(named, 1)[:, None], 1 / len(EMOTIONS))
    return Voted(shares, (named > 0) & (2 * named >= total), ferplus_majority(vote_counts).labels)


def votes_prior(vote_counts: np.ndarray) -> np.ndarray:
    """(7,) share of all votes (n, 10) that each expression got, of the rows a network learns from."""
    seven = seven_of(vote_counts[:, : len(VOTE_COLUMNS)]).sum(0).astype(float)
    return seven / seven.sum()


def fit_votes(logits: np.ndarray, vote_counts: np.ndarray, prior: np.ndarray) -> VotesReading:
    """Choose how the head is read.

    First one temperature calibrates the logits to the votes. Offsets or a matrix fit PublicTest's votes a
    little better, but by learning once more the prior that is taken off here. (It was noticed on lfw_dev,
    where a matrix cost real faces; the comparison of the kinds is kept in conversion.json.) Then each share
    of the log prior is tried; one temperature afterwards makes the confidence mean the share of votes again.
    The largest share that costs at most `PRICE` of the accuracy against the majority is taken: accuracy alone
    would keep the leaning, balanced accuracy alone would pay for few rare faces with many common ones.

    Args:
        logits: (n, 7) of PublicTest, the votes head's in the order of `EMOTIONS`.
        vote_counts: (n, 10) FER+ votes of the same rows.
        prior: (7,) from `votes_prior` of Training.

    Returns:
        The head without its self-test, and what was tried.

    Raises:
        DatasetError: No row has a majority.
    """
    truth = voted(vote_counts)
    told = truth.majority >= 0
    if not told.any():
        raise DatasetError(
            "No row of PublicTest has a majority of FER+ votes: give the file for the same CSV."
        )
    usable, shares = logits[truth.usable], truth.shares[truth.usable]
    scaling = fit_scaling(usable, shares, KIND)
    kinds = tuple(replace(row, chosen=row.kind == KIND) for row in compare_scalings(usable, shares))
    tried = [_without(scaling, prior, amount, logits, truth) for amount in PRIOR_STEPS]
    rows = [_figures(amount, one(logits), truth) for amount, one in zip(PRIOR_STEPS, tried, strict=True)]
    enough = max(row.accuracy for row in rows) - PRICE
    best = max(k for k, row in enumerate(rows) if row.accuracy >= enough)
    probs, majority = softmax(tried[best](logits))[told], truth.majority[told]
    unsure_sets, unsure_figures = choose_unsure_sets(probs, majority)
    head = VotesHead(
        classes=VOTE_CLASSES,
        scaling=tried[best],
        prior_off=PRIOR_STEPS[best],
        unsure_below=choose_unsure_below(probs, majority),
        sets=tuple((share, choose_threshold(probs, majority, share)) for share in COVERAGES),
        unsure_sets=unsure_sets,
    )
    priors = tuple(
        PriorFigures(r.amount, r.accuracy, r.balanced_accuracy, r.nll, r.ece, chosen=k == best)
        for k, r in enumerate(rows)
    )
    return VotesReading(head, kinds, priors, unsure_figures)


def _without(scaling: Scaling, prior: np.ndarray, amount: float, logits: np.ndarray, truth: Voted) -> Scaling:
    """A scaling with a share of the log prior taken off, and one temperature that fits the votes again."""
    weights, bias = np.array(scaling.weights), np.array(scaling.bias) - amount * np.log(prior)
    shifted = scaling_of(scaling.kind, weights, bias)
    if not amount:
        return shifted
    again = fit_scaling(shifted(logits[truth.usable]), truth.shares[truth.usable], "temperature")
    factor = again.weights[0][0]
    return scaling_of(scaling.kind, weights * factor, bias * factor)


def _figures(amount: float, scaled: np.ndarray, truth: Voted) -> PriorFigures:
    told, probs = truth.majority >= 0, softmax(scaled)
    table = confusion_matrix(truth.majority[told], scaled[told].argmax(1))
    usable, shares = probs[truth.usable], truth.shares[truth.usable]
    return PriorFigures(
        amount=amount,
        accuracy=float(accuracy(table)),
        balanced_accuracy=float(balanced_accuracy(table)),
        nll=float(row_losses(usable, shares)[0].mean()),
        ece=expected_calibration_error(usable, shares),
    )
