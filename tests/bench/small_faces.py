"""Small faces in HD and 4K found, and nobody found where nobody is?

    python -m tests.bench.small_faces --json small_faces.json
    python -m tests.bench.small_faces --only nobody

Faces of real single-person clips are put over a blurred background, so and so many pixels wide; one counts as
found in a frame if a face with an id lies on it. "found" is the share from the second second on (what comes
within a second is soon enough), "first" the mean time of the first sighting. Without people are drawings,
letters, noise, test patterns and scikit-image's pictures without faces, moved and zoomed: persons counted
must be 0. Milliseconds a frame are of everything but decoding; measure them on a quiet machine only.
"""

import argparse
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import cv2
import numpy as np
import skimage.data

from fer.faces.detectors.base import intersection_over_union
from fer.pipeline import Analyzer, Components, load_components
from fer.records import Frame, SourceInfo
from fer.settings import Settings
from fer.timeline.summary import summarize
from fer.timeline.timeline import TimelineBuilder
from tests.bench.compositions import Person, Reference, backdrop, load_people, nobody, paste

SIZES_PX = (24, 36, 48, 73, 146)
PICTURES = {"1080p": (1920, 1080), "4K": (3840, 2160)}
TILE_OVER_FACE = 2.6
SOON_S = 1.0
FOUND_IOU = 0.25
SCENES = (
    *("brick", "cat", "clock", "coffee", "coins", "grass", "gravel", "horse", "hubble_deep_field"),
    *("immunohistochemistry", "logo", "moon", "page", "retina", "rocket", "text", "chelsea"),
)
"""Pictures of scikit-image that come with the package and show nobody; others are skipped."""


@dataclass
class Small:
    """One face size in one picture size."""

    picture: str
    face_px: int
    found: float
    first_s: float
    ms: float

    def as_text(self) -> str:
        """One line."""
        found = f"found {self.found:.2f}  first after {self.first_s:.2f} s"
        return f"{self.picture:6} {self.face_px:4} px  {found}  {self.ms:.0f} ms"


@dataclass
class Nobody:
    """One clip without people."""

    name: str
    persons: int
    glimpses: int
    frames_with_face: int
    frames: int

    def as_text(self) -> str:
        """One line."""
        seen = f"a face in {self.frames_with_face} of {self.frames} frames"
        return f"{self.name:24} {self.persons} persons, {self.glimpses} glimpses, {seen}"


def scene(
    people: list[Person], size: tuple[int, int], face_px: float, time_s: float
) -> tuple[np.ndarray, np.ndarray]:
    """Four people, slowly swaying, in a picture; and their true boxes (4, 4) px."""
    width, height = size
    image, boxes = backdrop(width, height), []
    for k, person in enumerate(people):
        frame = person.at(time_s)
        wide = np.nanmedian(person.boxes[:, 2] - person.boxes[:, 0])
        side = face_px / wide
        sway = 0.2 * face_px * np.array([np.sin(1.7 * time_s + k), np.cos(1.3 * time_s + k)])
        middle = np.array([(k + 1) / (len(people) + 1) * width, (0.35 + 0.3 * (k % 2)) * height]) + sway
        place = np.concatenate([middle - side / 2, middle + side / 2])
        paste(image, person.images[frame], place)
        boxes.append(np.tile(place[:2], 2) + person.boxes[frame] * side)
    return image, np.array(boxes)


def measure(
    people: list[Person], picture: str, face_px: int, seconds: float, fps: float, models: Components
) -> Small:
    """Read one clip and compare with its truth."""
    analyzer = Analyzer(Settings(action_units=False), components=models)
    hits, asked, first, spent = 0, 0, {}, 0.0
    for index in range(round(seconds * fps)):
        time_s = index / fps
        image, boxes = scene(people, PICTURES[picture], face_px, time_s)
        started = time.perf_counter()
        seen = analyzer.analyze(Frame(image, index, time_s))
        spent += time.perf_counter() - started
        there = np.isfinite(boxes).all(1)
        overlap = intersection_over_union(np.nan_to_num(boxes), seen.faces.detections.xyxy)
        found = overlap.max(1, initial=0) >= FOUND_IOU
        for k in np.flatnonzero(found & there):
            first.setdefault(int(k), time_s)
        if time_s >= SOON_S:
            hits, asked = hits + int((found & there).sum()), asked + int(there.sum())
    missing = [seconds] * (len(people) - len(first))
    first_s = float(np.mean([*first.values(), *missing]))
    return Small(picture, face_px, hits / max(asked, 1), first_s, 1000 * spent / max(1, index + 1))


def scenes() -> dict[str, Callable[[float], np.ndarray]]:
    """scikit-image's pictures without people, slowly moved and zoomed: name -> picture at a time."""
    found = {}
    for name in SCENES:
        try:
            picture = getattr(skimage.data, name)()
        except (ImportError, OSError, ValueError):  # not in the package, and nothing is downloaded here
            continue
        picture = np.asarray(picture)
        if picture.dtype != np.uint8:
            picture = (255 * (picture.astype(float) / max(picture.max(), 1))).astype(np.uint8)
        picture = cv2.cvtColor(picture, cv2.COLOR_GRAY2RGB) if picture.ndim == 2 else picture[:, :, :3]
        found[name] = _moved(np.ascontiguousarray(picture))
    return found


def _moved(picture: np.ndarray) -> Callable[[float], np.ndarray]:
    height, width = picture.shape[:2]

    def at(time_s: float) -> np.ndarray:
        zoom = 1.15 + 0.1 * np.sin(0.8 * time_s)
        turn = cv2.getRotationMatrix2D((width / 2, height / 2), 3 * np.sin(time_s), zoom * 640 / width)
        turn[:, 2] += np.array([320 - width / 2, 240 - height / 2])
        return cv2.warpAffine(
            picture, turn, (640, 480), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT
        )

    return at


def patterns() -> dict[str, Callable[[float], np.ndarray]]:
    """Test patterns and drawings with round and paired parts, as faces have them."""
    return {"checks": _checks, "discs": _discs, "plugs": _plugs, "orange letter": _orange}


def _checks(time_s: float) -> np.ndarray:
    y, x = np.mgrid[0:480, 0:640]
    tile = ((x + int(20 * time_s)) // 40 + y // 40) % 2 * 200 + 30
    return np.repeat(tile[..., None].astype(np.uint8), 3, 2)


def _discs(time_s: float) -> np.ndarray:
    image = np.full((480, 640, 3), (235, 230, 220), np.uint8)
    for k in range(12):
        place = (int(60 + 50 * k + 10 * np.sin(time_s + k)) % 640, int(120 + 37 * k) % 480)
        cv2.circle(image, place, 24 + 3 * k, (200 - 9 * k, 120 + 8 * k, 90), -1)
        cv2.circle(image, (place[0] - 9, place[1] - 6), 4, (20, 20, 20), -1)
        cv2.circle(image, (place[0] + 9, place[1] - 6), 4, (20, 20, 20), -1)
    return image


def _plugs(time_s: float) -> np.ndarray:
    """Sockets: two holes above a line, the best known face that is none."""
    image = np.full((480, 640, 3), (226, 222, 214), np.uint8)
    for k in range(4):
        left, top = 60 + 150 * k, 140 + int(15 * np.sin(time_s + k))
        cv2.rectangle(image, (left, top), (left + 110, top + 150), (245, 243, 238), -1)
        cv2.rectangle(image, (left, top), (left + 110, top + 150), (180, 178, 170), 3)
        for x in (36, 74):
            cv2.ellipse(image, (left + x, top + 60), (7, 14), 0, 0, 360, (60, 58, 55), -1)
        cv2.ellipse(image, (left + 55, top + 108), (13, 10), 0, 0, 360, (60, 58, 55), -1)
    return image


def _orange(time_s: float) -> np.ndarray:
    image = np.full((480, 640, 3), 255, np.uint8)
    size = 7 + np.sin(time_s)
    for letter, x in (("G", 60), ("8", 330)):
        cv2.putText(image, letter, (x, 360), cv2.FONT_HERSHEY_TRIPLEX, size, (240, 130, 20), 40)
    return image


def watch(
    name: str, picture: Callable[[float], np.ndarray], seconds: float, fps: float, models: Components
) -> Nobody:
    """Read one clip without people."""
    analyzer, builder = Analyzer(Settings(action_units=False), components=models), TimelineBuilder()
    count = round(seconds * fps)
    for index in range(count):
        builder.add(analyzer.analyze(Frame(picture(index / fps), index, index / fps)))
    summary = summarize(builder.build(SourceInfo(name, "video"), analyzer.settings))
    return Nobody(name, len(summary.faces), len(summary.seen_briefly), summary.frames_with_face, count)


def _small_rows(args: argparse.Namespace, models: Components) -> Iterator[Small]:
    people = list(load_people(args.media, Reference()).values())[:4]
    for picture in PICTURES:
        for face_px in SIZES_PX:
            yield measure(people, picture, face_px, args.seconds, args.fps, models)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--media", type=Path, default=Path("../shared/media"))
    parser.add_argument("--only", choices=("small", "nobody"))
    parser.add_argument("--seconds", type=float, default=3.0, help="of each clip with small faces")
    parser.add_argument("--fps", type=float, default=10.0)
    parser.add_argument("--detector", default=Settings().detector)
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    models = load_components(Settings(detector=args.detector))
    rows: list = []
    if args.only != "nobody":
        for row in _small_rows(args, models):
            rows.append(row)
            print(row.as_text(), flush=True)
    if args.only != "small":
        clips = {**nobody(), **patterns(), **scenes()}
        for name, picture in clips.items():
            row = watch(name, picture, 60 / len(clips) if args.only is None else 3.0, args.fps, models)
            rows.append(row)
            print(row.as_text(), flush=True)
    if args.json:
        args.json.write_text(json.dumps([asdict(row) for row in rows], indent=1))


if __name__ == "__main__":
    main()
