"""What a run says when a disk is full, a file cannot be read, or one changes while it is read."""

import re
import shutil
import subprocess
import threading
import time
from contextlib import contextmanager
from pathlib import Path

from tests.bench.scale.material import fresh, six_clips
from tests.bench.scale.runs import END, Running, batch

FULL_KB = 300


def trouble(folder: Path) -> None:
    """The last words of each run, as somebody reads them."""
    clips = six_clips(folder / "in")
    _unreadable(clips, folder)
    _changing(clips, folder)
    _full(clips, folder)


def _plain(line: str) -> str:
    """Without speeds and without where it was measured."""
    line = re.sub(r" in [\d,]+ s \([\d.]+ a second\), at most [\d,]+ MB a worker: \S+", "", line)
    return re.sub(r"/\S+/(out|work)/", "results/", line)


def _say(what: str, run, resumed=None) -> None:
    print(f"\n**{what}**: status {run.status}\n")
    print("```")
    for line in map(_plain, run.words.splitlines()):
        if line.startswith(("error", "  ")) or END.match(line):
            print(line)
    if resumed is not None:
        print(f"then --resume: status {resumed.status}: {_plain(resumed.last_line)}")
    print("```")


def _unreadable(clips: Path, folder: Path) -> None:
    place = fresh(folder / "unreadable")
    shutil.copytree(clips, place)
    whole = (clips / "expressive_a.mp4").read_bytes()
    (place / "cut.mp4").write_bytes(whole[: len(whole) // 3])
    (place / "rubbish.mp4").write_bytes(b"rubbish" * 1000)
    run = batch(str(place), "--out", str(fresh(folder / "out-a")))
    _say("A file that is cut off, and one that is none", run)


def _changing(clips: Path, folder: Path) -> None:
    place = fresh(folder / "changing")
    shutil.copytree(clips, place)
    running = Running(str(place), "--out", str(fresh(folder / "out-b")), "--piece", "3")

    def _change() -> None:
        time.sleep(5)
        with (place / "crying_woman_472f.mp4").open("ab") as file:
            file.write(b"\0" * 1000)

    threading.Thread(target=_change, daemon=True).start()
    _say("A file that changes once while it is read", running.wait())


def _full(clips: Path, folder: Path) -> None:
    try:
        with _small_disk(folder / "small") as disk:
            words = (str(clips), "--out", str(disk / "out"), "--piece", "3")
            run = batch(*words)
            subprocess.run(["mount", "-o", "remount,size=200m", str(disk)], check=True)
            _say("A full disk", run, batch(*words, "--resume"))
    except (OSError, subprocess.CalledProcessError) as exc:
        print(f"\na disk that is full: not measured, no small disk can be mounted here ({exc})")


@contextmanager
def _small_disk(place: Path):
    place.mkdir(parents=True, exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={FULL_KB}k", "tmpfs", str(place)], check=True)
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], check=False)
