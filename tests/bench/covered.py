"""Faces with a covered mouth or covered eyes: paint them, fit the model that marks them, measure it.

    python -m tests.bench.covered ../shared/fer2013 --write
    python -m tests.bench.covered ../shared/fer2013

Masks, hands, scarves, cups, sunglasses and bars are painted on FER2013's faces. The model is fitted to
Training; thresholds are chosen on half of PublicTest, what is printed is of its other half: the share of
covered faces that is marked, by kind, and of plain faces. Cups, scarves and bars are not painted in training:
they show what it makes of what it has not seen. `--write` puts the weights into fer/faces/covered.json.
"""

import argparse
import json
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from scipy.optimize import minimize

from fer.faces.covered import PARTS, WEIGHTS, features

UP = 4
PLAIN_MARKED = 0.005
REGULAR = 2e-3
DIGITS = 127


def paint(face: np.ndarray, kind: str, rng: np.random.Generator) -> np.ndarray:
    """A face (48, 48) uint8 with something of that kind painted on."""
    big = cv2.resize(face, None, fx=UP, fy=UP, interpolation=cv2.INTER_CUBIC)
    KINDS[kind][1](big, rng)
    return cv2.resize(big, (48, 48), interpolation=cv2.INTER_AREA)


def _points(rows: list, rng: np.random.Generator, spread: float = 1.3) -> np.ndarray:
    return ((np.array(rows, float) + rng.normal(0, spread, (len(rows), 2))) * UP).round().astype(np.int32)


def _fill(image: np.ndarray, mask: np.ndarray, level: float, rng: np.random.Generator) -> None:
    """A surface with shading, folds and grain where the mask is."""
    y, x = np.mgrid[0 : image.shape[0], 0 : image.shape[1]] / (48 * UP)
    shade = level + rng.normal(0, 35) * (x - 0.5) + rng.normal(0, 35) * (y - 0.5)
    shade = shade + rng.uniform(0, 9) * np.sin(2 * np.pi * rng.uniform(4, 14) * (y + rng.normal(0, 0.2) * x))
    shade = shade + rng.normal(0, rng.uniform(1, 6), image.shape)
    soft = cv2.GaussianBlur(mask.astype(np.float32), (0, 0), rng.uniform(0.5, 2.5))
    image[:] = np.clip(soft * shade + (1 - soft) * image, 0, 255).astype(np.uint8)


def _mask(image: np.ndarray, rng: np.random.Generator) -> None:
    top = rng.uniform(24, 29)
    jaw = [
        (8, top + 3),
        (17, top),
        (24, top - rng.uniform(0, 4)),
        (31, top),
        (40, top + 3),
        (39, 44),
        (24, 51),
        (9, 44),
    ]
    shape = np.zeros(image.shape, np.uint8)
    cv2.fillPoly(shape, [_points(jaw, rng)], 1)
    for x in (8, 40):
        ends = _points([(x, top + 4), (x + (-9 if x < 24 else 9), top - rng.uniform(0, 8))], rng)
        cv2.line(shape, ends[0].tolist(), ends[1].tolist(), 1, rng.integers(2, 6))
    _fill(image, shape, rng.uniform(25, 245), rng)


def _fingers(image: np.ndarray, rng: np.random.Generator, middle: float) -> None:
    skin = float(np.percentile(image, 60)) + rng.normal(0, 14)
    turn, width = rng.normal(0, 0.45), rng.uniform(5, 7)
    along = np.array([np.cos(turn), np.sin(turn)]) * rng.choice([-1, 1])
    across = np.array([-along[1], along[0]])
    center = np.array([24 + rng.normal(0, 3), middle + rng.normal(0, 1.5)])
    for k in range(int(rng.integers(3, 5))):
        place = center + across * (k - 1.5) * width
        start, end = place - along * rng.uniform(24, 34), place + along * rng.uniform(7, 15)
        ends = (np.array([start, end]) * UP).round().astype(int)
        shape = np.zeros(image.shape, np.uint8)
        cv2.line(shape, ends[0].tolist(), ends[1].tolist(), 1, int(width * UP))
        edge = cv2.dilate(shape, np.ones((5, 5), np.uint8)) - shape
        image[edge > 0] = (image[edge > 0] * rng.uniform(0.55, 0.9)).astype(np.uint8)
        _fill(image, shape, skin, rng)


def _hand_on_mouth(image: np.ndarray, rng: np.random.Generator) -> None:
    _fingers(image, rng, 37)


def _hand_on_eyes(image: np.ndarray, rng: np.random.Generator) -> None:
    _fingers(image, rng, 18)


def _glasses(image: np.ndarray, rng: np.random.Generator, *, dark: bool) -> None:
    y, apart = 18 + rng.normal(0, 1), 9.5 + rng.normal(0, 0.7)
    size = np.array([rng.uniform(6.5, 8.8), rng.uniform(4.6, 7)]) * UP
    level = rng.uniform(5, 75) if dark else rng.uniform(10, 90)
    shape = np.zeros(image.shape, np.uint8)
    for side in (-1, 1):
        place = (np.array([24 + side * apart, y]) * UP).round().astype(int)
        box = (place.tolist(), size.round().astype(int).tolist(), float(rng.normal(0, 4)), 0, 360, 1)
        cv2.ellipse(shape, *box, -1 if dark else int(rng.integers(3, 7)))
    cv2.line(shape, (int((24 - 3) * UP), int((y - 1) * UP)), (int((24 + 3) * UP), int((y - 1) * UP)), 1, 5)
    _fill(image, shape, level, rng)


def _sunglasses(image: np.ndarray, rng: np.random.Generator) -> None:
    _glasses(image, rng, dark=True)


def _spectacles(image: np.ndarray, rng: np.random.Generator) -> None:
    _glasses(image, rng, dark=False)


def _cup(image: np.ndarray, rng: np.random.Generator) -> None:
    shape = np.zeros(image.shape, np.uint8)
    cv2.fillPoly(shape, [_points([(15, 32), (33, 32), (31, 50), (17, 50)], rng)], 1)
    _fill(image, shape, rng.uniform(20, 245), rng)


def _scarf(image: np.ndarray, rng: np.random.Generator) -> None:
    shape = np.zeros(image.shape, np.uint8)
    cv2.fillPoly(shape, [_points([(-3, 31), (24, 28), (51, 31), (51, 51), (-3, 51)], rng)], 1)
    _fill(image, shape, rng.uniform(20, 230), rng)


def _bar(image: np.ndarray, rng: np.random.Generator) -> None:
    shape = np.zeros(image.shape, np.uint8)
    cv2.fillPoly(shape, [_points([(2, 12), (46, 12), (46, 25), (2, 25)], rng)], 1)
    _fill(image, shape, rng.uniform(0, 60), rng)


def _elsewhere(image: np.ndarray, rng: np.random.Generator) -> None:
    """Something beside the features: on the forehead, at the edges, under the chin."""
    shape = np.zeros(image.shape, np.uint8)
    place = [(24, -2), (0, 40), (48, 40), (24, 52), (2, 10), (46, 10)][int(rng.integers(6))]
    center = (np.array(place) * UP).tolist()
    cv2.ellipse(shape, center, (int(rng.uniform(4, 9) * UP), int(rng.uniform(3, 7) * UP)), 0, 0, 360, 1, -1)
    _fill(image, shape, rng.uniform(10, 245), rng)


def _nothing(image: np.ndarray, rng: np.random.Generator) -> None:
    image[:] = np.clip(image * rng.uniform(0.7, 1.15), 0, 255).astype(np.uint8)


KINDS: dict[str, tuple[tuple[int, int], Callable[[np.ndarray, np.random.Generator], None]]] = {
    "plain": ((0, 0), _nothing),
    "spectacles": ((0, 0), _spectacles),
    "beside": ((0, 0), _elsewhere),
    "mask": ((1, 0), _mask),
    "hand on the mouth": ((1, 0), _hand_on_mouth),
    "sunglasses": ((0, 1), _sunglasses),
    "hand on the eyes": ((0, 1), _hand_on_eyes),
    "cup": ((1, 0), _cup),
    "scarf": ((1, 0), _scarf),
    "bar": ((0, 1), _bar),
}
"""Kind -> what is covered (mouth, eyes), and how it is painted."""

UNSEEN = ("cup", "scarf", "bar")


def fit(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, float]:
    """Weights and offset of a regularized logistic regression."""

    def loss(w: np.ndarray) -> tuple[float, np.ndarray]:
        z = x @ w[:-1] + w[-1]
        p = 1 / (1 + np.exp(-z))
        value = np.mean(np.logaddexp(0, z) - y * z) + REGULAR * (w[:-1] @ w[:-1])
        slope = (p - y) / len(y)
        return value, np.append(x.T @ slope + 2 * REGULAR * w[:-1], slope.sum())

    found = minimize(loss, np.zeros(x.shape[1] + 1), jac=True, method="L-BFGS-B", options={"maxiter": 250})
    return found.x[:-1], float(found.x[-1])


def main() -> None:
    """Fit, choose thresholds, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path)
    parser.add_argument("--faces", type=int, default=1500, help="of Training for each kind")
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args()
    rng = np.random.default_rng(0)
    faces, usage = load(args.data)
    train, public = faces[usage == "Training"], faces[usage == "PublicTest"]
    half = rng.permutation(len(public))
    chosen, held = public[half[: len(half) // 2]], public[half[len(half) // 2 :]]
    if args.write:
        write(train, chosen, args.faces, rng)
    _report(held, rng)


def load(folder: Path) -> tuple[np.ndarray, np.ndarray]:
    """(n, 48, 48) uint8 faces and their split."""
    import pandas as pd

    table = pd.read_csv(folder / "fer2013.csv.gz")
    faces = np.array([np.array(row.split(), np.uint8) for row in table["pixels"]]).reshape(-1, 48, 48)
    return faces, table["Usage"].to_numpy(str)


def write(train: np.ndarray, chosen: np.ndarray, count: int, rng: np.random.Generator) -> None:
    """Fit the two regressions and write them."""
    rows, labels = [], []
    for kind, (what, _) in KINDS.items():
        if kind in UNSEEN:
            continue
        picked = train[rng.choice(len(train), count * (3 if kind == "plain" else 1), replace=False)]
        rows.append(features(np.array([paint(face, kind, rng) for face in picked])))
        labels.append(np.tile(what, (len(picked), 1)))
    x, y = np.concatenate(rows).astype(np.float64), np.concatenate(labels).astype(float)
    fitted = [fit(x, y[:, k]) for k in range(len(PARTS))]
    weights, offset = np.array([w for w, _ in fitted]).T, np.array([b for _, b in fitted])
    scale = np.abs(weights).max(0) / DIGITS
    whole = np.round(weights / scale)
    scores = features(chosen) @ (whole * scale) + offset
    threshold = np.quantile(scores, 1 - PLAIN_MARKED, axis=0)
    values = {
        "parts": PARTS,
        "weights": whole.astype(int).tolist(),
        "scale": scale.tolist(),
        "offset": offset.tolist(),
        "threshold": threshold.tolist(),
    }
    WEIGHTS.write_text(json.dumps(values, separators=(",", ":")) + "\n")


def _report(held: np.ndarray, rng: np.random.Generator) -> None:
    from fer.faces.covered import covered

    print(f"marked, of {len(held)} faces of PublicTest each: {', '.join(PARTS)}")
    for kind, (what, _) in KINDS.items():
        crops = held if kind == "plain" else np.array([paint(face, kind, rng) for face in held])
        shares = covered(crops).mean(0)
        unseen = " (never painted in training)" if kind in UNSEEN else ""
        print(f"{kind:18} {shares[0]:.3f} {shares[1]:.3f}  truth {what}{unseen}")


if __name__ == "__main__":
    main()
