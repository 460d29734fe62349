"""The icon in the browser's tab, drawn here: an icon by name would be fetched from a font server."""

from functools import cache

from PIL import Image, ImageDraw

SIDE_PX = 64
TEAL, PAPER = "#1F5F73", "#FDFDFB"


@cache
def icon() -> Image.Image:
    """A face that shows nothing."""
    scale = 4
    side = SIDE_PX * scale
    picture = Image.new("RGBA", (side, side), (0, 0, 0, 0))
    pen = ImageDraw.Draw(picture)
    pen.ellipse((0, 0, side - 1, side - 1), fill=TEAL)
    for x in (0.34, 0.66):
        pen.ellipse([side * v for v in (x - 0.07, 0.33, x + 0.07, 0.47)], fill=PAPER)
    pen.rounded_rectangle([side * v for v in (0.28, 0.64, 0.72, 0.72)], radius=side * 0.04, fill=PAPER)
    return picture.resize((SIDE_PX, SIDE_PX), Image.Resampling.LANCZOS)
