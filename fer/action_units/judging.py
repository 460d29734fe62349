"""From measured faces to Action Units, with a memory for each face of a stream. It needs no picture."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from fer.action_units.baseline import (
    NEUTRAL_FROM,
    NEUTRAL_POSE_DEGREES,
    OPEN_EYES_FROM,
    Baseline,
    NeutralCapture,
)
from fer.action_units.blinks import BlinkCounter
from fer.action_units.intensity import Strengths, held_states, states, strengths
from fer.action_units.population import Population, population
from fer.action_units.prototypes import judge
from fer.action_units.table import CODES, INDEX
from fer.constants import EMOTIONS
from fer.records import ActionUnits
from fer.verdict import verdicts

SMOOTHING_S = 0.2
"""Time constant of the intensities; blinks are not smoothed."""

GAP_S = 1.0
"""A face that was away longer starts again."""

FORGET_S = 60.0
"""A face that was away longer is forgotten, unless its neutral face was captured."""

_NEUTRAL = EMOTIONS.index("neutral")
_BLINK = INDEX["AU45"]


@dataclass(eq=False)
class FaceMemory:
    """What is kept of one face: its neutral values, the smoothed intensities, its states and blinks."""

    baseline: Baseline
    raw: np.ndarray | None = None
    state: np.ndarray | None = None
    seen_s: float = -np.inf
    touched_s: float = np.inf
    blinks: BlinkCounter = field(default_factory=BlinkCounter)
    capture: NeutralCapture | None = None
    hint: str = ""


@dataclass(frozen=True, eq=False)
class MeasuredFaces:
    """The n faces of one moment, before any neutral face is taken off.

    Args:
        time_s: When.
        ids: (n,) int, their ids in the stream.
        metrics: (n, k) see `fer.action_units.formulas`.
        pose: (n, 3) yaw, pitch, roll in degrees.
        probs: (n, 7) the network's answers.
        good: (n,) bool: nothing is told of the others.
    """

    time_s: float
    ids: np.ndarray
    metrics: np.ndarray
    pose: np.ndarray
    probs: np.ndarray
    good: np.ndarray


class UnitJudge:
    """Judges the measured faces of one stream, or of single photos.

    Args:
        unsure_below: Threshold of the network's "unsure".
        still: Every moment is a picture of its own: nothing is smoothed or remembered.
        known: The population; the shipped one by default.
    """

    def __init__(self, *, unsure_below: float, still: bool = False, known: Population | None = None) -> None:
        self._still, self._unsure_below = still, unsure_below
        self.known = known or population()
        self._faces: dict[int, FaceMemory] = {}

    def judge(self, seen: MeasuredFaces) -> ActionUnits:
        """The units of every face, from its neutral values and its frames before.

        Args:
            seen: The stream's next moment.
        """
        if not len(seen.ids):
            return ActionUnits.empty()
        names, _ = verdicts(seen.probs, self._unsure_below)
        rows = []
        for k, face_id in enumerate(seen.ids.tolist()):
            values, pose, good = seen.metrics[k], seen.pose[k], bool(seen.good[k])
            memory = self._memory(face_id, seen.time_s)
            now = self._strengths(memory, values, pose, seen.time_s, good=good)
            state = states(now.present) if memory.state is None else held_states(now.present, memory.state)
            verdict = judge(names[k], now.present, now.intensity, state, self.known.base_rate)
            rows.append((now, state, verdict, memory))
            if good and not self._still:
                self._learn(memory, values, pose, float(seen.probs[k, _NEUTRAL]))
                memory.state = state
        self._forget(seen.time_s)
        return _record(rows, seen)

    def capture_neutral(self, face_id: int) -> None:
        """Take the face's next good frames as its neutral face."""
        memory = self._faces.setdefault(face_id, FaceMemory(Baseline.of_population(self.known)))
        memory.capture, memory.hint = NeutralCapture(), ""

    def capture_progress(self, face_id: int) -> tuple[float, str] | None:
        """Share collected and what keeps the next frame from counting; None where nothing is captured."""
        memory = self._faces.get(face_id)
        if memory is None or memory.capture is None:
            return None
        return memory.capture.share, memory.hint

    @property
    def baselines(self) -> dict[int, Baseline]:
        """Neutral values by face id, to be saved with a session."""
        return {face_id: memory.baseline for face_id, memory in list(self._faces.items())}

    @property
    def memory(self) -> dict[int, Any]:
        """What the next moment needs of those before it, by face id; not a copy."""
        return self._faces

    def recall(self, memory: Mapping[int, Any]) -> None:
        """Go on where another judge of the same settings stopped.

        Args:
            memory: Its `memory`.
        """
        self._faces = dict(memory)

    def use_baselines(self, baselines: dict[int, Baseline]) -> None:
        """Start from saved neutral values."""
        for face_id, baseline in baselines.items():
            self._faces[face_id] = FaceMemory(baseline)

    def _memory(self, face_id: int, time_s: float) -> FaceMemory:
        if self._still or face_id < 0:
            return FaceMemory(Baseline.of_population(self.known))
        if face_id not in self._faces:
            self._faces[face_id] = FaceMemory(Baseline.of_population(self.known))
        memory = self._faces[face_id]
        memory.touched_s = time_s
        if time_s - memory.seen_s > GAP_S:
            memory.raw = memory.state = None
        return memory

    def _strengths(
        self, memory: FaceMemory, values: np.ndarray, pose: np.ndarray, time_s: float, *, good: bool
    ) -> Strengths:
        """This frame's intensities, smoothed over the frames before."""
        now = strengths(values, pose, memory.baseline, self.known)
        raw = now.raw
        if memory.raw is not None:
            keep = float(np.exp(-max(time_s - memory.seen_s, 0.0) / SMOOTHING_S))
            raw = keep * memory.raw + (1 - keep) * now.raw
            raw[_BLINK] = now.raw[_BLINK]
        if good:
            memory.raw, memory.seen_s = raw, time_s
            memory.blinks.add(time_s, bool(-values[_BLINK] < OPEN_EYES_FROM))
        return replace(now, raw=raw, can_be_judged=now.can_be_judged & good)

    def _learn(self, memory: FaceMemory, values: np.ndarray, pose: np.ndarray, neutral: float) -> None:
        """Draw the baseline towards a neutral frame, or collect it for a capture."""
        if memory.capture is not None:
            memory.hint = memory.capture.add(values, pose)
            captured = memory.capture.baseline(self.known)
            if captured is not None:
                memory.baseline, memory.capture, memory.raw = captured, None, None
            return
        open_eyes = -values[_BLINK] >= OPEN_EYES_FROM
        if neutral > NEUTRAL_FROM and np.abs(pose[:2]).max() < NEUTRAL_POSE_DEGREES and open_eyes:
            level = values - self.known.pitch_slope * (pose[1] - memory.baseline.pitch)
            memory.baseline = memory.baseline.updated(level, neutral, self.known)

    def _forget(self, time_s: float) -> None:
        gone = [
            face_id
            for face_id, memory in self._faces.items()
            if time_s - memory.touched_s > FORGET_S and not memory.baseline.captured
        ]
        for face_id in gone:
            del self._faces[face_id]


def _record(rows: list[tuple], seen: MeasuredFaces) -> ActionUnits:
    """One record of all faces."""
    shape = (len(rows), len(CODES))
    stacked = {
        name: np.array([getattr(now, name) for now, *_ in rows], np.float32).reshape(shape)
        for name in ("intensity", "sigma", "present")
    }
    return ActionUnits(
        **stacked,
        state=np.array([state for _, state, *_ in rows], np.int8).reshape(shape),
        verdicts=tuple(verdict for *_, verdict, _ in rows),
        captured=np.array([memory.baseline.captured for *_, memory in rows], bool),
        blinks_per_minute=np.array([memory.blinks.per_minute for *_, memory in rows], np.float32),
        measures=np.where(seen.good[:, None], np.hstack([seen.metrics, seen.pose]), np.nan).astype(
            np.float32
        ),
    )
