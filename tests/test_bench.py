"""The measurements measure: what a tracer's lines say, slopes, sections of a file; and short runs of them."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from fer.benchmarks.live import FER_PACKAGE_MS, STEPS, live_latency
from fer.benchmarks.sections import write_sections
from fer.benchmarks.vp8 import CLOCK_HZ, Vp8Way, camera_packets
from fer.errors import DamagedInputError, OutputExistsError
from tests.bench.cameras import number_of, numbered
from tests.bench.privacy import is_local, sent_to, written
from tests.bench.soak import theil_sen

ROOT = Path(__file__).resolve().parent.parent
OWN = {"192.0.2.2"}


def test_no_packets_from_no_pictures():
    assert camera_packets([], fps=15.0) == []


def test_a_picture_survives_the_codec_and_its_number_too():
    images = [numbered(np.full((480, 640, 3), 90, np.uint8), number) for number in (0, 5, 255)]
    way = Vp8Way()
    frames = [
        way.decode(packet, k * CLOCK_HZ // 15) for k, packet in enumerate(camera_packets(images, fps=15))
    ]
    assert [number_of(frame.to_ndarray(format="gray")) for frame in frames] == [0, 5, 255]
    assert [number_of(frame.to_ndarray(format="gray")[:, ::-1]) for frame in frames] == [0, 5, 255]
    assert way.encode(frames[0]) > 100


def test_a_new_section_leaves_the_others(tmp_path):
    path = tmp_path / "benchmark.json"
    write_sections({"clips": [1], "live": {"ms": 9}}, path)
    with pytest.raises(OutputExistsError):
        write_sections({"live": {"ms": 5}}, path)
    write_sections({"live": {"ms": 5}}, path, force=True)
    assert json.loads(path.read_text()) == {"clips": [1], "live": {"ms": 5}}
    path.write_text("[]")
    with pytest.raises(DamagedInputError):
        write_sections({}, path, force=True)


def test_the_slope_is_that_of_most_pairs():
    minutes = np.arange(10.0)
    assert theil_sen(minutes[:1], minutes[:1]) == 0
    size = 100 + 0.5 * minutes
    size[4] = 900  # one burst does not bend it
    assert theil_sen(minutes, size) == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("line", "target", "local"),
    [
        ('7 connect(5, {sa_family=AF_INET, sin_port=htons(443), sin_addr=inet_addr("203.0.113.9")}, 16) = 0',
         "203.0.113.9 port 443", False),
        ('7 sendto(5, "", 1, 0, {sa_family=AF_INET, sin_port=htons(9), sin_addr=inet_addr("192.0.2.2")}) = 1',
         "192.0.2.2 port 9", True),
        ('7 connect(5, {sa_family=AF_INET6, sin6_port=htons(80), sin6_flowinfo=htonl(0), '
         'inet_pton(AF_INET6, "::1", &sin6_addr), sin6_scope_id=0}, 28) = 0', "::1 port 80", True),
        ('7 sendto(5, "", 1, 0, {sin_port=htons(5353), sin_addr=inet_addr("224.0.0.251")}, 16) = 1',
         "224.0.0.251 port 5353", True),
    ],
)  # fmt: skip
def test_the_privacy_check_sees_who_was_sent_to(line, target, local):
    assert sent_to(line) == target
    assert is_local(target, OWN) is local


def test_the_privacy_check_sees_what_was_written():
    assert sent_to('7 sendmsg(5, {msg_name=NULL}, 0) = 4') is None  # fmt: skip
    assert (
        written('7 openat(AT_FDCWD, "/tmp/leak.jpg", O_WRONLY|O_CREAT|O_TRUNC, 0666) = 9') == "/tmp/leak.jpg"
    )
    assert written('7 rename("/tmp/a.part", "/tmp/a") = 0') == "/tmp/a.part"
    assert written('7 openat(AT_FDCWD, "/etc/hosts", O_RDONLY|O_CLOEXEC) = 9') is None
    assert written('7 openat(AT_FDCWD, "/x", O_RDWR) = -1 EACCES (Permission denied)') is None


@pytest.mark.slow
def test_the_live_benchmark_measures_every_step():
    figures = live_latency(rounds=1)
    assert tuple(figures["ms"]) == STEPS and all(ms > 0 for ms in figures["ms"].values())
    assert figures["frames"] > 90 and figures["failed"] == 0
    assert figures["ms_median"] <= figures["ms_p95"] and figures["fer_package_ms"] == FER_PACKAGE_MS


def bench(name: str, *options: str) -> subprocess.CompletedProcess:
    """Run a measurement as its user does."""
    command = [sys.executable, "-m", f"tests.bench.{name}", *options]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=250)


@pytest.mark.slow
def test_a_short_soak_gives_its_threads_back():
    run = bench("soak", "--minutes", "0.2")
    assert run.returncode == 0, run.stderr
    assert " 0 failed" in run.stdout and "slope" in run.stdout
    before, _, after = [int(part.split()[0]) for part in run.stdout.split("threads ")[1].split(", ")]
    assert after <= before + 1  # the executor of the event loop may stay


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.skipif(shutil.which("strace") is None, reason="needs strace (apt-get install strace)")
@pytest.mark.skipif(not Path("/usr/bin/chromium").exists(), reason="needs Debian's chromium")
def test_a_whole_visit_sends_nothing_outside_and_writes_nothing():
    run = bench("privacy", "--live-seconds", "5")
    assert run.returncode == 0, run.stdout + run.stderr
    assert "sent outside: nothing" in run.stdout and "written: nothing" in run.stdout


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.skipif(not Path("/usr/bin/chromium").exists(), reason="needs Debian's chromium")
def test_case_72_a_whole_visit_fits_a_gigabyte():
    run = bench("fits", "--live-seconds", "5")
    assert run.returncode == 0 and "peak" in run.stdout, run.stdout + run.stderr
