"""The two heads of the network and the seven logits that each of them gives.

One backbone, two answers. ``labels``: what FER2013's label would be, one person's word, kept as the
benchmark. ``votes``: what ten people would say, learnt from FER+'s votes on the same pictures; on real
faces it is the better answer by far.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fer.constants import EMOTIONS
from fer.emotion.scaling import Scaling
from fer.settings import ANSWERS

LABELS, VOTES = ANSWERS
ANSWER_TEXT = {LABELS: "what one label would say (FER2013)", VOTES: "what ten people would say (FER+)"}
"""The heads in words."""

VOTE_CLASSES = ("neutral", "happy", "surprise", "sad", "angry", "disgust", "fear", "contempt")
"""The outputs of the votes head in their order. Contempt is learnt, so that faces which show it do not
become examples of something else, and never answered: the other seven share its part."""


@dataclass(frozen=True)
class VotesHead:
    """What the manifest says of the votes head; all of it was chosen on PublicTest with FER+'s votes.

    Args:
        classes: Its outputs in their order.
        scaling: Makes its seven logits calibrated ones; the prior's part is in its offsets.
        prior_off: Share of the log prior of the Training votes that the scaling takes off, 0..1.
        unsure_below: Confidence under which a verdict is "unsure".
        sets: (coverage, threshold) pairs: a prediction set with that coverage holds every expression
            whose probability reaches the threshold; see `fer.verdict.prediction_sets`.
        unsure_sets: Likewise for faces that the network is unsure of, chosen on such faces alone.
        self_test: Logits (8) for each of `self_test_faces`.

    Raises:
        ValueError: Other classes.
    """

    classes: tuple[str, ...]
    scaling: Scaling
    prior_off: float
    unsure_below: float
    sets: tuple[tuple[float, float], ...] = ()
    unsure_sets: tuple[tuple[float, float], ...] = ()
    self_test: tuple[tuple[float, ...], ...] = ()

    def __post_init__(self) -> None:
        if self.classes != VOTE_CLASSES:
            raise ValueError(f"The votes head needs the classes {VOTE_CLASSES}, got {self.classes}.")


def seven_of(votes: np.ndarray) -> np.ndarray:
    """Columns of the votes head in the order of `EMOTIONS`, contempt left out: (..., 8) -> (..., 7)."""
    return votes[..., [VOTE_CLASSES.index(name) for name in EMOTIONS]]


def split_outputs(outputs: Sequence[np.ndarray]) -> dict[str, np.ndarray]:
    """A network's outputs by head; a converter may give them in any order, so their sizes tell.

    Args:
        outputs: (n, 7), and (n, 8) if there is a votes head.

    Returns:
        Logits as trained: ``labels`` (n, 7), ``votes`` (n, 8).

    Raises:
        ValueError: Other sizes.
    """
    by_size = {output.shape[-1]: output for output in outputs}
    sizes = {len(EMOTIONS): LABELS, len(VOTE_CLASSES): VOTES}
    if len(by_size) != len(outputs) or len(EMOTIONS) not in by_size or set(by_size) - set(sizes):
        raise ValueError(f"Wanted outputs of 7 and at most 8 values, got {sorted(by_size)}.")
    return {sizes[size]: by_size[size] for size in sorted(by_size)}
