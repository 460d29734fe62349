"""How many processors there are to work on."""

import os


def processors() -> int:
    """Processors that this process may run on; all of the machine where the system cannot say."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
