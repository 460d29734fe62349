"""The live path for a while: the benchmark of its steps, and a soak that looks for growth of memory."""

import os
import re

import pytest

from fer.benchmark.live import FER_PACKAGE_MS, STEPS, live_latency
from tests.bench.soak import JUDGED_FROM_MIN, MAX_MIB_PER_MIN
from tests.helpers.measuring import VISIT_S, bench

SOAK_MINUTES = float(os.environ.get("FER_SOAK_MINUTES", "0.1"))
"""`.ci/run slow` sets 10."""


@pytest.mark.slow
def test_the_live_benchmark_measures_every_step():
    figures = live_latency(rounds=1)
    assert tuple(figures["ms"]) == STEPS and all(ms > 0 for ms in figures["ms"].values())
    assert figures["frames"] > 90 and figures["failed"] == 0
    assert figures["ms_median"] <= figures["ms_p95"] and figures["fer_package_ms"] == FER_PACKAGE_MS


@pytest.mark.slow
@pytest.mark.timeout(60 * SOAK_MINUTES + VISIT_S + 30)
def test_case_60_a_soak_leaves_no_slope_and_gives_its_threads_back():
    run = bench("soak", "--minutes", f"{SOAK_MINUTES}", within_s=60 * SOAK_MINUTES + VISIT_S)
    assert run.returncode == 0, run.stdout + run.stderr
    assert " 0 failed" in run.stdout
    before, _, after = [int(part.split()[0]) for part in run.stdout.split("threads ")[1].split(", ")]
    assert after <= before + 1  # the executor of the event loop may stay
    found = float(re.search(r"slope ([+-][\d.]+) MiB/min", run.stdout)[1])
    assert found < MAX_MIB_PER_MIN or SOAK_MINUTES < JUDGED_FROM_MIN
