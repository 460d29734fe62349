"""One live session for a long time: does memory grow, do threads stay.

    python -m tests.bench.soak [--minutes 30]

A sixth of the time at the start does not count. Prints the Theil-Sen slope of the resident memory (the
median of the slopes between all pairs of samples) and the threads before, while and after.
"""

import argparse
import gc
import threading
import time
from contextlib import ExitStack
from pathlib import Path

import numpy as np

from fer.live import LiveSession, VideoProcessor
from pages.ui.live_rooms import make_analyzer
from tests.bench.cameras import Cameras
from tests.loopback import Server

SAMPLE_EVERY_S = 2.0
DISCARDED = 1 / 6
MIB = 2**20
PAGE_BYTES = 4096


def theil_sen(x: np.ndarray, y: np.ndarray) -> float:
    """Median slope between all pairs of points (Sen 1968); 0 for fewer than two."""
    left, right = np.triu_indices(len(x), 1)
    return float(np.median((y[right] - y[left]) / (x[right] - x[left]))) if len(left) else 0.0


def resident_mib() -> float:
    """Resident memory of this process."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE_BYTES / MIB


def soak(seconds: float) -> dict:
    """Run one session.

    Args:
        seconds: How long.

    Returns:
        ``mib_per_min``, ``mib_first`` and ``mib_last`` after the start, ``frames``, ``failed``, and threads
        ``before``, ``while`` it ran and ``after``.
    """
    times, sizes = [], []
    before = threading.active_count()
    with ExitStack() as stack:
        cameras = stack.enter_context(Cameras(1))
        server = stack.enter_context(Server())
        session = stack.enter_context(LiveSession(make_analyzer()))
        cameras.connect(server.worker(VideoProcessor(session)))
        started_s = time.monotonic()
        while (now_s := time.monotonic() - started_s) < seconds:
            if now_s >= DISCARDED * seconds:
                times.append(now_s / 60)
                sizes.append(resident_mib())
            time.sleep(SAMPLE_EVERY_S)
        counts, running = session.snapshot().counts, threading.active_count()
    gc.collect()
    return {
        "mib_per_min": theil_sen(np.array(times), np.array(sizes)),
        "mib_first": sizes[0],
        "mib_last": sizes[-1],
        "frames": counts.analysed,
        "failed": counts.failed,
        "before": before,
        "while": running,
        "after": threading.active_count(),
    }


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--minutes", type=float, default=30.0)
    args = parser.parse_args()
    f = soak(60 * args.minutes)
    print(
        f"{args.minutes:g} min, {f['frames']} frames read, {f['failed']} failed: "
        f"memory {f['mib_first']:.0f} to {f['mib_last']:.0f} MiB, slope {f['mib_per_min']:+.2f} MiB/min; "
        f"threads {f['before']} before, {f['while']} while it ran, {f['after']} after"
    )


if __name__ == "__main__":
    main()
