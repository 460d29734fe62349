"""Jobs of the pages, without a page."""

import time

from pages.ui.app.jobs import Job

PATIENCE_S = 30.0
"""On a machine that does other things too."""


def finish(job: Job) -> Job:
    """Wait until the job has come to its end."""
    deadline = time.monotonic() + PATIENCE_S
    while not job.finished:
        assert time.monotonic() < deadline, f"still {job.state}"
        time.sleep(0.005)
    return job
