"""The process that decodes: ``python -m fer.sources.isolated.child``; `parent` beside it starts it.

It reads tasks from its standard input and answers on what was its standard output. It opens no file of the
user, writes none, and ends with whoever started it.
"""

import contextlib
import mmap
import os
import signal
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import Any

import numpy as np
from av import VideoFrame, logging

from fer.errors import FerError
from fer.records import Frame
from fer.sources.animation import AnimationReader
from fer.sources.container import FilmReader
from fer.sources.images import read_image
from fer.sources.isolated.channel import SLOT_BYTES, SLOTS, Channel, ChannelClosed, map_pane
from fer.sources.isolated.limits import limit_memory, limit_process
from fer.sources.sound import Sound
from fer.sources.video import VideoSource

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None

MEMORY_CODE = "input_memory"
BEAT_S = 1.0


class Decoder:
    """What the process does, task after task.

    Args:
        channel: To the parent.
        pane: Memory that the parent sees; None where pictures go through the channel.
    """

    def __init__(self, channel: Channel, pane: mmap.mmap | None) -> None:
        self._channel, self._pane = channel, pane
        self._video: VideoSource | None = None
        self._said_s = time.monotonic()
        self.tasks: dict[str, Callable[[dict, bytes], None]] = {
            "image": self._image,
            "open": self._open,
            "frames": self._frames,
            "sound": self._sound,
        }

    def serve(self) -> None:
        """Do tasks until the parent is gone."""
        while True:
            task = self._channel.receive()
            if "do" not in task:  # the places of the last frames of a video that was read to its end
                continue
            data = bytearray(int(task.get("bytes", 0)))
            limit_memory(len(data) * 2)
            self._channel.read_into(memoryview(data))
            self.do(task, bytes(data))

    def do(self, task: dict, data: bytes) -> None:
        """Do one task; what goes wrong is said, as code and sentence."""
        try:
            self.tasks[task["do"]](task, data)
        except ChannelClosed:
            raise
        except FerError as exc:
            self.say({"is": "error", "code": exc.code, "text": exc.message[:2000]})
        except MemoryError:
            self.say({"is": "error", "code": MEMORY_CODE, "text": ""})
        except Exception as exc:
            # A decoder may raise anything on hostile data; the file is what is wrong.
            self.say({"is": "error", "code": "input_damaged", "text": "", "kind": type(exc).__name__})

    def say(self, message: dict[str, Any], payload: bytes | memoryview = b"") -> None:
        """Tell the parent."""
        self._said_s = time.monotonic()
        self._channel.send(message, payload)

    def beat(self) -> None:
        """Tell the parent now and then that something is being decoded."""
        if time.monotonic() - self._said_s > BEAT_S:
            self.say({"is": "busy"})

    def _image(self, task: dict, data: bytes) -> None:
        loaded = read_image(data, name=task["name"])
        told = {"is": "image", "notes": list(loaded.notes), "partial": loaded.partial}
        self._show(loaded.frame.image, 0, told)

    def _open(self, task: dict, data: bytes) -> None:
        if self._video is not None:
            self._video.close()
        options = {name: task[name] for name in ("name", "fps", "max_frames", "stall_s")}
        self._video = BeatingVideo(data, self.beat, **options)
        self.say({"is": "open", "info": self._info()})

    def _frames(self, task: dict, data: bytes) -> None:
        if self._video is None:
            raise ValueError("no video was opened")
        free = deque(range(SLOTS))
        for frame in self._video:
            while not free:
                free.append(int(self._channel.receive()["free"]))
            self._give(frame, free.popleft())
        self.say({"is": "end", "info": self._info()})

    def _sound(self, task: dict, data: bytes) -> None:
        sound = Sound(data)
        try:
            made = sound.alone(self.beat) if sound.there else b""
        finally:
            sound.close()
        self.say({"is": "sound", "trouble": sound.trouble[:200], "there": sound.there}, made)

    def _give(self, frame: Frame, slot: int) -> None:
        told = {"is": "frame", "index": frame.index, "time_s": frame.timestamp_s, "slot": slot}
        self._show(frame.image, slot, told | {"info": self._info()})

    def _show(self, image: np.ndarray, slot: int, message: dict) -> None:
        """Hand a picture over: in the pane where there is one, else behind the message."""
        shape = {"height": image.shape[0], "width": image.shape[1]}
        if self._pane is None:
            self.say(message | shape, np.ascontiguousarray(image).data.cast("B"))
            return
        room = np.frombuffer(self._pane, np.uint8, image.size, slot * SLOT_BYTES)
        np.copyto(room.reshape(image.shape), image)
        self.say(message | shape)

    def _info(self) -> dict:
        return asdict(self._video.facts) if isinstance(self._video, BeatingVideo) else {}


class BeatingVideo(VideoSource):
    """A video that is heard of even while no frame is wanted.

    Args:
        source: Its bytes.
        beat: Called with every decoded frame.
        options: Of `VideoSource`.
    """

    def __init__(self, source: bytes, beat: Callable[[], None], **options: Any) -> None:
        self._beat = beat
        super().__init__(source, **options)
        self._sha256 = "-"  # the parent has the bytes and their hash

    @property
    def facts(self):
        """What is known by now."""
        return self.info

    def _pictures(self, reader: FilmReader | AnimationReader) -> Iterator[tuple[int, VideoFrame]]:
        for item in super()._pictures(reader):
            self._beat()
            yield item


def end_with_parent(lifeline: int) -> None:
    """Let the system end this process as soon as nobody holds the other end, whatever it is doing.

    Args:
        lifeline: A pipe through which nothing ever comes.
    """
    if fcntl is None or not hasattr(os, "O_ASYNC"):
        return
    with contextlib.suppress(OSError):
        signal.signal(signal.SIGIO, signal.SIG_DFL)
        fcntl.fcntl(lifeline, fcntl.F_SETOWN, os.getpid())
        fcntl.fcntl(lifeline, fcntl.F_SETFL, fcntl.fcntl(lifeline, fcntl.F_GETFL) | os.O_ASYNC)


def own_channel() -> Channel:
    """The way to the parent, out of reach of whatever a library prints."""
    reading, writing = os.dup(0), os.dup(1)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nowhere, standard)
    return Channel(reading, writing)


def main(arguments: list[str]) -> int:
    """Serve until the parent is gone.

    Args:
        arguments: File descriptors of the pane and of the lifeline, ``-1`` for none.
    """
    pane, lifeline = (int(text) for text in arguments)
    if hasattr(signal, "SIGINT"):
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    channel = own_channel()
    logging.set_level(None)
    if lifeline >= 0:
        end_with_parent(lifeline)
    mapped = map_pane(pane) if pane >= 0 else None
    limit_process()
    try:
        channel.send({"is": "ready"})
        Decoder(channel, mapped).serve()
    except ChannelClosed:
        return 0
    return 0


if __name__ == "__main__":
    os._exit(main(sys.argv[1:]))
