"""The measurements measure: what a tracer's lines say, slopes, sections of a file; and short runs of them."""

import json
import os
import re
import shutil
import subprocess
import sys

import numpy as np
import pytest

from fer.benchmark.live import FER_PACKAGE_MS, STEPS, live_latency
from fer.benchmark.sections import write_sections
from fer.benchmark.vp8 import CLOCK_HZ, Vp8Way, camera_packets
from fer.errors import DamagedInputError, OutputExistsError
from tests.bench import fits
from tests.bench.cameras import number_of, numbered
from tests.bench.privacy import is_local, own_addresses, seen_in, sent_to, tracer, written
from tests.bench.soak import JUDGED_FROM_MIN, MAX_MIB_PER_MIN, Soaked, slope, trouble
from tests.helpers import live_app
from tests.helpers.places import ROOT

SOAK_MINUTES = float(os.environ.get("FER_SOAK_MINUTES", "0.2"))
"""`.ci/run slow` sets 10."""
VISIT_S = 600
"""A whole visit on a busy machine."""
needs_strace = pytest.mark.skipif(
    shutil.which("strace") is None, reason="needs strace (apt-get install strace)"
)
needs_chromium = pytest.mark.skipif(
    not live_app.CHROMIUM.exists(), reason="needs Debian's chromium (apt-get install chromium)"
)
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
    minutes = list(np.arange(10.0))
    assert slope([], []) == slope([1.0], [90.0]) == (0, 0, 0)
    size = [100 + 0.5 * minute for minute in minutes]
    size[4] = 900.0  # one burst does not bend it
    value, low, high = slope(minutes, size)
    assert value == pytest.approx(0.5) and low <= value <= high


def soaked(**more) -> Soaked:
    usual = {"minutes": 10.0, "ended_early": False, "frames": 9000, "failed": 0, "mib": (300.0, 301.0)}
    return Soaked(**usual | {"slope": (0.1, 0.0, 0.2), "threads": (1, 9, 1)} | more)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({}, ""),
        ({"frames": 0}, "No frame was read"),
        ({"ended_early": True, "minutes": 2.0}, "ended after 2.0 min"),
        ({"failed": 3}, "3 frames"),
        ({"slope": (1.1, 0.9, 1.3)}, "Memory grows"),
        ({"slope": (1.1, 0.9, 1.3), "minutes": 5.0}, ""),
    ],
)
def test_a_soak_says_what_is_wrong(more, said):
    assert (said in trouble(soaked(**more))) if said else not trouble(soaked(**more))
    assert "slope +" in str(soaked(**more)) and "95% interval" in str(soaked(**more))


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
        ('7 sendto(5, "", 1, 0, {sin_port=htons(53), sin_addr=inet_addr("127.0.0.53")}, 16) = 1',
         "127.0.0.53 port 53", False),
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


LEAKS = """
import os, socket, subprocess, sys, threading
here = sys.argv[1]
open(f"{here}/picture.jpg", "wb").close()
os.close(os.open(here, os.O_TMPFILE | os.O_RDWR))
open(f"{here}/picture.jpg").close()
socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"", ("127.0.0.1", 9))
udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
tcp = socket.socket()
tcp.setblocking(False)
for send in (lambda: udp.sendto(b"", ("198.51.100.7", 9)), lambda: tcp.connect(("203.0.113.9", 443))):
    try:
        send()
    except OSError:
        pass
threading.Thread(target=lambda: subprocess.run(["mkdir", f"{here}/made"])).start()
"""
"""Does what the app must not: writes by name and without one, in a child too, and sends to two strangers."""


@needs_strace
def test_the_privacy_check_catches_what_is_sent_and_written(tmp_path):
    log, here = tmp_path / "calls", tmp_path / "here"
    here.mkdir()
    command = [sys.executable, "-B", "-c", LEAKS, str(here)]
    subprocess.run([*tracer(log), *command], check=True, timeout=60)
    seen = seen_in(log.read_text().splitlines(), own_addresses())
    assert sorted(seen.outside) == ["198.51.100.7 port 9", "203.0.113.9 port 443"]
    assert seen.paths == {f"{here}/picture.jpg": 1, str(here): 1, f"{here}/made": 1}


def test_memory_over_the_limit_is_ended():
    """What stands in for a cgroup where none can be made: a process that is too large is killed."""
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    watch = fits.Watch(process.pid, limit=fits.MIB)
    watch.run()
    process.stdin.close()
    assert process.wait(10) < 0 and watch.peak > fits.MIB


@pytest.mark.slow
def test_the_live_benchmark_measures_every_step():
    figures = live_latency(rounds=1)
    assert tuple(figures["ms"]) == STEPS and all(ms > 0 for ms in figures["ms"].values())
    assert figures["frames"] > 90 and figures["failed"] == 0
    assert figures["ms_median"] <= figures["ms_p95"] and figures["fer_package_ms"] == FER_PACKAGE_MS


def bench(name: str, *options: str, within_s: float = VISIT_S) -> subprocess.CompletedProcess:
    """Run a measurement as its user does."""
    command = [sys.executable, "-m", f"tests.bench.{name}", *options]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=within_s)


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


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.timeout(VISIT_S + 30)
@needs_strace
@needs_chromium
def test_a_whole_visit_sends_nothing_outside_and_writes_nothing():
    run = bench("privacy", "--live-seconds", "5")
    assert run.returncode == 0, run.stdout + run.stderr
    assert "sent outside: nothing" in run.stdout and "written: nothing" in run.stdout
    assert int(run.stdout.split(" calls watched")[0].split()[-1]) > 1000, "the tracer saw the app"


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.timeout(VISIT_S + 30)
@needs_chromium
def test_a_whole_visit_fits_a_gigabyte():
    run = bench("fits", "--live-seconds", "5")
    assert run.returncode == 0, run.stdout + run.stderr
    assert 100 < int(re.match(r"peak (\d+) MiB of 1024", run.stdout)[1]) < 1024


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.timeout(VISIT_S + 30)
@needs_chromium
def test_case_72_a_visit_that_loads_tensorflow_fits_community_cloud():
    run = bench("fits", "--mib", "2700", "--live-seconds", "5", "--explain")
    assert run.returncode == 0, run.stdout + run.stderr
    assert 500 < int(re.match(r"peak (\d+) MiB of 2700", run.stdout)[1]) < 2700
