"""The product as it is, and others, on labelled photos of people: found, right, balanced, sets.

    python -m tests.bench.real_faces --data ../shared/lfw_dev.zip [--json models/real_faces.json]
        [--fer-python ENVIRONMENT/bin/python] [--face-api FOLDER/node_modules]

Photos stand in folders named by expression. Nothing may be trained on them or chosen on them. Where a photo
holds several faces the largest is the labelled one, for everybody. The fer package (`pip install fer
tensorflow-cpu`) needs an environment of its own; face-api comes by `npm install @vladmandic/face-api@1.7
@tensorflow/tfjs@4.22 @tensorflow/tfjs-backend-wasm@4.22 jpeg-js`.
"""

import argparse
import hashlib
import json
import subprocess
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from fer.constants import DISPLAY_ORDER, EMOTIONS, UNSURE
from fer.evaluation.conformal import HARD_BELOW, figures_of_sets
from fer.evaluation.figures.metrics_file import SetFigures
from fer.evaluation.figures.real_faces import FEWEST, RealClass, RealFaces, RealFacesScores, RealSets
from fer.evaluation.intervals import estimate, resampled_sums
from fer.io.files import write_text
from fer.io.json_records import json_text
from fer.pipeline import Analyzer
from fer.settings import Settings
from fer.sources import read_image
from fer.verdict import is_named, plausible_sets, prediction_sets

RIVALS = Path(__file__).parent / "rivals"
NOTHING = -1


@dataclass(frozen=True, eq=False)
class Photos:
    """Labelled photos.

    Args:
        names: n, unique.
        labels: (n,) indices into `EMOTIONS`.
        contents: n files.
    """

    names: tuple[str, ...]
    labels: np.ndarray
    contents: tuple[bytes, ...]


@dataclass(frozen=True, eq=False)
class Ours:
    """What the product reads of n photos.

    Args:
        answers: (n,) the likeliest expression, `NOTHING` without a face.
        probs: (n, 7); zeros without a face.
        unsure: (n,) bool.
        named: (n,) bool: unsure, and the set is small enough to be named.
        sets: (n, 7) bool.
        version: Name of the network.
        sha256: Its hash.
        unsure_from: Threshold of the sets of unsure faces.
        promised: Coverage of the sets.
    """

    answers: np.ndarray
    probs: np.ndarray
    unsure: np.ndarray
    named: np.ndarray
    sets: np.ndarray
    version: str
    sha256: str
    unsure_from: float
    promised: float


def read_photos(path: Path) -> Photos:
    """The photos of a zip file whose folders are named by expression."""
    names, labels, contents = [], [], []
    with zipfile.ZipFile(path) as archive:
        for name in sorted(archive.namelist()):
            label = next((part for part in name.split("/")[:-1] if part in EMOTIONS), None)
            if label is None or name.endswith("/"):
                continue
            names.append(f"{len(names):05d}{Path(name).suffix.lower()}")
            labels.append(EMOTIONS.index(label))
            contents.append(archive.read(name))
    return Photos(tuple(names), np.array(labels), tuple(contents))


def largest(boxes: np.ndarray) -> int:
    """Row of the largest of boxes (n, 4) by width (column 2) times height (column 3)."""
    return int((boxes[:, 2] * boxes[:, 3]).argmax())


def read_ours(photos: Photos) -> Ours:
    """The product with its own settings for photos."""
    analyzer = Analyzer(Settings(action_units=False), still=True)
    head, n = analyzer.components.emotion.head, len(photos.names)
    answers, probs = np.full(n, NOTHING), np.zeros((n, len(EMOTIONS)))
    unsure, named = np.zeros(n, bool), np.zeros(n, bool)
    for k, (name, content) in enumerate(zip(photos.names, photos.contents, strict=True)):
        seen = analyzer.analyze(read_image(content, name=name).frame)
        if not len(seen):
            continue
        xyxy = seen.faces.detections.xyxy
        row = largest(np.concatenate([xyxy[:, :2], xyxy[:, 2:] - xyxy[:, :2]], 1))
        probs[k], answers[k] = seen.probs[row], seen.probs[row].argmax()
        unsure[k] = seen.verdicts[0][row] == UNSURE
        named[k] = unsure[k] and is_named(seen.plausible[row])
    rule = head.set_rule
    return Ours(
        answers,
        probs,
        unsure,
        named,
        plausible_sets(probs, analyzer.unsure_below, rule),
        analyzer.model_info["name"],
        analyzer.model_info["sha256"],
        rule.unsure_from,
        rule.promised,
    )


def read_rival(command: list[str], photos: Photos) -> tuple[str, np.ndarray]:
    """Version and answers (n,) of another program; `NOTHING` without a face.

    Args:
        command: Prints its version, then a line of JSON for every photo of the folder that is appended.
    """
    with tempfile.TemporaryDirectory() as folder:
        for name, content in zip(photos.names, photos.contents, strict=True):
            (Path(folder) / name).write_bytes(content)
        done = subprocess.run([*command, folder], stdout=subprocess.PIPE, check=True, text=True)
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    faces = {line["photo"]: line["faces"] for line in lines[1:]}
    answers = np.full(len(photos.names), NOTHING)
    for k, name in enumerate(photos.names):
        if faces[name]:
            scores = faces[name][largest(np.array([face["box"] for face in faces[name]]))]["scores"]
            answers[k] = max(range(len(EMOTIONS)), key=lambda e: scores[EMOTIONS[e]])
    return lines[0]["version"], answers


def score(name: str, version: str, answers: np.ndarray, labels: np.ndarray) -> RealFacesScores:
    """All figures of one product.

    Args:
        name: Of the product.
        version: Likewise.
        answers: (n,) `NOTHING` without a face.
        labels: (n,).
    """
    right, here = answers == labels, np.eye(len(EMOTIONS))[labels]
    # A column a class: photos with this label, and those that were read so.
    columns = np.concatenate([here, here * right[:, None]], 1)
    samples, sums = resampled_sums(columns), columns.sum(0)
    there = sums[: len(EMOTIONS)] > 0
    common = sums[: len(EMOTIONS)] >= FEWEST

    def mean_right(sums: np.ndarray, classes: np.ndarray) -> np.ndarray:
        counts, hits = sums[..., : len(EMOTIONS)], sums[..., len(EMOTIONS) :]
        return (hits / np.maximum(counts, 1))[..., classes].mean(-1)

    hits = sums[len(EMOTIONS) :]
    return RealFacesScores(
        name=name,
        version=version,
        found=float((answers != NOTHING).mean()),
        accuracy=estimate(lambda s: s[..., len(EMOTIONS) :].sum(-1) / len(labels), sums, samples),
        accuracy_found=float(right[answers != NOTHING].mean()),
        balanced=estimate(lambda s: mean_right(s, there), sums, samples),
        balanced_common=estimate(lambda s: mean_right(s, common), sums, samples),
        classes={
            e: RealClass(int(n), float(hit / n) if n else 0.0)
            for e, n, hit in zip(EMOTIONS, sums, hits, strict=False)
        },
    )


def score_sets(ours: Ours, labels: np.ndarray) -> RealSets:
    """How often our sets hold the label, over the photos with a face."""
    found = ours.answers != NOTHING
    hard = found & (ours.probs.max(1) < HARD_BELOW)
    held = ours.sets[np.arange(len(labels)), labels]

    def figures(sets: np.ndarray, rows: np.ndarray) -> SetFigures | None:
        if not rows.any():
            return None
        threshold = ours.unsure_from
        return figures_of_sets(sets[rows], labels[rows], threshold=threshold, promised=ours.promised)

    return RealSets(
        all_faces=figures(ours.sets, found),
        unsure=figures(ours.sets, found & ours.unsure),
        n_shown=int(ours.named.sum()),
        held_shown=float(held[ours.named].mean()) if ours.named.any() else None,
        hard_below=HARD_BELOW,
        hard=figures(prediction_sets(ours.probs, ours.unsure_from), hard),
    )


def show(figures: RealFaces) -> None:
    """Print the table and the sets."""
    print(f"{figures.data}: {figures.n:,} photos")
    print(
        f"{'':32} found  right  (of found)  balanced  5 classes  "
        + " ".join(f"{n:>8}" for n in DISPLAY_ORDER)
    )
    for one in (figures.ours, *figures.rivals):
        classes = " ".join(f"{100 * one.classes[name].right:7.1f}%" for name in DISPLAY_ORDER)
        print(
            f"{one.name + ' ' + one.version:32} {100 * one.found:5.1f}% {100 * one.accuracy.value:5.1f}% "
            f"{100 * one.accuracy_found:8.1f}% {100 * one.balanced.value:9.1f}% "
            f"{100 * one.balanced_common.value:8.1f}%   {classes}"
        )
    sets = figures.sets
    for title, one in (("all faces", sets.all_faces), ("unsure", sets.unsure), ("hard", sets.hard)):
        if one is not None:
            by_class = ", ".join(
                f"{n} {one.coverage_by_class[n]:.0%}"
                for n in DISPLAY_ORDER
                if one.coverage_by_class[n] is not None
            )
            print(f"sets, {title}: {one.n} faces, held {one.coverage:.1%}, {one.mean_size:.2f} ({by_class})")
    held = "" if sets.held_shown is None else f", of which {sets.held_shown:.0%} hold the label"
    print(f"sets that are named in place of unsure: {sets.n_shown}{held}")


def main() -> None:
    """Read the photos with everything that is there, print, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/lfw_dev.zip"))
    parser.add_argument("--fer-python", type=Path, help="Python of an environment with the package fer")
    parser.add_argument("--face-api", type=Path, help="node_modules with @vladmandic/face-api")
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    photos = read_photos(args.data)
    ours = read_ours(photos)
    commands = {}
    if args.fer_python:
        script = str(RIVALS / "fer_package.py")
        for title, detector in (("fer package, Haar", "haar"), ("fer package, MTCNN", "mtcnn")):
            commands[title] = [str(args.fer_python.absolute()), script, detector]
    if args.face_api:
        commands["face-api"] = ["node", str(RIVALS / "face_api.cjs"), str(args.face_api.absolute())]
    rivals = []
    for title, command in commands.items():
        version, answers = read_rival(command, photos)
        rivals.append(score(title, version, answers, photos.labels))
    figures = RealFaces(
        data=args.data.stem,
        data_sha256=hashlib.sha256(args.data.read_bytes()).hexdigest(),
        sha256=ours.sha256,
        n=len(photos.names),
        ours=score("this product", ours.version, ours.answers, photos.labels),
        rivals=tuple(sorted(rivals, key=lambda one: -one.accuracy.value)),
        sets=score_sets(ours, photos.labels),
    )
    show(figures)
    if args.json:
        write_text(json_text(figures), args.json, force=True)


if __name__ == "__main__":
    main()
