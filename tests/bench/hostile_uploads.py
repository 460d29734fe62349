"""Memory under ten hostile uploads, and whether the eleventh is read: bombs, runaways, damaged files.

    python -m tests.bench.hostile_uploads [--bound 300]

The decoders are those of `tests/helpers/hostile_decoder.py`, which crash, loop and eat memory when the upload
asks for it. This process does what a job of the server does; peak and end are those of it and its decoding
processes together, what they share counted once. Exit status 1 if the peak above idle passes the bound in
megabytes, memory does not come back within 60 MB, or an ordinary photo is not read afterwards. What the
eaters of memory take until they are stopped is printed and not judged: their bound is the address space.
"""

import argparse
import io
import os
import sys
import threading
from pathlib import Path

from PIL import Image

from fer.errors import InputError
from fer.sources import decode_apart, open_video, read_image
from fer.sources.isolated import parent, reading
from tests.helpers.clips import clip, ramp
from tests.helpers.footage_kinds import PHOTOS
from tests.helpers.places import ROOT

HOSTILE = ROOT / "tests" / "helpers" / "hostile_decoder.py"
EATERS = ("eat.png", "malloc.png")
BACK_MB = 60.0


def uploads() -> dict[str, bytes]:
    """Name -> content."""
    small, film = PHOTOS["png"](60, 40), clip(ramp(6))
    bombs = {}
    for name, mode in (("rgba.png", "RGBA"), ("gray16.png", "I;16")):
        file = io.BytesIO()
        Image.new(mode, (7900, 7900)).save(file, "PNG")
        bombs[name] = file.getvalue()
    return {
        "abort.png": small + b"!abort",
        "crash.png": small + b"!crash",
        "loop.png": small + b"!loop",
        "eat.png": small + b"!eat",
        "malloc.png": small + b"!malloc",
        **bombs,
        "abort.mp4": film + b"!abort",
        "loop.mp4": film + b"!loop",
        "half.mp4": film[: len(film) // 2],
    }


class Watch(threading.Thread):
    """Memory of this process and its children, in megabytes."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self._ended = threading.Event()
        self.peak = self.now()

    def now(self) -> float:
        """At this moment."""
        return sum(_pss_mb(pid) for pid in (os.getpid(), *_children(os.getpid())))

    def run(self) -> None:
        """Look again and again."""
        while not self._ended.wait(0.1):
            self.peak = max(self.peak, self.now())

    def stop(self) -> None:
        """Look no more."""
        self._ended.set()
        self.join()


def _pss_mb(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1000
    except (OSError, StopIteration):
        return 0.0


def _children(pid: int) -> list[int]:
    found = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        try:
            found += [int(text) for text in (task / "children").read_text().split()]
        except OSError:
            continue
    return found


def read(name: str, data: bytes) -> str:
    """Read one upload as a job does; what came of it."""
    try:
        if name.endswith(".png"):
            height, width = read_image(data, name=name).frame.image.shape[:2]
            return f"read, {width} x {height}"
        with open_video(data, name=name, stall_s=3.0) as film:
            return f"read, {sum(1 for _ in film)} frames"
    except InputError as error:
        return error.code


def main() -> int:
    """Upload, watch, compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bound", type=float, default=300.0)
    args = parser.parse_args()
    parent.COMMAND = (sys.executable, str(HOSTILE))
    reading.ANSWER_S, reading.GRACE_S = 15.0, 3.0
    decode_apart()
    good, bad = PHOTOS["png"](60, 40), uploads()
    read("good.png", good)
    watch, highest = Watch(), 0.0
    idle = watch.now()
    watch.start()
    for name, data in bad.items():
        watch.peak = watch.now()
        told = read(name, data)
        print(f"{name:12} {told:24} peak {watch.peak - idle:+6.0f} MB", flush=True)
        highest = max(highest, 0.0 if name in EATERS else watch.peak - idle)
    watch.stop()
    last, end = read("good.png", good), watch.now()
    print(f"idle {idle:.0f} MB, highest {highest:+.0f} MB, at the end {end - idle:+.0f} MB; then: {last}")
    parent.CHILDREN.close()
    return int(highest > args.bound or end - idle > BACK_MB or not last.startswith("read"))


if __name__ == "__main__":
    sys.exit(main())
