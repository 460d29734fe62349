"""Damaged files of every kind through the decoding process: signals, hangs and errors that nobody expected.

    python -m tests.bench.mutations [--each 300] [--kinds jpeg ts ...] [--seed 1]

Exit status 1 if anything but a result or one sentence came out. Bytes are replaced, cut, doubled and zeroed,
most of them near the start, where headers are.
"""

import argparse
import sys
import time
from collections import Counter

import numpy as np

from fer.errors import CrashedInputError, InputError, MemoryInputError, StalledInputError
from fer.sources.isolated.parent import Child
from tests.helpers.footage_kinds import CLIPS, PHOTOS, animation, video

KINDS = (*PHOTOS, *CLIPS, "gif film", "webp film")
WITHIN_S = 60.0
"""Longer is a hang."""

BAD = (CrashedInputError, StalledInputError, MemoryInputError)


def seed_file(kind: str) -> bytes:
    """The undamaged file."""
    if kind.endswith(" film"):
        return animation(kind.split()[0].upper())
    return PHOTOS[kind](120, 80) if kind in PHOTOS else video(kind)


def damaged(data: bytes, rng: np.random.Generator) -> bytes:
    """The file with some of it changed."""
    out, deed = bytearray(data), rng.integers(0, 6)
    near = max(1, int(len(out) * rng.choice([0.02, 0.2, 1.0])))
    if deed == 0:
        return bytes(out[: rng.integers(1, len(out))])
    if deed == 1:
        at = int(rng.integers(0, near))
        length = int(rng.integers(1, 200))
        return bytes(out[:at] + out[at : at + length] * int(rng.integers(2, 5)) + out[at + length :])
    if deed == 2:
        at = int(rng.integers(0, near))
        out[at : at + int(rng.integers(1, 64))] = bytes(int(rng.choice([0, 255])) for _ in range(16))
    else:
        for at in rng.integers(0, near, int(rng.integers(1, 12))):
            out[at] = rng.integers(0, 256)
    return bytes(out)


class Reader:
    """One decoding process for many files, so that what one file does to it shows in the next."""

    def __init__(self) -> None:
        self._child: Child | None = None

    def outcome(self, kind: str, data: bytes) -> str:
        """What became of one file: read, refused, or what should never be."""
        try:
            self._read(kind, data)
        except BAD as error:
            return error.code
        except InputError:
            return "refused"
        except Exception as error:  # whatever it is: that none of these comes is what is measured
            return f"unhandled {type(error).__name__}"
        return "read"

    def close(self) -> None:
        """End the process."""
        if self._child is not None:
            self._child.close()

    def _read(self, kind: str, data: bytes) -> None:
        if self._child is None or not self._child.alive:
            self._child = Child()
        child = self._child
        if kind in PHOTOS:
            child.ask({"do": "image", "name": kind}, data)
            child.picture(child.answer(("image",), timeout_s=WITHIN_S))
            return
        child.ask({"do": "sound"}, data)
        message = child.answer(("sound",), timeout_s=WITHIN_S)
        child.bytes_behind(int(message.get("bytes", 0)))
        child.ask({"do": "open", "name": kind, "fps": None, "max_frames": 30, "stall_s": 5.0}, data)
        child.answer(("open",), timeout_s=WITHIN_S)
        child.ask({"do": "frames"})
        while (message := child.answer(("frame", "end"), timeout_s=WITHIN_S))["is"] == "frame":
            child.picture(message)
            child.free(message["slot"])


def main() -> int:
    """Damage, read, count."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--each", type=int, default=300)
    parser.add_argument("--kinds", nargs="+", default=KINDS, choices=KINDS)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    total: Counter[str] = Counter()
    reader = Reader()
    print(f"{'kind':20} {'read':>6} {'refused':>8} {'bad':>5}  seconds")
    for kind in args.kinds:
        data, rng = seed_file(kind), np.random.default_rng([args.seed, KINDS.index(kind)])
        if reader.outcome(kind, data) != "read":
            print(f"{kind}: the undamaged file is not read", file=sys.stderr)
            total["unread seed"] += 1
            continue
        started, found = time.monotonic(), Counter()
        for number in range(args.each):
            told = reader.outcome(kind, damaged(data, rng))
            found[told] += 1
            if told not in ("read", "refused"):
                print(f"{kind} {number} (seed {args.seed}): {told}", file=sys.stderr)
        bad = args.each - found["read"] - found["refused"]
        took = time.monotonic() - started
        print(f"{kind:20} {found['read']:6} {found['refused']:8} {bad:5}  {took:7.1f}", flush=True)
        total += found
    reader.close()
    print(dict(total))
    return int(set(total) - {"read", "refused"} != set())


if __name__ == "__main__":
    sys.exit(main())
