"""The measurements measure: what a tracer's lines say, slopes, sections of a file; and short runs of them."""

import shutil
import subprocess
import sys

import numpy as np
import pytest

from tests.bench import fits, hostile_uploads, mutations, picture_memory
from tests.bench.privacy import is_local, own_addresses, seen_in, sent_to, tracer, written
from tests.bench.soak import Soaked, slope, trouble

needs_strace = pytest.mark.skipif(
    shutil.which("strace") is None, reason="needs strace (apt-get install strace)"
)
OWN = {"192.0.2.2"}


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


def test_files_for_damage_are_read_and_their_damage_is_counted():
    reader, rng = mutations.Reader(), np.random.default_rng(0)
    try:
        for kind in ("jpeg", "ts"):
            data = mutations.seed_file(kind)
            assert reader.outcome(kind, data) == "read"
            told = {reader.outcome(kind, mutations.damaged(data, rng)) for _ in range(3)}
            assert told <= {"read", "refused"}
        assert reader.outcome("jpeg", b"") == "refused"
    finally:
        reader.close()


def test_the_memory_of_this_process_and_its_children_is_seen():
    watch = hostile_uploads.Watch()
    before = watch.now()
    held = np.ones(30_000_000, np.uint8)
    assert watch.now() - before > 20 and held.all()


def test_the_largest_picture_is_found_without_decoding_it(monkeypatch):
    monkeypatch.setattr(picture_memory, "SIZES", ((9000, 9000), (60, 40)))
    size, data = picture_memory.largest("png gray")
    assert size == (60, 40) and data.startswith(b"\x89PNG")
