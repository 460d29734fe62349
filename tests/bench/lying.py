"""Faces turned in the picture: found, and read like the upright ones? And one id while a head turns?

    python -m tests.bench.lying --photos ../shared/lfw_dev.zip --media ../shared/media

Photos of one face each, and clips of one person each, are turned as a whole, on a gray square that holds them
at every angle: at 0 degrees too. "found" is the share of those found upright, "same" the share of these with
the same answer, "apart" the mean distance of their probabilities, 0 to 1. Then the picture of every clip is
turned slowly from upright to its side and back: which ids that gives, and the share of frames with a face. In
pictures without people boxes are counted, as photos; clips of them are named where anything is found.
"""

import argparse
import zipfile
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

import cv2
import numpy as np

from fer.faces.detectors.base import intersection_over_union
from fer.pipeline import Analyzer, Components, load_components
from fer.records import Frame, Observations
from fer.settings import Settings
from fer.sources import VideoSource, read_image
from tests.bench.compositions import nobody
from tests.bench.detectors import empty_pictures
from tests.bench.small_faces import patterns, scenes, watch

ANGLES = (0, 30, 45, 60, 75, 90, 105, 120, 180, 270)
FOUND_IOU = 0.25
BACKDROP_GRAY = 127
FAST = Settings(action_units=False)
STEADY_S, TURN_S = 1.0, 3.0
"""Of the clip that turns: upright, on its side and upright again, and the time of a turn."""


def turned(image: np.ndarray, degrees: float) -> tuple[np.ndarray, np.ndarray]:
    """The whole picture, turned clockwise on a square that holds it at any angle.

    Args:
        image: (H, W, 3) uint8, RGB.
        degrees: How far.

    Returns:
        picture: (S, S, 3) uint8.
        matrix: (2, 3), from the old pixels to the new ones.
    """
    height, width = image.shape[:2]
    side = int(np.ceil(np.hypot(height, width)))
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), -degrees, 1.0)
    matrix[:, 2] += (side - width) / 2, (side - height) / 2
    return cv2.warpAffine(image, matrix, (side, side), borderValue=[BACKDROP_GRAY] * 3), matrix


class Tally:
    """What was found of faces whose upright answer is known."""

    def __init__(self) -> None:
        self.asked = self.found = self.same = 0
        self.apart: list[float] = []

    def add(self, upright: Observations, seen: Observations, there: np.ndarray) -> None:
        """Compare a turned picture with the upright one.

        Args:
            upright: One face or more; the largest is asked for.
            seen: The turned one's.
            there: (2, 3), from pixels of the upright one to those of the turned one.
        """
        boxes = upright.faces.detections.xyxy
        row = int((boxes[:, 2:] - boxes[:, :2]).prod(1).argmax())
        middle = there @ np.r_[(boxes[row, :2] + boxes[row, 2:]) / 2, 1]
        half = (boxes[row, 2:] - boxes[row, :2]).mean() / 2
        wanted = np.concatenate([middle - half, middle + half])[None]
        overlap = intersection_over_union(wanted, seen.faces.detections.xyxy)[0]
        self.asked += 1
        if overlap.max(initial=0) < FOUND_IOU:
            return
        best = int(overlap.argmax())
        self.found += 1
        self.same += upright.words[row] == seen.words[best]
        self.apart.append(float(np.abs(upright.probs[row] - seen.probs[best]).sum() / 2))

    def as_text(self) -> str:
        """Shares and counts."""
        share, same = self.found / max(1, self.asked), self.same / max(1, self.found)
        apart = np.mean(self.apart) if self.apart else np.nan
        return f"found {share:.3f} of {self.asked}, same {same:.3f}, apart {apart:.3f}"


def photos(path: Path, number: int) -> Iterator[np.ndarray]:
    """Evenly chosen pictures of a zip file."""
    with zipfile.ZipFile(path) as archive:
        names = sorted(name for name in archive.namelist() if name.endswith((".jpg", ".png")))
        for k in np.linspace(0, len(names) - 1, min(number, len(names))).astype(int):
            yield read_image(archive.read(names[k])).frame.image


def frames(path: Path, seconds: float) -> list[Frame]:
    """The first seconds of a clip."""
    with VideoSource(path, fps=10.0) as video:
        return list(islice(video, round(10 * seconds)))


def photo_tallies(pictures: Iterable[np.ndarray], models: Components) -> dict[int, Tally]:
    """Angle -> what is found of photos."""
    still, tallies = Analyzer(FAST, components=models, still=True), {angle: Tally() for angle in ANGLES}
    for picture in pictures:
        upright = still.analyze(Frame(picture))
        for angle, tally in tallies.items() if len(upright) else ():
            image, there = turned(picture, angle)
            tally.add(upright, still.analyze(Frame(image)), there)
    return tallies


def clip_tallies(clips: Iterable[list[Frame]], models: Components) -> dict[int, Tally]:
    """Angle -> what is found of the frames of clips, each clip a stream of its own."""
    tallies = {angle: Tally() for angle in ANGLES}
    for clip in clips:
        upright = [one if len(one) else None for one in _read(clip, models)]
        for angle, tally in tallies.items():
            pictures = [turned(frame.image, angle) for frame in clip]
            moved = [Frame(p, f.index, f.timestamp_s) for (p, _), f in zip(pictures, clip, strict=True)]
            for before, seen, (_, there) in zip(upright, _read(moved, models), pictures, strict=True):
                if before:
                    tally.add(before, seen, there)
    return tallies


def _read(clip: Iterable[Frame], models: Components) -> list[Observations]:
    analyzer = Analyzer(FAST, components=models)
    return [analyzer.analyze(frame) for frame in clip]


def lying_down(clip: list[Frame], degrees: float, fps: float = 10.0) -> Iterator[Frame]:
    """A clip whose picture turns slowly to its side and back, over and over the same frames."""
    times = np.cumsum([0, STEADY_S, TURN_S, STEADY_S, TURN_S, STEADY_S])
    for k in range(round(times[-1] * fps)):
        angle = float(np.interp(k / fps, times, (0, 0, degrees, degrees, 0, 0)))
        at = k % (2 * len(clip) - 2 or 1)  # forth and back, so that nothing jumps
        yield Frame(turned(clip[min(at, 2 * len(clip) - 2 - at)].image, angle)[0], k, k / fps)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--photos", type=Path, help="zip file of photos of one person each")
    parser.add_argument("--media", type=Path, help="folder of clips of one person each")
    parser.add_argument("--number", type=int, default=100, help="of photos")
    parser.add_argument("--seconds", type=float, default=3.0, help="of each clip")
    args = parser.parse_args()
    stills, models = load_components(FAST, still=True), load_components(FAST)
    if args.photos:
        for angle, tally in photo_tallies(photos(args.photos, args.number), stills).items():
            print(f"photos {angle:4} degrees: {tally.as_text()}", flush=True)
    if args.media:
        clips = {path.stem: frames(path, args.seconds) for path in sorted(args.media.glob("*.mp4"))}
        for angle, tally in clip_tallies(clips.values(), models).items():
            print(f"clips  {angle:4} degrees: {tally.as_text()}", flush=True)
        for name, clip in clips.items():
            for degrees in (90, -90):
                seen = _read(lying_down(clip, degrees), models)
                ids = {int(k) for one in seen for k in one.faces.track_id}
                share = np.mean([len(one) > 0 for one in seen])
                print(f"{name} to {degrees:3} and back: ids {sorted(ids)}, a face in {share:.3f}", flush=True)
    still = Analyzer(FAST, components=stills, still=True)
    boxes = [len(still.analyze(Frame(picture))) for picture in empty_pictures()]
    print(f"{sum(boxes)} boxes in {len(boxes)} photos without people", flush=True)
    for name, picture in {**nobody(), **patterns(), **scenes()}.items():
        row = watch(name, picture, 3.0, 10.0, models)
        if row.frames_with_face:
            print(row.as_text(), flush=True)


if __name__ == "__main__":
    main()
