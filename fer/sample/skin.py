"""The skin of the portrait before it moves: without its smile, with a frown's furrows, with lids closed."""

import cv2
import numpy as np

from fer.sample.points import FOLDS, FURROWS, LIPS, TEETH
from fer.sample.warp import BOTTOM, LEFT, RIGHT, SCALE, TOP, curve, patch_x, patch_y, to_patch

FOLD_PX, FOLD_SHARE = 15, 0.95
"""Width of the smile's folds, and how much of them is taken away."""

GRAIN = 3.0
"""Gray levels of fine structure that stay where the folds were."""

LIP_TINT = np.array((0.90, 0.78, 0.78), np.float32)
"""Lips that are not stretched are darker and redder."""

FURROW_TINT = np.array((0.75, 1.0, 1.1), np.float32)
"""How much each colour darkens in a furrow: shadows on skin are reddish."""

LID_PX, LASHES_PX = 6.0, 2.2
"""Height of the upper lid that is stretched in a blink, and of its lashes, px."""


def unsmiling(patch: np.ndarray) -> np.ndarray:
    """The patch without the smile's folds, and with lips that are not stretched over teeth.

    Stretched lips are pale and shine; closed, they would read as a row of teeth in a gray picture.
    """
    skin = patch.astype(np.float32)
    lips = _soft_mask(patch.shape, [np.array(lip) for lip in LIPS], blur=0.7)
    mouth = _soft_mask(patch.shape, [np.array(TEETH)], blur=0.7)
    cheeks = _soft_mask(patch.shape, [np.array(fold) for fold in FOLDS], thickness=FOLD_PX, blur=2.0)
    cheeks *= (1 - lips) * (1 - mouth)
    # An average of the bright parts of the cheek alone, with the skin's own grain on top of it.
    bright = cheeks * (skin.mean(2, keepdims=True) / 255) ** 4
    even = cv2.GaussianBlur(skin * bright, (0, 0), 7) / (
        cv2.GaussianBlur(bright, (0, 0), 7)[..., None] + 1e-4
    )
    grain = np.clip(skin - cv2.GaussianBlur(skin, (0, 0), 1.0), -GRAIN, GRAIN)
    skin += FOLD_SHARE * cheeks * (even + grain - skin)
    matt = cv2.GaussianBlur(patch, (0, 0), 1.8).astype(np.float32) * LIP_TINT
    skin += 0.8 * lips * (matt - skin)
    return np.clip(skin, 0, 255).astype(np.uint8)


def _soft_mask(
    shape: tuple[int, ...], lines: list[np.ndarray], *, thickness: int = 0, blur: float
) -> np.ndarray:
    """(H, W, 1) float32 in 0..1: along lines, or inside polygons where ``thickness`` is 0."""
    mask = np.zeros(shape[:2], np.float32)
    for line in lines:
        points = [np.round((line - (LEFT, TOP)) * 16).astype(np.int32)]
        if thickness:
            cv2.polylines(mask, points, False, 1.0, thickness, cv2.LINE_AA, 4)
        else:
            cv2.fillPoly(mask, points, 1.0, cv2.LINE_AA, 4)
    return np.clip(cv2.GaussianBlur(mask, (0, 0), blur) * 1.2, 0, 1)[..., None]


def frown_shade() -> np.ndarray:
    """(H, W, 3) float32: how much the furrows of a full frown darken the skin."""
    shade = np.zeros(((BOTTOM - TOP) * SCALE, (RIGHT - LEFT) * SCALE), np.float32)
    for furrow in FURROWS:
        line = np.round(to_patch(np.array(furrow)) * 16).astype(np.int32)
        cv2.polylines(shade, [line], False, 1.0, SCALE, cv2.LINE_AA, 4)
    return 0.5 * cv2.GaussianBlur(shade, (0, 0), 1.3 * SCALE)[..., None] * FURROW_TINT


def close_lid(skin: np.ndarray, upper: np.ndarray, lower: np.ndarray, closed: float) -> None:
    """Pull one upper lid down over the eye in ``skin``, px of the patch; the eye stays behind it."""
    left, right = int(to_patch(upper[:1])[0, 0]), int(to_patch(upper[-1:])[0, 0])
    top, bottom = int(to_patch(upper)[:, 1].min()) - 8 * SCALE, int(to_patch(lower)[:, 1].max()) + 2 * SCALE
    x = patch_x(np.arange(left, right))
    y = patch_y(np.arange(top, bottom))[:, None]
    edge = curve(upper, x) + 0.2
    down = closed * np.clip(curve(lower, x) + 0.4 - edge, 0, None)
    crease, lashes = edge - LID_PX, edge - LASHES_PX
    # The skin of the lid is stretched; the lashes keep their height and only slide.
    stretched = crease + (y - crease) * (lashes - crease) / (lashes + down - crease)
    source = np.where(y < lashes + down, stretched, y - down)
    source = np.where((y > crease) & (y < edge + down), source, y)
    map_y = ((source - TOP + 0.5) * SCALE - 0.5).astype(np.float32)
    map_x = np.broadcast_to(np.arange(left, right, dtype=np.float32), map_y.shape).copy()
    skin[top:bottom, left:right] = cv2.remap(skin, map_x, map_y, cv2.INTER_LINEAR)
