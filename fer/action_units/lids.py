"""The lids of a stream's faces: read where an eye looks other than when it was read last, held in between.

The iris model takes a third of a frame's time. Between looks a tenth of a second apart it is asked only if
light and dark of an eye have changed from top to bottom: that is where a lid moves, and neither the head's
turning nor the camera's grain does much there. In 2,048 frames of seven clips 56 of 100 looks are left (75 at
half the frames a second), no lid is held that is off by more than .05 eye widths, and no blink is lost; looks
at every second frame alone would lose some.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from fer.action_units.eyes import EyeModel, eye_patches
from fer.records import UNCONFIRMED, Faces, Frame

ROWS, COLUMNS = slice(14, 50), slice(16, 48)
"""What is looked at of an eye's patch: the lids and the brow's lower edge, between the eye's corners."""

GRAIN = 3.0
"""Gray levels that are added to an eye's contrast: one without any has no light and dark."""

CHANGED_FROM = 0.085
"""Mean difference of two profiles, see `profiles`, from which an eye is read again."""

READ_EVERY_S = 0.1
"""It is read at least this often."""

FORGET_S = 5.0
"""Faces that were away longer are forgotten."""


@dataclass(frozen=True, eq=False)
class HeldLids:
    """What was read of one face.

    Args:
        time_s: When.
        heights: (2, 2), see `EyeModel.lids`.
        profiles: (2, rows) of what it was read from, see `profiles`.
    """

    time_s: float
    heights: np.ndarray
    profiles: np.ndarray


def profiles(patches: np.ndarray) -> np.ndarray:
    """Light and dark of eyes from top to bottom.

    Args:
        patches: (n, 2, 64, 64, 3) uint8, see `eye_patches`.

    Returns:
        (n, 2, rows) mean of every row, less the eye's own mean and over its own contrast.
    """
    rows = patches[:, :, ROWS, COLUMNS].mean((3, 4))
    rows -= rows.mean(2, keepdims=True)
    return rows / (rows.std(2, keepdims=True) + GRAIN)


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
        seen = profiles(patches)
        due = [k for k, face_id in enumerate(ids) if not self._may_hold(face_id, now, seen[k])]
        heights = np.zeros((len(ids), 2, 2))
        if due:
            heights[due] = self._eyes.lids(patches[due])
        for k, face_id in enumerate(ids):
            if k not in due:
                heights[k] = self.held[face_id].heights
            elif face_id != UNCONFIRMED:
                self.held[face_id] = HeldLids(now, heights[k], seen[k])
        self._forget(now)
        return heights

    def recall(self, held: Mapping[int, HeldLids]) -> None:
        """Go on where another follower stopped."""
        self.held = dict(held)

    def _may_hold(self, face_id: int, now: float, seen: np.ndarray) -> bool:
        held = self.held.get(face_id)
        if held is None or not 0 <= now - held.time_s < READ_EVERY_S:
            return False
        return bool(np.abs(seen - held.profiles).mean(1).max() < CHANGED_FROM)

    def _forget(self, now: float) -> None:
        for face_id in [k for k, held in self.held.items() if now - held.time_s > FORGET_S]:
            del self.held[face_id]
