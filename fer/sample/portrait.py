"""A portrait that moves its face: action units in, picture out.

The portrait is NASA's of Eileen Collins (public domain), which lies inside scikit-image's package;
nothing is downloaded. Lips and lids are cut open, so that they slide over teeth and eyes instead of
stretching them.
"""

import importlib.util
from collections.abc import Mapping
from pathlib import Path

import cv2
import numpy as np

from fer.errors import MissingInputError
from fer.sample.mouth import Lips, Mouth
from fer.sample.points import (
    LIDS,
    LOWER_LIP_INNER,
    LOWER_LIP_MIDDLE,
    LOWER_LIP_PAIRS,
    MIDDLE,
    MOVES,
    PAIRS,
    UPPER_LIP_INNER,
    UPPER_LIP_MIDDLE,
    UPPER_LIP_PAIRS,
)
from fer.sample.skin import close_lid, frown_shade, unsmiling
from fer.sample.warp import BOTTOM, LEFT, RIGHT, SCALE, TOP, Layer, patch_x, patch_y

UPPER_ROWS, LOWER_ROWS = (TOP, 172), (128, BOTTOM)
"""Rows of the skin above and below the lips; they share those about the mouth, px."""

BORDER_PX = 6
"""The movement dies out over this distance from the patch's border, so that it fits its surroundings."""

PATCH = (slice(TOP * SCALE, BOTTOM * SCALE), slice(LEFT * SCALE, RIGHT * SCALE))
"""Where the moving patch lies in the enlarged portrait."""


class Portrait:
    """The portrait, ready to be moved.

    Attributes:
        canvas: (512 * SCALE, 512 * SCALE, 3) uint8 RGB, the enlarged portrait as it is.

    Raises:
        MissingInputError: scikit-image, which holds the picture, is not installed.
    """

    def __init__(self) -> None:
        image = read_portrait()
        self.canvas = _enlarge(image)
        self._skin = self.canvas[PATCH].copy()
        image[TOP:BOTTOM, LEFT:RIGHT] = unsmiling(image[TOP:BOTTOM, LEFT:RIGHT])
        self._unsmiling = _enlarge(image)[PATCH]  # enlarged with its surroundings, so that no seam shows
        self._frown = frown_shade()
        self._upper = Layer(PAIRS | UPPER_LIP_PAIRS, MIDDLE | UPPER_LIP_MIDDLE, *UPPER_ROWS)
        self._lower = Layer(PAIRS | LOWER_LIP_PAIRS, MIDDLE | LOWER_LIP_MIDDLE, *LOWER_ROWS)
        self._mouth = Mouth(self._skin)
        height, width = self._skin.shape[:2]
        self._x = np.arange(width, dtype=np.float32)[None]
        self._y = np.arange(height, dtype=np.float32)[:, None]
        self._border = _ramp(height)[:, None, None] * _ramp(width)[None, :, None]

    def render(self, units: Mapping[str, float]) -> np.ndarray:
        """Draw the face.

        Args:
            units: Strength 0..1 of any of `ACTION_UNITS`; AU12 at 1 is the portrait's own smile.

        Returns:
            (H, W, 3) uint8 RGB, what belongs at `PATCH` of the canvas.
        """
        strength = {unit: float(units.get(unit, 0.0)) for unit in MOVES}
        strength["smile_off"] = 1.0 - float(units.get("AU12", 0.0))
        skin = self._texture(strength, float(units.get("AU45", 0.0)))
        upper, lower = self._upper.moved(strength), self._lower.moved(strength)
        edges = upper[self._upper.rows(UPPER_LIP_INNER)], lower[self._lower.rows(LOWER_LIP_INNER)]
        lips = Lips(*edges, patch_x(np.arange(skin.shape[1])))
        field = self._field(upper, lower, lips)
        face = cv2.remap(
            skin,
            self._x + field[..., 0],
            self._y + field[..., 1],
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REPLICATE,
        )
        self._mouth.draw(face, lips, 1.0 - (1.0 - strength["smile_off"]) * (1.0 - strength["AU26"]))
        return face

    def _texture(self, strength: Mapping[str, float], closed: float) -> np.ndarray:
        """The skin before it moves: folds of the smile, furrows of the frown, lids."""
        off = strength["smile_off"]
        skin = cv2.addWeighted(self._skin, 1 - off, self._unsmiling, off, 0)
        if strength["AU04"] > 0:
            skin = (skin * (1 - strength["AU04"] * self._frown)).astype(np.uint8)
        if closed > 0:
            for upper, lower in LIDS:
                close_lid(skin, np.array(upper), np.array(lower), closed)
        return skin

    def _field(self, upper: np.ndarray, lower: np.ndarray, lips: Lips) -> np.ndarray:
        """(H, W, 2) from a pixel of the new patch to the old one; cut between the lips."""
        first, last = (LOWER_ROWS[0] - TOP) * SCALE, (UPPER_ROWS[1] - TOP) * SCALE
        above, below = self._upper.field(upper), self._lower.field(lower)
        down = patch_y(np.arange(first, last))[:, None] - lips.middle[None]
        share = (0.5 + 0.5 * np.clip(down / lips.softness[None], -1, 1))[..., None].astype(np.float32)
        both = above[first:] + share * (below[: last - first] - above[first:])
        return np.concatenate([above[:first], both, below[last - first :]]) * self._border


def read_portrait() -> np.ndarray:
    """(512, 512, 3) uint8 RGB from scikit-image's package, read as a file: nothing is imported.

    Raises:
        MissingInputError: The package or its picture is not there.
    """
    spec = importlib.util.find_spec("skimage")
    places = spec.submodule_search_locations if spec else None
    path = Path(places[0]) / "data" / "astronaut.png" if places else None
    data = path.read_bytes() if path and path.is_file() else b""
    image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR) if data else None
    if image is None:
        raise MissingInputError("The sample's portrait is not installed: run `pip install scikit-image`.")
    return cv2.cvtColor(image, cv2.COLOR_BGR2RGB)


def _enlarge(image: np.ndarray) -> np.ndarray:
    return cv2.resize(image, None, fx=SCALE, fy=SCALE, interpolation=cv2.INTER_CUBIC)


def _ramp(length: int) -> np.ndarray:
    """(length,) float32, 1 inside and 0 at both ends."""
    k = np.arange(length, dtype=np.float32)
    return np.clip(np.minimum(k, k[::-1]) / (BORDER_PX * SCALE), 0, 1)
