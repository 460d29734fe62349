"""``fer benchmark``: milliseconds a step, frames a second, memory and start-up on this machine."""

import argparse
import json
import tempfile
from pathlib import Path

from fer.benchmark import speed
from fer.benchmark.comparison import compare
from fer.benchmark.document import document
from fer.benchmark.live import live_latency
from fer.benchmark.sections import write_sections
from fer.io.files import write_text
from fer.sample.clip import sample_video
from fer.sample.shipped import shipped_video
from fer.stages import STAGES

SHORT_S, LONG_S = 20.0, 180.0


def add_parser(commands) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("benchmark", help="measure speed and memory")
    parser.add_argument(
        "clips", nargs="*", type=Path, metavar="CLIP", help="videos; default: the built-in sample"
    )
    parser.add_argument(
        "--memory", action="store_true", help="compare the peak memory of 20 seconds and 3 minutes"
    )
    parser.add_argument(
        "--live", action="store_true", help="only: a live frame from the camera's packet to the one sent back"
    )
    parser.add_argument(
        "--against",
        choices=("fer",),
        help="only: beside the PyPI package, in turns (30 minutes)",
    )
    parser.add_argument(
        "--their-python", type=Path, help="Python of an environment that has it; by default one is made"
    )
    parser.add_argument("--json", type=Path, help="also write the figures there")
    parser.add_argument("--document", type=Path, help="also write the page of that file of figures there")
    parser.add_argument("--force", action="store_true", help="replace the measured sections of that file")
    parser.set_defaults(run=run, usage_error=parser.error)


def run(args: argparse.Namespace) -> int:
    """Measure, print, and write."""
    if args.document and not args.json:
        args.usage_error("--document is written from the file of figures: give --json too")
    if args.against:
        figures = compare(args.clips[0] if args.clips else shipped_video(), args.their_python, say=print)
    else:
        figures = {"live": _live()} if args.live else _clips(args)
    print(f"peak memory of this process: {speed.peak_memory_mib():.0f} MiB")
    if args.json:
        write_sections(figures, args.json, force=args.force)
    if args.document:
        known = json.loads(args.json.read_text(encoding="utf-8"))
        write_text(document(known), args.document, force=args.force)
    return 0


def _live() -> dict:
    figures = live_latency()
    steps = ", ".join(f"{step} {ms:.2f}" for step, ms in figures["ms"].items())
    print(
        f"live, {figures['width']}x{figures['height']}, one face, {figures['frames']} frames, packet in to "
        f"packet out: median {figures['ms_median']:.1f} ms, p95 {figures['ms_p95']:.1f} ms ({steps}); "
        f"the fer package: {figures['fer_package_ms']:.0f} ms without codecs and drawing"
    )
    return figures


def _clips(args: argparse.Namespace) -> dict:
    figures = {"machine": speed.machine(), "clips": []}
    sources = [(str(p), p.name) for p in args.clips] or [
        (shipped_video(), "sample 640x480"),
        (sample_video(width=1280, height=720), "sample 1280x720"),
    ]
    print(
        f"{'clip':24} {'size':>9} {'faces':>5} "
        + " ".join(f"{s:>8}" for s in STAGES)
        + "    total  frames/s  x real time"
    )
    for source, name in sources:
        row = speed.benchmark_video(source, name=name)
        figures["clips"].append(row)
        steps = " ".join(f"{row['ms'][s]:8.2f}" for s in STAGES)
        size = f"{row['width']}x{row['height']}"
        print(
            f"{name[:24]:24} {size:>9} {row['faces_per_frame']:5.2f} {steps} {row['ms_per_frame']:8.2f} "
            f"{row['frames_per_s']:9.1f} {row['times_real_time']:11.1f}    (ms a frame)"
        )
    figures["network"] = speed.network_latency()
    for row in figures["network"]:
        setting = f"{row['view']:5} batch {row['batch']}, {row['threads']} thread(s)"
        print(f"{row['network']:20} {setting}: {row['ms']:6.2f} ms (95%: {row['p95_ms']:.2f})")
    figures["import"] = speed.import_cost()
    start = figures["import"]
    print(f"import fer: {start['seconds']:.3f} s, TensorFlow loaded: {start['tensorflow']}")
    if args.memory:
        figures["memory"] = _memory()
    return figures


def _memory() -> dict:
    clip = shipped_video()
    figures = {}
    with tempfile.TemporaryDirectory() as folder:
        for seconds in (SHORT_S, LONG_S):
            path = Path(folder, f"{seconds:.0f}s.mp4")
            path.write_bytes(speed.repeated(clip, seconds))
            figures[f"{seconds:.0f}s_mib"] = speed.peak_memory(path)
    short, long = figures.values()
    more = f"{long / short - 1:+.1%}"
    print(f"peak memory: {SHORT_S:.0f} s of video {short:.0f} MiB, {LONG_S:.0f} s {long:.0f} MiB ({more})")
    return figures
