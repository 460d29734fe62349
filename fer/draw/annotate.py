"""Draw what was read onto the picture: boxes, labels, small bar charts.

Everything is sized by the picture, so that it reads alike at 640x480 and at 4000x3000. Labels keep
inside the picture and off each other where there is room.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import cv2
import numpy as np

from fer.constants import DISPLAY_ORDER, EMOTION_COLORS, EMOTIONS, QUALITY_OK, UNSURE
from fer.draw.plates import Plate, panel, panel_bar_left, panel_row, plate, writable
from fer.given import check_is, check_picture
from fer.records import ActionUnits, Observations
from fer.text import percent, quality_words

FONT_PX = 15
"""Height of the font in a picture whose shorter side is `REFERENCE_PX`."""

FONT_SHARE = 0.16
"""Largest height of the font over the width of the face."""

REFERENCE_PX = 480
SMALLEST_FONT_PX = 11
NAME_LENGTH = 18
"""Characters of a name on a plate."""

NOBODY: Mapping[int, str] = MappingProxyType({})
STROKE_PX = 2.4
LEFT_OUT_COLOR = "#A8A8A8"
"""Faces that do not enter the statistics."""

HALO_RGB = (24, 26, 31)
"""A dark rim keeps bright strokes visible on bright pictures."""

CORNER_SHARE = 0.26
"""Length of a corner stroke over the side of the box."""

SUBPIXEL_BITS = 4


@dataclass(frozen=True)
class _Look:
    """How one face is drawn.

    Args:
        box: (4,) left, top, right, bottom px.
        texts: What may stand on its plate, the fullest first.
        color: ``#rrggbb``.
        usable: It enters the statistics.
        hatched: The verdict is "unsure".
    """

    box: np.ndarray
    texts: tuple[str, ...]
    color: str
    usable: bool
    hatched: bool


def draw(
    image: np.ndarray,
    observations: Observations,
    *,
    boxes: bool = True,
    bars: bool = False,
    mirror: bool = False,
    names: Mapping[int, str] = NOBODY,
    without: Collection[int] = (),
) -> np.ndarray:
    """Draw the faces and what was read from them.

    Args:
        image: (H, W, 3) uint8, RGB; it is not changed.
        observations: What was read from it.
        boxes: Draw a box and a label at every face. A face that is left out of the statistics
            is drawn thin and gray, with the reason.
        bars: Draw the seven probabilities beside every usable face that has room beside it.
        mirror: Show the picture as in a mirror; the texts stay readable.
        names: Face id -> what stands on its plate instead of the number, without its accents; numbers stay
            where there is none, or the font has not its letters.
        without: Ids of faces that get no mark.

    Returns:
        A new picture of the same size.

    Raises:
        ValueError: The image is no such picture; says how to make it one.
        TypeError: What was read is no `Observations`.

    Example:
        >>> shown = draw(frame.image, analyzer.analyze(frame))   # doctest: +SKIP
    """
    check_picture("draw(image)", image)
    check_is("draw(observations)", observations, Observations)
    canvas = cv2.flip(image, 1) if mirror else image.copy()
    if without:
        observations = _only(observations, ~np.isin(observations.faces.track_id, list(without)))
    xyxy = observations.faces.detections.xyxy.astype(np.float64)
    if mirror:
        xyxy[:, [0, 2]] = image.shape[1] - xyxy[:, [2, 0]]
    looks = _looks(observations, xyxy, names)
    unit = max(min(image.shape[:2]) / REFERENCE_PX, SMALLEST_FONT_PX / FONT_PX)
    # Large faces come last onto the picture, but first where it comes to room for labels.
    order = np.argsort((xyxy[:, 2] - xyxy[:, 0]) * (xyxy[:, 3] - xyxy[:, 1]), kind="stable")
    if boxes:
        for k in order:
            _draw_box(canvas, looks[k], unit)
    taken: list[tuple[int, int, int, int]] = []
    if boxes:
        for k in order[::-1]:
            _draw_plate(canvas, looks[k], unit, taken=taken, faces=xyxy)
    if bars:
        for k in order[::-1]:
            if looks[k].usable:
                _draw_bars(canvas, looks[k].box, observations.probs[k], unit, taken=taken, faces=xyxy)
    return canvas


def _only(observations: Observations, rows: np.ndarray) -> Observations:
    """The chosen faces (mask), as far as they are drawn."""
    quality = tuple(code for code, keep in zip(observations.quality, rows, strict=True) if keep)
    return replace(
        observations,
        faces=observations.faces[rows],
        probs=observations.probs[rows],
        quality=quality,
        action_units=ActionUnits.empty(),
    )


def _label(number: int, names: Mapping[int, str]) -> str:
    """Who stands on a plate: the name, else the number, else nothing."""
    if name := writable(names[number]) if number in names else "":
        return name if len(name) <= NAME_LENGTH else f"{name[: NAME_LENGTH - 1].rstrip()}…"
    return str(number) if number >= 0 else ""


def _looks(observations: Observations, xyxy: np.ndarray, labels: Mapping[int, str]) -> list[_Look]:
    names, confidence = observations.verdicts
    looks = []
    each = zip(names, observations.words, observations.quality, strict=True)
    for k, (name, words, quality) in enumerate(each):
        who = _label(int(observations.faces.track_id[k]), labels)
        prefix = f"{who} · " if who else ""
        if quality == QUALITY_OK:
            sure = f" {percent(float(confidence[k]))}" if words == name else ""
            texts = (f"{prefix}{words}{sure}", f"{prefix}{name}", name)
            looks.append(_Look(xyxy[k], texts, EMOTION_COLORS[name], True, name == UNSURE))
        else:
            reason, first = quality_words(quality), quality.split("+")[0]
            texts = (prefix + reason, reason, first.replace("_", " "))
            looks.append(_Look(xyxy[k], texts, LEFT_OUT_COLOR, False, False))
    return looks


def _draw_box(canvas: np.ndarray, look: _Look, unit: float) -> None:
    """Four rounded corners, or a thin frame around a face that is left out."""
    width, height = look.box[2] - look.box[0], look.box[3] - look.box[1]
    side = min(width, height)
    if not np.isfinite(look.box).all() or side < 1:
        return
    stroke = STROKE_PX * unit * (1.0 if look.usable else 0.45)
    stroke = max(1, round(min(stroke, side / 12)))
    radius = min(0.12 * side, 14 * unit)
    share = CORNER_SHARE if look.usable else 0.5
    lines = [_corner(look.box, sx, sy, radius, share) for sx, sy in ((0, 0), (1, 0), (1, 1), (0, 1))]
    points = [np.round(line * (1 << SUBPIXEL_BITS)).astype(np.int32) for line in lines]
    rim = max(1, round(unit * 0.7))
    for color, thickness in ((HALO_RGB, stroke + 2 * rim), (_rgb(look.color), stroke)):
        if look.usable or thickness == stroke:
            cv2.polylines(canvas, points, False, color, thickness, cv2.LINE_AA, SUBPIXEL_BITS)


def _corner(box: np.ndarray, right: int, bottom: int, radius: float, share: float) -> np.ndarray:
    """(m, 2) px: along one side into the corner, round it, and along the other side."""
    x, y = box[2 * right], box[1 + 2 * bottom]
    inward_x, inward_y = 1 - 2 * right, 1 - 2 * bottom
    turn = np.linspace(0, np.pi / 2, 7)
    arc_x = x + inward_x * radius * (1 - np.cos(turn))
    arc_y = y + inward_y * radius * (1 - np.sin(turn))
    reach_x = max(radius, share * (box[2] - box[0]))
    reach_y = max(radius, share * (box[3] - box[1]))
    start, end = (x, y + inward_y * reach_y), (x + inward_x * reach_x, y)
    return np.array([start, *zip(arc_x, arc_y, strict=True), end])


def _draw_plate(
    canvas: np.ndarray, look: _Look, unit: float, *, taken: list[tuple[int, int, int, int]], faces: np.ndarray
) -> None:
    """Lay the fullest plate that finds room above the face, below it or inside it.

    Room is free of other labels, and of other faces if that can be had. Without room a face that
    is left out gets no label.
    """
    if not np.isfinite(look.box).all():
        return
    others = [tuple(box) for box in faces if not np.array_equal(box, look.box)]
    for blocked in ([*taken, *others], taken) if look.usable else ([*taken, *others],):
        for text, size in _candidates(look, unit):
            chosen = plate(text, look.color, size, hatched=look.hatched)
            places = _places(canvas.shape, look.box, chosen, gap=round(5 * unit))
            place = next((p for p in places if not any(_overlap(p, other) for other in blocked)), None)
            if place is not None:
                chosen.paste(canvas, place[0], place[1])
                taken.append(place)
                return
    if look.usable:  # crowded: an answer is shown even if it lies over others
        chosen.paste(canvas, places[0][0], places[0][1])
        taken.append(places[0])


def _candidates(look: _Look, unit: float) -> list[tuple[str, int]]:
    """Texts and font sizes to try in turn; small faces get small words."""
    largest = round(FONT_PX * unit)
    small = max(SMALLEST_FONT_PX, round(0.75 * largest))
    size = int(np.clip(round(FONT_SHARE * (look.box[2] - look.box[0])), small, largest))
    if look.box[2] - look.box[0] >= 4 * small:
        return [(look.texts[0], size), *((text, small) for text in look.texts)]
    texts = look.texts[1:] if look.usable else look.texts[2:]
    return [(text, SMALLEST_FONT_PX if unit < 2 else small) for text in texts]


def _places(
    shape: tuple[int, ...], box: np.ndarray, label: Plate, *, gap: int
) -> list[tuple[int, int, int, int]]:
    """Left, top, right, bottom of a plate above, below and inside the box, kept in the picture."""
    height, width = shape[:2]
    left = int(np.clip(round(box[0]), 0, max(0, width - label.width)))
    lowest = max(0, height - label.height)
    above, below = round(box[1]) - gap - label.height, round(box[3]) + gap
    outside = [top for top in (above, below) if 0 <= top <= lowest]
    inside = int(np.clip(round(box[1]) + gap, 0, lowest))
    # Inside a box that is hardly larger than the plate it would hide the face.
    roomy = label.height < 0.3 * (box[3] - box[1])
    tops = [*outside, inside] if roomy or not outside else outside
    return [(left, top, left + label.width, top + label.height) for top in tops]


def _overlap(a: tuple[int, int, int, int], b: tuple[int, int, int, int]) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _draw_bars(
    canvas: np.ndarray,
    box: np.ndarray,
    probs: np.ndarray,
    unit: float,
    *,
    taken: list[tuple[int, int, int, int]],
    faces: np.ndarray,
) -> None:
    """The seven probabilities beside the face where they hide no face; a face alone always gets them."""
    if not np.isfinite(box).all():
        return
    size = max(SMALLEST_FONT_PX, round(0.8 * FONT_PX * unit))
    bar_px = round(4.2 * size)
    colors = tuple(EMOTION_COLORS[name] for name in DISPLAY_ORDER)
    ground = panel(DISPLAY_ORDER, colors, size, bar_px=bar_px)
    places = _places_beside(
        canvas.shape, box, ground, gap=round(6 * unit), label_px=round(2 * FONT_PX * unit)
    )
    blocked = [*taken, *map(tuple, faces)]
    place = next((p for p in places if not any(_overlap(p, other) for other in blocked)), None)
    if place is None and len(faces) > 1:
        return
    left, top, *_ = place = place or places[0]
    taken.append(place)
    ground.paste(canvas, left, top)
    row, first = panel_row(size), left + panel_bar_left(DISPLAY_ORDER, size)
    for k, (name, color) in enumerate(zip(DISPLAY_ORDER, colors, strict=True)):
        y = top + round(0.42 * size) + row * k + round(0.28 * row)
        end = first + max(1, round(bar_px * float(np.clip(probs[EMOTIONS.index(name)], 0, 1))))
        cv2.rectangle(canvas, (first, y), (end, y + round(0.44 * row)), _rgb(color), cv2.FILLED)


def _places_beside(
    shape: tuple[int, ...], box: np.ndarray, ground: Plate, *, gap: int, label_px: int
) -> list[tuple[int, int, int, int]]:
    """Left, top, right, bottom of a panel on the side with more room, the other side, below and above,
    with and without a label in between.
    """
    height, width = shape[:2]
    left, top, right, bottom = (round(float(v)) for v in box)
    sides = [right + gap, left - gap - ground.width]
    if width - right < left:
        sides.reverse()
    below, above = bottom + gap, top - gap - ground.height
    heights = (below, above, below + label_px, above - label_px)
    corners = [*((x, top) for x in sides), *((left, y) for y in heights)]
    places = []
    for x, y in corners:
        x = int(np.clip(x, 0, max(0, width - ground.width)))
        y = int(np.clip(y, 0, max(0, height - ground.height)))
        places.append((x, y, x + ground.width, y + ground.height))
    return places


def _rgb(color: str) -> tuple[int, int, int]:
    red, green, blue = (int(color[k : k + 2], 16) for k in (1, 3, 5))
    return red, green, blue
