"""Whole commands, from their start to their end: wall time, processor time and peak memory."""

import json
import subprocess
import sys
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


# A process inherits the peak memory of whoever starts it: so a small one starts it.
_STARTER = """
import json, os, subprocess, sys, time
started = time.perf_counter()
nothing = subprocess.DEVNULL
process = subprocess.Popen([sys.executable, *sys.argv[1:]], stdout=nothing, stderr=nothing)
_, status, used = os.wait4(process.pid, 0)
wall_s = time.perf_counter() - started
cpu_s = used.ru_utime + used.ru_stime
print(json.dumps([wall_s, cpu_s, used.ru_maxrss / 1024, os.waitstatus_to_exitcode(status)]))
"""


def run(*args: str) -> Run:
    """Run ``python ARGS`` with this library."""
    command = [sys.executable, "-S", "-c", _STARTER, *args]
    said = subprocess.run(command, cwd=IMPORT_ROOT, capture_output=True, text=True, check=True).stdout
    return Run(*json.loads(said))


def median_run(*args: str, times: int = 5) -> Run:
    """The run of median wall time of several."""
    runs = [run(*args) for _ in range(times)]
    middle = median(r.wall_s for r in runs)
    return min(runs, key=lambda r: abs(r.wall_s - middle))
