"""Faces brought to one frame: level, frontal, one size. What is left is expression and build.

Reference: Umeyama 1991, Least-squares estimation of transformation parameters between two point patterns.
"""

from dataclasses import dataclass

import numpy as np

from fer.rows import each_times

ANCHORS = {
    **dict.fromkeys((33, 133, 362, 263, 168, 6), 1.0),
    197: 0.7,
    195: 0.5,
    **dict.fromkeys((127, 356, 234, 454, 10), 0.3),
}
"""Mesh points that expression hardly moves -> their weight."""

_POINTS = np.array(list(ANCHORS))
_WEIGHTS = np.array(list(ANCHORS.values())) / sum(ANCHORS.values())
_UPRIGHT = np.array([1.0, -1.0, -1.0])
"""Picture axes (y down, z away) to face axes (y up, z towards the viewer): a half turn, no mirror."""


@dataclass(frozen=True, eq=False)
class Aligned:
    """Faces in the canonical frame.

    Args:
        points: (n, 468, 3) float64; x to the subject's left, y up, z to the viewer; 1 is the distance of
            the outer eye corners of the canonical face.
        pose: (n, 3) float64 degrees: yaw (positive: towards the subject's left), pitch (up), roll
            (clockwise in the picture), from the points that expression hardly moves.
    """

    points: np.ndarray
    pose: np.ndarray


def align(landmarks: np.ndarray, canonical: np.ndarray) -> Aligned:
    """Turn, shift and scale every face onto the canonical one.

    Args:
        landmarks: (n, 468, 3) px, z in the scale of x.
        canonical: (468, 3), see `fer.action_units.population`.

    Returns:
        To the last digit what each face gives alone.
    """
    faces = np.asarray(landmarks, np.float64) * _UPRIGHT
    anchors, target = np.ascontiguousarray(faces[:, _POINTS]), canonical[_POINTS]
    middle, wanted = (_WEIGHTS @ anchors), _WEIGHTS @ target
    moved, goal = anchors - middle[:, None], target - wanted
    u, s, vt = np.linalg.svd((moved * _WEIGHTS[:, None]).transpose(0, 2, 1) @ goal)
    signs = np.ones((len(faces), 3))
    signs[:, 2] = np.sign(np.linalg.det(u @ vt))
    turn = (u * signs[:, None]) @ vt  # row vectors: face @ turn lies as the canonical face
    spread = each_times((moved**2).sum(2), _WEIGHTS[:, None])[:, 0]
    scale = (s * signs).sum(1) / np.maximum(spread, 1e-12)
    points = scale[:, None, None] * ((faces - middle[:, None]) @ turn) + wanted
    return Aligned(points, _pose(turn))


def _pose(turn: np.ndarray) -> np.ndarray:
    """Yaw, pitch and roll of faces that `turn` brings to the front, as `fer.faces.mesh` counts them."""
    across, up = turn[:, :, 0], turn[:, :, 1]  # the canonical axes seen in the picture
    yaw = np.arctan2(-across[:, 2], np.hypot(across[:, 0], across[:, 1]))
    pitch = np.arctan2(-up[:, 2], np.hypot(up[:, 0], up[:, 1]))
    roll = np.arctan2(-across[:, 1], across[:, 0])
    return np.degrees(np.column_stack([yaw, pitch, roll]))
