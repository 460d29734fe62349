"""The check of footage: how often the answers are right here, which to believe, and corrected shares."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import beta

from fer.constants import DISPLAY_ORDER, EMOTIONS, UNSURE
from fer.dataset.tagging import CANNOT_TELL
from fer.errors import InputError
from fer.evaluation.figures.metrics_file import Estimate
from fer.evaluation.footage.census import Census
from fer.evaluation.footage.picking import inclusion_weights, state_indices
from fer.evaluation.footage.recalibration import Recalibration, recalibrate
from fer.evaluation.footage.shares import corrected_shares, stratified_rate
from fer.evaluation.intervals import LEVELS
from fer.io.json_records import json_text
from fer.text import NOISE, count, join, percent
from fer.timeline.summary import STATES

FEW_TAGS = 5
"""With fewer tags of an answer nothing is said about it."""

BELIEVED_FROM, DOUBTED_UNDER = 0.6, 0.5
"""An answer is believed if its interval lies over the first, and doubted if it was right less often than the
second."""

BELIEVE, CARE, DOUBT, TOO_FEW = "believe it", "with care", "do not believe it", "too few tags to say"


@dataclass(frozen=True)
class Belief:
    """One answer of the network on this footage.

    Args:
        answer: An expression.
        n: Tags of faces that it was given to.
        right: Of them, tags that agree.
        precision: How often it is right, with an exact interval (Clopper & Pearson); None without a tag.
        mistaken_for: The tag that such faces got most often instead; empty if none.
        n_mistaken: How often.
    """

    answer: str
    n: int
    right: int
    precision: Estimate | None
    mistaken_for: str
    n_mistaken: int

    @property
    def verdict(self) -> str:
        """What to do with it."""
        if self.precision is None or self.n < FEW_TAGS:
            return TOO_FEW
        if self.precision.low >= BELIEVED_FROM:
            return BELIEVE
        return DOUBT if self.precision.value < DOUBTED_UNDER else CARE

    def sentence(self) -> str:
        """In plain words, without a full stop."""
        if self.precision is None:
            return f"{self.answer}: no tagged face was read so"
        text = f"{self.answer}: right {self.right} of {count(self.n, 'time')}"
        if self.n >= FEW_TAGS:
            text += f" ({percent(self.precision.low)} to {percent(self.precision.high)})"
        if self.mistaken_for:
            text += f", else mostly {self.mistaken_for}"
        return f"{text}: {self.verdict}"


@dataclass(frozen=True)
class FootageCheck:
    """What the tags say about the answers on this footage.

    Args:
        n_picked: Faces that were picked.
        n_named: Tags that name an expression; all figures rest on them.
        n_unnamed: Faces that the person could not name.
        accuracy: How often the most probable expression is right, over the whole footage.
        answered: Share of the footage with an answer other than "unsure".
        accuracy_answered: How often those answers are right; None if there are none.
        beliefs: One an expression, in `DISPLAY_ORDER`.
        raw: Expression -> share by the network's most probable expression.
        shares: Expression -> share corrected for the errors that were seen.
        recalibration: None with too few tags.
        census: What the network answered.
    """

    n_picked: int
    n_named: int
    n_unnamed: int
    accuracy: Estimate
    answered: float
    accuracy_answered: Estimate | None
    beliefs: tuple[Belief, ...]
    raw: dict[str, float]
    shares: dict[str, Estimate]
    recalibration: Recalibration | None
    census: Census

    def sentences(self) -> tuple[str, ...]:
        """The answer first; each a sentence."""
        on, over = ("on ", "of the faces") if self.census.is_photos else ("", "of the time")
        said = [
            f"The network is right {on}{percent(self.accuracy.value)} {over} on this footage "
            f"(95% interval {_range(self.accuracy)}).",
        ]
        if self.answered < 1 - NOISE and self.accuracy_answered is not None:
            said.append(
                f"It says “unsure” {on}{percent(1 - self.answered)} {over} and is right on "
                f"{percent(self.accuracy_answered.value)} of the rest ({_range(self.accuracy_answered)})."
            )
        for verdict, words in ((BELIEVE, "Believe here"), (DOUBT, "Do not believe here")):
            names = [b.answer for b in self.beliefs if b.verdict == verdict]
            if names:
                said.append(f"{words}: {join(names)}.")
        left = "is left out" if self.n_unnamed == 1 else "are left out"
        rest = f"; {count(self.n_unnamed, 'face')} could not be named and {left}" * (self.n_unnamed > 0)
        said.append(f"All of this rests on {count(self.n_named, 'tag')} by one person's eyes{rest}.")
        return tuple(said)

    def recalibration_sentence(self) -> str:
        """Whether other percentages would be worth using here."""
        found = self.recalibration
        if found is None:
            return "Too few tags to recalibrate the percentages for this footage."
        if not found.offered:
            return "Recalibrated percentages would not be surely better here: keep the shipped ones."
        surer = "less" if found.scaling.temperature > 1 else "more"
        up = [n for n, f in zip(EMOTIONS, found.scaling.prior, strict=True) if f >= 1.25]
        down = [n for n, f in zip(EMOTIONS, found.scaling.prior, strict=True) if f <= 0.8]
        parts = [f"{surer} sure (temperature {found.scaling.temperature:.2f})"]
        parts += [f"{join(up)} more often"] if up else []
        parts += [f"{join(down)} less often"] if down else []
        gain = np.exp(found.gain.value) - 1
        return (
            f"Recalibrated percentages are better here: {', '.join(parts)}; tags that were held out became "
            f"{percent(gain)} more probable. They are used only if you say so."
        )


def check_footage(
    census: Census,
    states: Sequence[str],
    probs: np.ndarray,
    tags: Sequence[str],
    *,
    n_picked: int | None = None,
) -> FootageCheck:
    """Hold the answers against tags.

    Args:
        census: Of the footage.
        states: n >= 0 words of `STATES`, what the report says of each tagged face.
        probs: (n, 7) what the network says of it, unsmoothed.
        tags: n expressions or `CANNOT_TELL`.
        n_picked: Faces that were picked; as many as were tagged by default.

    Raises:
        InputError: No tag names an expression.
    """
    named = np.array([tag != CANNOT_TELL for tag in tags], bool)
    if not named.any():
        raise InputError("No face has an expression as its tag yet: tag some, then check again.")
    given = state_indices(states)[named]
    probs = np.asarray(probs, float)[named]
    labels = np.array([EMOTIONS.index(tag) for tag in tags if tag != CANNOT_TELL])
    right = _best(given, probs) == labels
    sure = np.array([state != UNSURE for state in STATES])
    answered = float(np.array(census.shares)[sure].sum())
    return FootageCheck(
        n_picked=len(tags) if n_picked is None else n_picked,
        n_named=len(labels),
        n_unnamed=len(tags) - len(labels),
        accuracy=stratified_rate(census, given, right),
        answered=answered,
        accuracy_answered=stratified_rate(census, given, right, among=sure) if answered else None,
        beliefs=tuple(_belief(name, given, labels) for name in DISPLAY_ORDER),
        raw=dict(zip(EMOTIONS, census.best, strict=True)),
        shares=dict(zip(EMOTIONS, corrected_shares(census, given, labels), strict=True)),
        recalibration=recalibrate(probs, labels, inclusion_weights(given, census), model=census.model),
        census=census,
    )


def check_json(check: FootageCheck) -> str:
    """Everything as JSON text."""
    return json_text(check)


def _best(states: np.ndarray, probs: np.ndarray) -> np.ndarray:
    """(n,) the answer; where the state is "unsure", the face's own most probable expression."""
    named = np.array([EMOTIONS.index(s) if s != UNSURE else -1 for s in STATES])[states]
    return np.where(named >= 0, named, probs.argmax(1))


def _belief(answer: str, states: np.ndarray, labels: np.ndarray) -> Belief:
    given = labels[states == STATES.index(answer)]
    me = EMOTIONS.index(answer)
    others = np.bincount(given[given != me], minlength=len(EMOTIONS))
    right, n = int((given == me).sum()), len(given)
    worst = EMOTIONS[int(others.argmax())] if others.any() else ""
    return Belief(answer, n, right, exact_interval(right, n), worst, int(others.max()))


def exact_interval(hits: int, n: int) -> Estimate | None:
    """A share with its 95% interval (Clopper & Pearson 1934); None for none of none."""
    if not n:
        return None
    low = float(beta.ppf(LEVELS[0], hits, n - hits + 1)) if hits else 0.0
    high = float(beta.ppf(LEVELS[1], hits + 1, n - hits)) if hits < n else 1.0
    return Estimate(hits / n, low, high)


def _range(estimate: Estimate) -> str:
    return f"{percent(estimate.low)} to {percent(estimate.high)}"
