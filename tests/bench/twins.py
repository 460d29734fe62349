"""One clip, many files: how far do its seven shares move when only container, pixels or times change?

    python -m tests.bench.twins ../shared/media/one_person_turns.mp4 --json twins.json

Each twin is made with ffmpeg from the clip and shows the same to a viewer: non-square pixels, turned and
mirrored pictures with a matrix that turns them back, a late start, an edit list, pictures left out of a
variable rate, both fields of an interlaced film, other containers. "largest" is the largest difference of a
seven-way share (unsure and unreadable time left out) from the plain clip's; so much is due to encoding alone
as the twin "encoded again" shows.
"""

import argparse
import json
import subprocess
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from fer.constants import EMOTIONS
from fer.pipeline import Components, analyze_video, load_components
from fer.settings import Settings
from fer.sources import VideoSource
from fer.timeline.report import Report
from tests.helpers.clips import clip

H264 = ("-c:v", "libx264", "-crf", "16", "-an")

TWINS: dict[str, tuple[str, tuple[str, ...]]] = {
    "encoded again": ("mp4", H264),
    "pixels 2:1": ("mp4", ("-vf", "scale=iw/2:ih,setsar=2/1", *H264)),
    "pixels 1:2": ("mkv", ("-vf", "scale=iw:ih/2,setsar=1/2", *H264)),
    "DV, 16:9, interlaced": (
        "dv",
        ("-vf", "pad=ih*16/9:ih:(ow-iw)/2", "-target", "pal-dv", "-aspect", "16:9"),
    ),
    "start at 3600 s, MKV": ("mkv", ("-c", "copy", "-output_ts_offset", "3600", "-copyts")),
    "start at 3600 s, MP4": ("mp4", ("-c", "copy", "-output_ts_offset", "3600", "-copyts")),
    "start at 3600 s, WebM": (
        "webm",
        ("-c:v", "libvpx", "-b:v", "3M", "-an", "-output_ts_offset", "3600", "-copyts"),
    ),
    "edit list": ("mp4", ("-c", "copy")),
    "variable rate": (
        "mp4",
        ("-vf", r"select=not(mod(n\,5))+not(mod(n\,7))+gt(mod(n\,3)\,0)", "-fps_mode", "vfr", *H264),
    ),
    "interlaced": (
        "mp4",
        ("-vf", "tinterlace=interleave_top,fieldorder=tff", "-flags", "+ilme+ildct", *H264),
    ),
    "MPEG-TS": ("ts", H264),
    "MTS": ("mts", ("-mpegts_m2ts_mode", "1", *H264)),
    "VOB": ("vob", ("-c:v", "mpeg2video", "-q:v", "2", "-an")),
    "WMV": ("wmv", ("-c:v", "wmv2", "-q:v", "2", "-an")),
    "FLV": ("flv", ("-c:v", "flv", "-q:v", "2", "-an")),
}
"""Name -> (ending, ffmpeg's options between input and output)."""

DISPLAY = {
    "turned by 90": ((-90, False, False), np.rot90),
    "turned by 180": ((180, False, False), lambda image: image[::-1, ::-1]),
    "mirrored": ((0, True, False), lambda image: image[:, ::-1]),
}
"""Name -> (degrees, hflip, vflip) of the display matrix, and how the pictures are coded under it."""


@dataclass
class Twin:
    """One file against the plain clip."""

    name: str
    largest: float
    people: int
    frames: int
    seconds: float
    notes: tuple[str, ...]

    def as_text(self) -> str:
        """One line."""
        facts = f"people {self.people}  {self.seconds:.2f} s  {self.frames} frames"
        return f"{self.name:26} largest {self.largest:.3f}  {facts}  {' '.join(self.notes)}"


def make(source: Path, folder: Path) -> dict[str, Path]:
    """Name -> file of every twin."""
    made = {}
    for number, (name, (ending, options)) in enumerate(TWINS.items()):
        made[name] = folder / f"{number}.{ending}"
        # From the middle of the first picture on: the file holds all of it, and a list that cuts.
        seek = ("-ss", "0.001") if name == "edit list" else ()
        _ffmpeg(*seek, "-i", str(source), *options, str(made[name]))
    with VideoSource(source) as video:
        images, rate = [frame.image for frame in video], round(video.info.fps or 25)
    for name, (turn, coded) in DISPLAY.items():
        made[name] = folder / f"{name}.mp4"
        pictures = (np.ascontiguousarray(coded(image)) for image in images)
        made[name].write_bytes(clip(pictures, rate=rate, turn=turn, codec_options={"crf": "16"}))
    return made


def _ffmpeg(*words: str) -> None:
    subprocess.run(["ffmpeg", "-v", "error", "-y", *words], check=True)


def shares(report: Report) -> np.ndarray:
    """(7,) time-weighted shares of the most likely expression of whoever is seen longest."""
    who = report.summary.by_presence[0]
    found = np.array([who.shares[name] for name in EMOTIONS])
    return found / max(found.sum(), 1e-9)


def compare(
    name: str, path: Path, plain: np.ndarray | None, settings: Settings, models: Components
) -> tuple[Twin, np.ndarray]:
    """One twin, and its shares."""
    report = analyze_video(path, settings, components=models)
    got = shares(report) if report.summary.faces else np.zeros(len(EMOTIONS))
    largest = 0.0 if plain is None else float(np.abs(got - plain).max())
    source, summary = report.timeline.source, report.summary
    return Twin(
        name, largest, len(summary.faces), summary.frames, summary.end_s - summary.start_s, source.notes
    ), got


def main() -> None:
    """Make, read, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("clip", type=Path)
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    settings = Settings(action_units=False)
    models = load_components(settings)
    with tempfile.TemporaryDirectory() as folder:
        first, plain = compare("plain", args.clip, None, settings, models)
        rows = [first]
        for name, path in make(args.clip, Path(folder)).items():
            rows.append(compare(name, path, plain, settings, models)[0])
            print(rows[-1].as_text(), flush=True)
    if args.json:
        args.json.write_text(json.dumps([asdict(row) for row in rows], indent=1))


if __name__ == "__main__":
    main()
