"""Does the app fit a small machine: a whole visit under a limit of memory, and the peak.

    python -m tests.bench.fits [--mib 1024] [--live-seconds 60] [--explain-mib 2700]

Exit status 1 if the visit did not come to its end. The limit is a cgroup where one can be made (as root, v2
or v1): the kernel then ends what passes it. Where none can, the memory is only watched, and the app is killed
when it passes. The browser is outside of it.
"""

import argparse
import os
import signal
import sys
import threading
from collections.abc import Iterator
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


@dataclass(frozen=True)
class Limit:
    """What holds a command to its memory.

    Args:
        prefix: Of the command; empty where no cgroup can be made.
        file: Where the cgroup's limit stands.
    """

    prefix: tuple[str, ...] = ()
    file: Path | None = None

    def __str__(self) -> str:
        return f"cgroup ({self.file.name})" if self.file else "watched, and killed above it"

    def set(self, limit: int) -> None:
        """Another limit from now on, in bytes."""
        if self.file:
            self.file.write_text(str(limit))


@contextmanager
def limited(limit: int) -> Iterator[Limit]:
    """A cgroup with this limit in bytes, where one can be made."""
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
            join = f'echo $$ > {group}/cgroup.procs; exec "$@"'
            yield Limit(("sh", "-c", join, "sh"), group / name)
        finally:
            group.rmdir()
        return
    yield Limit()


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

    def peak_said(self) -> str:
        """The peak and the limit in words."""
        return f"peak {self.peak / MIB:.0f} MiB of {self.limit // MIB}"


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
    parser.add_argument(
        "--explain-mib", type=int, help="in the end a face is explained under this limit: loads TensorFlow"
    )
    args = parser.parse_args()
    with limited(args.mib * MIB) as limit, running_app(prefix=limit.prefix) as (address, process):
        watch = Watch(process.pid, args.mib * MIB)
        thread = threading.Thread(target=watch.run, daemon=True)
        thread.start()
        said, restarts, trouble = [], 0, ""

        def widen() -> None:
            said.append(f"{watch.peak_said()} ({limit}), {args.live_seconds:.0f} s live")
            watch.limit, watch.peak = args.explain_mib * MIB, 0
            limit.set(watch.limit)

        try:
            restarts = visit(
                address, live_s=args.live_seconds, before_explaining=widen if args.explain_mib else None
            )
        except VisitError as error:
            trouble = f"{error}."
        finally:
            watch.done.set()
            thread.join()
        if process.poll() is not None:
            trouble = f"The app was ended: it needs more than {watch.limit // MIB} MiB. {trouble}"
    what = "a face explained" if said else f"{args.live_seconds:.0f} s live"
    said.append(f"{watch.peak_said()} ({limit}), {what}")
    said[0] += f", the camera started again {restarts} times: the machine is busy" if restarts else ""
    print(*said, sep="\n")
    if trouble:
        print(trouble, file=sys.stderr)
    return 1 if trouble else 0


if __name__ == "__main__":
    sys.exit(main())
