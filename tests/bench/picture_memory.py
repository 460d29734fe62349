"""Peak memory of the largest picture of each kind that may be read, in the process that decodes it.

    python -m tests.bench.picture_memory [--kinds "png alpha" heic ...] [--bound 300]

Each is read in a new process after a small one of its kind. Exit status 1 if one takes more megabytes above
the idle process than the bound. Making the pictures takes long: leave the machine alone.
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from fer.errors import TooLargeInputError
from fer.sources import images
from tests.helpers.footage_kinds import PHOTOS
from tests.helpers.places import ROOT

SIZES = tuple((side * 4, side * 3) for side in range(2300, 500, -100))
"""From 63 megapixels downwards."""


def read_one(small: Path, large: Path) -> int:
    """In the measured process: megabytes above idle."""
    images.read_image(small.read_bytes())
    data = large.read_bytes()
    before = memory_mb("VmRSS")
    images.read_image(data)
    return round(memory_mb("VmHWM") - before)


def memory_mb(what: str) -> float:
    """Of this process: ``VmRSS`` now, ``VmHWM`` at most. (getrusage would count whoever started it too.)"""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 / 1e6 for line in lines if line.startswith(what))


def largest(kind: str) -> tuple[tuple[int, int], bytes]:
    """The largest picture of a kind that is not refused, by its header."""
    for size in SIZES:
        data = PHOTOS[kind](*size)
        if len(data) > images.MAX_FILE_BYTES:
            continue
        try:
            allowed(data)
        except TooLargeInputError:
            continue
        return size, data
    raise ValueError(f"no size of {kind} is allowed")


def allowed(data: bytes) -> None:
    """Raise if the picture is refused before it is decoded."""

    class Allowed(Exception):
        pass

    def stop(*_, **__):
        raise Allowed

    loading, images.upright_rgb = images.upright_rgb, stop
    try:
        images.read_image(data)
    except images.DamagedInputError as error:
        if not isinstance(error.__cause__, Allowed):
            raise
    finally:
        images.upright_rgb = loading


def main() -> int:
    """Make, read, compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kinds", nargs="+", default=list(PHOTOS), choices=list(PHOTOS))
    parser.add_argument("--bound", type=float, default=300.0)
    parser.add_argument("--one", nargs=2, type=Path, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.one:
        print(read_one(*args.one))
        return 0
    over = []
    print(f"{'kind':20} {'size':>13} {'file MB':>8} {'peak MB':>8}")
    for kind in args.kinds:
        with tempfile.TemporaryDirectory() as folder:
            small, large = Path(folder, "small"), Path(folder, "large")
            size, data = largest(kind)
            small.write_bytes(PHOTOS[kind](64, 48))
            large.write_bytes(data)
            command = [sys.executable, "-m", "tests.bench.picture_memory", "--one", str(small), str(large)]
            done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
        peak = int(done.stdout)
        over += [kind] if peak > args.bound else []
        print(f"{kind:20} {size[0]:6} x {size[1]:4} {len(data) / 1e6:8.1f} {peak:8}", flush=True)
    print(f"over {args.bound:g} MB: {', '.join(over) or 'none'}")
    return int(bool(over))


if __name__ == "__main__":
    sys.exit(main())
