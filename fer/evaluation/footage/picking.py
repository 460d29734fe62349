"""Which faces to tag: spread over answers, persons and time, each with a known chance to be taken."""

from collections.abc import Iterable, Sequence

import numpy as np

from fer.dataset.tagging import FaceSample
from fer.evaluation.footage.census import N_STATES, Census
from fer.timeline.summary import STATES

EVEN = 0.25
"""This part of the faces is shared equally among the answers, so that each can be judged; the rest goes by
their share of the time, which gives the narrowest intervals (`tests/bench/footage_check.py`)."""


def quotas(shares: np.ndarray, there: np.ndarray, most: int) -> np.ndarray:
    """How many faces to take of each answer.

    Args:
        shares: (k,) of the time.
        there: (k,) int, faces that can be taken.
        most: How many in all.

    Returns:
        (k,) int, at most `there`, summing to ``min(most, there.sum())``.
    """
    shares, there = np.asarray(shares, float), np.asarray(there)
    open_ = there > 0
    if not open_.any() or most <= 0:
        return np.zeros(len(there), int)
    shares = np.where(open_, shares, 0.0)
    wanted = EVEN * open_ / open_.sum() + (1 - EVEN) * shares / max(shares.sum(), 1e-12)
    given = np.zeros(len(there), int)
    # One at a time, to whoever is furthest behind what it wants.
    for _ in range(min(most, int(there.sum()))):
        behind = np.where(given < there, wanted / (given + 0.5), -1.0)
        given[behind.argmax()] += 1
    return given


def pick(
    samples: Sequence[FaceSample], census: Census, most: int, *, seed: int = 0
) -> tuple[FaceSample, ...]:
    """Faces to tag, in an order in which neighbours tell nothing about each other.

    Within an answer the faces are sorted by source, face and time, and every k-th is taken from a random
    start: all have the same chance, and persons and moments are hit in proportion to their time.

    Args:
        samples: With their `state`.
        census: Of the same footage.
        most: How many.
        seed: Of the starts and of the order.

    Returns:
        At most `most` samples. Any first part of them is a fair sample too.
    """
    rng = np.random.default_rng(seed)
    by_state = [sorted((s for s in samples if s.state == state), key=_place) for state in STATES]
    takes = quotas(np.array(census.shares), np.array([len(found) for found in by_state]), most)
    taken = []
    for found, n in zip(by_state, takes, strict=True):
        start = rng.random()
        taken += [found[int((k + start) * len(found) / n)] for k in range(n)]
    return tuple(taken[k] for k in rng.permutation(len(taken)))


def inclusion_weights(states: np.ndarray, census: Census) -> np.ndarray:
    """(n,) the share of the footage that each tagged face stands for.

    Args:
        states: (n,) int, the states of the faces with a tag.
        census: Of the same footage.
    """
    counts = np.bincount(states, minlength=N_STATES)
    return np.array(census.shares)[states] / np.maximum(counts, 1)[states]


def state_indices(states: Iterable[str]) -> np.ndarray:
    """(n,) int: indices into `STATES`."""
    return np.array([STATES.index(state) for state in states], int)


def _place(sample: FaceSample) -> tuple:
    return sample.file, sample.face_id, sample.time_s
