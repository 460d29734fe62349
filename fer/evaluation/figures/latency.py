"""Milliseconds of emotion networks: several .tflite files in one run, by batch, threads and flip."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from fer.constants import FACE_SIZE_PX
from fer.litert import LiteRTModel

BATCHES, THREADS = (1, 8), (1, 2)
ROUNDS, WARM_UP = 60, 3


@dataclass(frozen=True)
class Latency:
    """One measured setting.

    Args:
        network: Its name.
        view: ``plain`` or ``flip`` (with the mirrored faces in the same batch).
        batch: Faces at once.
        threads: Threads of the inference.
        ms: Median milliseconds of the batch.
        p95_ms: 95% of the runs took no longer.
    """

    network: str
    view: str
    batch: int
    threads: int
    ms: float
    p95_ms: float


def shown_setting(row: Latency) -> str:
    """``batch 1, 2 threads``."""
    return f"batch {row.batch}, {row.threads} thread{'s' * (row.threads > 1)}"


def latencies(
    paths: dict[str, Path],
    *,
    batches: Sequence[int] = BATCHES,
    threads: Sequence[int] = THREADS,
    views: Sequence[str] = ("plain",),
) -> list[Latency]:
    """Measure networks in turn, so that a busy second hits all alike.

    Args:
        paths: Name -> .tflite file from (n, 48, 48, 1) to logits.
        batches: Faces at once.
        threads: Threads of the inference.
        views: ``plain``, ``flip`` or both; flip averages as the product does.

    Returns:
        A row for each network, view, batch size and number of threads.
    """
    rows = []
    for count in threads:
        # Room for the largest batch and its mirror image in one call, as the product has.
        room = 2 * max(batches)
        models = {name: LiteRTModel(path, threads=count, max_batch=room) for name, path in paths.items()}
        for view in views:
            for batch in batches:
                times = _in_turn(models, batch, flip=view == "flip")
                rows += [
                    Latency(name, view, batch, count, float(np.median(t)), float(np.quantile(t, 0.95)))
                    for name, t in times.items()
                ]
    return rows


def _in_turn(models: dict[str, LiteRTModel], batch: int, *, flip: bool) -> dict[str, np.ndarray]:
    """Milliseconds (rounds,) of each network."""
    faces = np.random.default_rng(0).uniform(0, 255, (batch, FACE_SIZE_PX, FACE_SIZE_PX, 1))
    faces = faces.astype(np.float32)
    times: dict[str, list[float]] = {name: [] for name in models}
    for _ in range(WARM_UP + ROUNDS):
        for name, model in models.items():
            started = time.perf_counter()
            if flip:
                both = model(np.concatenate([faces, faces[:, :, ::-1]]))[0]
                _ = (both[:batch] + both[batch:]) / 2
            else:
                model(faces)
            times[name].append(1e3 * (time.perf_counter() - started))
    return {name: np.array(values[WARM_UP:]) for name, values in times.items()}
