"""Photos and videos through a decoding process, with the faces of `read_image` and `VideoSource`."""

from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path

from fer.errors import (
    DamagedInputError,
    InputError,
    TooLargeInputError,
    UnsupportedInputError,
)
from fer.records import Frame, SourceInfo
from fer.sources.images import MAX_FILE_BYTES, LoadedImage
from fer.sources.isolated.parent import ANSWER_S, CHILDREN, Child
from fer.sources.magic import HEAD_BYTES, input_kind, sniff, unsupported
from fer.sources.opening import hash_source, open_binary, source_name
from fer.sources.video import MAX_FRAMES, STALL_S, check_wanted

PICTURES_EACH = 64
"""So many pictures are read by one process; whatever a library loses goes with it."""
MAX_SOUND_BYTES = 512 * 2**20
_NO_SOUND = "the sound cannot be read"
_BEFORE_DECODING = (UnsupportedInputError, TooLargeInputError)
GRACE_S = 10.0
"""Beyond its own budget a video gets so long to say that it stalls."""


def read_image_apart(source: bytes | str | Path, *, name: str | None = None) -> LoadedImage:
    """As `fer.sources.images.read_image`, but decoded in another process.

    Raises:
        InputError: As there; also that the decoder crashed, took too long or too much memory.
    """
    data = _bytes_of(source)
    if input_kind(sniff(data[:HEAD_BYTES])) != "image":
        raise unsupported(data[:HEAD_BYTES], wanted="image")
    label = source_name(source, name, default="photo")
    child = CHILDREN.used()
    try:
        child.ask({"do": "image", "name": label}, data[: MAX_FILE_BYTES + 1])
        message = child.answer(("image",), timeout_s=ANSWER_S)
        image = child.picture(message)
    except _BEFORE_DECODING:
        CHILDREN.give_back(child, most=PICTURES_EACH)
        raise
    except BaseException:
        CHILDREN.end(
            child
        )  # a decoder that met damage may be damaged itself: no other picture goes through it
        raise
    CHILDREN.give_back(child, most=PICTURES_EACH)
    notes = tuple(str(note)[:500] for note in message.get("notes", ())[:10])
    return LoadedImage(Frame(image, source=label), notes, message.get("partial") is True)


def sound_apart(source: bytes | str | Path) -> tuple[bytes, str]:
    """The sound of a video as an MP4 without pictures, and why some is missing; read in another process.

    Returns:
        No bytes where there is no sound, or none that can be read.
    """
    child = CHILDREN.fresh()
    try:
        child.ask({"do": "sound"}, _bytes_of(source))
        message = child.answer(("sound",), timeout_s=STALL_S + GRACE_S)
        size = message.get("bytes", 0)
        if not isinstance(size, int) or not 0 <= size <= MAX_SOUND_BYTES:
            return b"", _NO_SOUND
        return child.bytes_behind(size), str(message.get("trouble", ""))[:200]
    except InputError:
        return b"", _NO_SOUND
    finally:
        CHILDREN.end(child)


class VideoApart:
    """As `fer.sources.video.VideoSource`, but decoded in another process.

    Leaving the block or an iteration ends the process. Arguments and errors are those of `VideoSource`;
    besides that the decoder crashed, took too long or too much memory.
    """

    def __init__(
        self,
        source: bytes | str | Path,
        *,
        name: str | None = None,
        fps: float | None = None,
        max_frames: int = MAX_FRAMES,
        stall_s: float = STALL_S,
    ) -> None:
        check_wanted(fps, max_frames)
        self._data = _bytes_of(source)
        self._sha256 = ""
        self._timeout_s = stall_s + GRACE_S
        label = source_name(source, name, default="video")
        self._task = {"do": "open", "name": label, "fps": fps, "max_frames": max_frames, "stall_s": stall_s}
        self._child: Child | None = None
        self._closed = False
        self._info = SourceInfo(label, "video")
        self._open()

    def __enter__(self) -> "VideoApart":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the process. The facts in `info` stay."""
        self._closed = True
        self._let_go()

    @property
    def info(self) -> SourceInfo:
        """Facts about the video; counts, notes and ``partial`` are complete after iterating."""
        if not self._sha256:
            self._sha256 = hash_source(self._data)
        return replace(self._info, sha256=self._sha256)

    @property
    def duration_s(self) -> float | None:
        """Length in seconds; None if the file does not say."""
        return self._info.duration_s

    def __iter__(self) -> Iterator[Frame]:
        """Decode from the beginning."""
        if self._closed:
            raise ValueError("The video was closed.")
        if self._child is None:
            self._open()
        child, whole = self._child, False
        assert child is not None
        try:
            child.ask({"do": "frames"})
            while True:
                message = child.answer(("frame", "end"), timeout_s=self._timeout_s)
                self._info = _info_of(message.get("info"), self._info)
                if message["is"] == "end":
                    whole = True
                    return
                image = child.picture(message)
                child.free(int(message.get("slot", 0)))
                yield Frame(image, int(message["index"]), float(message["time_s"]), self._info.name)
        finally:
            if not whole and child is self._child:
                self._let_go()

    def _open(self) -> None:
        self._child = child = CHILDREN.fresh()
        try:
            child.ask(self._task, self._data)
            message = child.answer(("open",), timeout_s=self._timeout_s)
        except BaseException:
            self._let_go()
            raise
        self._info = _info_of(message.get("info"), self._info)

    def _let_go(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            CHILDREN.end(child)


def _bytes_of(source: bytes | str | Path) -> bytes:
    if isinstance(source, bytes) and source:
        return source
    with open_binary(source) as file:
        return bytes(file.read())


def _info_of(values: object, before: SourceInfo) -> SourceInfo:
    """The facts that the process tells, each of the type that it has to have."""
    if not isinstance(values, dict):
        raise DamagedInputError("The video is damaged: copy or download it again.")
    kept = {}
    for field in fields(SourceInfo):
        value = values.get(field.name)
        if field.name == "notes" and isinstance(value, list):
            kept["notes"] = tuple(str(note)[:500] for note in value[:20])
        elif field.name in ("width", "height", "frames_decoded", "frames_skipped") and isinstance(value, int):
            kept[field.name] = max(0, value)
        elif field.name in ("fps", "duration_s") and (value is None or isinstance(value, int | float)):
            kept[field.name] = None if value is None else float(value)
        elif field.name in ("codec", "pixel_format") and isinstance(value, str):
            kept[field.name] = value[:40]
        elif field.name == "starts_s" and isinstance(value, int | float):
            kept[field.name] = float(value)
        elif field.name == "partial":
            kept["partial"] = value is True
    return replace(before, **kept)
