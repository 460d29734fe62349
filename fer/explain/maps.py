"""Explain one face: where the network looked, by two methods that know nothing of each other.

Grad-CAM needs TensorFlow. It runs in a process of its own that ends at once: inside the app
TensorFlow would hold 630 MB for good, so it costs 3 seconds instead.
"""

import io
import os
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from fer.constants import EMOTIONS, FACE_SIZE_PX
from fer.emotion.network import EmotionNetwork
from fer.errors import ExplanationError, MissingModelError
from fer.explain.occlusion import occlusion_map
from fer.io.places import IMPORT_ROOT, MODELS_DIR

KERAS_FILE = "emotion.keras"
TIME_LIMIT_S = 60.0
CELL_PX = 4
"""Both maps are compared over squares of this side: finer detail than that is interpolated anyway."""

_ONE_AT_A_TIME = threading.Lock()


@dataclass(frozen=True, eq=False)
class Explanation:
    """Where the network looked when it judged one face.

    Args:
        emotion: The expression that is explained.
        probs: (7,) float32, calibrated, in the order of `EMOTIONS`.
        grad_cam: (48, 48) float32 in 0..1: what speaks for the expression; all 0 if nothing does.
        occlusion: (48, 48) float32: by how much the expression's logit falls when the place is
            hidden; negative where hiding helps it.
        agreement: Rank correlation (Spearman) of both maps, -1..1; NaN where one of them is flat.
    """

    emotion: str
    probs: np.ndarray
    grad_cam: np.ndarray
    occlusion: np.ndarray
    agreement: float

    def __post_init__(self) -> None:
        if self.emotion not in EMOTIONS:
            raise ValueError(
                f"Explanation.emotion: wanted one of {', '.join(EMOTIONS)}, got {self.emotion!r}"
            )
        for name, shape in (("probs", (7,)), ("grad_cam", (48, 48)), ("occlusion", (48, 48))):
            array = getattr(self, name)
            if array.shape != shape or array.dtype != np.float32:
                raise ValueError(
                    f"Explanation.{name}: wanted {shape} float32, got {array.shape} {array.dtype}"
                )


def explain_all(
    crop: np.ndarray,
    emotions: tuple[str, ...] = EMOTIONS,
    *,
    network: EmotionNetwork | None = None,
    folder: Path = MODELS_DIR,
    time_limit_s: float = TIME_LIMIT_S,
) -> dict[str, Explanation]:
    """Explain several expressions of one face at the price of one: TensorFlow starts once.

    Args:
        crop: (48, 48) uint8 gray, from `crop_faces`.
        emotions: The expressions to explain.
        network: The loaded network of ``folder``; loaded here if not given.
        folder: Where manifest and .keras file are.
        time_limit_s: Longest time that Grad-CAM may take.

    Returns:
        An explanation for each expression.

    Raises:
        ExplanationError: TensorFlow is not installed, or Grad-CAM did not finish.
        MissingModelError: The .keras file is not there.
    """
    crop = _checked(crop)
    network = network or EmotionNetwork(folder)
    probs = network(crop[None])[0]
    maps = _grad_cams(crop, folder / KERAS_FILE, network.head.answer, time_limit_s)
    found = {}
    for name in emotions:
        k = EMOTIONS.index(name)
        hidden = occlusion_map(network.logits, crop, k)
        found[name] = Explanation(name, probs, maps[k], hidden, agreement(maps[k], hidden))
    return found


def agreement(first: np.ndarray, second: np.ndarray) -> float:
    """Spearman's rank correlation of two maps over squares of `CELL_PX`.

    Args:
        first: (H, W), sides divisible by `CELL_PX`.
        second: (H, W).

    Returns:
        -1..1; NaN where one map is the same everywhere.
    """
    height, width = first.shape
    cells = [
        m.reshape(height // CELL_PX, CELL_PX, width // CELL_PX, CELL_PX).mean((1, 3)).ravel()
        for m in (first, second)
    ]
    if any(np.ptp(c) == 0 for c in cells):
        return float("nan")
    first_ranks, second_ranks = (pd.Series(c).rank().to_numpy() for c in cells)
    return float(np.corrcoef(first_ranks, second_ranks)[0, 1])


def _checked(crop: np.ndarray) -> np.ndarray:
    if crop.shape != (FACE_SIZE_PX, FACE_SIZE_PX) or crop.dtype != np.uint8:
        raise ValueError(f"crop: wanted (48, 48) uint8, got {crop.shape} {crop.dtype}")
    return crop


def _grad_cams(crop: np.ndarray, model: Path, answer: str, time_limit_s: float) -> np.ndarray:
    """(7, 48, 48) float32 of one head from a process of its own; one such process at a time."""
    if not model.is_file():
        raise MissingModelError(f"{model.name} is not in {model.parent.name}/: get the models/ folder again.")
    content = io.BytesIO()
    np.save(content, crop)
    quiet = os.environ | {
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "CUDA_VISIBLE_DEVICES": "-1",
        "KERAS_BACKEND": "tensorflow",
    }
    command = [sys.executable, "-m", "fer.explain.grad_cam", str(model.parent.resolve()), answer]
    try:
        with _ONE_AT_A_TIME:
            done = subprocess.run(
                command,
                input=content.getvalue(),
                capture_output=True,
                cwd=IMPORT_ROOT,
                env=quiet,
                timeout=time_limit_s,
            )
    except subprocess.TimeoutExpired as exc:
        raise ExplanationError(
            f"Grad-CAM took longer than {time_limit_s:.0f} seconds: try again when the computer is less busy."
        ) from exc
    if done.returncode:
        last = (done.stderr.decode(errors="replace").strip().splitlines() or [f"status {done.returncode}"])[
            -1
        ]
        if "No module named" in last:
            raise ExplanationError("Grad-CAM needs TensorFlow: run `pip install -r requirements.txt`.")
        raise ExplanationError(f"Grad-CAM stopped with: {last[:200]}")
    maps = np.load(io.BytesIO(done.stdout), allow_pickle=False)
    if maps.shape != (len(EMOTIONS), FACE_SIZE_PX, FACE_SIZE_PX):
        raise ExplanationError(f"{model.name} does not map a 48 x 48 face to 7 classes.")
    return maps
