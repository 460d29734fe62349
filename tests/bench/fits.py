"""Does the app fit a small machine: a whole visit under a limit of memory, and the peak.

    python -m tests.bench.fits [--mib 1024] [--live-seconds 60] [--explain]

Exit status 1 if the visit did not come to its end. The limit is a cgroup where one can be made (as root, v2
or v1): the kernel then ends what passes it. Where none can, the memory is only watched, and the app is killed
when it passes. The browser is outside of it.
"""

import argparse
import os
import signal
import sys
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.bench.visit import VisitError, visit
from tests.helpers.live_app import running_app

GROUPS = (
    (Path("/sys/fs/cgroup"), "memory.max"),
    (Path("/sys/fs/cgroup/memory"), "memory.limit_in_bytes"),
)
"""Root of the memory controller and the file of its limit: cgroup v2, then v1."""

NAME = "fer-fits"
LOOK_EVERY_S = 0.2
MIB = 2**20


@contextmanager
def limited(limit: int):
    """A command's prefix that puts it under the limit, and what enforces it."""
    for root, name in GROUPS:
        group = root / f"{NAME}-{os.getpid()}"
        if not (root / "cgroup.procs").exists():  # no cgroup here, or the other version's
            continue
        try:
            group.mkdir()
            (group / name).write_text(str(limit))
        except OSError:
            continue
        try:
            yield ["sh", "-c", f'echo $$ > {group}/cgroup.procs; exec "$@"', "sh"], f"cgroup ({name})"
        finally:
            group.rmdir()
        return
    yield [], "watched, and killed above it"


@dataclass
class Watch:
    """Samples the memory of a process with its children (proportional set size), and kills above a limit.

    Args:
        pid: The first process.
        limit: Bytes.
    """

    pid: int
    limit: int
    peak: int = 0
    done: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Look until `done`."""
        while not self.done.wait(LOOK_EVERY_S):
            now = sum(_memory(pid) for pid in _family(self.pid))
            self.peak = max(self.peak, now)
            if now > self.limit:
                os.kill(self.pid, signal.SIGKILL)
                return


def _family(pid: int) -> list[int]:
    try:
        threads = Path(f"/proc/{pid}/task").iterdir()
        children = [int(word) for thread in threads for word in (thread / "children").read_text().split()]
    except OSError:
        return [pid]
    return [pid, *(one for child in children for one in _family(child))]


def _memory(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:  # it has just ended
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))


def main() -> int:
    """Visit, and print the peak."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--mib", type=int, default=1024)
    parser.add_argument("--live-seconds", type=float, default=60.0)
    parser.add_argument("--explain", action="store_true", help="a face is explained too: loads TensorFlow")
    args = parser.parse_args()
    with limited(args.mib * MIB) as (prefix, how), running_app(prefix=prefix) as (address, process):
        watch = Watch(process.pid, args.mib * MIB)
        thread = threading.Thread(target=watch.run, daemon=True)
        thread.start()
        restarts, trouble = 0, ""
        try:
            restarts = visit(address, live_s=args.live_seconds, explain=args.explain)
        except VisitError as error:
            trouble = f"{error}."
        finally:
            watch.done.set()
            thread.join()
        if process.poll() is not None:
            trouble = f"The app was ended: it needs more than {args.mib} MiB. {trouble}"
    again = f", the camera started again {restarts} times: the machine is busy" if restarts else ""
    print(f"peak {watch.peak / MIB:.0f} MiB of {args.mib} ({how}), {args.live_seconds:.0f} s live{again}")
    if trouble:
        print(trouble, file=sys.stderr)
    return 1 if trouble else 0


if __name__ == "__main__":
    sys.exit(main())
