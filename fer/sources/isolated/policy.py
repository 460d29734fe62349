"""Where files are decoded: in this process, or each upload in one of its own.

The command line reads files of whoever started it and decodes them itself. A server reads what strangers
send, so the app asks once, at its start, for processes of their own; whatever opens a file here obeys.
"""

from pathlib import Path

from fer.sources import images, video
from fer.sources.images import LoadedImage
from fer.sources.isolated import reading
from fer.sources.isolated.reading import VideoApart, read_image_apart, sound_apart
from fer.sources.sound import Sound
from fer.sources.video import VideoSource

NOTHING = b"no sound"
"""Bytes that are no video: a sound that is not there."""

_apart = False


def decode_apart(wanted: bool = True) -> None:
    """From now on, decode in processes of their own, or in this one again."""
    global _apart
    _apart = wanted


def decodes_apart() -> bool:
    """Whether files are decoded in processes of their own."""
    return _apart


def have_one_ready() -> None:
    """Start the process for the next file now, so that it need not wait: a fresh server has none."""
    if _apart:
        reading.CHILDREN.warm()


def open_video(source: bytes | str | Path, **options) -> VideoSource | VideoApart:
    """A video to be read, as `fer.sources.video.VideoSource`. Takes its arguments, raises its errors."""
    return VideoApart(source, **options) if _apart else video.VideoSource(source, **options)


def open_sound(source: bytes | str | Path) -> Sound:
    """The sound of a video, as `fer.sources.sound.Sound`; apart, what is opened here we made ourselves."""
    if not _apart:
        return Sound(source)
    made, trouble = sound_apart(source)
    sound = Sound(made or NOTHING)
    sound.trouble = sound.trouble or trouble
    sound.there = bool(made) or bool(trouble)
    return sound


def read_image(source: bytes | str | Path, *, name: str | None = None) -> LoadedImage:
    """A picture, as `fer.sources.images.read_image` reads it. Takes its arguments, raises its errors."""
    return read_image_apart(source, name=name) if _apart else images.read_image(source, name=name)
