"""Hide faces in a picture: blurred beyond recognition, or replaced by the drawn mesh.

Only faces that were found can be hidden: look a result over before you share it. Whoever knows a person can
recognise hair, clothes, a voice or a place: covered faces are no anonymity.
"""

from collections.abc import Sequence

import cv2
import numpy as np

from fer.constants import HIDE_MODES
from fer.draw.covers import outline
from fer.draw.mesh_lines import BROWS, FEATURES, edges
from fer.given import check_is, check_picture
from fer.records import Observations

TRUSTED_PRESENCE = 0.5
"""Mesh presence under which the box decides what is hidden, because the mesh may lie beside the face."""

MARGIN = {"blur": 0.3, "mesh": 0.2}
"""How far the hidden part reaches beyond the face, as a share of its size."""

CELLS_ACROSS = 4
"""A hidden face keeps this many cells from side to side, whatever its size: nobody is recognised by them."""

GRAYNESS, MIST = 0.8, 0.6
"""How much of its colour a blurred face loses, and how much of it turns into `MIST_RGB`. Without these the
blur of a face on its shoulders is a face to detectors: YuNet found up to 41% of them in a clip."""

MIST_RGB = (128, 130, 136)
WHOLE_CELLS = 6
"""Cells along the shorter side of a picture that is hidden as a whole; fewer where a face is larger."""

FACE_RGB = (46, 50, 58)
LINE_RGB = (112, 120, 134)
FEATURE_RGB = (236, 238, 242)
SUBPIXEL_BITS = 4


def hide(image: np.ndarray, observations: Observations, mode: str = "blur") -> np.ndarray:
    """Hide every face that was found, those that were not read too.

    Args:
        image: (H, W, 3) uint8, RGB; it is not changed.
        observations: What was read from it.
        mode: ``"none"``; ``"blur"``: a few pale cells, blurred; ``"mesh"``: a flat tone on
            which the mesh still shows the expression.

    Returns:
        A new picture of the same size.

    Raises:
        ValueError: The mode is not one of `HIDE_MODES`, or the image is no such picture.
        TypeError: What was read is no `Observations`.
    """
    check_picture("hide(image)", image)
    check_is("hide(observations)", observations, Observations)
    faces = observations.faces
    boxes = np.concatenate([faces.detections.xyxy, observations.unread]).astype(np.float64)
    trusted = (faces.presence >= TRUSTED_PRESENCE) & np.isfinite(faces.landmarks).all((1, 2))
    return hide_boxes(image, boxes, mode, meshes=faces.landmarks[trusted, :, :2])


def hide_boxes(
    image: np.ndarray,
    boxes: np.ndarray,
    mode: str = "blur",
    *,
    meshes: Sequence[np.ndarray] | np.ndarray = (),
) -> np.ndarray:
    """Hide what lies in boxes, and what lies under meshes.

    Args:
        image: (H, W, 3) uint8, RGB; it is not changed.
        boxes: (n, 4) xyxy px.
        mode: One of `HIDE_MODES`.
        meshes: (468, 2) px each, of faces that the mesh is trusted in; drawn where the mode is ``"mesh"``.

    Returns:
        A new picture of the same size.

    Raises:
        ValueError: The mode is not one of `HIDE_MODES`.
    """
    if mode not in HIDE_MODES:
        raise ValueError(f"Unknown mode {mode!r}: choose one of {', '.join(HIDE_MODES)}.")
    canvas = image.copy()
    if mode == "none":
        return canvas
    shapes = [outline(box, MARGIN[mode]) for box in np.asarray(boxes, float).reshape(-1, 4)]
    shapes += [_hull(mesh, MARGIN[mode]) for mesh in meshes]
    for shape in shapes:
        if mode == "blur":
            _blur(canvas, image, shape)
        else:
            _fill(canvas, shape)
    if mode == "mesh":
        for mesh in meshes:
            _draw_mesh(canvas, np.ascontiguousarray(mesh))
    return canvas


def hide_all(image: np.ndarray, *, face_px: float = 0.0) -> np.ndarray:
    """A picture of which only a few blurred cells are left, for when nobody knows where a face is.

    Args:
        image: (H, W, 3) uint8, RGB; it is not changed.
        face_px: Width of the largest face that may be in it.
    """
    height, width = image.shape[:2]
    cell = max(min(height, width) / WHOLE_CELLS, face_px / CELLS_ACROSS, 1.0)
    return _cells(image, (max(1, round(width / cell)), max(1, round(height / cell))))


def _hull(mesh: np.ndarray, margin: float) -> np.ndarray:
    """(m, 2) px: the grown hull of a mesh."""
    hull = cv2.convexHull(np.ascontiguousarray(mesh, np.float32))[:, 0].astype(np.float64)
    middle = (hull.min(0) + hull.max(0)) / 2
    return middle + (hull - middle) * (1 + margin)


def _cells(region: np.ndarray, grid: tuple[int, int]) -> np.ndarray:
    """The region as (columns, rows) pale cells, smoothed."""
    cells = cv2.blur(cv2.resize(region, grid, interpolation=cv2.INTER_AREA), (2, 2)).astype(np.float32)
    cells += GRAYNESS * (cells.mean(2, keepdims=True) - cells)
    cells += MIST * (np.array(MIST_RGB, np.float32) - cells)
    small = cells.round().astype(np.uint8)
    return cv2.resize(small, (region.shape[1], region.shape[0]), interpolation=cv2.INTER_CUBIC)


def _blur(canvas: np.ndarray, image: np.ndarray, shape: np.ndarray) -> None:
    """Leave a few cells inside the shape, with a soft edge."""
    height, width = canvas.shape[:2]
    across = float(np.ptp(shape[:, 0]))
    soft = max(1.0, 0.02 * across)
    low = np.clip(np.floor(shape.min(0) - 3 * soft), 0, [width, height]).astype(int)
    high = np.clip(np.ceil(shape.max(0) + 3 * soft), 0, [width, height]).astype(int)
    if across <= 0 or (high <= low).any():
        return
    # The cells of overlapping covers are all made from the picture as it was: one cannot undo another.
    window = slice(low[1], high[1]), slice(low[0], high[0])
    cell = across / (CELLS_ACROSS * (1 + MARGIN["blur"]))
    columns, rows = (max(1, int(side / cell)) for side in (high - low))
    hidden = _cells(image[window], (columns, rows))
    mask = np.zeros(hidden.shape[:2], np.uint8)
    points = np.round(np.clip(shape - low, -1e6, 1e6) * 16).astype(np.int32)
    cv2.fillPoly(mask, [points], 255, cv2.LINE_AA, SUBPIXEL_BITS)
    soft_mask = cv2.GaussianBlur(mask, (0, 0), soft).astype(np.float32) / 255
    canvas[window] = cv2.blendLinear(canvas[window], hidden, 1 - soft_mask, soft_mask)


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
