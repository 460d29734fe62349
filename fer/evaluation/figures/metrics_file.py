"""What models/metrics.json holds: the records that `fer evaluate` writes and every page and card reads.

All classes stand in the order of `EMOTIONS`. Shares are 0 to 1. An interval covers 95% of 1000 seeded
resamples of the rows.
"""

from dataclasses import dataclass
from pathlib import Path

from fer.constants import EMOTIONS
from fer.emotion.heads import LABELS
from fer.io.json_records import read_record
from fer.io.places import MODELS_DIR

METRICS = "metrics.json"
FORMAT = 2
TEST_SPLIT, CHOICE_SPLIT = "PrivateTest", "PublicTest"
_REPAIR = "write it again with `python -m fer evaluate --data fer2013.csv --json models/metrics.json --force`"


@dataclass(frozen=True)
class Estimate:
    """A figure with its 95% interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class ClassScores:
    """Figures of one expression.

    Args:
        n: Rows with this label.
        precision: Share of right ones among the answers of this class.
        recall: Share of its rows that were recognised.
        f1: Their harmonic mean; as an agreement of two raters the specific agreement on this class.
        kappa: Cohen's kappa of this class against all others.
    """

    n: int
    precision: Estimate
    recall: Estimate
    f1: Estimate
    kappa: Estimate


@dataclass(frozen=True)
class Confusion:
    """Answers by label.

    Args:
        counts: 7 x 7; rows are the labels, columns the answers ("unsure" is not an answer here).
        low: 7 x 7, lower ends of the intervals of the row shares.
        high: 7 x 7, upper ends.
    """

    counts: tuple[tuple[int, ...], ...]
    low: tuple[tuple[float, ...], ...]
    high: tuple[tuple[float, ...], ...]


@dataclass(frozen=True)
class ReliabilityBins:
    """A reliability diagram.

    Args:
        edges: 16 ends of 15 equal bins of confidence.
        n: Rows in each bin.
        confidence: Their mean confidence; 0 where there is no row.
        accuracy: Share of right ones; 0 where there is no row.
    """

    edges: tuple[float, ...]
    n: tuple[int, ...]
    confidence: tuple[float, ...]
    accuracy: tuple[float, ...]


@dataclass(frozen=True)
class Calibration:
    """How honest the probabilities are.

    Args:
        scaling: Kind of the scaling of the logits, see `fer.emotion.scaling.KINDS`.
        ece: Expected calibration error, 15 bins.
        ece_by_chance: What perfectly calibrated answers of this confidence, as many, show on average.
        nll: Mean negative log-likelihood.
        brier: Mean Brier score, 0 to 2.
        bins: The reliability diagram.
    """

    scaling: str
    ece: Estimate
    ece_by_chance: float
    nll: Estimate
    brier: Estimate
    bins: ReliabilityBins


@dataclass(frozen=True)
class Coverage:
    """What "unsure" costs and gains.

    Args:
        unsure_below: The product's threshold of confidence, chosen on PublicTest.
        answered: Share of faces that get an answer there.
        accuracy_answered: Share of right ones among those answers.
        thresholds: 0.00 to 0.99 in steps of 0.01.
        shares: Share of faces answered at each threshold.
        accuracies: Accuracy of the answers at each threshold; None where there is no answer.
    """

    unsure_below: float
    answered: Estimate
    accuracy_answered: Estimate
    thresholds: tuple[float, ...]
    shares: tuple[float, ...]
    accuracies: tuple[float | None, ...]


@dataclass(frozen=True)
class Scores:
    """All figures of one set of labelled faces under one view.

    Args:
        n: Rows.
        accuracy: Share of right answers ("unsure" does not count as an answer here: the most probable
            class does).
        balanced_accuracy: Mean recall over the classes that have a row.
        macro_f1: Mean F1 over the classes that have a row.
        weighted_f1: Mean F1 weighted by the classes' rows.
        kappa: Cohen's kappa between labels and answers.
        classes: Expression -> its figures.
        confusion: Answers by label.
        uncalibrated: Calibration of the network as trained.
        calibrated: Calibration with the product's scaling.
        coverage: The curve behind "unsure".
    """

    n: int
    accuracy: Estimate
    balanced_accuracy: Estimate
    macro_f1: Estimate
    weighted_f1: Estimate
    kappa: Estimate
    classes: dict[str, ClassScores]
    confusion: Confusion
    uncalibrated: Calibration
    calibrated: Calibration
    coverage: Coverage

    def __post_init__(self) -> None:
        if tuple(self.classes) != EMOTIONS or len(self.confusion.counts) != len(EMOTIONS):
            raise ValueError(f"Scores need the classes {EMOTIONS}, got {tuple(self.classes)}")


@dataclass(frozen=True)
class FerPlusScores:
    """The same answers held against the majority of FER+'s ten annotators.

    Args:
        n_rows: Rows of the split.
        n_unnamed: Left out: FER+ has no votes for the image.
        n_unknown: Left out: the majority says "unknown" or "no face".
        n_tied: Left out: two expressions have the most votes.
        n_contempt: Left out: the majority says contempt, which FER2013 has no class for.
        label_agreement: How often FER2013's own label is the majority, over the rows that are left.
        plain: The network's figures, one view.
        flip: Averaged with the mirror image.
    """

    n_rows: int
    n_unnamed: int
    n_unknown: int
    n_tied: int
    n_contempt: int
    label_agreement: Estimate
    plain: Scores
    flip: Scores


@dataclass(frozen=True)
class SetFigures:
    """How often prediction sets hold the truth, and how large they are.

    Args:
        promised: Coverage that the threshold was chosen for.
        threshold: Probability from which an expression belongs to a set.
        n: Faces.
        coverage: Share of faces whose set holds the truth.
        coverage_by_class: Expression -> the same over the faces with this truth; None without any.
        mean_size: Expressions in a set.
        sizes: Share of faces whose set has 1, 2, ... 7 expressions.
    """

    promised: float
    threshold: float
    n: int
    coverage: float
    coverage_by_class: dict[str, float | None]
    mean_size: float
    sizes: tuple[float, ...]


@dataclass(frozen=True)
class VotesScores:
    """The votes head on one split, held against what FER+'s ten annotators said.

    Args:
        plain: Against their majority over the seven expressions, one view; the rows that have none are left
            out as in `FerPlusScores`. Its calibration is against the majority too.
        flip: Averaged with the mirror image.
        plain_clean: ``plain`` without the pictures that stand in another split; None if there are none.
        flip_clean: Likewise with the mirror image.
        n_voted: Rows of which at least half of the annotators named one of the seven expressions.
        ece: Over those, one view: confidence against the share of the votes that the answer got.
        nll: Over those: against the shares of all seven.
        accuracy_by_label: Against FER2013's label, every row, one view.
        sets: Prediction sets for each promised coverage, one view, truth is the majority.
    """

    plain: Scores
    flip: Scores
    n_voted: int
    ece: Estimate
    nll: Estimate
    accuracy_by_label: Estimate
    sets: tuple[SetFigures, ...]
    plain_clean: Scores | None = None
    flip_clean: Scores | None = None


@dataclass(frozen=True)
class SplitScores:
    """The network on one split.

    Args:
        split: Its name, "all rows" for a set without splits.
        choices_made_here: Epochs, scaling and threshold were chosen on these rows, so their figures
            flatter.
        n_repeats: Rows whose picture stands pixel for pixel in another split.
        plain: One view of each face, as the product reads by default.
        flip: Averaged with the mirror image (`--flip`).
        plain_clean: ``plain`` without the repeats; None if there are none.
        flip_clean: ``flip`` without the repeats; None if there are none.
        ferplus: FER+'s majority as labels; None without FER+ votes.
        votes: The votes head; None without that head or without FER+ votes.
        answer: The head that all the other figures are of: the labels head on a split of FER2013, the one
            that answers on other rows.
    """

    split: str
    choices_made_here: bool
    n_repeats: int
    plain: Scores
    flip: Scores
    plain_clean: Scores | None = None
    flip_clean: Scores | None = None
    ferplus: FerPlusScores | None = None
    votes: VotesScores | None = None
    answer: str = LABELS


@dataclass(frozen=True)
class Metrics:
    """A network's figures: the whole of models/metrics.json.

    Args:
        model: Name of the release.
        sha256: Hash of the .tflite file that was scored.
        scaling: Kind of the scaling that was fitted on PublicTest.
        unsure_below: Chosen on PublicTest.
        splits: Name -> figures.
        format: Version of this layout.
        answer: The head that answers in the product; ``scaling`` and ``unsure_below`` are the labels head's.
    """

    model: str
    sha256: str
    scaling: str
    unsure_below: float
    splits: dict[str, SplitScores]
    format: int = FORMAT
    answer: str = LABELS

    @property
    def test(self) -> SplitScores | None:
        """PrivateTest, on which nothing was chosen; None if it was not scored."""
        return self.splits.get(TEST_SPLIT)


def read_metrics(path: Path = MODELS_DIR / METRICS) -> Metrics:
    """Read and check the figures of a network.

    Args:
        path: The file that ``fer evaluate --json`` wrote.

    Raises:
        MissingModelError: There is none.
        ModelError: It is damaged or of another version.
    """
    return read_record(Metrics, path, wanted_format=FORMAT, repair=_REPAIR)
