"""Faces that teach: a drawn one that moves with each unit, and a real one with a unit's points marked."""

from collections.abc import Mapping

import cv2
import numpy as np

from fer.action_units.table import BY_CODE
from fer.draw.mesh_lines import edges

WIDTH, HEIGHT = 240, 290
EYE_X, EYE_Y, BROW_Y, NOSE_Y, MOUTH_Y = 46.0, 116.0, 90.0, 172.0, 214.0
MARK_RGB, MESH_RGB = (230, 159, 0), (235, 235, 235)
LID_POINTS = {"AU05": (159, 386), "AU07": (145, 374), "AU45": (159, 386, 145, 374)}
"""Mesh points beside the lids, which the iris model measures."""


def face_svg(strengths: Mapping[str, float], *, dark: bool = False) -> str:
    """A face as SVG.

    Args:
        strengths: Code -> 0..1, how far each unit is moved; those left out are 0.
        dark: The dark variant.
    """
    s = {code: float(np.clip(strengths.get(code, 0.0), 0, 1)) for code in BY_CODE}
    line, skin, dim = ("#E4E8E7", "#2C3438", "#8A959A") if dark else ("#20282B", "#F1E6DC", "#8A7F78")
    jaw = 16 * s["AU26"]
    head = (
        f'<path d="M38 120 C38 40 202 40 202 120 C202 190 178 {262 + jaw:.1f} 120 {268 + jaw:.1f} '
        f'C62 {262 + jaw:.1f} 38 190 38 120 Z" fill="{skin}" stroke="{line}" stroke-width="2"/>'
    )
    parts = [head, *(_side(s, side, line, dim) for side in (-1, 1)), _nose(s, line), _mouth(s, line, dim)]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" '
        f'height="{HEIGHT}" fill="none" stroke-linecap="round">{"".join(parts)}</svg>'
    )


def _side(s: Mapping[str, float], side: int, line: str, dim: str) -> str:
    """Brow, eye and cheek of one side; ``side`` is -1 on the left of the picture."""

    def x(outward: float) -> float:
        """Where a point lies that is this far from the middle of the face."""
        return WIDTH / 2 + side * outward

    inner = BROW_Y - 11 * s["AU01"] + 11 * s["AU04"]
    outer = BROW_Y - 12 * s["AU02"] + 5 * s["AU04"]
    near = EYE_X - 24 - 7 * s["AU04"]
    upper = (10 + 5 * s["AU05"]) * (1 - s["AU45"]) - 4 * s["AU45"]
    lower = (7 - 5 * s["AU07"] - 3 * s["AU06"]) * (1 - s["AU45"]) + 4 * s["AU45"]
    left, right = x(EYE_X - 20), x(EYE_X + 20)
    lids = (
        f"M{left:.1f} {EYE_Y} Q{x(EYE_X):.1f} {EYE_Y - 1.9 * upper:.1f} {right:.1f} {EYE_Y} "
        f"Q{x(EYE_X):.1f} {EYE_Y + 1.9 * lower:.1f} {left:.1f} {EYE_Y} Z"
    )
    clip = f"eye{side + 1}"
    cheek = EYE_Y + 38 - 10 * s["AU06"] - 3 * s["AU12"]
    return (
        f'<path d="M{x(near):.1f} {inner:.1f} Q{x(EYE_X):.1f} {(inner + outer) / 2 - 9:.1f} '
        f'{x(EYE_X + 28):.1f} {outer + 3:.1f}" stroke="{line}" stroke-width="5"/>'
        f'<clipPath id="{clip}"><path d="{lids}"/></clipPath><path d="{lids}" fill="#FFFFFF" '
        f'stroke="{line}" stroke-width="2"/><circle cx="{x(EYE_X):.1f}" cy="{EYE_Y - 1}" r="8.5" '
        f'fill="#3B5B66" clip-path="url(#{clip})"/>'
        f'<path d="M{x(EYE_X - 14):.1f} {cheek:.1f} Q{x(EYE_X + 4):.1f} {cheek + 9 - 14 * s["AU06"]:.1f} '
        f'{x(EYE_X + 24):.1f} {cheek - 5:.1f}" stroke="{dim}" stroke-width="{1 + 1.5 * s["AU06"]:.1f}"/>'
    )


def _nose(s: Mapping[str, float], line: str) -> str:
    wing, middle = NOSE_Y - 9 * s["AU09"], WIDTH / 2
    wrinkles = "".join(
        f'<path d="M{middle - 9} {118 + k} q9 -4 18 0" stroke="{line}" stroke-width="1.5" '
        f'opacity="{s["AU09"]:.2f}"/>'
        for k in (0, 7)
    )
    return (
        f'<path d="M{middle - 17} {wing:.1f} Q{middle - 9} {wing + 9:.1f} {middle} {NOSE_Y + 5} '
        f'Q{middle + 9} {wing + 9:.1f} {middle + 17} {wing:.1f}" stroke="{line}" stroke-width="2"/>{wrinkles}'
    )


def _mouth(s: Mapping[str, float], line: str, dim: str) -> str:
    """Lips from corner to corner, the opening between them, and the chin."""
    middle = WIDTH / 2
    half = 30 + 11 * s["AU12"] + 12 * s["AU20"]
    corner = MOUTH_Y - 13 * s["AU12"] + 11 * s["AU15"]
    gap = 9 * s["AU25"] + 26 * s["AU26"]
    top = MOUTH_Y - 9 - 8 * s["AU10"] - 3 * s["AU09"] - 6 * s["AU17"] + 2 * s["AU12"]
    low = MOUTH_Y + 12 + gap - 9 * s["AU17"] + 4 * s["AU12"]
    inner_top, inner_low = top + 9 + 2 * s["AU12"], max(low - 11, top + 9 + 2 * s["AU12"])
    left, right = middle - half, middle + half
    chin = 250 + 16 * s["AU26"] - 7 * s["AU17"]

    def loop(up: float, down: float) -> str:
        """A closed curve from corner to corner, over one height and back under another."""
        return (
            f"M{left:.1f} {corner:.1f} Q{middle} {2 * up - corner:.1f} {right:.1f} {corner:.1f} "
            f"Q{middle} {2 * down - corner:.1f} {left:.1f} {corner:.1f} Z"
        )

    return (
        f'<path d="{loop(top, low)}" fill="#C9867C" stroke="{line}" stroke-width="1.5"/>'
        f'<path d="{loop(inner_top, inner_low)}" fill="#4A2020" stroke="{line}" stroke-width="1.5"/>'
        f'<path d="M{middle - 14} {chin:.1f} q14 {-5 - 5 * s["AU17"]:.1f} 28 0" stroke="{dim}" '
        f'stroke-width="{1 + 2 * s["AU17"]:.1f}"/>'
    )


def points_of(code: str) -> tuple[int, ...]:
    """Mesh points that a unit is measured at."""
    unit = BY_CODE[code]
    heights = [p for _, points in unit.heights for p in points]
    across = [p for _, a, b in unit.distances for p in (a, b)]
    return tuple(dict.fromkeys([*heights, *across, *LID_POINTS.get(code, ())]))


def marked_face(image: np.ndarray, landmarks: np.ndarray, code: str, *, out_px: int = 480) -> np.ndarray:
    """A face cut out with its mesh, and a unit's points marked.

    Args:
        image: (H, W, 3) uint8 RGB.
        landmarks: (468, 3) px.
        code: The unit.
        out_px: Side of the picture.

    Returns:
        (out_px, out_px, 3) uint8 RGB.
    """
    points = landmarks[:, :2].astype(np.float64)
    low, high = points.min(0), points.max(0)
    side = 1.25 * float((high - low).max())
    corner = (low + high) / 2 - side / 2
    scale = out_px / max(side, 1.0)
    matrix = np.column_stack([np.eye(2) * scale, -corner * scale])
    canvas = cv2.warpAffine(image, matrix, (out_px, out_px), borderMode=cv2.BORDER_REPLICATE)
    places = np.round((points - corner) * scale).astype(int)
    net = canvas.copy()
    for a, b in edges():
        cv2.line(net, places[a].tolist(), places[b].tolist(), MESH_RGB, 1, cv2.LINE_AA)
    canvas = cv2.addWeighted(net, 0.45, canvas, 0.55, 0)
    for point in points_of(code):
        cv2.circle(canvas, places[point].tolist(), 5, (20, 20, 20), -1, cv2.LINE_AA)
        cv2.circle(canvas, places[point].tolist(), 4, MARK_RGB, -1, cv2.LINE_AA)
    return canvas
