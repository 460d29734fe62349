"""The stage of the pipeline: faces in, Action Units out."""

import numpy as np

from fer.action_units.alignment import align
from fer.action_units.eyes import EyeModel
from fer.action_units.formulas import metrics
from fer.action_units.judging import MeasuredFaces, UnitJudge
from fer.action_units.population import Population
from fer.records import ActionUnits, Faces, Frame

MIN_PRESENCE = 0.5


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

    def read(self, frame: Frame, faces: Faces, probs: np.ndarray, usable: np.ndarray) -> ActionUnits:
        """Measure every face of a frame.

        Args:
            frame: The picture.
            faces: n faces with ids.
            probs: (n, 7) the network's answers.
            usable: (n,) bool: faces that are sharp, whole and large enough; nothing is told of others.
        """
        if not len(faces):
            return ActionUnits.empty()
        aligned = align(faces.landmarks, self.known.canonical)
        values = metrics(aligned.points, self._eyes.lids(frame.image, faces.landmarks))
        good = usable & (faces.presence >= MIN_PRESENCE)
        seen = MeasuredFaces(frame.timestamp_s, faces.track_id, values, aligned.pose, probs, good)
        return self.judge(seen)
