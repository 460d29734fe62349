"""Small builders of records for tests. All input is made here, from known numbers."""

from collections.abc import Sequence

import numpy as np

from fer.constants import EMOTIONS, N_LANDMARKS
from fer.records import N_KEYPOINTS, Detections, Faces, Frame, Observations, SourceInfo
from fer.settings import Settings
from fer.timeline.timeline import Timeline, TimelineBuilder

UNSURE_BELOW = 0.5
BOX = (100.0, 80.0, 220.0, 230.0)


def probs_of(emotion: str | None, confidence: float = 0.9) -> np.ndarray:
    """(7,) float32: `confidence` for one emotion, the rest shared equally; None: all equal."""
    if emotion is None:
        return np.full(len(EMOTIONS), 1 / len(EMOTIONS), np.float32)
    probs = np.full(len(EMOTIONS), (1 - confidence) / (len(EMOTIONS) - 1), np.float32)
    probs[EMOTIONS.index(emotion)] = confidence
    return probs


def make_faces(ids: Sequence[int], *, boxes: Sequence[Sequence[float]] | None = None) -> Faces:
    """Faces side by side, with meshes of zeros."""
    n = len(ids)
    boxes = (
        boxes
        if boxes is not None
        else [(BOX[0] + 160 * k, BOX[1], BOX[2] + 160 * k, BOX[3]) for k in range(n)]
    )
    xyxy = np.array(boxes, np.float32).reshape(n, 4)
    detections = Detections(xyxy, np.full(n, 0.95, np.float32), np.zeros((n, N_KEYPOINTS, 2), np.float32))
    pose = np.tile(np.array([[5.0, -3.0, 1.0]], np.float32), (n, 1))
    landmarks = np.zeros((n, N_LANDMARKS, 3), np.float32)
    return Faces(detections, landmarks, np.ones(n, np.float32), pose, np.array(ids, np.int64).reshape(n))


def make_observations(
    emotions: Sequence[str | None] = (),
    *,
    time_s: float = 0.0,
    index: int = 0,
    ids: Sequence[int] | None = None,
    quality: Sequence[str] | None = None,
    confidence: float = 0.9,
) -> Observations:
    """One frame: an emotion per face (None: nothing stands out), ids from 1."""
    n = len(emotions)
    faces = make_faces(ids if ids is not None else range(1, n + 1))
    probs = np.array([probs_of(e, confidence) for e in emotions], np.float32).reshape(n, len(EMOTIONS))
    codes = tuple(quality or ["ok"] * n)
    return Observations(index, time_s, faces, probs, codes, unsure_below=UNSURE_BELOW)


class OneFace:
    """An analyzer that sees one happy face in every frame."""

    def __init__(self) -> None:
        self.settings = Settings(unsure_below=UNSURE_BELOW)
        self.model_info = {"name": "tiny", "sha256": "0" * 64}
        self.action_units = None
        self.suggestions = ()

    def analyze(self, frame: Frame) -> Observations:
        """One face at `BOX`."""
        return make_observations(["happy"], time_s=frame.timestamp_s, index=frame.index)


def make_source(name: str = "clip.mp4", kind: str = "video", **more) -> SourceInfo:
    """What is known about the source."""
    return SourceInfo(name, kind, **more)


def make_timeline(
    script: dict[int, Sequence[tuple[str | None, float]]],
    *,
    fps: float = 10.0,
    quality: str = "ok",
    source: SourceInfo | None = None,
    settings: Settings | None = None,
    confidence: float = 0.9,
) -> Timeline:
    """A video from a script: face id -> (what, seconds) one after the other.

    ``what`` is an emotion, "unsure", "" (the face is not there), or "emotion/code" for a row left out for
    that reason.
    """
    tracks = {k: [w for w, s in parts for _ in range(round(s * fps))] for k, parts in script.items()}
    frames = max((len(t) for t in tracks.values()), default=0)
    builder = TimelineBuilder()
    for index in range(frames):
        there = {k: t[index] for k, t in tracks.items() if index < len(t) and t[index]}
        words = [w.split("/") for w in there.values()]
        builder.add(
            make_observations(
                [None if w[0] == "unsure" else w[0] for w in words],
                time_s=index / fps,
                index=index,
                ids=list(there),
                quality=[w[1] if len(w) > 1 else quality for w in words],
                confidence=confidence,
            )
        )
    return builder.build(source or make_source(), (settings or Settings()).replace(unsure_below=UNSURE_BELOW))


def make_photos(photos: dict[str, Sequence[str | None]]) -> Timeline:
    """A set of photos: name -> an emotion per face."""
    builder = TimelineBuilder()
    for index, (name, emotions) in enumerate(photos.items()):
        builder.add(make_observations(emotions, index=index), label=name)
    return builder.build(make_source(f"{len(photos)} photos", "photos"), Settings(unsure_below=UNSURE_BELOW))
