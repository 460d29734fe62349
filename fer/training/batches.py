"""The batches of a training: each is a pure function of the seed, the epoch and the step.

So a training that goes on at any step sees what an uninterrupted one would have seen, and only a few
batches of views are in memory at a time.
"""

from collections import deque
from collections.abc import Generator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from fer.constants import EMOTIONS
from fer.dataset.augment.chains import training_views
from fer.dataset.augment.transforms import mixup
from fer.dataset.faces import FaceDataset
from fer.emotion.heads import LABELS, VOTES
from fer.training.plan import Plan

AHEAD = 6
"""Batches that are made while the network learns from the current one."""


@dataclass(frozen=True, eq=False)
class Batch:
    """What one step learns from.

    Args:
        epoch: From 0 on.
        step: In the epoch, from 0 on.
        images: (n, 48, 48, 1) float32 in 0..255.
        targets: (n, 7) class shares, and (n, 8) FER+ vote shares if the plan has that head.
    """

    epoch: int
    step: int
    images: np.ndarray
    targets: list[np.ndarray]


class Batches:
    """All batches of a stage.

    Args:
        plan: The stage.
        rows: Training rows.
        votes: (n, 8) FER+ vote shares, used if the plan has the head. A row that sums to less than 1
            counts less.
        teacher: The teachers' probabilities by head, if the plan has any: (n, 7) of ``labels`` and
            (n, 8) of ``votes``.
    """

    def __init__(
        self,
        plan: Plan,
        rows: FaceDataset,
        *,
        votes: np.ndarray | None,
        teacher: Mapping[str, np.ndarray] | None,
    ) -> None:
        if plan.votes_weight and votes is None:
            raise ValueError("votes: wanted for every row where the plan gives them a weight, got none")
        self.plan, self.rows = plan, rows
        self.faces = plan.batch_size // (2 if plan.consistency else 1) or 1
        self.steps = len(rows) // self.faces or 1
        teacher = teacher or {}
        labels = np.eye(len(EMOTIONS), dtype=np.float32)[rows.labels]
        self._targets = [_taught(labels, teacher.get(LABELS), plan.teacher_weight)]
        if votes is not None and plan.votes_weight:
            self._targets.append(_taught(votes, teacher.get(VOTES), plan.votes_teacher_weight))
        self._order = lru_cache(maxsize=2)(self._shuffle)

    def _shuffle(self, epoch: int) -> np.ndarray:
        return np.random.default_rng([self.plan.seed, epoch]).permutation(len(self.rows))

    def batch(self, epoch: int, step: int) -> Batch:
        """The batch of one step."""
        chosen = self._order(epoch)[step * self.faces : (step + 1) * self.faces]
        if self.plan.consistency:
            # Both views of a face stand half a batch apart, where the loss compares them.
            chosen = np.concatenate([chosen, chosen])
        rng = np.random.default_rng([self.plan.seed, epoch, step])
        views = training_views(self.rows.images[chosen], rng, self.plan.views)[..., None]
        targets = [target[chosen] for target in self._targets]
        views, targets = mixup(views, targets, rng, alpha=self.plan.mixup)
        return Batch(epoch, step, views, targets)

    def stream(self, epoch: int, step: int) -> Generator[Batch, None, None]:
        """All batches from a step to the end of the plan, made ahead in another thread."""
        numbers = iter(range(epoch * self.steps + step, self.plan.epochs * self.steps))
        with ThreadPoolExecutor(1) as pool:

            def more() -> None:
                """Order the next batch, if there is one."""
                number = next(numbers, None)
                if number is not None:
                    waiting.append(pool.submit(self.batch, *divmod(number, self.steps)))

            waiting: deque = deque()
            for _ in range(AHEAD):
                more()
            while waiting:
                batch = waiting.popleft().result()
                more()
                yield batch


def _taught(targets: np.ndarray, teacher: np.ndarray | None, weight: float) -> np.ndarray:
    """Targets (n, k) blended with the teachers' answers; what a row sums to stays as it is."""
    if teacher is None or not weight:
        return targets
    return (1 - weight) * targets + weight * teacher * targets.sum(1, keepdims=True)
