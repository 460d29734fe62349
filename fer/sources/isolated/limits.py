"""What a decoding process may have: memory, time, open files, and no file to write."""

import contextlib
import os
from pathlib import Path

try:
    import resource
except ImportError:  # Windows: it goes on without
    resource = None

MOST_BYTES, LEAST_BYTES = 1_500_000_000, 400_000_000
"""Memory for decoding beside the upload itself; less where the machine has less to give."""
SHARE_OF_FREE = 0.8
CPU_S = 2 * 3600
OPEN_FILES = 64

_CGROUPS = (
    ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory.current"),
    ("/sys/fs/cgroup/memory/memory.limit_in_bytes", "/sys/fs/cgroup/memory/memory.usage_in_bytes"),
)


def limit_process() -> None:
    """Take from this process what decoding does not need; a system without such limits goes on without.

    No file can be written and no core is dumped: nothing of an upload reaches the disk. Where memory runs
    out nevertheless, the system ends this process before others.
    """
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")
    if resource is None:
        return
    limits = {"RLIMIT_CORE": 0, "RLIMIT_FSIZE": 0, "RLIMIT_NOFILE": OPEN_FILES, "RLIMIT_CPU": CPU_S}
    for name, value in limits.items():
        _limit(name, value)


def limit_memory(upload_bytes: int) -> None:
    """Bound the address space once everything is loaded: what is used now, the upload, and room to decode."""
    used = _address_space()
    if resource is not None and used:
        _limit("RLIMIT_AS", used + upload_bytes + room_bytes())


def room_bytes() -> int:
    """Memory that decoding one file may take."""
    free = free_bytes()
    return MOST_BYTES if free is None else int(min(MOST_BYTES, max(LEAST_BYTES, SHARE_OF_FREE * free)))


def free_bytes() -> int | None:
    """Memory that the machine, or the container, can still give; None where nobody says."""
    known = []
    with contextlib.suppress(OSError, ValueError, IndexError):
        lines = Path("/proc/meminfo").read_text().splitlines()
        known.append(1024 * int(next(line for line in lines if line.startswith("MemAvailable")).split()[1]))
    for most, now in _CGROUPS:
        with contextlib.suppress(OSError, ValueError):
            known.append(int(Path(most).read_text()) - int(Path(now).read_text()))
    return max(0, min(known)) if known else None


def _address_space() -> int:
    """Bytes of address space in use; 0 where nobody says."""
    with contextlib.suppress(OSError, ValueError, IndexError):
        return int(Path("/proc/self/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    return 0


def _limit(name: str, value: int) -> None:
    number = getattr(resource, name, None)
    if resource is None or number is None:
        return
    hard = resource.getrlimit(number)[1]
    value = value if hard == resource.RLIM_INFINITY else min(value, hard)
    with contextlib.suppress(OSError, ValueError):
        # Memory grows with a larger upload to the same process, so only its soft limit is set.
        resource.setrlimit(number, (value, hard if name == "RLIMIT_AS" else value))
