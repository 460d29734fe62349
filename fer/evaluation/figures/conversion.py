"""The LiteRT forms of one network as they were measured, and which one is shipped. No Keras here."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from fer.evaluation.figures.metrics_file import SetFigures
from fer.io.json_records import read_record
from fer.io.places import MODELS_DIR

CONVERSION = "conversion.json"
FORMAT = 2

FORMS = ("float32", "float16", "dynamic", "int8")
"""``float16`` stores halves and computes in float32; ``dynamic`` stores int8 weights and scales activations
as they come; ``int8`` computes in int8 throughout, with ranges measured on calibration rows."""

MAX_LOST = 0.003
"""Accuracy on PublicTest that a smaller form may cost."""
SLOWER = 1.05
"""A form this much slower is slower; less is noise of the clock."""


@dataclass(frozen=True)
class FormFigures:
    """One form of the network.

    Args:
        form: One of `FORMS`.
        bytes: Size of the file.
        accuracy: On PublicTest, one view.
        accuracy_flip: Averaged with the mirror image.
        nll: With one temperature, fitted on PublicTest for this form.
        ece: At that temperature.
        largest_difference: From Keras' logits.
        ms: ``"batch 1, 2 threads"`` -> median milliseconds, all forms measured in turn.
        chosen: This one is shipped.
        votes_accuracy: Of the votes head against FER+'s majority on PublicTest, one view; None without one.
    """

    form: str
    bytes: int
    accuracy: float
    accuracy_flip: float
    nll: float
    ece: float
    largest_difference: float
    ms: dict[str, float]
    chosen: bool = False
    votes_accuracy: float | None = None


@dataclass(frozen=True)
class ScalingFigures:
    """One kind of scaling, each row read by a fit that has not seen it.

    Args:
        kind: One of `fer.emotion.scaling.KINDS`, or ``as trained``.
        accuracy: Share of right answers.
        nll: Mean negative log-likelihood.
        ece: Expected calibration error, 15 bins.
        chosen: This one is shipped.
    """

    kind: str
    accuracy: float
    nll: float
    ece: float
    chosen: bool = False


@dataclass(frozen=True)
class PriorFigures:
    """The votes head on PublicTest with a share of the log prior taken off.

    Args:
        amount: The share, 0..1.
        accuracy: Against FER+'s majority.
        balanced_accuracy: The mean over the expressions.
        nll: Against the shares of the votes.
        ece: Likewise: confidence against the share of votes for the answer.
        chosen: This one is shipped.
    """

    amount: float
    accuracy: float
    balanced_accuracy: float
    nll: float
    ece: float
    chosen: bool = False


@dataclass(frozen=True)
class UnsureSets:
    """Prediction sets of PublicTest's faces that the network is unsure of.

    Args:
        hard_below: Best probability under which a face counts as one.
        figures: Each face held against a threshold that was chosen without its fold; the threshold that
            stands there is the shipped one.
    """

    hard_below: float
    figures: SetFigures


@dataclass(frozen=True)
class Conversion:
    """All forms of one network: the whole of models/conversion.json.

    Args:
        name: Name of the release.
        forms: In the order of `FORMS`.
        scalings: Ways to calibrate the chosen form, by cross-validation on PublicTest.
        format: Version of this layout.
        votes_scalings: Ways to calibrate the votes head, by cross-validation on PublicTest's votes; their
            accuracy is the share of votes for the answers. Empty without one.
        priors: Shares of its prior that were tried; empty without one.
        unsure_sets: Sets of faces that the network is unsure of, one a promised coverage.
    """

    name: str
    forms: tuple[FormFigures, ...]
    scalings: tuple[ScalingFigures, ...]
    format: int = FORMAT
    votes_scalings: tuple[ScalingFigures, ...] = ()
    priors: tuple[PriorFigures, ...] = ()
    unsure_sets: tuple[UnsureSets, ...] = ()


def read_conversion(path: Path = MODELS_DIR / CONVERSION) -> Conversion:
    """Read the comparison of forms.

    Raises:
        MissingModelError: There is none.
        ModelError: It is damaged or of another version.
    """
    repair = "write it again with `python -m fer convert --data fer2013.csv --force`"
    return read_record(Conversion, path, wanted_format=FORMAT, repair=repair)


def choose_form(figures: Iterable[FormFigures]) -> str:
    """The smallest form that costs under `MAX_LOST` of accuracy in both views and both heads and is nowhere
    slower."""
    by_form = {f.form: f for f in figures}
    base = by_form["float32"]
    for f in sorted(by_form.values(), key=lambda f: f.bytes):
        lost = max(base.accuracy - f.accuracy, base.accuracy_flip - f.accuracy_flip)
        if base.votes_accuracy is not None and f.votes_accuracy is not None:
            lost = max(lost, base.votes_accuracy - f.votes_accuracy)
        slower = any(f.ms[key] > SLOWER * base.ms[key] for key in base.ms)
        if lost < MAX_LOST and not slower:
            return f.form
    return base.form
