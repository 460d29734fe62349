"""How many processors there are to work on, and of which kind."""

import os
import platform
from contextlib import suppress
from pathlib import Path

_CPUINFO = Path("/proc/cpuinfo")


def processors() -> int:
    """Processors that this process may run on; all of the machine where the system cannot say."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def processor_name() -> str:
    """Model of the first processor; on Linux with its family and number: virtual machines hide the rest."""
    with suppress(OSError):
        lines = _CPUINFO.read_text(encoding="utf-8").partition("\n\n")[0].splitlines()
        values = {name.strip(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        if name := values.get("model name"):
            return f"{name}, family {values.get('cpu family')}, model {values.get('model')}"
    return platform.processor() or platform.machine()
