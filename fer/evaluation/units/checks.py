"""Checks of the Action Units on pictures: the sample's own track, a still photo, its mirror, the cost."""

import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from fer.action_units.baseline import Baseline
from fer.action_units.table import CODES, INDEX
from fer.constants import QUALITY_OK
from fer.pipeline import Analyzer, Components
from fer.records import Frame
from fer.sample.clip import action_units_at, sample_frames
from fer.settings import Settings
from fer.sources import VideoSource

TRACKED = ("AU01", "AU02", "AU04", "AU12", "AU25", "AU26", "AU45")
"""Units of the sample's track that are compared."""

SAMPLE_FPS = 30.0
NEUTRAL_S = (2.0, 3.1)
"""When person 1 of the sample is neutral."""

PERSON_1_UNTIL_S = 7.4
"""Before the second person steps in, the only face is person 1 (its id changes at the cut)."""

STILL_FRAMES, STILL_NOISE, STILL_SEED = 40, 2.0, 0
COST_FPS, COST_WARM_UP = 15.0, 10


def sample_track(components: Components) -> dict:
    """Correlation of the sample's built-in units with what is measured, neutral face captured.

    AU25 has no track of its own: the lips part with the jaw (AU26) and in the portrait's smile.

    Args:
        components: The models.

    Returns:
        ``frames`` and, by unit, Pearson's ``correlation``; None where the track does not vary.
    """
    frames = [f for f in sample_frames(fps=SAMPLE_FPS) if f.timestamp_s <= PERSON_1_UNTIL_S]
    baseline = _captured(frames, components)
    shown, measured = [], []
    analyzer = Analyzer(Settings(), components=components)
    for frame in frames:
        seen_before = analyzer.action_units.baselines
        analyzer.action_units.use_baselines({k: baseline for k in (1, 2) if k not in seen_before})
        seen = analyzer.analyze(frame)
        if len(seen) == 1 and seen.usable[0]:
            shown.append(_track_at(frame.timestamp_s))
            measured.append(seen.action_units.intensity[0])
    return {"frames": len(shown), "correlation": _correlations(np.array(shown), np.array(measured))}


def _captured(frames: list[Frame], components: Components) -> Baseline:
    """Person 1's neutral face, captured where the script says neutral."""
    analyzer = Analyzer(Settings(), components=components)
    for frame in frames:
        if NEUTRAL_S[0] <= frame.timestamp_s <= NEUTRAL_S[1] and 1 not in _capturing(analyzer):
            analyzer.action_units.capture_neutral(1)
        analyzer.analyze(frame)
        if analyzer.action_units.baselines.get(1, Baseline(np.zeros(0), np.zeros(0))).captured:
            return analyzer.action_units.baselines[1]
    raise ValueError("the sample's neutral face could not be captured")


def _capturing(analyzer: Analyzer) -> set[int]:
    units = analyzer.action_units
    return {face for face in units.baselines if units.capture_progress(face) is not None}


def _track_at(time_s: float) -> np.ndarray:
    """(len(TRACKED),) strengths of the script; the lips part with the jaw or with the smile."""
    units = action_units_at(time_s)
    lips = max(units.get("AU26", 0.0), units.get("AU12", 0.0))
    return np.array([lips if code == "AU25" else units.get(code, 0.0) for code in TRACKED])


def _correlations(shown: np.ndarray, measured: np.ndarray) -> dict[str, float | None]:
    out: dict[str, float | None] = {}
    for k, code in enumerate(TRACKED):
        values = measured[:, INDEX[code]]
        there = np.isfinite(values)
        varies = there.sum() > 2 and shown[there, k].std() > 0 and values[there].std() > 0
        out[code] = float(np.corrcoef(shown[there, k], values[there])[0, 1]) if varies else None
    return out


def steadiness(photo: np.ndarray, components: Components) -> dict:
    """A still photo with a camera's noise, and its mirror image: how much do the values move?

    Args:
        photo: (H, W, 3) uint8 RGB with one face.
        components: The models.

    Returns:
        By unit: ``sd`` over the frames, ``mean``, and ``mirrored`` mean, in units of intensity.
    """
    plain = np.array(list(_held(photo, components)))
    mirrored = np.array(list(_held(np.ascontiguousarray(photo[:, ::-1]), components)))
    return {
        code: {
            "sd": _number(plain[:, k].std()),
            "mean": _number(plain[:, k].mean()),
            "mirrored": _number(mirrored[:, k].mean()),
        }
        for k, code in enumerate(CODES)
    }


def _held(photo: np.ndarray, components: Components) -> Iterator[np.ndarray]:
    """(k,) intensities of every frame of a photo held before a noisy camera."""
    random = np.random.default_rng(STILL_SEED)
    analyzer = Analyzer(Settings(), components=components)
    for index in range(STILL_FRAMES):
        noisy = np.clip(photo + random.normal(0, STILL_NOISE, photo.shape), 0, 255).round().astype(np.uint8)
        seen = analyzer.analyze(Frame(noisy, index, index / 15))
        yield seen.action_units.intensity[0]


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def cost(components: Components) -> dict:
    """Milliseconds of the stage for one face, and of a whole frame with and without it."""
    frames = list(sample_frames(fps=COST_FPS))
    warm_up, frames = frames[:COST_WARM_UP], frames[COST_WARM_UP:]
    out = {}
    for name, on in (("without", False), ("with", True)):
        analyzer = Analyzer(Settings(action_units=on), components=components)
        for frame in warm_up:
            analyzer.analyze(frame)
        analyzer.stages.seconds.clear()
        faces, started = 0, time.perf_counter()
        for frame in frames:
            faces += len(analyzer.analyze(frame))
        out[f"ms_per_frame_{name}"] = (time.perf_counter() - started) / len(frames) * 1e3
        if on:
            seconds = analyzer.stages.seconds
            out["ms_per_face"] = (seconds["eyes"] + seconds["action_units"]) / max(faces, 1) * 1e3
    return out


def clip_values(path: str | Path, wanted: tuple[int, ...], components: Components) -> dict[int, np.ndarray]:
    """(k,) intensities of the largest usable face in the wanted frames of a clip.

    Args:
        path: The clip.
        wanted: Frame numbers.
        components: The models.
    """
    analyzer, found = Analyzer(Settings(), components=components), {}
    with VideoSource(path) as video:
        for frame in video:
            seen = analyzer.analyze(frame)
            if frame.index in wanted and len(seen):
                boxes = seen.faces.detections.xyxy
                size = (boxes[:, 2] - boxes[:, 0]) * np.array([q == QUALITY_OK for q in seen.quality])
                found[frame.index] = seen.action_units.intensity[int(size.argmax())]
            if frame.index > max(wanted):
                break
    return found
