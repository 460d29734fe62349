"""The decoding process with decoders that do what hostile files make real ones do.

Run as a script in place of ``python -m fer.sources.isolated.child``. The last word of the upload, behind a
``!``, says what happens; any other upload is decoded as usual.
"""

import ctypes
import itertools
import os
import sys
import time

from fer.sources.isolated import child
from fer.sources.isolated.child import BeatingVideo, Decoder, main

READ = child.read_image
EATEN = []


def eat() -> None:
    """Take memory until there is none."""
    while True:
        block = bytearray(50_000_000)
        block[::4096] = b"x" * len(block[::4096])
        EATEN.append(block)


def eat_in_c() -> None:
    """Take memory as a library does that believes it gets it."""
    libc = ctypes.CDLL(None)
    libc.malloc.restype = ctypes.c_void_p
    libc.malloc.argtypes = [ctypes.c_size_t]
    while True:
        place = libc.malloc(50_000_000)
        ctypes.memset(place, 1, 50_000_000)


def write_file() -> None:
    """Write what was decoded to the disk."""
    with open("/tmp/fer-hostile-decoder", "wb") as file:
        file.write(b"x" * 100_000)
        file.flush()


DEEDS = {
    b"abort": os.abort,
    b"crash": lambda: ctypes.string_at(0),
    b"loop": lambda: sum(itertools.repeat(0)),  # in C, and with Python's lock held
    b"sleep": lambda: time.sleep(1000),
    b"eat": eat,
    b"malloc": eat_in_c,
    b"exit": lambda: os._exit(3),
    b"open": lambda: [EATEN.append(os.open(os.devnull, os.O_RDONLY)) for _ in range(10_000)],
    b"write": write_file,
    b"raise": lambda: [][1],
    b"kill": lambda: os.kill(os.getpid(), 9),
}
LIES = {
    b"huge": {"is": "image", "height": 10**9, "width": 10**9, "notes": []},
    b"negative": {"is": "image", "height": -1, "width": 5, "notes": []},
    b"slot": {"is": "image", "height": 5, "width": 5, "slot": 99, "notes": []},
    b"words": {"is": "image", "height": "x", "width": None, "notes": []},
    b"notes": {"is": "image", "height": 1, "width": 1, "notes": ["x" * 999] * 20},
    b"other": {"is": "frame"},
    b"list": {"is": ["image"]},
    b"code": {"is": "error", "code": "model_missing", "text": "x."},
}


def word_of(data: bytes) -> bytes:
    """What the upload asks for."""
    return data.rsplit(b"!", 1)[-1] if b"!" in data[-20:] else b""


class HostileVideo(BeatingVideo):
    """A video whose decoder misbehaves at its third frame."""

    def __init__(self, source, beat, **options):
        super().__init__(source, beat, **options)
        self.word = word_of(source)

    def _pictures(self, reader):
        for k, item in enumerate(super()._pictures(reader)):
            if k == 2:
                DEEDS.get(self.word, lambda: None)()
            yield item


class HostileDecoder(Decoder):
    """Says what it likes."""

    def _image(self, task, data):
        word = word_of(data)
        if word == b"noise":
            os.write(self._channel._writing, b"\xff" * 5000)
        if word == b"deep":
            text = b"[" * 5000
            os.write(self._channel._writing, len(text).to_bytes(4, "big") + text)
        if word in LIES:
            self.say(LIES[word])
            return
        DEEDS.get(word, lambda: None)()
        super()._image(task, data)


child.BeatingVideo = HostileVideo
child.Decoder = HostileDecoder
os._exit(main(sys.argv[1:]))
