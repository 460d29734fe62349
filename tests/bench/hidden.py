"""Are hidden faces hidden? Copies of real clips and of compositions, read by independent detectors.

    python -m tests.bench.hidden --detectors ../shared/detectors --out hidden.json

Every clip is analysed and copied with its faces hidden. Two judges (YuNet, and OpenCV's res10 SSD, which the
product uses only if asked to; score .5, faces of 20 px and more) look at the original and at the copy. A face
of the original (one that YuNet or the mesh sees too) that a judge finds again at its place in the copy is
*found*; if the pixels there are still those of the original too, it is *clear*: that must be 0. (The drawn
mesh, and rarely a blur, can look like a face without being anybody's.) `before` hides what the analysis found
in each frame, as was done until November 2026. ``--composed`` gives the rate at which the compositions of
`tests.bench.compositions` are hidden as well.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import cv2
import numpy as np

from fer.draw.hidden import hide
from fer.draw.second_look import SURE_PRESENCE
from fer.draw.video_copy import write_copy
from fer.draw.video_writer import VideoWriter, fitted
from fer.faces.detectors.base import Detector, intersection_over_union
from fer.faces.detectors.sensitive import sensitive_detector
from fer.faces.mesh import FaceMesh, fit_boxes, mesh_boxes
from fer.pipeline import analyze_video
from fer.settings import Settings
from fer.sources import VideoSource
from tests.bench.compositions import Reference, compositions, load_people

MIN_SCORE, MIN_FACE_PX, SAME_IOU = 0.5, 20.0, 0.3
JUDGES = ("yunet", "dnn")
ALIKE = 0.8
"""Correlation of a face's pixels with the original's from which it is clear."""

WIDTH, HEIGHT, FPS, TILE_PX = 640, 360, 25, 240
LENGTH_S = 7.0

Judges = dict[str, Detector]


@dataclass(frozen=True)
class Row:
    """What was found in one copy.

    Args:
        clip: Its name.
        how: ``"before"``, ``"blur"`` or ``"mesh"``.
        frames: Of the clip.
        faces: Judge -> faces that it finds in the original, counted once a frame.
        found: Judge -> frames in which it finds one of them at its place in the copy.
        clear: Judge -> frames in which such a one has the pixels of the original.
        covered: Mean share of the picture whose pixels were changed, 0..1.
        caught: Faces that the second look found clear and covered.
        whole_s: Seconds in which the whole frame was blurred.
        seconds: Time that the copy took.
    """

    clip: str
    how: str
    frames: int
    faces: dict[str, int]
    found: dict[str, int]
    clear: dict[str, int]
    covered: float
    caught: int
    whole_s: float
    seconds: float


def tiles(path: Path) -> list[np.ndarray]:
    """The first `LENGTH_S` seconds of a clip, cut square, as (TILE_PX, TILE_PX, 3) pictures."""
    out = []
    with VideoSource(path, fps=FPS) as video:
        for frame in video:
            side = min(frame.height, frame.width)
            left = (frame.width - side) // 2
            square = frame.image[:side, left : left + side]
            out.append(cv2.resize(square, (TILE_PX, TILE_PX), interpolation=cv2.INTER_AREA))
            if len(out) >= LENGTH_S * FPS:
                break
    return out


def lefts(name: str, k: int) -> tuple[float | None, float | None]:
    """Left edges of the two people's tiles in a frame of a composition; None: not in the picture."""
    t, far = k / FPS, WIDTH + 10.0
    stay = 40.0
    if name == "two people":
        return stay, 360.0
    if name == "enters late":
        return stay, max(360.0, far - 400.0 * max(0.0, t - 2.5)) if t >= 2.5 else None
    if name == "appears late":
        return stay, 360.0 if t >= 2.5 else None
    if name == "leaves and comes back":
        away = 2.0 <= t < 4.5
        out = 360.0 + 300.0 * max(0.0, t - 1.0) if t < 2.0 else max(360.0, far - 300.0 * (t - 4.5))
        return stay, None if away else out
    if name == "crosses fast":
        phase = t % 1.6
        return stay + 50.0, -TILE_PX + 900.0 * phase
    raise ValueError(name)


COMPOSITIONS = ("two people", "enters late", "appears late", "leaves and comes back", "crosses fast")


def compose(name: str, first: list[np.ndarray], second: list[np.ndarray]) -> Iterator[np.ndarray]:
    """The frames of a composition: two people on a plain ground."""
    for k in range(min(len(first), len(second))):
        image = np.full((HEIGHT, WIDTH, 3), (96, 104, 112), np.uint8)
        for tile, left in zip((first[k], second[k]), lefts(name, k), strict=True):
            if left is None:
                continue
            x = round(left)
            inside = slice(max(0, -x), max(0, min(TILE_PX, WIDTH - x)))
            image[80 : 80 + TILE_PX, max(0, x) : max(0, x) + len(range(TILE_PX)[inside])] = tile[:, inside]
        yield image


def inputs(media: Path, folder: Path, composed_fps: float) -> Iterator[tuple[str, Path]]:
    """(name, path) of every clip, real and composed.

    Args:
        media: Folder of the real ones.
        folder: Where the composed ones are written.
        composed_fps: Rate of those of `tests.bench.compositions`; 0 leaves them out.
    """
    clips = sorted(media.glob("*.mp4"))
    for path in clips:
        yield path.stem, path
    people = [p for p in clips if p.stem in ("expressive_a", "one_person_turns")]
    first, second = (tiles(p) for p in people)
    for name in COMPOSITIONS:
        path = folder / f"{name.replace(' ', '_')}.mp4"
        with VideoWriter(path, fps=FPS) as writer:
            for k, image in enumerate(compose(name, first, second)):
                writer.write(image, k / FPS)
        yield name, path
    if composed_fps:
        for number, case in enumerate(compositions(load_people(media, Reference()))):
            if case.group != "sizes":  # a file has one size
                path = folder / f"composed_{number}.mp4"
                with VideoWriter(path, fps=composed_fps) as writer:
                    for frame, _ in case.frames(composed_fps):
                        writer.write(frame.image, frame.timestamp_s)
                yield case.name, path


def copy_of(path: Path, how: str, target: Path, settings: Settings) -> tuple[int, float]:
    """Make the copy; returns faces that the second look covered, and seconds of whole frames."""
    if how == "before":
        with VideoWriter(target, force=True) as writer:
            analyze_video(
                path,
                settings,
                on_frame=lambda f, seen: writer.write(hide(f.image, seen, "blur"), f.timestamp_s),
            )
        return 0, 0.0
    facts = write_copy(path, target, analyze_video(path, settings), mode=how, force=True)
    return facts.found_clear, facts.whole_s


def measure(name: str, path: Path, how: str, target: Path, *, settings: Settings, judges: Judges) -> Row:
    """Copy a clip and look at the copy."""
    began = time.monotonic()
    caught, whole_s = copy_of(path, how, target, settings)
    seconds = time.monotonic() - began
    mesh = FaceMesh()
    frames, covered = 0, 0.0
    faces, found, clear = ({judge: 0 for judge in judges} for _ in range(3))
    with VideoSource(path) as originals, VideoSource(target) as copies:
        for original, copy in zip(originals, copies, strict=True):
            image = fitted(original.image, (copy.width, copy.height))
            frames += 1
            for judge, detector in judges.items():
                before, after = _faces(detector, image), _faces(detector, copy.image)
                before = before[_confirmed(image, before, judges, mesh)]
                faces[judge] += len(before)
                there = intersection_over_union(before, after).max(1, initial=0) >= SAME_IOU
                found[judge] += bool(there.any())
                clear[judge] += any(_alike(image, copy.image, box) for box in before[there])
            changed = np.abs(image.astype(np.int16) - copy.image).max(2)
            covered += float((cv2.blur(changed.astype(np.float32), (5, 5)) > 12).mean())
    share = round(covered / frames, 3)
    return Row(name, how, frames, faces, found, clear, share, caught, whole_s, round(seconds))


def _faces(judge: Detector, image: np.ndarray) -> np.ndarray:
    found = judge.detect(image)
    large = (found.xyxy[:, 2:] - found.xyxy[:, :2]).min(1, initial=1e9) >= MIN_FACE_PX
    return found.xyxy[(found.score >= MIN_SCORE) & large]


def _confirmed(image: np.ndarray, boxes: np.ndarray, judges: Judges, mesh: FaceMesh) -> np.ndarray:
    """(n,) bool: which boxes hold a face to YuNet at its most sensitive, or to the mesh.

    The SSD sees a second "face" in a shoulder or a corner of most pictures.
    """
    seen = intersection_over_union(boxes, judges["yunet"].detect(image).xyxy).max(1, initial=0) >= SAME_IOU
    landmarks, presence = fit_boxes(mesh, image, boxes)
    there = np.diag(intersection_over_union(boxes, mesh_boxes(landmarks))) >= SAME_IOU
    return seen | (there & (presence >= SURE_PRESENCE))


def _alike(before: np.ndarray, after: np.ndarray, box: np.ndarray) -> bool:
    """The middle of a face has the same pixels in both, but for what encoding does."""
    middle, half = (box[:2] + box[2:]) / 2, (box[2:] - box[:2]) * 0.35
    low = np.clip(np.floor(middle - half), 0, None).astype(int)
    high = np.ceil(middle + half).astype(int)
    a, b = (p[low[1] : high[1], low[0] : high[0]].mean(2).ravel().astype(float) for p in (before, after))
    return len(a) > 1 and float(np.corrcoef(a, b)[0, 1]) >= ALIKE


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--media", type=Path, default=Path("../shared/media"))
    parser.add_argument("--detectors", default="../shared/detectors", help="folder with YuNet's file")
    parser.add_argument("--detector", default=Settings().detector, help="of the product")
    parser.add_argument("--how", nargs="+", default=["before", "blur", "mesh"])
    parser.add_argument("--only", nargs="+", help="names of clips")
    parser.add_argument("--composed", type=float, default=0.0, metavar="FPS", help="hide those too")
    parser.add_argument("--keep", type=Path, help="folder in which the copies stay")
    parser.add_argument("--out", type=Path, help="JSON")
    args = parser.parse_args()
    path = args.detectors if args.detector in ("yunet", "dnn") else None
    settings = Settings(detector=args.detector, detector_path=path, action_units=False)
    judges = {name: sensitive_detector(name, args.detectors).detector for name in JUDGES}
    rows = []
    with tempfile.TemporaryDirectory() as scratch:
        keep = args.keep or Path(scratch)
        keep.mkdir(parents=True, exist_ok=True)
        for name, clip in inputs(args.media, Path(scratch), args.composed):
            if args.only and name not in args.only:
                continue
            for how in args.how:
                target = keep / f"{clip.stem}-{how}.mp4"
                row = measure(name, clip, how, target, settings=settings, judges=judges)
                rows.append(row)
                print(" | ".join(str(v) for v in asdict(row).values()), flush=True)
    if args.out:
        args.out.write_text(json.dumps([asdict(row) for row in rows], indent=1) + "\n")


if __name__ == "__main__":
    main()
