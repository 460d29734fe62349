"""One live session for a long time: does memory grow, do threads stay.

    python -m tests.bench.soak [--minutes 30]

A sixth of the time at the start does not count. Prints the Theil-Sen slope of the resident memory (the
median of the slopes between all pairs of samples) with its 95% interval, and the threads before, while and
after. Exit status 1 if the stream ended before its time, or memory grows: see `trouble`.
"""

import argparse
import gc
import sys
import threading
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from scipy.stats import theilslopes

from fer.live import LiveSession, VideoProcessor
from pages.ui.live.rooms import make_analyzer
from tests.bench.cameras import Cameras
from tests.helpers.loopback import Server

SAMPLE_EVERY_S = 2.0
DISCARDED = 1 / 6
SILENT_S = 30.0
"""A stream without a new frame for this long has ended."""
MAX_MIB_PER_MIN = 1.0
JUDGED_FROM_MIN = 10.0
"""Shorter runs print their slope, but a process that has just started still grows."""
MIB = 2**20
PAGE_BYTES = 4096


@dataclass(frozen=True)
class Soaked:
    """What was seen of a session.

    Args:
        minutes: How long it ran.
        ended_early: No more frames came before its time was over.
        frames: Frames read.
        failed: Frames that could not be read.
        mib: Resident memory after the discarded start, and at the end.
        slope: MiB a minute, and the two ends of its 95% interval.
        threads: Before, while it ran, and after.
    """

    minutes: float
    ended_early: bool
    frames: int
    failed: int
    mib: tuple[float, float]
    slope: tuple[float, float, float]
    threads: tuple[int, int, int]

    def __str__(self) -> str:
        slope, low, high = self.slope
        before, running, after = self.threads
        return (
            f"{self.minutes:.1f} min, {self.frames} frames read, {self.failed} failed: "
            f"memory {self.mib[0]:.0f} to {self.mib[1]:.0f} MiB, "
            f"slope {slope:+.2f} MiB/min (95% interval {low:+.2f} to {high:+.2f}); "
            f"threads {before} before, {running} while it ran, {after} after"
        )


def trouble(seen: Soaked) -> str:
    """What is wrong with a run in one sentence; empty if nothing is."""
    if not seen.frames:
        return "No frame was read: the machine is too busy, or the models fail."
    if seen.ended_early:
        return f"The stream ended after {seen.minutes:.1f} min: the machine is too busy to keep it up."
    if seen.failed:
        return f"{seen.failed} frames could not be read."
    if seen.minutes >= JUDGED_FROM_MIN and seen.slope[0] > MAX_MIB_PER_MIN:
        return f"Memory grows by more than {MAX_MIB_PER_MIN:g} MiB/min."
    return ""


def slope(minutes: list[float], mib: list[float]) -> tuple[float, float, float]:
    """Theil-Sen slope with its 95% interval; zeros for fewer than two samples.

    Args:
        minutes: When each sample was taken.
        mib: The samples.

    Reference: Sen, J. American Statistical Association 63 (1968), 1379-1389.
    """
    if len(minutes) < 2:
        return 0.0, 0.0, 0.0
    found = theilslopes(mib, minutes, alpha=0.95)
    return float(found.slope), float(found.low_slope), float(found.high_slope)


def resident_mib() -> float:
    """Resident memory of this process."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE_BYTES / MIB


def _watch(session: LiveSession, seconds: float) -> tuple[list[float], list[float], bool]:
    """Sample the memory until the time is over or the stream silent.

    Returns:
        Minutes, MiB, and whether it ended early.
    """
    minutes, mib, came, came_s = [], [], 0, 0.0
    started_s = time.monotonic()
    while (now_s := time.monotonic() - started_s) < seconds:
        if (submitted := session.snapshot().counts.submitted) > came:
            came, came_s = submitted, now_s
        elif now_s - came_s > SILENT_S:
            return minutes, mib, True
        if now_s >= DISCARDED * seconds:
            minutes.append(now_s / 60)
            mib.append(resident_mib())
        time.sleep(SAMPLE_EVERY_S)
    return minutes, mib, False


def soak(seconds: float) -> Soaked:
    """Run one session for that long."""
    before = threading.active_count()
    with ExitStack() as stack:
        cameras = stack.enter_context(Cameras(1))
        server = stack.enter_context(Server())
        session = stack.enter_context(LiveSession(make_analyzer()))
        cameras.connect(server.worker(VideoProcessor(session)))
        started_s = time.monotonic()
        minutes, mib, ended_early = _watch(session, seconds)
        ran_s = time.monotonic() - started_s
        counts, running = session.snapshot().counts, threading.active_count()
    gc.collect()
    return Soaked(
        minutes=ran_s / 60,
        ended_early=ended_early,
        frames=counts.analyzed,
        failed=counts.failed,
        mib=(mib[0], mib[-1]) if mib else (resident_mib(),) * 2,
        slope=slope(minutes, mib),
        threads=(before, running, threading.active_count()),
    )


def main() -> int:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--minutes", type=float, default=30.0)
    args = parser.parse_args()
    try:
        seen = soak(60 * args.minutes)
    except (RuntimeError, TimeoutError) as error:
        print(f"No stream came about: {error}.", file=sys.stderr)
        return 1
    print(seen)
    if said := trouble(seen):
        print(said, file=sys.stderr)
    return 1 if said else 0


if __name__ == "__main__":
    sys.exit(main())
