"""A whole visit in a browser, watched from outside: nothing is sent or written, and the app fits its host."""

import os
import re
import shutil

import pytest

from tests.helpers import live_app
from tests.helpers.measuring import VISIT_S, bench

needs_strace = pytest.mark.skipif(
    shutil.which("strace") is None, reason="needs strace (apt-get install strace)"
)
needs_chromium = pytest.mark.skipif(
    not live_app.CHROMIUM.exists(), reason="needs Debian's chromium (apt-get install chromium)"
)


@pytest.mark.slow
@pytest.mark.timeout(VISIT_S + 30)
@needs_strace
@needs_chromium
def test_a_whole_visit_sends_nothing_outside_and_writes_nothing():
    run = bench("privacy", "--live-seconds", "5")
    assert run.returncode == 0, run.stdout + run.stderr
    assert "sent outside: nothing" in run.stdout and "written: nothing" in run.stdout
    assert int(run.stdout.split(" calls watched")[0].split()[-1]) > 1000, "the tracer saw the app"


@pytest.mark.slow
@pytest.mark.timeout(VISIT_S + 30)
@needs_chromium
@pytest.mark.skipif(
    not os.environ.get("FER_SLOW"), reason="takes a minute: set FER_SLOW, as .ci/run slow does"
)
def test_case_72_a_visit_fits_a_gigabyte_and_one_that_loads_tensorflow_community_cloud():
    run = bench("fits", "--live-seconds", "5", "--explain-mib", "2700")
    assert run.returncode == 0, run.stdout + run.stderr
    visit, explained = run.stdout.splitlines()
    assert 100 < int(re.match(r"peak (\d+) MiB of 1024", visit)[1]) < 1024
    assert 500 < int(re.match(r"peak (\d+) MiB of 2700", explained)[1]) < 2700
