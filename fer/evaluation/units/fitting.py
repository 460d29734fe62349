"""The population's statistics from labelled faces: canonical face, neutral values, spreads, base rates."""

from dataclasses import replace

import numpy as np
from scipy.optimize import linear_sum_assignment

from fer.action_units.alignment import align
from fer.action_units.baseline import Baseline
from fer.action_units.eyes import EyeModel
from fer.action_units.formulas import metrics
from fer.action_units.intensity import FULL, strengths
from fer.action_units.population import Population
from fer.action_units.table import CODES, TABLE
from fer.constants import EMOTIONS
from fer.dataset.faces import FaceDataset
from fer.evaluation.units.measured import MeasuredCrops, measure_crops
from fer.faces.mesh import CHIN, FOREHEAD, LEFT_EYE_OUTER, RIGHT_EYE_OUTER, FaceMesh

PER_EMOTION = 400
"""Faces of each expression for the base rates."""

NEAR_DEGREES, TURNED_DEGREES = (10.0, 12.0), (15.0, 30.0)
"""Most yaw and most pitch from the mean of faces near the front; range of yaw of turned ones."""

ROUNDS = 8
JITTER_FACES, JITTER_READINGS, JITTER_NOISE, JITTER_SEED = 150, 5, 3.0, 0
MAD_TO_SD = 1.4826


def fit_population(training: FaceDataset, mesh: FaceMesh, eyes: EyeModel) -> Population:
    """Measure training faces and take their statistics.

    Args:
        training: Labelled faces that nothing is scored on.
        mesh: The mesh model.
        eyes: The iris model.
    """
    neutral_rows = training.labels == EMOTIONS.index("neutral")
    neutral = measure_crops(training.images[neutral_rows], mesh, eyes)
    neutral = neutral[neutral.found]
    canonical = canonical_face(neutral.landmarks.astype(np.float64))
    statistics = _neutral_statistics(neutral, canonical)
    some = training.images[neutral_rows][:JITTER_FACES]
    known = Population(
        canonical=canonical,
        neutral=statistics["neutral"],
        spread=statistics["spread"],
        pitch_slope=statistics["pitch_slope"],
        yaw_spread=statistics["yaw_spread"],
        jitter=_jitter(some, canonical, mesh, eyes),
        base_rate=np.full(len(CODES), 0.5),
        faces=len(neutral.landmarks),
    )
    return replace(known, base_rate=_base_rates(training, known, mesh, eyes))


def canonical_face(landmarks: np.ndarray) -> np.ndarray:
    """Mean of aligned faces, made symmetric and upright (generalised Procrustes analysis).

    Args:
        landmarks: (n, 468, 3) px.

    Returns:
        (468, 3); the outer eye corners lie at x = -0.5 and 0.5.
    """
    mean = upright(landmarks[0] * np.array([1.0, -1.0, -1.0]))
    for _ in range(ROUNDS):
        mean = upright(align(landmarks, mean).points.mean(0))
        mirrored = mean * np.array([-1.0, 1.0, 1.0])
        twin = linear_sum_assignment(((mean[:, None] - mirrored[None]) ** 2).sum(2))[1]
        mean = upright((mean + mirrored[twin]) / 2)
    return mean


def upright(face: np.ndarray) -> np.ndarray:
    """A face (468, 3) with level eyes, forehead over chin, the middle of the eyes at 0 and unit size."""
    face = face - (face[RIGHT_EYE_OUTER] + face[LEFT_EYE_OUTER]) / 2
    across = face[LEFT_EYE_OUTER] - face[RIGHT_EYE_OUTER]
    x = across / np.linalg.norm(across)
    up = face[FOREHEAD] - face[CHIN]
    y = up - (up @ x) * x
    y /= np.linalg.norm(y)
    return face @ np.column_stack([x, y, np.cross(x, y)]) / np.linalg.norm(across)


def _neutral_statistics(neutral: MeasuredCrops, canonical: np.ndarray) -> dict[str, np.ndarray]:
    faces = align(neutral.landmarks, canonical)
    values = metrics(faces.points, neutral.lids)
    yaw, pitch = np.abs(faces.pose[:, 0]), faces.pose[:, 1]
    tilt = pitch - np.median(pitch)
    near = (yaw <= NEAR_DEGREES[0]) & (np.abs(tilt) <= NEAR_DEGREES[1])
    line = np.polynomial.polynomial.polyfit(pitch[near], values[near], 1)
    rest = values - (line[0] + np.outer(pitch, line[1]))
    middle = np.median(rest[near], axis=0)
    spread = _robust_sd(rest[near])
    turned = (yaw >= TURNED_DEGREES[0]) & (yaw <= TURNED_DEGREES[1]) & (np.abs(tilt) <= NEAR_DEGREES[1])
    more = np.maximum(((rest[turned] - middle) ** 2 - spread**2), -(spread**2))
    wider = np.sqrt(np.maximum(MAD_TO_SD**2 * np.median(more + spread**2, axis=0) - spread**2, 0))
    return {
        "neutral": line[0] + middle,
        "spread": spread,
        "pitch_slope": line[1],
        "yaw_spread": wider / np.sqrt(np.mean(yaw[turned] ** 2)),
    }


def _robust_sd(values: np.ndarray) -> np.ndarray:
    """(k,) standard deviation from the median absolute deviation."""
    return MAD_TO_SD * np.median(np.abs(values - np.median(values, axis=0)), axis=0)


def _jitter(images: np.ndarray, canonical: np.ndarray, mesh: FaceMesh, eyes: EyeModel) -> np.ndarray:
    """(k,) standard deviation between readings of one face under a camera's noise, median over faces."""
    random = np.random.default_rng(JITTER_SEED)
    readings = []
    for _ in range(JITTER_READINGS):
        noise = random.normal(0, JITTER_NOISE, images.shape)
        noisy = np.clip(images + noise, 0, 255).round().astype(np.uint8)
        seen = measure_crops(noisy, mesh, eyes)
        readings.append(metrics(align(seen.landmarks, canonical).points, seen.lids))
    return np.median(np.std(readings, axis=0, ddof=1), axis=0)


def _base_rates(training: FaceDataset, known: Population, mesh: FaceMesh, eyes: EyeModel) -> np.ndarray:
    """(k,) mean probability of presence over equally many faces of every expression.

    Units that need a captured neutral face are judged with a captured one's permission but the
    population's spread, so that their rate is known too.
    """
    rows = np.concatenate([np.flatnonzero(training.labels == k)[:PER_EMOTION] for k in range(len(EMOTIONS))])
    seen = measure_crops(training.images[rows], mesh, eyes)
    weights = 1 / np.bincount(training.labels[rows], minlength=len(EMOTIONS))[training.labels[rows]]
    seen, weights = seen[seen.found], weights[seen.found]
    faces = align(seen.landmarks, known.canonical)
    baseline = Baseline(known.neutral, known.spread, captured=True)
    present = np.array(
        [
            strengths(m, pose, baseline, known).present
            for m, pose in zip(metrics(faces.points, seen.lids), faces.pose, strict=True)
        ]
    )
    whole = ~np.isnan(present).any(1)
    return np.average(present[whole], axis=0, weights=weights[whole])


def in_units(population: Population) -> dict[str, dict[str, float]]:
    """The statistics in units of intensity (0 to 5), by code; pitch and yaw per 10 degrees."""
    return {
        unit.code: {
            "spread": float(FULL / unit.scale * population.spread[k]),
            "jitter": float(FULL / unit.scale * population.jitter[k]),
            "pitch_per_10_degrees": float(10 * FULL / unit.scale * population.pitch_slope[k]),
            "yaw_per_10_degrees": float(10 * FULL / unit.scale * population.yaw_spread[k]),
            "base_rate": float(population.base_rate[k]),
        }
        for k, unit in enumerate(TABLE)
    }
