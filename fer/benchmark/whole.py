"""Whole commands, from their start to their end: wall time, processor time and peak memory."""

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from statistics import median

from fer.io.places import IMPORT_ROOT


@dataclass(frozen=True)
class Run:
    """One run of a process.

    Args:
        wall_s: From its start to its end.
        cpu_s: Processor time of all its threads.
        peak_mib: Largest resident memory.
        status: Exit status.
    """

    wall_s: float
    cpu_s: float
    peak_mib: float
    status: int

    @property
    def cores(self) -> float:
        """Processors that were busy on average."""
        return self.cpu_s / self.wall_s


def run(*args: str) -> Run:
    """Run ``python ARGS`` with this library."""
    started = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, *args], cwd=IMPORT_ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _, status, used = os.wait4(process.pid, 0)
    wall_s = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    cpu_s = used.ru_utime + used.ru_stime
    return Run(wall_s, cpu_s, used.ru_maxrss / 1024, process.returncode)


def median_run(*args: str, times: int = 5) -> Run:
    """The run of median wall time of several."""
    runs = [run(*args) for _ in range(times)]
    middle = median(r.wall_s for r in runs)
    return min(runs, key=lambda r: abs(r.wall_s - middle))
