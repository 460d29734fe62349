"""Checks of the Action Units that need no restricted data: what they are worth, in figures.

No figure here is an accuracy of Action Units: nobody has coded these faces. The gates ask whether units that
belong to an expression stand out in faces labelled with it, and whether verdicts tell right answers from
wrong ones.
"""

from collections.abc import Callable

import numpy as np
from scipy.stats import rankdata

from fer.action_units.alignment import align
from fer.action_units.baseline import Baseline
from fer.action_units.eyes import EyeModel
from fer.action_units.formulas import metrics
from fer.action_units.intensity import states, strengths
from fer.action_units.population import Population, population
from fer.action_units.prototypes import judge
from fer.action_units.table import CODES, INDEX
from fer.constants import DISPLAY_ORDER, EMOTIONS, UNIT_VERDICTS
from fer.dataset.faces import FaceDataset
from fer.emotion.network import EmotionNetwork
from fer.evaluation.units.measured import MeasuredCrops, measure_crops
from fer.faces.mesh import FaceMesh
from fer.records import UnitVerdict
from fer.verdict import verdicts

SEPARATION = (
    ("AU12", "happy", 0.88),
    ("AU25", "happy", 0.78),
    ("AU09", "disgust", 0.68),
    ("AU02", "surprise", 0.68),
    ("AU05", "surprise", 0.75),
)
"""Unit, expression, lowest area under the ROC curve against neutral faces."""

LOGGED = (
    ("AU01", "sad"),
    ("AU04", "sad"),
    ("AU15", "sad"),
    ("AU01", "fear"),
    ("AU05", "fear"),
    ("AU20", "fear"),
)
"""Near chance, as is known: written down, without a gate."""

EYES_SHUT, EYES_OPEN = (24, 48, 440), (200, 300, 408)
SMILING, HAND_OVER_MOUTH = (300, 408, 440), (72, 200)
"""Frames of crying_woman_472f.mp4, seen by eye."""


def auc(positive: np.ndarray, negative: np.ndarray) -> float:
    """Area under the ROC curve: how often a positive value is above a negative one; ties count half."""
    ranks = rankdata(np.concatenate([positive, negative]))
    n, m = len(positive), len(negative)
    return float((ranks[:n].sum() - n * (n + 1) / 2) / (n * m)) if n and m else float("nan")


def raw_intensities(seen: MeasuredCrops, known: Population) -> tuple[np.ndarray, list]:
    """(n, k) unlimited intensities over the population's neutral face, and the `Strengths` behind them."""
    faces = align(seen.landmarks, known.canonical)
    values, nobody = metrics(faces.points, seen.lids), Baseline.of_population(known)
    found = [strengths(m, pose, nobody, known) for m, pose in zip(values, faces.pose, strict=True)]
    return np.array([s.raw for s in found]).reshape(len(found), len(CODES)), found


def separation(raw: np.ndarray, labels: np.ndarray) -> dict:
    """Gate 1: do units stand out in the faces that are labelled with their expression?

    Args:
        raw: (n, k) intensities without limits.
        labels: (n,) indices into `EMOTIONS`.
    """
    neutral = labels == EMOTIONS.index("neutral")

    def row(code: str, emotion: str) -> dict:
        """One unit in the faces of one expression against neutral ones."""
        shown = labels == EMOTIONS.index(emotion)
        value = auc(raw[shown, INDEX[code]], raw[neutral, INDEX[code]])
        return {"unit": code, "expression": emotion, "auc": value}

    gated = [row(code, emotion) | {"least": least} for code, emotion, least in SEPARATION]
    for entry in gated:
        entry["passed"] = bool(entry["auc"] >= entry["least"])
    return {"gates": gated, "logged": [row(code, emotion) for code, emotion in LOGGED]}


def verdict_table(found: list[UnitVerdict], labels: np.ndarray, answers: np.ndarray) -> dict:
    """Must-show: how often each verdict is given, and how often the network is right under it.

    Args:
        found: n verdicts on the network's answers.
        labels: (n,) indices into `EMOTIONS`.
        answers: (n,) the network's most probable class, likewise.
    """
    kinds = np.array([v.kind for v in found])
    right = labels == answers

    def group(rows: np.ndarray) -> dict:
        """Share and share right of each verdict in these rows."""
        out: dict[str, int | dict] = {"n": int(rows.sum())}
        for kind in UNIT_VERDICTS:
            chosen = rows & (kinds == kind)
            out[kind] = {
                "n": int(chosen.sum()),
                "share": float(chosen.sum() / max(rows.sum(), 1)),
                "right": float(right[chosen].mean()) if chosen.any() else None,
            }
        return out

    by_answer = {name: group(answers == EMOTIONS.index(name)) for name in DISPLAY_ORDER}
    by_label = {name: group(labels == EMOTIONS.index(name)) for name in DISPLAY_ORDER}
    return {"all": group(np.ones(len(labels), bool)), "by_answer": by_answer, "by_label": by_label}


def score_split(rows: FaceDataset, network: EmotionNetwork, mesh: FaceMesh, eyes: EyeModel) -> dict:
    """Gate 1 and the table of verdicts on labelled faces.

    Args:
        rows: The faces.
        network: Whose answers are judged; "unsure" is not used here, so that every face counts.
        mesh: The mesh model.
        eyes: The iris model.
    """
    known = population()
    seen = measure_crops(rows.images, mesh, eyes)
    raw, found = raw_intensities(seen, known)
    probs = network(rows.images)
    names, _ = verdicts(probs, 0.0)
    judged = [
        judge(name, s.present, s.intensity, states(s.present), known.base_rate)
        if there
        else UnitVerdict(name, "not_checkable")
        for name, s, there in zip(names, found, seen.found, strict=True)
    ]
    there = seen.found
    return {
        "faces": len(rows),
        "mesh_found": int(there.sum()),
        "separation": separation(raw[there], rows.labels[there]),
        "verdicts": verdict_table(judged, rows.labels, probs.argmax(1)),
    }


def clip_gate(intensity_of: Callable[[int], np.ndarray | None]) -> dict:
    """Gate 3: the crying woman, by eye.

    Args:
        intensity_of: Frame -> (k,) intensities, or None where no face was found.

    Returns:
        Rows with what was expected, what was measured and whether it fits.
    """
    blink, smile = INDEX["AU45"], INDEX["AU12"]
    asked = [(frame, "eyes shut", blink, True) for frame in EYES_SHUT]
    asked += [(frame, "eyes open", blink, False) for frame in EYES_OPEN]
    asked += [(frame, "smiling", smile, True) for frame in SMILING]
    rows = []
    for frame, what, unit, high in asked:
        values = intensity_of(frame)
        value = None if values is None or not np.isfinite(values[unit]) else float(values[unit])
        fits = value is not None and (value >= 2.0 if high else value < 2.0)
        rows.append({"frame": frame, "expected": what, "unit": CODES[unit], "value": value, "passed": fits})
    return {"rows": rows, "passed": all(row["passed"] for row in rows)}
