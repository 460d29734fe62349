"""Ids that stay with a face: motion prediction and Hungarian assignment, no identity embeddings.

From one frame to the next the pixels of a face hardly change, while another face at the same place
is plainly different: so a cut to somebody else is seen by correlating the two crops. The last crop
of a track is kept for that, for a second at the most.

Reference: Bewley et al. 2016, Simple Online and Realtime Tracking; Kuhn 1955.
"""

from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import linear_sum_assignment

from fer.records import UNCONFIRMED, Faces, Frame

MAX_GAP_S = 1.0
"""A face that stays away longer comes back under a new id."""

VELOCITY_HALF_LIFE_S = 0.15
"""Smoothing of a face's speed."""

COAST_HALF_LIFE_S = 0.3
"""A face that is out of sight slows down with this half-life."""

GATE, GATE_PER_S, GATE_MOST = 0.6, 1.5, 1.5
"""Farthest jump from the prediction, in face sizes: at once, more per second unseen, at most."""

MAX_LOG_SIZE_RATIO = np.log(1.7)
GAP_COST_PER_S = 0.3
NEVER = 1e6

LIKENESS_TIMES_S = (0.05, 0.12, 0.25, 0.3)
LIKENESS_FLOORS = (0.78, 0.55, 0.2, -1.0)
"""Lowest correlation of a face's crop with its last one, by the time between them. Measured on five
clips: the same face keeps 0.84 over 0.04 s, 0.63 over 0.12 s and 0.3 over 0.24 s; two people never
pass 0.76."""

CONFIRM_HITS = 3
SURE_SCORE, SURE_PRESENCE = 0.75, 0.7
"""A whole face with both is believed at first sight; others after `CONFIRM_HITS` sightings."""

WHOLE_FROM = 0.95
"""Share of the box inside the frame. What slides over the edge changes fast and is not compared."""


@dataclass(frozen=True, eq=False)
class Track:
    """What is known of one face's motion.

    Args:
        center: (2,) px, where it was seen last.
        size: Geometric mean of the box's sides, px.
        velocity: (2,) px a second.
        seen_s: When it was seen last.
        look: (p,) normalised pixels of its last crop.
        whole: It was seen whole, not cut off by the frame's edge.
        hits: How often it was seen.
        track_id: -1 until it is believed.
    """

    center: np.ndarray
    size: float
    velocity: np.ndarray
    seen_s: float
    look: np.ndarray
    whole: bool = True
    hits: int = 1
    track_id: int = UNCONFIRMED

    def predicted(self, timestamp_s: float) -> np.ndarray:
        """(2,) px: where the face should be, slowing down while it is out of sight."""
        gap = max(0.0, timestamp_s - self.seen_s)
        decay = np.log(2) / COAST_HALF_LIFE_S
        return self.center + self.velocity * (1 - np.exp(-decay * gap)) / decay

    def moved(self, seen: "Track") -> "Track":
        """The track after the face was seen again."""
        gap = max(seen.seen_s - self.seen_s, 1e-3)
        keep = 0.5 ** (gap / VELOCITY_HALF_LIFE_S)
        velocity = keep * self.velocity + (1 - keep) * (seen.center - self.center) / gap
        return replace(seen, velocity=velocity, hits=self.hits + 1, track_id=self.track_id)


class Tracker:
    """Gives each face of a stream an id; ids count from 1 and are never used again.

    Args:
        max_gap_s: Longest time out of sight after which the id is kept.
    """

    def __init__(self, *, max_gap_s: float = MAX_GAP_S) -> None:
        self.max_gap_s = max_gap_s
        self._tracks: list[Track] = []
        self._next_id = 1
        self._updated_s = -np.inf

    def cut(self) -> None:
        """Forget everybody: after a cut the same place shows somebody else."""
        self._tracks = []

    @property
    def missing(self) -> int:
        """How many believed faces were out of sight at the last update, but not for long."""
        return sum(t.track_id != UNCONFIRMED and t.seen_s < self._updated_s for t in self._tracks)

    def update(self, faces: Faces, crops: np.ndarray, frame: Frame) -> Faces:
        """Match the faces of a frame with those seen before.

        Args:
            faces: n faces.
            crops: (n, H, W) uint8, the faces cut out alike.
            frame: The frame; its time may not run backwards.

        Returns:
            The same faces with `track_id`; -1 for those not yet sure.
        """
        timestamp_s = self._updated_s = frame.timestamp_s
        self._tracks = [t for t in self._tracks if timestamp_s - t.seen_s <= self.max_gap_s]
        seen = _sightings(faces, crops, frame)
        matched = self._match(seen, timestamp_s)
        ids = np.full(len(faces), UNCONFIRMED, np.int64)
        for k, new in enumerate(seen):
            track = new
            if k in matched:
                track = self._tracks[matched[k]].moved(new)
            sure = (
                new.whole and faces.detections.score[k] >= SURE_SCORE and faces.presence[k] >= SURE_PRESENCE
            )
            if track.track_id == UNCONFIRMED and (sure or track.hits >= CONFIRM_HITS):
                track = replace(track, track_id=self._next_id)
                self._next_id += 1
            if k in matched:
                self._tracks[matched[k]] = track
            else:
                self._tracks.append(track)
            ids[k] = track.track_id
        return replace(faces, track_id=ids)

    def _match(self, seen: list[Track], timestamp_s: float) -> dict[int, int]:
        """Row of each matched face -> position in the list of tracks."""
        if not self._tracks or not seen:
            return {}
        gap = np.array([timestamp_s - t.seen_s for t in self._tracks])
        predicted = np.array([t.predicted(timestamp_s) for t in self._tracks])
        apart = np.linalg.norm(np.array([t.center for t in seen])[:, None] - predicted[None], axis=2)
        sizes, known = (np.array([t.size for t in tracks]) for tracks in (seen, self._tracks))
        distance = apart / np.sqrt(sizes[:, None] * known[None])
        growth = np.abs(np.log(sizes[:, None] / known[None]))
        likeness = np.array([t.look for t in seen]) @ np.array([t.look for t in self._tracks]).T
        whole = np.array([t.whole for t in seen])[:, None] & np.array([t.whole for t in self._tracks])
        alike = ~whole | (likeness >= np.interp(gap, LIKENESS_TIMES_S, LIKENESS_FLOORS)[None])
        cost = distance + growth + GAP_COST_PER_S * gap[None]
        possible = (
            (distance <= np.minimum(GATE + GATE_PER_S * gap, GATE_MOST)[None])
            & (growth <= MAX_LOG_SIZE_RATIO)
            & alike
        )
        rows, columns = linear_sum_assignment(np.where(possible, cost, NEVER))
        return {int(r): int(c) for r, c in zip(rows, columns, strict=True) if possible[r, c]}


def _sightings(faces: Faces, crops: np.ndarray, frame: Frame) -> list[Track]:
    """Every face of a frame as a track of its own, at rest."""
    xyxy = faces.detections.xyxy.astype(float)
    sides = np.clip(xyxy[:, 2:] - xyxy[:, :2], 1, None)
    inside = np.clip(xyxy, 0, [frame.width, frame.height] * 2)
    whole = (inside[:, 2:] - inside[:, :2]).prod(1) >= WHOLE_FROM * sides.prod(1)
    looks = crops.reshape(len(crops), int(np.prod(crops.shape[1:]))).astype(np.float32)
    looks -= looks.mean(1, keepdims=True)
    looks /= np.maximum(np.linalg.norm(looks, axis=1, keepdims=True), 1e-6)
    return [
        Track(
            center=(xyxy[k, :2] + xyxy[k, 2:]) / 2,
            size=float(np.sqrt(sides[k].prod())),
            velocity=np.zeros(2),
            seen_s=frame.timestamp_s,
            look=looks[k],
            whole=bool(whole[k]),
        )
        for k in range(len(faces))
    ]
