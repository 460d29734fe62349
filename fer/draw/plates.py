"""Small dark plates with text, for drawing on pictures: rendered once, then only copied.

The font is the one inside Pillow, so that labels look the same on every computer.
"""

import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import cast

import numpy as np
from PIL import Image, ImageDraw, ImageFont

PLATE_RGB = (24, 26, 31)
PLATE_ALPHA = 215
"""Opacity 0..255: dark enough for white text on a white wall."""

TEXT_RGB = (246, 246, 246)
SMOOTHING = 4
"""Plates are drawn this much larger and averaged down, for smooth corners."""

SHAPE_PX, NO_CHARACTER = 24, "\U0010ffff"
"""What a character that the font lacks looks like: at this size, this one."""

PLAIN_LETTERS = str.maketrans(
    {"ß": "ss", "æ": "ae", "Æ": "Ae", "œ": "oe", "Œ": "Oe", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d"}
    | {"Đ": "D", "ı": "i", "ð": "d", "þ": "th", "–": "-"}
)
"""Letters that do not come apart into a plain one and its accent."""

HATCH_STEPS = 3
"""Stripes of a hatched chip."""
PLATES_KEPT = 128
"""12 kB each: the percentages of some faces. More only make a live session grow for ten minutes."""


@dataclass(frozen=True, eq=False)
class Plate:
    """A picture with transparency.

    Args:
        rgb: (h, w, 3) uint8.
        alpha: (h, w, 1) uint8.
    """

    rgb: np.ndarray
    alpha: np.ndarray

    @property
    def height(self) -> int:
        """Pixels."""
        return self.rgb.shape[0]

    @property
    def width(self) -> int:
        """Pixels."""
        return self.rgb.shape[1]

    def paste(self, image: np.ndarray, left: int, top: int) -> None:
        """Lay the plate on a picture.

        Args:
            image: (H, W, 3) uint8, RGB; changed in place. What reaches beyond it is left out.
            left: Column of the plate's left edge.
            top: Row of the plate's upper edge.
        """
        y0, x0 = max(0, top), max(0, left)
        y1, x1 = min(image.shape[0], top + self.height), min(image.shape[1], left + self.width)
        if y0 >= y1 or x0 >= x1:
            return
        rows, columns = slice(y0 - top, y1 - top), slice(x0 - left, x1 - left)
        alpha = self.alpha[rows, columns].astype(np.uint16)
        below = image[y0:y1, x0:x1]
        mixed = below * (255 - alpha) + self.rgb[rows, columns] * alpha
        image[y0:y1, x0:x1] = (mixed + 127) // 255


@lru_cache(maxsize=16)
def _font(size_px: int) -> ImageFont.FreeTypeFont:
    # With a size, Pillow's own font is always a scalable one.
    return cast(ImageFont.FreeTypeFont, ImageFont.load_default(size_px))


@lru_cache(maxsize=1024)
def writable(text: str) -> str:
    """The text as the font can write it, accents left out where it must; empty for another script, which
    would be a row of empty boxes.
    """
    decomposed = unicodedata.normalize("NFKD", text.translate(PLAIN_LETTERS))
    bare = "".join(c for c in decomposed if not unicodedata.combining(c))
    return next((found for found in (text, bare) if _has_glyphs(found)), "")


def _has_glyphs(text: str) -> bool:
    font = _font(SHAPE_PX)
    unknown = _glyph(font, NO_CHARACTER)
    return all(c == " " or _glyph(font, c) != unknown for c in text)


def _glyph(font: ImageFont.FreeTypeFont, character: str) -> bytes:
    """How a character looks."""
    return bytes(font.getmask(character))  # pyright: ignore[reportArgumentType]: a buffer, Pillow says not so


@lru_cache(maxsize=1024)
def text_width(text: str, size_px: int) -> int:
    """Width of a text in px."""
    return int(np.ceil(_font(size_px).getlength(text)))


@lru_cache(maxsize=PLATES_KEPT)
def plate(text: str, color: str, size_px: int, *, hatched: bool = False) -> Plate:
    """A plate with a coloured chip and a text.

    Args:
        text: One line.
        color: Of the chip, ``#rrggbb``.
        size_px: Height of the font.
        hatched: The chip is striped, as "unsure" is everywhere.
    """
    height, pad, chip = round(1.55 * size_px), round(0.42 * size_px), round(0.62 * size_px)
    gap = round(0.36 * size_px) if text else 0
    width = pad + chip + gap + text_width(text, size_px) + pad
    image = _ground(width, height, radius=0.38 * size_px)
    image.alpha_composite(_chip(chip, color, hatched=hatched), (pad, (height - chip) // 2))
    draw = ImageDraw.Draw(image)
    draw.text((pad + chip + gap, height / 2), text, font=_font(size_px), fill=TEXT_RGB, anchor="lm")
    return _split(image)


@lru_cache(maxsize=32)
def panel(names: tuple[str, ...], colors: tuple[str, ...], size_px: int, *, bar_px: int) -> Plate:
    """The ground of a small bar chart: one row a name, room for a bar of ``bar_px`` beside it.

    Args:
        names: Rows from above.
        colors: Of their chips, ``#rrggbb``.
        size_px: Height of the font.
        bar_px: Length of a full bar.
    """
    row, pad, chip = panel_row(size_px), round(0.42 * size_px), round(0.62 * size_px)
    width = panel_bar_left(names, size_px) + bar_px + pad
    image = _ground(width, row * len(names) + 2 * pad, radius=0.38 * size_px)
    draw = ImageDraw.Draw(image)
    for k, (name, color) in enumerate(zip(names, colors, strict=True)):
        middle = pad + row * k + row / 2
        image.alpha_composite(_chip(chip, color, hatched=False), (pad, round(middle - chip / 2)))
        place = (pad + chip + round(0.36 * size_px), middle)
        draw.text(place, name, font=_font(size_px), fill=TEXT_RGB, anchor="lm")
    return _split(image)


def panel_row(size_px: int) -> int:
    """Height of a row of `panel`, px."""
    return round(1.35 * size_px)


def panel_bar_left(names: tuple[str, ...], size_px: int) -> int:
    """Column at which the bars of `panel` begin, px from its left edge."""
    return round(1.9 * size_px) + max(text_width(name, size_px) for name in names)


def _ground(width: int, height: int, *, radius: float) -> Image.Image:
    large = Image.new("L", (width * SMOOTHING, height * SMOOTHING), 0)
    box = (0, 0, large.width - 1, large.height - 1)
    ImageDraw.Draw(large).rounded_rectangle(box, radius * SMOOTHING, fill=PLATE_ALPHA)
    image = Image.new("RGBA", (width, height), (*PLATE_RGB, 0))
    image.putalpha(large.reduce(SMOOTHING))
    return image


def _chip(side: int, color: str, *, hatched: bool) -> Image.Image:
    """A rounded square; hatched: with diagonal gaps."""
    large = Image.new("L", (side * SMOOTHING, side * SMOOTHING), 0)
    draw = ImageDraw.Draw(large)
    draw.rounded_rectangle((0, 0, large.width - 1, large.height - 1), 0.28 * large.width, fill=255)
    if hatched:
        step = large.width / HATCH_STEPS
        for k in range(2 * HATCH_STEPS):
            x = (k + 0.5) * step
            draw.line((x, 0, x - large.width, large.height), fill=0, width=max(1, round(step * 0.42)))
    image = Image.new("RGBA", (side, side), color)
    image.putalpha(large.reduce(SMOOTHING))
    return image


def _split(image: Image.Image) -> Plate:
    pixels = np.asarray(image)
    return Plate(pixels[..., :3].copy(), pixels[..., 3:].copy())
