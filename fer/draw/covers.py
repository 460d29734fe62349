"""Where a video's faces may be, frame by frame, so that none is shown by mistake.

A face is seen in some frames and overlooked in others. Between two sightings it is covered where it must
have been, before the first and after the last one where it can have come from and gone to, grown with doubt.
Where the doubt is larger than half the picture the whole frame has to be hidden.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np

from fer.faces.assignment import cheapest_pairs
from fer.faces.detectors.base import intersection_over_smaller

BRIDGE_S = 2.0
"""Longest time between two sightings of what is taken for one face."""

LINGER_S = 1.0
"""How long before its first and after its last sighting a face is still covered."""

BRIEF_S = 0.1
"""The same for what was seen once or twice with a low score only."""

CERTAIN_S = 0.3
"""In a longer gap a face need not have gone straight: where it can have gone from both ends counts too."""

CUT_SLACK = 2
"""Frames by which a cover reaches over a cut: what looks like one may be a flash."""

DOUBT_PER_S = 1.5
"""How fast a cover grows while its face is not seen, in sizes of the face a second."""

COAST_S = 0.4
"""A face that was not seen for a while is looked for as if it kept its speed for about this long."""

SPEED_OVER_S = 0.2
"""A speed is measured over about this time."""

GATE, GATE_PER_S, GATE_MOST = 0.7, 2.0, 2.0
"""Farthest jump between two sightings of one face, in its sizes: at once, more per second, at most."""

MAX_LOG_SIZE_RATIO = float(np.log(1.8))
MIN_SIGHTINGS = 3
"""So often must a face of low score be seen to be believed."""

SAME_OVERLAP = 0.6
"""Boxes that share this much of the smaller one are one face; the cover holds both."""

WHOLE_FROM = 0.5
"""Share of the picture under doubtful covers from which the whole frame is hidden."""

_MASK_PX = 96.0
_TURN = np.linspace(0, 2 * np.pi, 48, endpoint=False)


@dataclass(frozen=True, eq=False)
class Sighting:
    """What the detectors saw in one frame.

    Args:
        time_s: Of the frame.
        boxes: (n, 4) float64, xyxy px; may reach beyond the picture.
        believed: (n,) bool, found with a score that counts as a face everywhere else too.
        cut: Another scene begins with this frame.
    """

    time_s: float
    boxes: np.ndarray = field(default_factory=lambda: np.zeros((0, 4)))
    believed: np.ndarray = field(default_factory=lambda: np.zeros(0, bool))
    cut: bool = False

    def __post_init__(self) -> None:
        if self.boxes.shape != (len(self.believed), 4):
            raise ValueError(f"Sighting.boxes: wanted ({len(self.believed)}, 4), got {self.boxes.shape}")

    def with_more(self, boxes: np.ndarray, believed: np.ndarray) -> "Sighting":
        """The sighting with further boxes; those of one face become one box that holds them."""
        both, sure = merged(np.concatenate([self.boxes, boxes]), np.concatenate([self.believed, believed]))
        return Sighting(self.time_s, both, sure, self.cut)


@dataclass(frozen=True, eq=False)
class Cover:
    """What is hidden in one frame.

    Args:
        boxes: (n, 4) float64, xyxy px: sightings first.
        seen: How many of them are sightings and not guesses.
        whole: The whole frame is hidden.
    """

    boxes: np.ndarray
    seen: int
    whole: bool = False


def merged(boxes: np.ndarray, believed: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Boxes of one face joined into the box around them.

    Args:
        boxes: (n, 4) xyxy px.
        believed: (n,) bool; what holds a believed box is believed.
    """
    boxes, believed = np.asarray(boxes, float).reshape(-1, 4), np.asarray(believed, bool)
    keep = np.isfinite(boxes).all(1) & (boxes[:, 2:] > boxes[:, :2]).all(1)
    boxes, believed = boxes[keep], believed[keep]
    while len(boxes) > 1:
        same = np.triu(intersection_over_smaller(boxes, boxes) >= SAME_OVERLAP, 1)
        pairs = np.argwhere(same)
        if not len(pairs):
            break
        a, b = pairs[0]
        boxes[a] = _around(boxes[[a, b]])
        believed[a] |= believed[b]
        boxes, believed = np.delete(boxes, b, axis=0), np.delete(believed, b)
    return boxes, believed


def plan(sightings: Sequence[Sighting], size: tuple[int, int]) -> list[Cover]:
    """What has to be hidden in every frame.

    Args:
        sightings: One for every frame, in order.
        size: Width and height of the picture in px.

    Returns:
        One cover for every frame.
    """
    times = np.array([s.time_s for s in sightings])
    shots = np.cumsum([s.cut for s in sightings])
    seen: list[list[np.ndarray]] = [[] for _ in sightings]
    doubt: list[list[np.ndarray]] = [[] for _ in sightings]
    for path in _paths(sightings, times):
        first, last = _reach(path, times, shots)
        path.cover(times, range(first, last + 1), seen, doubt)
    return [_cover(boxes, guesses, size) for boxes, guesses in zip(seen, doubt, strict=True)]


def _cover(seen: list[np.ndarray], doubt: list[np.ndarray], size: tuple[int, int]) -> Cover:
    whole = bool(doubt) and covered_share(np.array(doubt), size) > WHOLE_FROM
    return Cover(np.array([*seen, *doubt]).reshape(-1, 4), len(seen), whole)


def outline(box: np.ndarray, margin: float) -> np.ndarray:
    """(48, 2) px: the ellipse in a box, grown by a share of its size."""
    center, half = (box[:2] + box[2:]) / 2, (box[2:] - box[:2]) / 2 * (1 + margin)
    return center + half * np.column_stack([np.cos(_TURN), np.sin(_TURN)])


def mask_of(boxes: np.ndarray, size: tuple[int, int], *, margin: float = 0.0) -> tuple[np.ndarray, float]:
    """What boxes hide, at a small scale.

    Args:
        boxes: (n, 4) xyxy px.
        size: Width and height of the picture in px.
        margin: As in `outline`.

    Returns:
        mask: (h, w) uint8, 1 where it is hidden.
        scale: Its pixels over the picture's.
    """
    scale = min(1.0, _MASK_PX / max(size))
    mask = np.zeros((max(1, round(size[1] * scale)), max(1, round(size[0] * scale))), np.uint8)
    for box in boxes:
        points = np.clip(outline(box, margin) * scale, -1e4, 1e4)
        cv2.fillPoly(mask, [np.round(points).astype(np.int32)], 1)
    return mask, scale


def covered_share(boxes: np.ndarray, size: tuple[int, int], *, margin: float = 0.0) -> float:
    """Share of the picture that boxes hide, 0..1; see `mask_of`."""
    return float(mask_of(boxes, size, margin=margin)[0].mean())


def _around(boxes: np.ndarray) -> np.ndarray:
    return np.concatenate([boxes[:, :2].min(0), boxes[:, 2:].max(0)])


def _grown(box: np.ndarray, unseen_s: float) -> np.ndarray:
    """The box with room for where a face may have gone in that time."""
    room = DOUBT_PER_S * unseen_s * float((box[2:] - box[:2]).max()) / 2
    return box + np.array([-room, -room, room, room])


class _Path:
    """Sightings that are taken for one face."""

    def __init__(self, frame: int, time_s: float, box: np.ndarray, *, believed: bool) -> None:
        self.frames, self.times, self.boxes = [frame], [time_s], [box]
        self._believed = believed

    def add(self, frame: int, time_s: float, box: np.ndarray, *, believed: bool) -> None:
        """One sighting more, in a later frame."""
        self.frames.append(frame)
        self.times.append(time_s)
        self.boxes.append(box)
        self._believed |= believed

    @property
    def linger_s(self) -> float:
        """How long it is covered beyond its ends."""
        return LINGER_S if self._believed or len(self.frames) >= MIN_SIGHTINGS else BRIEF_S

    @property
    def size(self) -> float:
        """Of the last box, px."""
        return float(np.sqrt((self.boxes[-1][2:] - self.boxes[-1][:2]).prod()))

    def predicted(self, time_s: float) -> np.ndarray:
        """(4,) px: the last box where it should be at a later time; its speed runs out."""
        ahead_s = COAST_S * (1 - np.exp(-(time_s - self.times[-1]) / COAST_S))
        return self.boxes[-1] + np.tile(self._speed(len(self.frames) - 1, past=True) * ahead_s, 2)

    def cover(
        self, times: np.ndarray, frames: range, seen: list[list[np.ndarray]], doubt: list[list[np.ndarray]]
    ) -> None:
        """Add what hides this face to the lists of the frames."""
        place = {frame: k for k, frame in enumerate(self.frames)}
        for frame in frames:
            if frame in place:
                seen[frame].append(self._with_neighbors(place[frame]))
            else:
                doubt[frame].extend(self._guesses(float(times[frame])))

    def _with_neighbors(self, k: int) -> np.ndarray:
        """A sighting with those beside it: detectors waver, and a fast face is smeared."""
        near = [j for j in (k - 1, k, k + 1) if 0 <= j < len(self.times)]
        return _around(
            np.array([self.boxes[j] for j in near if abs(self.times[j] - self.times[k]) <= BRIEF_S])
        )

    def _guesses(self, time_s: float) -> list[np.ndarray]:
        """Where the face may be at a time at which it was not seen."""
        after = int(np.searchsorted(self.times, time_s))
        ends = [k for k in (after - 1, after) if 0 <= k < len(self.times)]
        gap_s = self.times[ends[-1]] - self.times[ends[0]]
        guesses = []
        if len(ends) == 2:
            part = (time_s - self.times[ends[0]]) / gap_s
            between = (1 - part) * self.boxes[ends[0]] + part * self.boxes[ends[1]]
            guesses.append(_grown(between, min(part, 1 - part) * gap_s))
        if len(ends) == 1 or gap_s > CERTAIN_S:
            away = [(k, abs(time_s - self.times[k])) for k in ends]
            guesses += [_grown(self._swept(k, time_s), unseen) for k, unseen in away if unseen <= LINGER_S]
        return guesses

    def _swept(self, k: int, time_s: float) -> np.ndarray:
        """Around the k-th box and where it is at another time if its face kept its speed: all in between."""
        ahead_s = time_s - self.times[k]
        gone = self.boxes[k] + np.tile(self._speed(k, past=ahead_s > 0) * ahead_s, 2)
        return _around(np.array([self.boxes[k], gone]))

    def _speed(self, k: int, *, past: bool) -> np.ndarray:
        """(2,) px a second at the k-th sighting, from those before or after it."""
        step, other = (-1, k) if past else (1, k)
        while 0 <= other + step < len(self.times) and abs(self.times[other] - self.times[k]) < SPEED_OVER_S:
            other += step
        span_s = self.times[k] - self.times[other]
        if not 0 < abs(span_s) <= CERTAIN_S:
            return np.zeros(2)
        return (self.boxes[k] - self.boxes[other]).reshape(2, 2).mean(0) / span_s


def _reach(path: _Path, times: np.ndarray, shots: np.ndarray) -> tuple[int, int]:
    """First and last frame in which the face is covered."""
    begin_s, end_s = path.times[0] - path.linger_s, path.times[-1] + path.linger_s
    first = int(np.searchsorted(times, begin_s))
    last = int(np.searchsorted(times, end_s, side="right")) - 1
    shot_first = int(np.searchsorted(shots, shots[path.frames[0]]))
    shot_last = int(np.searchsorted(shots, shots[path.frames[-1]], side="right")) - 1
    return max(first, shot_first - CUT_SLACK, 0), min(last, shot_last + CUT_SLACK, len(times) - 1)


def _paths(sightings: Sequence[Sighting], times: np.ndarray) -> list[_Path]:
    """Sightings joined into paths; a cut ends them all."""
    done: list[_Path] = []
    open_: list[_Path] = []
    for frame, sighting in enumerate(sightings):
        now = float(times[frame])
        lost = [p for p in open_ if sighting.cut or now - p.times[-1] > BRIDGE_S]
        done += lost
        open_ = [p for p in open_ if p not in lost]
        matched = _match(sighting.boxes, open_, now)
        for k, box in enumerate(sighting.boxes):
            believed = bool(sighting.believed[k])
            if k in matched:
                open_[matched[k]].add(frame, now, box, believed=believed)
            else:
                open_.append(_Path(frame, now, box, believed=believed))
    return done + open_


def _match(boxes: np.ndarray, paths: list[_Path], now: float) -> dict[int, int]:
    """Row of each box that goes on with a path -> place of the path."""
    if not len(boxes) or not paths:
        return {}
    predicted = np.array([p.predicted(now) for p in paths])
    gap_s = np.array([now - p.times[-1] for p in paths])
    centers, wanted = ((b[:, :2] + b[:, 2:]) / 2 for b in (boxes, predicted))
    sizes, known = np.sqrt((boxes[:, 2:] - boxes[:, :2]).prod(1)), np.array([p.size for p in paths])
    apart = np.linalg.norm(centers[:, None] - wanted[None], axis=2) / np.sqrt(sizes[:, None] * known[None])
    growth = np.abs(np.log(sizes[:, None] / known[None]))
    possible = (apart <= np.minimum(GATE + GATE_PER_S * gap_s, GATE_MOST)[None]) & (
        growth <= MAX_LOG_SIZE_RATIO
    )
    return dict(cheapest_pairs(apart + growth + 0.3 * gap_s[None], possible))
