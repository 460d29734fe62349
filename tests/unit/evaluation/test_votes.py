"""The votes head's reading and its sets: chosen on one half of drawn faces, they hold on the other."""

import numpy as np
import pytest

from fer.constants import EMOTIONS
from fer.dataset.readers.fer2013 import ALL_VOTE_COLUMNS
from fer.emotion.heads import VOTE_CLASSES
from fer.emotion.network import softmax
from fer.errors import DatasetError
from fer.evaluation.calibration import calibration, expected_calibration_error, shares_right
from fer.evaluation.conformal import HARD_BELOW, choose_threshold, choose_unsure_sets, set_figures
from fer.evaluation.scaling_fit import fit_scaling
from fer.evaluation.votes_fit import PRICE, PRIOR_STEPS, fit_votes, voted, votes_prior

PRIOR = np.array([0.1, 0.02, 0.03, 0.3, 0.1, 0.1, 0.35])


def drawn(n: int = 3000, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Logits (n, 7) that lean as the prior does, and ten votes (n, 10) for each face that follow them."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(0, 1.5, (n, 7)) + np.log(PRIOR)
    votes = np.stack([rng.multinomial(10, row) for row in softmax(logits).astype(float) / 1.0001])
    counts = np.zeros((n, len(ALL_VOTE_COLUMNS)), np.float32)
    counts[:, [VOTE_CLASSES.index(name) for name in EMOTIONS]] = votes[:, :7]
    return logits.astype(np.float32), counts


def row(**votes: int) -> np.ndarray:
    return np.array([[votes.get(name, 0) for name in ALL_VOTE_COLUMNS]], np.float32)


def test_what_counts_as_told():
    nobody = voted(np.zeros((1, 10), np.float32))
    assert (nobody.usable.tolist(), nobody.majority.tolist()) == ([False], [-1])
    assert nobody.shares[0] == pytest.approx([1 / 7] * 7)
    clear = voted(row(happiness=6, contempt=2, unknown=2))
    assert clear.usable[0] and EMOTIONS[clear.majority[0]] == "happy"
    assert clear.shares[0, EMOTIONS.index("happy")] == 1
    contempt = voted(row(happiness=3, contempt=7))
    assert not contempt.usable[0] and contempt.majority[0] == -1
    assert voted(row(sadness=5, neutral=5)).majority[0] == -1


def test_the_prior_is_the_votes_shares():
    _, counts = drawn()
    assert votes_prior(counts).sum() == pytest.approx(1)
    assert votes_prior(counts).argmax() == EMOTIONS.index("neutral")


def test_without_a_majority_there_is_nothing_to_choose_on():
    with pytest.raises(DatasetError, match="majority"):
        fit_votes(np.zeros((2, 7)), np.zeros((2, 10), np.float32), PRIOR)


def test_taking_the_prior_off_pays_for_rare_faces_and_the_confidence_stays_honest():
    logits, counts = drawn()
    found = fit_votes(logits, counts, votes_prior(counts))
    head, kinds, priors = found.head, found.scalings, found.priors
    assert [row.amount for row in priors] == list(PRIOR_STEPS)
    assert [row.chosen for row in priors].count(True) == 1
    assert head.prior_off == next(row.amount for row in priors if row.chosen)
    none, most = priors[0], priors[-1]
    assert most.balanced_accuracy > none.balanced_accuracy and most.accuracy < none.accuracy
    cheap = [row for row in priors if row.accuracy >= max(r.accuracy for r in priors) - PRICE]
    assert cheap[-1].chosen and cheap[-1].ece < 0.05
    assert sum(row.chosen for row in kinds) == 1
    assert [share for share, _ in head.sets] == [0.85, 0.9, 0.95]
    thresholds = [threshold for _, threshold in head.sets]
    assert thresholds == sorted(thresholds, reverse=True)
    assert [share for share, _ in head.unsure_sets] == [0.85, 0.9, 0.95]
    assert all(hard < easy for (_, hard), (_, easy) in zip(head.unsure_sets, head.sets, strict=True))
    assert [one.figures.threshold for one in found.unsure_sets] == [hard for _, hard in head.unsure_sets]


def test_shares_of_votes_calibrate_as_labels_do():
    labels = np.array([3, 3, 6])
    shares = np.eye(7)[labels]
    logits = np.eye(7)[[3, 6, 6]] * 3
    assert shares_right(np.array([3, 6, 6]), labels).tolist() == [1, 0, 1]
    by_label, by_share = calibration(logits, labels), calibration(logits, shares)
    assert by_label.nll.value == pytest.approx(by_share.nll.value)
    assert by_label.brier.value == pytest.approx(by_share.brier.value)
    assert by_label.ece.value == pytest.approx(by_share.ece.value)
    half = np.zeros((1, 7))
    half[0, [3, 6]] = 0.5
    assert expected_calibration_error(half, half) == pytest.approx(0)


def test_a_temperature_is_found_from_votes():
    logits, counts = drawn()
    truth = voted(counts)
    scaling = fit_scaling(2 * logits, truth.shares, "temperature")
    assert 1 / scaling.weights[0][0] == pytest.approx(2.0, rel=0.1)


@pytest.mark.parametrize("promised", [0.9, 0.95, 0.98])
def test_sets_keep_their_promise_on_faces_that_they_were_not_chosen_on(promised):
    (logits, counts), (others, other_counts) = drawn(), drawn(seed=1)
    truth, held = voted(counts), voted(other_counts)
    told, held_told = truth.majority >= 0, held.majority >= 0
    threshold = choose_threshold(softmax(logits)[told], truth.majority[told], promised)
    figures = set_figures(
        softmax(others)[held_told], held.majority[held_told], threshold=threshold, promised=promised
    )
    assert figures.coverage == pytest.approx(promised, abs=0.025)
    assert sum(figures.sizes) == pytest.approx(1) and 1 <= figures.mean_size < 4
    assert set(figures.coverage_by_class) == set(EMOTIONS)


def test_too_few_faces_promise_nothing_less_than_everything():
    probs = np.full((5, 7), 1 / 7)
    assert choose_threshold(probs, np.zeros(5, int), 0.9) == 0.0
    figures = set_figures(probs, np.zeros(5, int), threshold=0.0)
    assert figures.mean_size == 7 and figures.coverage == 1
    assert figures.coverage_by_class["happy"] is None


def test_of_too_few_hard_faces_nothing_is_promised():
    sure = np.eye(7)[np.arange(50) % 7]
    assert choose_unsure_sets(sure, np.arange(50) % 7) == ((), ())
    assert choose_unsure_sets(np.zeros((0, 7)), np.zeros(0, int)) == ((), ())


def test_sets_of_hard_faces_keep_a_promise_that_one_threshold_for_all_breaks():
    (logits, counts), (others, other_counts) = drawn(6000), drawn(6000, seed=1)
    truth, held = voted(counts), voted(other_counts)
    told, probs = truth.majority >= 0, softmax(others)
    pairs, figures = choose_unsure_sets(softmax(logits)[told], truth.majority[told], (0.9,))
    hard = (held.majority >= 0) & (probs.max(1) < HARD_BELOW)

    def coverage(threshold: float) -> float:
        return set_figures(probs[hard], held.majority[hard], threshold=threshold).coverage

    everybody = choose_threshold(softmax(logits)[told], truth.majority[told], 0.9)
    assert coverage(everybody) < 0.85 < coverage(pairs[0][1])
    assert coverage(pairs[0][1]) == pytest.approx(figures[0].figures.coverage, abs=0.05)
