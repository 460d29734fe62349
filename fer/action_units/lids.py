"""The lids of a stream's faces: read where an eye looks other than when it was read last, held in between.

The iris model takes a third of a frame's time. In every second frame of a usual video it is asked only if an
eye has changed by more than the camera's grain. No blink of our clips is lost by that; every second frame
without a look would lose a third of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np

from fer.action_units.eyes import EyeModel, eye_patches
from fer.records import UNCONFIRMED, Faces, Frame

CHANGED_FROM = 3.0
"""Mean difference of two patches of an eye, in gray levels, from which it is read again."""

READ_EVERY_S = 0.05
"""It is read at least this often: nothing is held for longer than one frame of 25 or 30 a second."""

FORGET_S = 5.0
"""Faces that were away longer are forgotten."""


@dataclass(frozen=True, eq=False)
class HeldLids:
    """What was read of one face.

    Args:
        time_s: When.
        heights: (2, 2), see `EyeModel.lids`.
        patches: (2, 64, 64, 3) uint8, what it was read from.
    """

    time_s: float
    heights: np.ndarray
    patches: np.ndarray


class LidFollower:
    """Reads the lids of one stream.

    Args:
        eyes: The iris model.
    """

    def __init__(self, eyes: EyeModel) -> None:
        self._eyes = eyes
        self.held: dict[int, HeldLids] = {}
        """By face id; what the next frame needs of those before it."""

    def lids(self, frame: Frame, faces: Faces) -> np.ndarray:
        """Heights of the lids of every face of the next frame.

        Args:
            frame: The picture.
            faces: n faces with ids.

        Returns:
            (n, 2, 2), see `EyeModel.lids`.
        """
        now, ids = frame.timestamp_s, faces.track_id.tolist()
        patches = eye_patches(frame.image, faces.landmarks)
        due = [k for k, face_id in enumerate(ids) if not self._may_hold(face_id, now, patches[k])]
        heights = np.zeros((len(ids), 2, 2))
        if due:
            heights[due] = self._eyes.lids(patches[due])
        for k, face_id in enumerate(ids):
            if k not in due:
                heights[k] = self.held[face_id].heights
            elif face_id != UNCONFIRMED:
                self.held[face_id] = HeldLids(now, heights[k], patches[k])
        self._forget(now)
        return heights

    def recall(self, held: Mapping[int, HeldLids]) -> None:
        """Go on where another follower stopped."""
        self.held = dict(held)

    def _may_hold(self, face_id: int, now: float, patches: np.ndarray) -> bool:
        held = self.held.get(face_id)
        if held is None or not 0 <= now - held.time_s < READ_EVERY_S:
            return False
        changes = [cv2.norm(a, b, cv2.NORM_L1) / a.size for a, b in zip(patches, held.patches, strict=True)]
        return max(changes) < CHANGED_FROM

    def _forget(self, now: float) -> None:
        for face_id in [k for k, held in self.held.items() if now - held.time_s > FORGET_S]:
            del self.held[face_id]
