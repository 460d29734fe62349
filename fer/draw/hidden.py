"""Hide faces in a picture: blurred beyond recognition, or replaced by the drawn mesh.

Only faces that were found can be hidden: look a result over before you share it.
"""

import cv2
import numpy as np

from fer.draw.mesh_lines import BROWS, FEATURES, edges
from fer.records import Observations

ANONYMIZE_MODES = ("none", "blur", "mesh")

TRUSTED_PRESENCE = 0.5
"""Mesh presence under which the box decides what is hidden, because the mesh may lie beside the face."""

BLUR_MARGIN, MESH_MARGIN = 0.35, 0.12
"""How far the hidden part reaches beyond the face, as a share of its size."""

CELLS_ACROSS = 6
"""A hidden face keeps this many cells from side to side: fewer than anybody is recognised by."""

FACE_RGB = (46, 50, 58)
LINE_RGB = (112, 120, 134)
FEATURE_RGB = (236, 238, 242)
SUBPIXEL_BITS = 4


def anonymize(image: np.ndarray, observations: Observations, mode: str = "blur") -> np.ndarray:
    """Hide every face that was found, those that were not read too.

    Args:
        image: (H, W, 3) uint8, RGB; it is not changed.
        observations: What was read from it.
        mode: ``"none"``; ``"blur"``: a few coloured cells, blurred; ``"mesh"``: a flat tone on
            which the mesh still shows the expression.

    Returns:
        A new picture of the same size.

    Raises:
        ValueError: The mode is not one of `ANONYMIZE_MODES`.
    """
    if mode not in ANONYMIZE_MODES:
        raise ValueError(f"Unknown mode {mode!r}: choose one of {', '.join(ANONYMIZE_MODES)}.")
    canvas = image.copy()
    if mode == "none":
        return canvas
    faces = observations.faces
    for k in range(len(faces)):
        trusted = faces.presence[k] >= TRUSTED_PRESENCE and np.isfinite(faces.landmarks[k]).all()
        mesh = faces.landmarks[k, :, :2] if trusted else None
        box = faces.detections.xyxy[k].astype(np.float64)
        if mode == "blur":
            _blur(canvas, _outline(box, mesh, BLUR_MARGIN))
        else:
            _fill(canvas, _outline(box, mesh, MESH_MARGIN))
            if mesh is not None:
                _draw_mesh(canvas, mesh)
    for box in observations.unread.astype(np.float64):
        _blur(canvas, _outline(box, None, BLUR_MARGIN))
    return canvas


def _outline(box: np.ndarray, mesh: np.ndarray | None, margin: float) -> np.ndarray:
    """(m, 2) px: the grown hull of the mesh and of the ellipse in the box."""
    turn = np.linspace(0, 2 * np.pi, 48, endpoint=False)
    center, half = (box[:2] + box[2:]) / 2, (box[2:] - box[:2]) / 2
    points = center + half * np.column_stack([np.cos(turn), np.sin(turn)])
    if mesh is not None:
        points = np.concatenate([points, mesh])
    hull = cv2.convexHull(points.astype(np.float32))[:, 0]
    middle = (hull.min(0) + hull.max(0)) / 2
    return middle + (hull - middle) * (1 + margin)


def _blur(canvas: np.ndarray, outline: np.ndarray) -> None:
    """Leave a few cells of colour inside the outline, with a soft edge."""
    height, width = canvas.shape[:2]
    soft = max(1.0, 0.02 * float(np.ptp(outline[:, 0])))
    low = np.clip(np.floor(outline.min(0) - 3 * soft), 0, [width, height]).astype(int)
    high = np.clip(np.ceil(outline.max(0) + 3 * soft), 0, [width, height]).astype(int)
    if (high <= low).any():
        return
    region = canvas[low[1] : high[1], low[0] : high[0]]
    cell = float(np.ptp(outline[:, 0])) / (CELLS_ACROSS * (1 + BLUR_MARGIN))
    grid = [max(1, int(side / cell)) for side in (high - low)]
    # Averaging into cells throws the detail away for good; smoothing only makes them look calm.
    cells = cv2.blur(cv2.resize(region, grid, interpolation=cv2.INTER_AREA), (2, 2))
    hidden = cv2.resize(cells, (region.shape[1], region.shape[0]), interpolation=cv2.INTER_CUBIC)
    mask = np.zeros(region.shape[:2], np.uint8)
    cv2.fillPoly(mask, [np.round((outline - low) * 16).astype(np.int32)], 255, cv2.LINE_AA, SUBPIXEL_BITS)
    soft_mask = cv2.GaussianBlur(mask, (0, 0), soft).astype(np.float32) / 255
    region[:] = cv2.blendLinear(region, hidden, 1 - soft_mask, soft_mask)


def _fill(canvas: np.ndarray, outline: np.ndarray) -> None:
    points = np.round(np.clip(outline, -1e6, 1e6) * 16).astype(np.int32)
    cv2.fillPoly(canvas, [points], FACE_RGB, cv2.LINE_AA, SUBPIXEL_BITS)


def _draw_mesh(canvas: np.ndarray, mesh: np.ndarray) -> None:
    points = np.round(np.clip(mesh, -1e6, 1e6) * 16).astype(np.int32)
    size = float(np.ptp(mesh[:, 0]))
    cv2.polylines(
        canvas, list(points[edges()]), False, LINE_RGB, max(1, round(size / 400)), cv2.LINE_AA, SUBPIXEL_BITS
    )
    thickness = max(1, round(size / 110))
    for ring, closed in FEATURES + BROWS:
        cv2.polylines(
            canvas, [points[list(ring)]], closed, FEATURE_RGB, thickness, cv2.LINE_AA, SUBPIXEL_BITS
        )
