"""The face of a labelled photo, found and cropped exactly as the product does it."""

import numpy as np

from fer.errors import DatasetError
from fer.faces.crop import crop_faces
from fer.faces.find import find_faces
from fer.pipeline import Components, load_components
from fer.settings import Settings
from fer.stages import Stages


class SingleFaceCropper:
    """Turns photos with one face each into what the network sees.

    Args:
        components: Models made for stills; loaded if not given.

    Raises:
        ModelError: A model cannot be used.
    """

    def __init__(self, components: Components | None = None) -> None:
        self._components = components or load_components(Settings(), still=True)
        self._stages = Stages()

    def __call__(self, image: np.ndarray) -> np.ndarray:
        """The only face of a photo.

        Args:
            image: (H, W, 3) uint8, RGB.

        Returns:
            (48, 48) uint8 gray.

        Raises:
            DatasetError: There is no face, or more than one: which of them has the label?
        """
        parts = self._components
        faces = find_faces(image, parts.detector, parts.mesh, self._stages)
        if len(faces) != 1:
            found = f"{len(faces)} faces were" if len(faces) else "no face was"
            raise DatasetError(f"{found} found, a labelled photo has to show one.")
        return crop_faces(image, faces, parts.emotion.manifest.crop)[0]
