"""kill -9 in the middle of six clips, resumed: the results, and what was done twice."""

import os
import signal
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np
import pandas as pd

from fer.export.csv import to_csv
from fer.export.parquet import from_parquet
from fer.pipeline import analyze_video
from fer.settings import Settings
from tests.bench.scale.material import fresh, six_clips
from tests.bench.scale.runs import Running, batch, begun, cluster, results

PIECE_S = "3"
MOMENTS = (0.25, 0.5, 0.8)
"""Of the time of an uninterrupted run."""


def equality(folder: Path) -> None:
    """One worker, two workers and a cluster against `fer analyze`, to the last digit."""
    clips = six_clips(folder / "in")
    outs = {"1 worker": ("--workers", "1"), "2 workers": ("--workers", "2")}
    print("| run | result files | equal to those of 1 worker |\n| --- | --- | --- |")
    wanted: dict[str, bytes] = {}
    for name, words in outs.items():
        wanted = _compared(name, clips, folder / name.replace(" ", "-"), words, wanted)
    with cluster(2) as (address, _):
        _compared("Dask, 2 workers", clips, folder / "dask", ("--scheduler", address), wanted)
    print("\n| clip | rows | columns that differ from `fer analyze` | people |\n| --- | --- | --- | --- |")
    for path in sorted(clips.iterdir()):
        alone = analyze_video(path, Settings(), name=path.name).timeline
        out = folder / "1-worker"
        table = from_parquet(out / f"timelines/recording={path.name}/timeline.parquet").table
        differ = [name for name in alone.table if not _same(alone.table[name], table.get(name))]
        same_csv = to_csv(alone) == (out / path.with_suffix(".csv").name).read_text()
        people = sorted(set(table["face_id"].dropna())) == sorted(set(alone.table["face_id"].dropna()))
        said = ", ".join(differ) or ("none" if same_csv else "none, but the CSV")
        print(f"| {path.name} | {len(table)} | {said} | {'the same' if people else 'others'} |")


def _same(one: pd.Series, other: pd.Series | None) -> bool:
    if other is None or len(one) != len(other):
        return False
    first, second = one.to_numpy(object, na_value=np.nan), other.to_numpy(object, na_value=np.nan)
    return all(a == b or (a != a and b != b) for a, b in zip(first, second, strict=True))


def _compared(name: str, clips: Path, out: Path, words: tuple[str, ...], wanted: dict) -> dict[str, bytes]:
    batch(str(clips), "--out", str(fresh(out)), "--piece", PIECE_S, *words)
    found = results(out)
    same = sum(found.get(k) == v for k, v in wanted.items()) if wanted else len(found)
    wanted = wanted or found
    print(f"| {name} | {len(found)} | {same} of {len(wanted)} |", flush=True)
    return wanted


def crashes(folder: Path) -> None:
    """Who is killed, when, and what came of it."""
    clips = six_clips(folder / "in")
    whole = fresh(folder / "whole")
    run = batch(str(clips), "--out", str(whole), "--piece", PIECE_S, "--workers", "2")
    wanted = results(whole)
    pieces = len({piece[:2] for piece in begun(whole)})
    print(f"Six clips in {pieces} pieces of {PIECE_S} s, two workers; {len(wanted)} result files.\n")
    print("| killed | at | status | after --resume | pieces begun again | done twice | equal files |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    kinds: dict[str, Callable[[Running], None]] = {
        "a worker": _kill_worker,
        "the command alone": lambda running: running.kill(whole=False),
        "the whole run": lambda running: running.kill(whole=True),
    }
    for name, kill in kinds.items():
        for moment in MOMENTS:
            words = (str(clips), "--piece", PIECE_S, "--workers", "2")
            _crash(name, moment * run.seconds, words, folder / "killed", kill, wanted)
    with cluster(2) as (address, workers):
        words = (str(clips), "--piece", PIECE_S, "--scheduler", address)
        client = kinds["the whole run"]
        for moment in MOMENTS[:2]:
            _crash("the scheduler's client", moment * run.seconds, words, folder / "killed", client, wanted)
        _crash(
            "a worker of the cluster",
            0.4 * run.seconds,
            words,
            folder / "killed",
            lambda running: os.killpg(workers[0].pid, signal.SIGKILL),
            wanted,
        )


def _kill_worker(running: Running) -> None:
    with suppress(OSError, IndexError):
        os.kill(running.workers()[0], signal.SIGKILL)


def _crash(
    name: str,
    after_s: float,
    words: tuple[str, ...],
    out: Path,
    kill: Callable[[Running], None],
    wanted: dict[str, bytes],
) -> None:
    running = Running(*words, "--out", str(fresh(out)))
    time.sleep(after_s)
    kill(running)
    first = running.wait()
    second = batch(*words, "--out", str(out), "--resume")
    begins = Counter(piece[:2] for piece in begun(out))
    done = Counter(piece[:2] for piece in begun(out) if piece[2] == "done")
    found = results(out)
    same = sum(found.get(k) == v for k, v in wanted.items())
    again, twice = sum(begins.values()) - len(begins), sum(done.values()) - len(done)
    print(
        f"| {name} | {after_s:.0f} s | {first.status} | {second.status} | {again} | {twice} | "
        f"{same} of {len(wanted)} |",
        flush=True,
    )
