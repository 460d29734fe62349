"""Which pictures of a data set show no face: the face mesh is fitted to each."""

from collections.abc import Callable

import cv2
import numpy as np

from fer.faces.mesh import FaceMesh, Regions

NO_FACE_BELOW = 0.1
"""Presence under which a picture counts as no face. In FER2013 that is 78% of the 176 rows that FER+
marks as no face (the others are cut or turned faces), and 2% of the rest (most of them turned far away)."""

ROOM = 1.5
"""Side of the region in which the mesh looks, over the picture's side; the border is repeated."""


def face_presence(images: np.ndarray, *, on_progress: Callable[[float], None] | None = None) -> np.ndarray:
    """How sure the face mesh is that a picture shows a face, about 2 to 5 ms each.

    Args:
        images: (n, H, W) uint8 gray, cropped to a face.
        on_progress: Called with the share that is done, in 0..1.

    Returns:
        (n,) float32 in 0..1.

    Raises:
        MissingModelError: The package with the mesh model is not installed.
    """
    mesh = FaceMesh()
    height, width = images.shape[1:]
    region = Regions(np.array([[width / 2, height / 2]]), np.array([ROOM * max(height, width)]), np.zeros(1))
    presence = np.zeros(len(images), np.float32)
    for k, image in enumerate(images):
        presence[k] = mesh.fit(cv2.cvtColor(image, cv2.COLOR_GRAY2RGB), region)[1][0]
        if on_progress is not None and k % 100 == 0:
            on_progress(k / len(images))
    return presence
