"""The stage of the pipeline: faces in, Action Units out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from fer.action_units.alignment import align
from fer.action_units.eyes import EyeModel, eye_patches
from fer.action_units.formulas import metrics
from fer.action_units.judging import MeasuredFaces, UnitJudge
from fer.action_units.lids import LidFollower
from fer.action_units.population import Population
from fer.records import ActionUnits, Faces, Frame

MIN_PRESENCE = 0.5


@dataclass(frozen=True, eq=False)
class FaceGeometry:
    """What the units of n faces are told from.

    Args:
        metrics: (n, k) see `fer.action_units.formulas`.
        pose: (n, 3) yaw, pitch, roll in degrees.
    """

    metrics: np.ndarray
    pose: np.ndarray

    def __getitem__(self, rows: slice) -> "FaceGeometry":
        """The chosen rows."""
        return FaceGeometry(self.metrics[rows], self.pose[rows])


class ActionUnitReader(UnitJudge):
    """Measures the faces of one stream, or of single photos, and judges them.

    Args:
        eyes: The iris model.
        unsure_below: Threshold of the network's "unsure".
        still: Every frame is a picture of its own: nothing is smoothed or remembered.
        known: The population; the shipped one by default.
    """

    def __init__(
        self, eyes: EyeModel, *, unsure_below: float, still: bool = False, known: Population | None = None
    ) -> None:
        super().__init__(unsure_below=unsure_below, still=still, known=known)
        self._eyes = eyes
        self._lids = None if still else LidFollower(eyes)

    def measure(self, seen: Sequence[tuple[Frame, Faces]]) -> FaceGeometry:
        """Measure every face of the stream's next frames, or of photos.

        Args:
            seen: Each picture and its faces; of a stream with ids.

        Returns:
            All faces, in this order.
        """
        aligned = align(np.concatenate([faces.landmarks for _, faces in seen]), self.known.canonical)
        lids = np.concatenate([self._lids_of(frame, faces) for frame, faces in seen])
        return FaceGeometry(metrics(aligned.points, lids), aligned.pose)

    def _lids_of(self, frame: Frame, faces: Faces) -> np.ndarray:
        """(n, 2, 2), see `EyeModel.lids`."""
        if self._lids is None:
            return self._eyes.lids(eye_patches(frame.image, faces.landmarks))
        return self._lids.lids(frame, faces)

    @property
    def memory(self) -> dict[str, Any]:
        """What the next frame needs of those before it; not a copy."""
        return {"faces": super().memory, "lids": {} if self._lids is None else self._lids.held}

    def recall(self, memory: Mapping[str, Any]) -> None:
        """Go on where another reader of the same settings stopped.

        Args:
            memory: Its `memory`.
        """
        super().recall(memory["faces"])
        if self._lids is not None:
            self._lids.recall(memory["lids"])

    def read(
        self, time_s: float, faces: Faces, geometry: FaceGeometry, probs: np.ndarray, usable: np.ndarray
    ) -> ActionUnits:
        """Judge every face of the stream's next frame.

        Args:
            time_s: When.
            faces: n faces with ids.
            geometry: What `measure` gave for them.
            probs: (n, 7) the network's answers.
            usable: (n,) bool: faces that are sharp, whole and large enough; nothing is told of others.
        """
        good = usable & (faces.presence >= MIN_PRESENCE)
        return self.judge(MeasuredFaces(time_s, faces.track_id, geometry.metrics, geometry.pose, probs, good))
