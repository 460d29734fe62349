"""What has to be hidden in a photo: what was found in it, and what two very sensitive detectors add."""

import numpy as np

from fer.draw.covers import Cover, merged
from fer.draw.hidden import MARGIN, TRUSTED_PRESENCE, hide_all, hide_boxes
from fer.draw.second_look import SecondLook
from fer.records import Observations
from fer.settings import Settings

ROUNDS = 3
"""So often the hidden photo is looked at again; what is still clear then hides the whole photo."""


class PhotoHider:
    """Hides the faces of photos, and looks at the result.

    Args:
        settings: `detector` and `detector_path` are read.
        mode: ``"blur"`` or ``"mesh"``.

    Raises:
        ModelError: A detector cannot be used.
    """

    def __init__(self, settings: Settings, mode: str) -> None:
        self.mode = mode
        self._look = SecondLook(settings, margin=MARGIN[mode], tiled=True)

    def cover(self, image: np.ndarray, observations: Observations) -> tuple[Cover, int]:
        """Decide what is hidden.

        Args:
            image: (H, W, 3) uint8, RGB.
            observations: What was read from it.

        Returns:
            cover: For `hidden_photo`.
            found_clear: Faces that were clear at a later look and are covered now.
        """
        known = np.concatenate([observations.faces.detections.xyxy, observations.unread]).astype(float)
        boxes, found_clear = np.concatenate([known, self._look.faces(image)]), 0
        for _ in range(ROUNDS):
            boxes, _ = merged(boxes, np.ones(len(boxes), bool))
            cover = Cover(boxes, len(boxes))
            clear, _ = self._look.clear_faces(hidden_photo(image, cover, self.mode), image, cover)
            if not len(clear):
                return cover, found_clear
            found_clear += len(clear)
            boxes = np.concatenate([boxes, clear])
        return Cover(boxes, len(boxes), whole=True), found_clear


def hidden_photo(
    image: np.ndarray, cover: Cover, mode: str, observations: Observations | None = None
) -> np.ndarray:
    """The photo with its faces hidden.

    Args:
        image: (H, W, 3) uint8, RGB; it is not changed.
        cover: What is hidden.
        mode: ``"blur"`` or ``"mesh"``.
        observations: Whose meshes are drawn where the mode is ``"mesh"``.
    """
    if cover.whole:
        return hide_all(image)
    meshes = np.zeros((0, 0, 2))
    if observations is not None:
        faces = observations.faces
        trusted = (faces.presence >= TRUSTED_PRESENCE) & np.isfinite(faces.landmarks).all((1, 2))
        meshes = faces.landmarks[trusted, :, :2]
    return hide_boxes(image, cover.boxes, mode, meshes=meshes)
