"""A file of every kind of photo and video that is read, for measurements that damage or enlarge them."""

import io
from collections.abc import Callable

import numpy as np
from PIL import Image
from pillow_heif import from_pillow

from tests.helpers.clips import clip


def scene(width: int, height: int, mode: str = "RGB") -> Image.Image:
    """A picture with some content in any mode."""
    rows, columns = np.mgrid[0:height, 0:width].astype(np.uint32)
    gray = ((rows * 255 // max(height, 1) + columns * 3) % 256).astype(np.uint8)
    if mode == "I;16":
        return Image.fromarray(gray.astype(np.uint16) * 257)
    picture = Image.fromarray(gray)
    if mode == "RGB":
        other = Image.fromarray((columns * 255 // max(width, 1)).astype(np.uint8))
        return Image.merge("RGB", (picture, other, picture))
    return picture.convert(mode)


def photo(form: str, mode: str = "RGB", **options) -> Callable[[int, int], bytes]:
    """What makes a photo of that kind in a size."""

    def make(width: int, height: int) -> bytes:
        file, picture = io.BytesIO(), scene(width, height, mode)
        if form == "HEIC":
            from_pillow(picture).save(file, quality=50)
        else:
            picture.save(file, form, **options)
        return file.getvalue()

    return make


PHOTOS: dict[str, Callable[[int, int], bytes]] = {
    "jpeg": photo("JPEG"),
    "jpeg progressive": photo("JPEG", progressive=True, subsampling=0),
    "jpeg cmyk": photo("JPEG", "CMYK"),
    "png": photo("PNG", compress_level=1),
    "png alpha": photo("PNG", "RGBA", compress_level=1),
    "png gray": photo("PNG", "L", compress_level=1),
    "png 16 bits": photo("PNG", "I;16", compress_level=1),
    "png palette": photo("PNG", "P", compress_level=1),
    "webp": photo("WEBP", quality=50, method=0),
    "webp alpha": photo("WEBP", "RGBA", lossless=True, method=0, quality=0),
    "bmp": photo("BMP"),
    "gif": photo("GIF", "P"),
    "tiff": photo("TIFF"),
    "tiff lzw": photo("TIFF", compression="tiff_lzw"),
    "tiff 16 bits": photo("TIFF", "I;16"),
    "tiff cmyk": photo("TIFF", "CMYK"),
    "avif": photo("AVIF", speed=10, quality=50),
    "avif alpha": photo("AVIF", "RGBA", speed=10, quality=50),
    "heic": photo("HEIC"),
    "heic alpha": photo("HEIC", "RGBA"),
    "ppm": photo("PPM"),
    "pgm": photo("PPM", "L"),
}
"""Kind -> what makes one of a width and height."""

_MPEG2 = {"codec": "mpeg2video", "rate": 25}
CLIPS: dict[str, dict] = {
    "mp4": {"container": "mp4", "codec": "libx264"},
    "mov": {"container": "mov", "codec": "mpeg4"},
    "mkv": {"container": "matroska", "codec": "libx264"},
    "webm": {"container": "webm", "codec": "libvpx"},
    "avi": {"container": "avi", "codec": "mpeg4"},
    "ts": {"container": "mpegts", **_MPEG2},
    "ps": {"container": "mpeg", **_MPEG2},
    "asf": {"container": "asf", "codec": "wmv2"},
    "flv": {"container": "flv", "codec": "flv"},
    "dv": {"container": "dv", "codec": "dvvideo", "rate": 25, "width": 720, "height": 576},
    "mxf": {"container": "mxf", **_MPEG2},
    "ivf": {"container": "ivf", "codec": "libvpx"},
    "y4m": {"container": "yuv4mpegpipe", "codec": "wrapped_avframe"},
    "h264": {"container": "h264", "codec": "libx264"},
    "hevc": {"container": "hevc", "codec": "libx265", "codec_options": {"x265-params": "log-level=none"}},
}
"""Kind -> how `tests.helpers.clips.clip` makes it."""


def video(kind: str, frames: int = 8) -> bytes:
    """A short clip of that kind."""
    options = dict(CLIPS[kind])
    width, height = options.pop("width", 96), options.pop("height", 64)
    images = [np.roll(np.asarray(scene(width, height)), 5 * k, 1) for k in range(frames)]
    return clip(images, **options)


def animation(form: str = "GIF") -> bytes:
    """A picture that moves."""
    file = io.BytesIO()
    pictures = [scene(64, 48).rotate(20 * k) for k in range(4)]
    pictures[0].save(file, form, save_all=True, append_images=pictures[1:], duration=100)
    return file.getvalue()
