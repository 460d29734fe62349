"""Measure every network in one run: size, products, LiteRT file, latency; accuracy where one was scored."""

import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np

from fer.constants import FACE_SIZE_PX
from fer.evaluation.figures.metrics_file import METRICS, TEST_SPLIT, Metrics, read_metrics
from fer.evaluation.figures.networks import NETWORK_NOTES, Comparison, NetworkRow
from fer.io.places import MODELS_DIR
from fer.litert import LiteRTModel
from fer.processors import processors
from fer.training import networks
from fer.training.conversion.forms import to_litert

THREADS = (1, 2)
ROUNDS = 200
_WARM_UP = 10


def compare(
    folder: Path = MODELS_DIR, *, rounds: int = ROUNDS, report: Callable[[str], None] = lambda name: None
) -> Comparison:
    """Measure all of `networks.ARCHITECTURES`.

    The weights are random: neither size nor time depends on them. All files are converted before
    the first is timed.

    Args:
        folder: Where figures of trained networks are (``metrics*.json``).
        rounds: Inferences behind each median.
        report: Called with each network's name before it is converted.

    Raises:
        ModelError: A file of figures is damaged.
    """
    scored = scored_networks(folder)
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as place:
        made = []
        for arch in networks.ARCHITECTURES:
            report(arch)
            keras.utils.set_random_seed(0)
            model = networks.build(arch)
            path = Path(place, f"{arch}.tflite")
            path.write_bytes(to_litert(model))
            made.append((model, path))
        rows = tuple(_row(model, path, scored.get(model.name), rounds) for model, path in made)
    return Comparison(rows, processors(), load, rounds)


def scored_networks(folder: Path) -> dict[str, Metrics]:
    """Architecture -> the figures of a trained one; the shipped network's own come first.

    A release is named ``<architecture>-<anything>``.
    """
    found: dict[str, Metrics] = {}
    for path in sorted(folder.glob("metrics*.json"), key=lambda p: (p.name != METRICS, p.name)):
        figures = read_metrics(path)
        arch = figures.model.split("-")[0]
        if TEST_SPLIT in figures.splits:
            found.setdefault(arch, figures)
    return found


def _row(model: keras.Model, path: Path, figures: Metrics | None, rounds: int) -> NetworkRow:
    scores = figures.splits[TEST_SPLIT] if figures else None
    return NetworkRow(
        model.name,
        NETWORK_NOTES[model.name],
        model.count_params(),
        networks.multiply_accumulates(model),
        path.stat().st_size,
        {str(count): latency_ms(path, count, rounds) for count in THREADS},
        scores.plain.accuracy if scores else None,
        scores.flip.accuracy if scores else None,
        figures.model if figures else "",
    )


def latency_ms(path: Path, threads: int, rounds: int) -> float:
    """Median milliseconds of one face through LiteRT."""
    model = LiteRTModel(path, threads=threads)
    face = np.random.default_rng(0).integers(0, 256, (1, FACE_SIZE_PX, FACE_SIZE_PX, 1)).astype(np.float32)
    times = []
    for _ in range(_WARM_UP + rounds):
        started = time.perf_counter()
        model(face)
        times.append(time.perf_counter() - started)
    return float(np.median(times[_WARM_UP:])) * 1e3
