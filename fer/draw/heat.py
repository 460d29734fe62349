"""Heat maps over a gray face, for explanations."""

import cv2
import numpy as np

SIDE_PX = 288
FOR_RGB, AGAINST_RGB = (230, 159, 0), (0, 114, 178)
"""Orange speaks for the expression, blue against it (Okabe-Ito)."""

OPACITY = 0.75


def overlay(crop: np.ndarray, heat: np.ndarray, *, side_px: int = SIDE_PX) -> np.ndarray:
    """Lay a map over a face: the stronger the place, the stronger the colour.

    Args:
        crop: (H, W) uint8 gray.
        heat: (H, W) float, any scale: its largest absolute value gets the full colour; negative places
            speak against.
        side_px: Side of the result.

    Returns:
        (side_px, side_px, 3) uint8 RGB; the bare face where the map is 0 everywhere.
    """
    size = (side_px, side_px)
    face = cv2.resize(crop, size, interpolation=cv2.INTER_CUBIC).astype(np.float32)[..., None]
    peak = float(np.abs(heat).max(initial=0.0))
    scaled = np.asarray(heat, np.float32) / peak if peak > 0 else np.zeros(heat.shape, np.float32)
    strength = np.clip(cv2.resize(scaled, size, interpolation=cv2.INTER_LINEAR), -1, 1)[..., None]
    color = np.where(strength >= 0, np.array(FOR_RGB, np.float32), np.array(AGAINST_RGB, np.float32))
    alpha = OPACITY * np.abs(strength)
    return np.rint(face * (1 - alpha) + color * alpha).astype(np.uint8)
