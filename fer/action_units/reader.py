"""The stage of the pipeline: faces in, Action Units out."""

from dataclasses import dataclass

import numpy as np

from fer.action_units.alignment import align
from fer.action_units.eyes import EyeModel
from fer.action_units.formulas import metrics
from fer.action_units.judging import MeasuredFaces, UnitJudge
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

    def measure(self, frame: Frame, faces: Faces) -> FaceGeometry:
        """Measure every face of a frame; nothing is remembered, so that frames may come in any order.

        Args:
            frame: The picture.
            faces: n faces.
        """
        aligned = align(faces.landmarks, self.known.canonical)
        return FaceGeometry(
            metrics(aligned.points, self._eyes.lids(frame.image, faces.landmarks)), aligned.pose
        )

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
