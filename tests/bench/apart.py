"""What a process of its own costs on ordinary files: paired runs of an analysis here and apart.

    python -m tests.bench.apart CLIP [CLIP ...] [--pairs 5] [--photos FOLDER] [--bound 10]

Wall and processor seconds of both processes; the order changes from pair to pair. Exit status 1 if the median
cost is above the bound in percent. Leave the machine alone meanwhile.
"""

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

from fer.photos import analyze_photos
from fer.pipeline import analyze_video, load_components
from fer.settings import Settings
from fer.sources import decode_apart
from fer.sources.isolated.parent import CHILDREN

READY_S = 2.0
"""A waiting process has started by then."""


def timed(work: Callable[[], object], *, apart: bool) -> tuple[float, float]:
    """Wall and processor seconds.

    Apart they include the process that decoded, from its start on; the next one, which starts meanwhile, is
    counted in the next run: as in a server, there is one for every upload.
    """
    decode_apart(apart)
    if apart:
        CHILDREN.warm()
        time.sleep(READY_S)
    before, started = os.times(), time.perf_counter()
    work()
    wall = time.perf_counter() - started
    after = os.times()
    return wall, sum(after[:4]) - sum(before[:4])


def main() -> int:
    """Run pairs and compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("clips", nargs="*", type=Path)
    parser.add_argument("--photos", type=Path)
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--bound", type=float, default=10.0)
    args = parser.parse_args()
    works: dict[str, Callable[[], object]] = {}
    settings = Settings()
    if args.clips:
        models = load_components(settings)
        for clip in args.clips:
            data = clip.read_bytes()
            works[clip.name] = lambda data=data: analyze_video(data, settings, components=models)
    if args.photos:
        still = load_components(settings, still=True)
        items = [(path.name, path.read_bytes()) for path in sorted(args.photos.iterdir()) if path.is_file()]
        works[args.photos.name] = lambda: analyze_photos(items, settings, components=still)
    worst = 0.0
    print(f"{'file':30} {'here s':>8} {'apart s':>8} {'wall':>7} {'processor':>10}")
    for name, work in works.items():
        timed(work, apart=False)  # what loads once is not counted
        runs = []
        for pair in range(args.pairs):
            found = {apart: timed(work, apart=apart) for apart in ((False, True), (True, False))[pair % 2]}
            runs.append((found[False], found[True]))
        wall = statistics.median(b[0] / a[0] for a, b in runs) - 1
        cpu = statistics.median(b[1] / a[1] for a, b in runs) - 1
        here, there = (statistics.median(run[k][0] for run in runs) for k in (0, 1))
        print(f"{name[:30]:30} {here:8.2f} {there:8.2f} {wall:+7.1%} {cpu:+10.1%}", flush=True)
        worst = max(worst, wall)
    decode_apart(False)
    CHILDREN.close()
    return int(100 * worst > args.bound)


if __name__ == "__main__":
    sys.exit(main())
