"""What the network answered in the whole footage: known for every frame, tagged or not."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from fer.constants import EMOTIONS
from fer.dataset.tagging import FaceSample
from fer.emotion.footage_scaling import model_of
from fer.errors import InputError
from fer.timeline.report import Report
from fer.timeline.summary import STATES
from fer.timeline.timeline import Timeline
from fer.verdict import verdicts

N_STATES, N_CLASSES = len(STATES), len(EMOTIONS)


@dataclass(frozen=True)
class Census:
    """The answers to all usable faces of the footage, by state (the answer, or "unsure").

    Args:
        is_photos: Shares are of faces, not of time.
        shares: State of `STATES` -> its share of the usable time (photos: faces); they sum to 1.
        counts: State -> readings (a face in a frame).
        probs: State -> 7 mean probabilities within it, in the order of `EMOTIONS`; equal ones where it
            never occurs.
        right: State -> mean of the highest probability: how often the network expects to be right.
        best: 7 shares of the most probable expression, "unsure" left aside.
        model: What gave the answers, as a calibration states it.

    Raises:
        ValueError: Sizes do not fit.
    """

    is_photos: bool
    shares: tuple[float, ...]
    counts: tuple[int, ...]
    probs: tuple[tuple[float, ...], ...]
    right: tuple[float, ...]
    best: tuple[float, ...]
    model: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        sizes = {len(self.shares), len(self.counts), len(self.probs), len(self.right)}
        if sizes != {N_STATES} or {len(row) for row in self.probs} | {len(self.best)} != {N_CLASSES}:
            raise ValueError(f"Census: wanted {N_STATES} states and {N_CLASSES} expressions")


def census_of(reports: Sequence[Report]) -> Census:
    """Count the answers of reports: their smoothed ones, which their shares of time are made of.

    Args:
        reports: All of videos, or all of photos.

    Raises:
        InputError: Videos and photos are mixed, or no face can be read in any.
    """
    kinds = {report.timeline.is_photos for report in reports}
    if len(kinds) > 1:
        raise InputError("Check videos or photos, not both at once: a photo has no length of time.")
    lines = [report.smoothed for report in reports]
    usable = [line.usable for line in lines]
    if not any(rows.any() for rows in usable):
        raise InputError("No face can be read here: choose footage with larger faces, turned to the camera.")
    words = [w for line, rows in zip(lines, usable, strict=True) for w in line.table["emotion"][rows]]
    return census_from(
        np.array([STATES.index(str(word)) for word in words]),
        np.concatenate([line.probs[rows] for line, rows in zip(lines, usable, strict=True)]),
        np.concatenate([line.weights_s[rows] for line, rows in zip(lines, usable, strict=True)]),
        is_photos=kinds == {True},
        model=model_of(reports[0].provenance.model),
    )


def census_from(
    states: np.ndarray,
    probs: np.ndarray,
    weights: np.ndarray,
    *,
    is_photos: bool,
    model: dict[str, str] | None = None,
) -> Census:
    """Count answers.

    Args:
        states: (n,) int, indices into `STATES`, n >= 1.
        probs: (n, 7).
        weights: (n,) the time that each stands for; at least one over 0.
        is_photos: Whether shares are of faces.
        model: What gave the answers.
    """
    weights = weights / weights.sum()
    total = np.bincount(states, weights, N_STATES)
    safe = np.where(total > 0, total, 1.0)
    sums = np.stack([np.bincount(states, weights * column, N_STATES) for column in probs.T], 1)
    means = np.where(total[:, None] > 0, sums / safe[:, None], 1 / N_CLASSES)
    right = np.bincount(states, weights * probs.max(1), N_STATES) / safe
    return Census(
        is_photos,
        shares=tuple(total.tolist()),
        counts=tuple(np.bincount(states, minlength=N_STATES).tolist()),
        probs=tuple(map(tuple, means.tolist())),
        right=tuple(np.where(total > 0, right, 0.5).tolist()),
        best=tuple(np.bincount(probs.argmax(1), weights, N_CLASSES).tolist()),
        model=model or {},
    )


def with_states(samples: Iterable[FaceSample], reports: Iterable[Report]) -> tuple[FaceSample, ...]:
    """The samples with what the report says at their moment; samples that it does not hold are left out.

    Args:
        samples: Taken while the reports were made.
        reports: The same as for `census_of`.
    """
    said: dict[tuple, str] = {}
    unsure_below = 0.0
    for report in reports:
        unsure_below = report.timeline.unsure_below
        if not report.timeline.is_photos:
            said |= _states(report.smoothed)
    found = []
    for sample in samples:
        # Photos are not smoothed, and two of them may have one name.
        own = verdicts(sample.probs[None], unsure_below)[0][0] if np.isnan(sample.time_s) else ""
        if state := own or said.get((sample.file, sample.face_id, round(sample.time_s, 6)), ""):
            found.append(replace(sample, state=state))
    return tuple(found)


def _states(timeline: Timeline) -> dict[tuple, str]:
    table = timeline.table[timeline.usable]
    keys = zip(table["source"], table["face_id"], table["time_s"], table["emotion"], strict=True)
    return {(str(name), int(face), round(float(time), 6)): str(word) for name, face, time, word in keys}
