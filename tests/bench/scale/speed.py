"""Frames a second: one process, several, a cluster, and a cluster of two hosts; and a long night in short."""

import subprocess
from contextlib import contextmanager
from pathlib import Path

from tests.bench.scale.material import fresh, long_clip, many_photos, six_clips
from tests.bench.scale.runs import Run, batch, cluster

HEAD = """| who | seconds | frames a second | against one process on one core | MB at most |
| --- | --- | --- | --- | --- |"""
VIDEO_FPS, MBIT_S = 30, 4
ENDINGS = (".csv", ".json", ".parquet")
HONEST_FROM = 10
"""Percent of the work from which a forecast is held against what came."""


def throughput(folder: Path, *, seconds: float) -> None:
    """The same six videos by one and two workers, here and in a cluster."""
    clips = six_clips(folder / "in", seconds=seconds)
    print(HEAD)
    runs = {
        "1 worker on one core": (("--workers", "1"), {0}),
        "1 worker, steps in threads": (("--workers", "1"), None),
        "2 workers": (("--workers", "2"), None),
    }
    base = 0.0
    for name, (words, cores) in runs.items():
        base = _row(name, _timed(clips, folder / "out", words, cores=cores), base)
    for workers in (1, 2):
        with cluster(workers) as (address, _):
            run = _timed(clips, folder / "out", ("--scheduler", address))
            _row(f"Dask, {workers} worker{'s' * (workers > 1)}", run, base)
    if base:
        _costs(base, folder / "out", _frames(run))


def _costs(rate: float, out: Path, frames: int) -> None:
    """What hours of video cost by the measured rate of one core and the measured size of results."""
    size = {end: sum(p.stat().st_size for p in out.rglob(f"*{end}")) / frames for end in ENDINGS}
    print(f"\nOne core reads {rate:.0f} frames a second of these clips; results take", end=" ")
    print(", ".join(f"{size[end]:.0f} bytes a frame as {end[1:].upper()}" for end in ENDINGS) + ".\n")
    print(f"| hours at {VIDEO_FPS} frames a second | core hours | video at {MBIT_S} Mbit/s | results |")
    print("| --- | --- | --- | --- |")
    for hours in (1, 1_000, 1_000_000):
        read, gb = hours * 3600 * VIDEO_FPS, 1e-9
        print(
            f"| {hours:,} | {read / rate / 3600:,.1f} | {hours * 3600 * MBIT_S * 125_000 * gb:,.1f} GB | "
            f"{read * sum(size.values()) * gb:,.2f} GB |"
        )


def namespaces(folder: Path, *, seconds: float) -> None:
    """Scheduler and client on one host, each worker on another: network namespaces with a bridge of wires."""
    clips = six_clips(folder / "in", seconds=seconds)
    with _two_hosts() as inside:
        first = inside[0]
        with cluster(2, prefixes=(first, first, inside[1])) as (address, _):
            run = batch(str(clips), "--out", str(fresh(folder / "out")), "--scheduler", address, prefix=first)
    print(HEAD)
    _row("Dask, a worker on each of two hosts", run, 0.0)
    print(run.last_line)


@contextmanager
def _two_hosts():
    """Two network namespaces that see each other and nothing else."""
    names = ("fer-a", "fer-b")
    made = [
        *(["ip", "netns", "add", name] for name in names),
        *(["ip", "link", "add", "fer-va", "type", "veth", "peer", "name", "fer-vb"],),
    ]
    for k, (name, wire) in enumerate(zip(names, ("fer-va", "fer-vb"), strict=True), 1):
        inside = ["ip", "netns", "exec", name]
        made += [
            ["ip", "link", "set", wire, "netns", name],
            [*inside, "ip", "addr", "add", f"10.77.0.{k}/24", "dev", wire],
            [*inside, "ip", "link", "set", wire, "up"],
            [*inside, "ip", "link", "set", "lo", "up"],
        ]
    try:
        for command in made:
            subprocess.run(command, check=True, capture_output=True)
        yield [("ip", "netns", "exec", name) for name in names]
    finally:
        for name in names:
            subprocess.run(["ip", "netns", "del", name], capture_output=True, check=False)


def _timed(clips: Path, out: Path, words: tuple[str, ...], **options) -> Run:
    return batch(str(clips), "--out", str(fresh(out)), *words, **options)


def _frames(run: Run) -> int:
    digits = run.last_line.partition("; ")[2].partition(" frames")[0].replace(",", "")
    return int(digits) if digits.isdigit() else 0


def _row(name: str, run: Run, base: float) -> float:
    rate = _frames(run) / run.seconds
    against = f"{rate / base:.2f} times" if base else "1"
    peak = max((mb for _, mb in run.memory), default=0.0)
    print(f"| {name} | {run.seconds:.0f} | {rate:.1f} | {against} | {peak:,.0f} |", flush=True)
    return base or rate


def long_night(folder: Path, *, hours: float, fps: float) -> None:
    """A clip of many hours: memory over time, and whether the forecasts were honest."""
    place = folder / "long"
    place.mkdir(parents=True, exist_ok=True)
    (place / "night.mp4").write_bytes(long_clip(hours, fps=fps))
    _watched(f"{hours:g} hours at {fps:g} frames a second", place, folder / "out")


def photos(folder: Path, *, count: int) -> None:
    """Many photos: the same."""
    place = many_photos(folder / "photos", count)
    _watched(f"{count:,} photos", place, folder / "out")


def _watched(name: str, place: Path, out: Path) -> None:
    run = batch(str(place), "--out", str(fresh(out)))
    print(f"\n{name}: {run.last_line}\n\n| share of the run | MB of all processes |\n| --- | --- |")
    for part in range(10):
        inside = [mb for at, mb in run.memory if part <= 10 * at / run.seconds < part + 1]
        if inside:
            print(f"| {10 * part} to {10 * part + 10}% | {max(inside):,.0f} |")
    errors = [(at + left - run.seconds) / run.seconds for at, share, left in run.told if share >= HONEST_FROM]
    if errors:
        worst = max(errors, key=abs)
        print(
            f"\nforecasts of the whole time from {HONEST_FROM}% on: {len(errors)}, worst {100 * worst:+.0f}%"
        )
