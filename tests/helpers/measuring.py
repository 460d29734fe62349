"""Run a measurement of `tests/bench` as its user does."""

import subprocess
import sys

from tests.helpers.places import ROOT

VISIT_S = 600
"""A whole visit on a busy machine."""


def bench(name: str, *options: str, within_s: float = VISIT_S) -> subprocess.CompletedProcess:
    """Run a measurement as its user does."""
    command = [sys.executable, "-m", f"tests.bench.{name}", *options]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=within_s)
