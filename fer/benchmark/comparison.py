"""The table of docs/BENCHMARKS.md: speed beside the fer package, whole commands, start-up, photos, growth."""

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from fer.benchmark import material, whole
from fer.benchmark.rival import FerPackage
from fer.benchmark.speed import benchmark_video, machine, repeated
from fer.photos import analyze_photos
from fer.sample.shipped import shipped_video
from fer.settings import Settings

ROUNDS = 3
CLIP_S = 10.0
CROWDS, CROWD_S = (1, 2, 5, 10, 20), 5.0
LENGTHS_S, LENGTH_FPS = (10.0, 60.0, 600.0, 3600.0, 10_800.0), 2.0
PHOTOS = 60

_READ_AND_DRAW = """
import sys, time
from pathlib import Path
from fer.charts.timeline import timeline_chart
from fer.pipeline import analyze_video
from fer.settings import Settings
report = analyze_video(sys.argv[1], Settings(fps=float(sys.argv[2])))
started = time.perf_counter()
timeline_chart(report.timeline, summary=report.summary)
Path(sys.argv[3]).write_text(str(time.perf_counter() - started))
"""


def compare(source: bytes | str | Path, python: str | Path | None, *, say: Callable[[str], None]) -> dict:
    """All sections.

    Args:
        source: A clip of one person; by default the built-in sample's bytes.
        python: See `FerPackage`.
        say: Told of every figure.

    Returns:
        Section -> plain values, as `fer.benchmark.document` writes them.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        return {
            "against": beside_the_package(source, folder, python, say),
            "whole": whole_commands(source, folder, say),
            "photos": photos(say),
            "growth": {"faces": by_faces(say), "length": by_length(folder, say)},
        }


def beside_the_package(
    source: bytes | str | Path, folder: Path, python: str | Path | None, say: Callable[[str], None]
) -> dict:
    """Milliseconds a frame of both, in turns, on the clip as it is and in 720p and 1080p."""
    plain = folder / "clip.mp4"
    plain.write_bytes(source if isinstance(source, bytes) else Path(source).read_bytes())
    clips = {plain: "as it is"}
    for height in (720, 1080):
        path = folder / f"{height}p.mp4"
        path.write_bytes(material.scaled(source, height=height, seconds=CLIP_S))
        clips[path] = f"{height}p30, H.264"
    rows = []
    with FerPackage(python) as package:
        for path, name in clips.items():
            package.time(path)  # its first frames load what it needs
            taken: dict[str, list[float]] = {"with": [], "without": [], "package": []}
            for _ in range(ROUNDS):
                theirs = package.time(path)
                ours = benchmark_video(path)
                plain_ours = benchmark_video(path, Settings(action_units=False))
                taken["package"].append(theirs["seconds"] / theirs["frames"] * 1e3)
                taken["with"].append(ours["ms_per_frame"])
                taken["without"].append(plain_ours["ms_per_frame"])
            ms = {key: median(values) for key, values in taken.items()}
            row = {"clip": name, "width": ours["width"], "height": ours["height"], "ms": ms}
            row["times_real_time"] = ours["times_real_time"] * ours["ms_per_frame"] / ms["with"]
            rows.append(row)
            say(
                f"{name}, {row['width']}x{row['height']}: {ms['with']:.1f} ms a frame with Action Units, "
                f"{ms['without']:.1f} without, the fer package {ms['package']:.1f}: "
                f"{ms['package'] / ms['with']:.1f} and {ms['package'] / ms['without']:.1f} times as fast; "
                f"{row['times_real_time']:.1f} times real time"
            )
    return {"machine": machine(), "rounds": ROUNDS, "clips": rows}


def whole_commands(source: bytes | str | Path, folder: Path, say: Callable[[str], None]) -> list[dict]:
    """Start-up and end included: ``fer analyze`` of a minute, of one frame, of nothing; ``import fer``."""
    minute, frame, empty = folder / "minute.mp4", folder / "frame.mp4", folder / "empty.mp4"
    minute.write_bytes(material.scaled(source, height=720, seconds=60.0))
    frame.write_bytes(material.scaled(source, height=480, seconds=1 / 30))
    empty.write_bytes(b"")
    commands = {
        "fer analyze, a minute of 720p30": (("-m", "fer", "analyze", str(minute)), 3),
        "fer analyze, one frame": (("-m", "fer", "analyze", str(frame)), 5),
        "fer analyze, an empty file": (("-m", "fer", "analyze", str(empty)), 5),
        "import fer": (("-c", "import fer"), 5),
        "python, nothing else": (("-c", ""), 5),
    }
    rows = []
    for name, (args, times) in commands.items():
        run = whole.median_run(*args, times=times)
        rows.append(
            {"command": name, "wall_s": run.wall_s, "cores": run.cores, "mib": run.peak_mib, "runs": times}
        )
        say(f"{name}: {run.wall_s:.2f} s, {run.cores:.2f} cores, {run.peak_mib:.0f} MiB")
    return rows


def photos(say: Callable[[str], None]) -> list[dict]:
    """Photos a second, models loaded before."""
    rows = []
    for name, content in (("1 megapixel", material.photo()), ("close crop, 350 px", material.close_up())):
        analyze_photos([("warm", content)])
        started = time.perf_counter()
        batch = analyze_photos([(f"{k}.jpg", content) for k in range(PHOTOS)])
        seconds = time.perf_counter() - started
        faces = sum(len(r.observations) for r in batch.results if r.observations is not None)
        rows.append({"photo": name, "per_s": PHOTOS / seconds, "faces": faces / PHOTOS})
        say(f"photos, {name}: {PHOTOS / seconds:.1f} a second, {faces / PHOTOS:.1f} faces each")
    return rows


def by_faces(say: Callable[[str], None]) -> list[dict]:
    """Milliseconds a frame by the number of faces in 1080p."""
    rows = []
    for faces in CROWDS:
        row = benchmark_video(material.crowd(faces, seconds=CROWD_S), Settings(max_faces=max(CROWDS)))
        rows.append({"faces": row["faces_per_frame"], "ms": row["ms_per_frame"]})
        say(f"{row['faces_per_frame']:.1f} faces in 1080p: {row['ms_per_frame']:.1f} ms a frame")
    return rows


def by_length(folder: Path, say: Callable[[str], None]) -> list[dict]:
    """Seconds and memory by the length of the video, and how long its timeline takes to draw."""
    rows = []
    for length_s in LENGTHS_S:
        path = folder / f"{length_s:.0f}.mp4"
        path.write_bytes(repeated(shipped_video(), length_s))
        run = whole.run("-c", _READ_AND_DRAW, str(path), str(LENGTH_FPS), str(folder / "drawn_s"))
        drawn_s = float((folder / "drawn_s").read_text())
        path.unlink()
        rows.append({"length_s": length_s, "wall_s": run.wall_s, "mib": run.peak_mib, "chart_s": drawn_s})
        say(f"{length_s:.0f} s of video: {run.wall_s:.1f} s, {run.peak_mib:.0f} MiB, chart {drawn_s:.2f} s")
    return rows
