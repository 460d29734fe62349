"""Ids that stay with a person: motion within a shot, rough looks after a cut; no identity embeddings.

Within a shot a face where one is expected is the same person, whatever it does; how it looks decides only
between people who compete, and when nobody was seen for a while. After a cut, or elsewhere in the picture,
somebody known comes back under the old id where place, size and look speak clearly for one person; where
they only speak a little, the pieces stay apart and it is suggested that they are one.

Places and sizes are in shares of the picture, so that a change of its size breaks nothing.

Reference: Bewley et al. 2016, Simple Online and Realtime Tracking.
"""

from dataclasses import dataclass, field, replace

import numpy as np

from fer.faces.assignment import cheapest_pairs
from fer.faces.look import Look, look_at
from fer.records import UNCONFIRMED, Faces, Frame, Suggestion

MAX_GAP_S, MAX_GAP_STEPS = 1.0, 2.5
"""A face that stays away longer (the longer of the two) is not expected anywhere."""

VELOCITY_HALF_LIFE_S = 0.15
"""Smoothing of a face's speed."""

COAST_HALF_LIFE_S = 0.3
"""A face that is out of sight slows down with this half-life."""

GATE, GATE_PER_S, MAX_GATE = 0.6, 1.5, 1.5
"""Farthest jump from the prediction, in face sizes: at once, more per second unseen, at most."""

MAX_LOG_SIZE_RATIO = float(np.log(1.8))
GAP_COST_PER_S = 0.3
LOOK_COST = 0.5
"""Cost of one unit of look distance, where people compete."""

SURE_FOR_S = 0.45
"""A face that was out of sight for longer must not look plainly different (`OTHER_LOOK`)."""

SURE_STEP_S = 0.75
"""Between two frames that are no further apart than this nobody was out of sight."""

OTHER_LOOK, FAIR_LOOK = 1.7, 1.6
"""Look distances: plainly somebody else; fair evidence that somebody has come back."""

ALIKE_LOOK, ALIKE_FROM, ALIKE_PER_CHANGE, MAX_ALIKE = 1.0, 0.5, 1.5, 1.5
"""Good evidence: of somebody of whom one look is known, and of whom it is known how much the looks change:
a start, more for each unit of change, at most."""

SAME_PLACE, SAME_LOG_SIZE, OTHER_PLACE_FACTOR = 0.6, float(np.log(1.35)), 0.95
"""Who comes back elsewhere than at the old place (in face sizes) and size must look a little more alike."""

LONE_GATE, LONE_LOOK, LONE_GAP_S = 4.0, 3.2, 1.0
"""The only one who is missing from a shot, and the only one who is new there: so far in face sizes, so
different, and so long out of sight."""

CLEARER = 1.3
"""Everybody else who could have come back must look this many times less alike."""

ELSEWHERE = 2.0
"""Beside somebody who comes back to the old place, those who were elsewhere count as so much less alike."""

LONG_AGO_S, LONG_AGO_FACTOR = (10.0, 120.0), (1.0, 0.8)
"""The longer ago, the more alike."""

SURE_PRESENCE = 0.7
CONFIRM_HITS, CONFIRM_S = 3, 0.9
"""A whole face whose score the detector calls sure, and in which the mesh sees one this much, is believed
at once; one whose score it calls likely after so many sightings and seconds."""

UNDECIDED_S = 3.0
"""What is not believed for longer is looked at again only as often as everything else."""

FAIR_S, FAIR_BELOW_LIKELY, FAIR_PRESENCE = 1.5, 0.07, 0.9
"""So is a whole one in which the mesh sees a face this much and whose mean score over so long is at most so
much under the likely one: in poor light a face has such scores all the time, a drawing only for moments."""

TINY_PX, TINY_SCORE = (28.0, 40.0, 64.0), (0.70, 0.80, 0.84)
"""Small faces never get high scores: by their longer side they are believed after `CONFIRM_HITS` sightings
with such a one. Three in four real faces reach it at once; a disc of 45 px with two dots stays under .79."""

UPSIDE_DOWN_DEGREES, UPSIDE_DOWN_SCORE = 120.0, 0.7
"""A face on its head never gets a high score either: there the mesh decides, which fits it turned over."""

WHOLE_FROM = 0.95
"""Share of the box inside the frame."""

LOOK_EVERY_S = 0.5
MAX_LOOKS, NEW_LOOK_FROM = 4, 0.35
"""Looks that are kept of one person: those that differ from each other, and the newest."""

MAX_KNOWN = 48
"""People who are remembered; about 16 kB each."""


@dataclass(frozen=True, eq=False)
class Track:
    """What is known of one person.

    Args:
        center: (2,) where the face was seen last, in units of the picture (see `unit_px`).
        size: Geometric mean of the box's sides, in the same units.
        velocity: (2,) units a second.
        seen_s: When it was seen last.
        whole: It was seen whole, not cut off by the frame's edge.
        score: The detector's.
        first_s: When it was seen first.
        hits: How often it was seen.
        mean_score: Of all those times.
        shot: Number of the shot in which it was seen last.
        track_id: -1 until it is believed.
        looks: The newest first.
        looked_s: Time of the newest.
        change: How far a new look was from all that were known, at most; None before the second.
        maybe: Who it may be, while nobody can tell: suggestions without the own id.
    """

    center: np.ndarray
    size: float
    velocity: np.ndarray
    seen_s: float
    whole: bool = True
    score: float = 0.0
    first_s: float = 0.0
    hits: int = 1
    mean_score: float = 0.0
    shot: int = 0
    track_id: int = UNCONFIRMED
    looks: tuple[Look, ...] = ()
    looked_s: float = -np.inf
    change: float | None = None
    maybe: tuple[Suggestion, ...] = field(default=(), repr=False)

    def predicted(self, timestamp_s: float) -> np.ndarray:
        """(2,) where the face should be, slowing down while it is out of sight."""
        gap = max(0.0, timestamp_s - self.seen_s)
        decay = np.log(2) / COAST_HALF_LIFE_S
        return self.center + self.velocity * (1 - np.exp(-decay * gap)) / decay

    def moved(self, seen: "Track") -> "Track":
        """The track after the face was seen again in the same shot."""
        gap = max(seen.seen_s - self.seen_s, 1e-3)
        keep = 0.5 ** (gap / VELOCITY_HALF_LIFE_S)
        velocity = keep * self.velocity + (1 - keep) * (seen.center - self.center) / gap
        return self.back(seen, velocity=velocity)

    def back(self, seen: "Track", **changes) -> "Track":
        """The track after the face was seen again somewhere else: at rest."""
        names = ("track_id", "looks", "looked_s", "change", "maybe", "first_s")
        kept = {name: getattr(self, name) for name in names}
        hits = self.hits + seen.hits
        mean_score = self.mean_score + (seen.score - self.mean_score) * seen.hits / hits
        return replace(seen, hits=hits, mean_score=mean_score, **kept, **changes)

    def unlike(self, look: Look) -> float:
        """Distance of a look from the nearest one that is known; inf where none is."""
        return min((look.distance(known) for known in self.looks), default=float("inf"))

    def remembering(self, look: Look) -> "Track":
        """The track with one more look; the newest and those that differ stay."""
        others = tuple(known for known in self.looks[1:] if known.distance(look) >= NEW_LOOK_FROM)
        first = self.looks[:1] if self.looks and self.looks[0].distance(look) >= NEW_LOOK_FROM else ()
        change = max(self.change or 0.0, min(self.unlike(look), OTHER_LOOK)) if self.looks else None
        return replace(self, looks=(look, *first, *others)[:MAX_LOOKS], looked_s=self.seen_s, change=change)

    @property
    def alike_until(self) -> float:
        """The look distance up to which somebody is this person, come back."""
        if self.change is None:
            return ALIKE_LOOK
        return min(MAX_ALIKE, ALIKE_FROM + ALIKE_PER_CHANGE * self.change)


def unit_px(frame: Frame) -> float:
    """The unit of places and sizes in pixels: the side of a square as large as the picture."""
    return float(np.sqrt(frame.width * frame.height))


class Tracker:
    """Gives each person of a stream an id; ids count from 1 and are never given to somebody new.

    Args:
        sure_score: The detector's score from which a whole face is believed at first sight.
        likely_score: The score from which it is believed after some sightings.
        max_gap_s: Longest time out of sight after which a face is still expected at its place.
    """

    def __init__(
        self, *, sure_score: float = 0.75, likely_score: float = 0.5, max_gap_s: float = MAX_GAP_S
    ) -> None:
        self.sure_score, self.likely_score = sure_score, likely_score
        self.max_gap_s = max_gap_s
        self._tracks: list[Track] = []
        self._suggestions: dict[tuple[int, int], Suggestion] = {}
        self._next_id = 1
        self._shot = 0
        self._updated_s = -np.inf
        self._step_s = 0.0

    def cut(self) -> None:
        """Expect nobody anywhere: after a cut the same place may show somebody else."""
        self._shot += 1

    @property
    def missing(self) -> int:
        """How many believed faces were out of sight at the last update, but not for long."""
        now_s = self._updated_s
        return sum(
            t.track_id != UNCONFIRMED and t.seen_s < now_s and t.shot == self._shot and not self._is_gone(t)
            for t in self._tracks
        )

    @property
    def undecided(self) -> int:
        """How many faces of the last update are not believed yet and have not been there for long."""
        now_s = self._updated_s
        return sum(
            t.track_id == UNCONFIRMED and t.seen_s == now_s and now_s - t.first_s < UNDECIDED_S
            for t in self._tracks
        )

    @property
    def suggestions(self) -> tuple[Suggestion, ...]:
        """Pairs of ids that may be one person, in order of time."""
        return tuple(sorted(self._suggestions.values(), key=lambda s: (s.came_s, s.second)))

    def update(self, faces: Faces, frame: Frame) -> Faces:
        """Match the faces of a frame with those seen before.

        Args:
            faces: n faces.
            frame: The frame; its time may not run backwards.

        Returns:
            The same faces with `track_id`; -1 for those not yet sure.
        """
        if np.isfinite(self._updated_s):
            self._step_s = frame.timestamp_s - self._updated_s
        self._updated_s = frame.timestamp_s
        self._forget()
        seen = _sightings(faces, frame, self._shot)
        looks = _Looks(frame.image, faces)
        matched = self._expected(seen, looks)
        current = [self._tracks[matched[k]].moved(new) if k in matched else new for k, new in enumerate(seen)]
        taken = set(matched.values())
        current = self._lone(current, taken, looks)
        current = self._returned(current, taken, looks)
        current = self._believed(current, faces, looks)
        current = [self._looked_at(t, k, looks) for k, t in enumerate(current)]
        self._tracks = [t for k, t in enumerate(self._tracks) if k not in taken] + current
        ids = np.array([t.track_id for t in current], np.int64).reshape(len(faces))
        self._withdraw(ids[ids != UNCONFIRMED])
        return replace(faces, track_id=ids)

    def _is_gone(self, track: Track) -> bool:
        """Out of sight for so long that the face is expected nowhere."""
        return self._updated_s - track.seen_s > max(self.max_gap_s, MAX_GAP_STEPS * self._step_s)

    def _forget(self) -> None:
        """Drop what was never believed and is gone, and the longest unseen of too many people."""
        known = [t for t in self._tracks if t.track_id != UNCONFIRMED]
        fresh = [
            t
            for t in self._tracks
            if t.track_id == UNCONFIRMED and t.shot == self._shot and not self._is_gone(t)
        ]
        self._tracks = sorted(known, key=lambda t: t.seen_s)[-MAX_KNOWN:] + fresh

    def _expected(self, seen: list[Track], looks: "_Looks") -> dict[int, int]:
        """Row of each face that is where one is expected -> position in the list of tracks."""
        columns = [k for k, t in enumerate(self._tracks) if t.shot == self._shot and not self._is_gone(t)]
        if not columns or not seen:
            return {}
        tracks = [self._tracks[k] for k in columns]
        gap = np.array([self._updated_s - t.seen_s for t in tracks])
        apart, growth = _apart(seen, tracks, self._updated_s)
        possible = (apart <= np.minimum(GATE + GATE_PER_S * gap, MAX_GATE)) & (growth <= MAX_LOG_SIZE_RATIO)
        cost = apart + growth + GAP_COST_PER_S * gap
        competing = (possible.sum(1) > 1)[:, None] | (possible.sum(0) > 1)
        away = gap > max(SURE_FOR_S, 1.2 * min(self._step_s, SURE_STEP_S))
        for row, column in np.argwhere(possible & (competing | away)):
            if seen[row].whole and tracks[column].looks:
                unlike = tracks[column].unlike(looks[row])
                cost[row, column] += LOOK_COST * min(unlike, 2 * OTHER_LOOK)
                judged = away[column] and looks.stands_free(row)
                possible[row, column] &= not judged or unlike < OTHER_LOOK
        return {r: columns[c] for r, c in cheapest_pairs(cost, possible)}

    def _lone(self, current: list[Track], taken: set[int], looks: "_Looks") -> list[Track]:
        """If one is new in the shot and one is missing from it, they are one, unless plainly different."""
        rows = [k for k, t in enumerate(current) if t.track_id == UNCONFIRMED]
        columns = [
            k
            for k, t in enumerate(self._tracks)
            if t.track_id != UNCONFIRMED and k not in taken and t.shot == self._shot and not self._is_gone(t)
        ]
        if len(rows) != 1 or len(columns) != 1:
            return current
        (row,), (column,) = rows, columns
        new, old = current[row], self._tracks[column]
        apart, growth = _apart([new], [old], self._updated_s)
        near = apart[0, 0] <= LONE_GATE and growth[0, 0] <= MAX_LOG_SIZE_RATIO
        late = self._updated_s - old.seen_s > max(LONE_GAP_S, 1.5 * self._step_s)
        if not near or late or old.unlike(looks[row]) > LONE_LOOK:
            return current
        taken.add(column)
        return [old.back(new) if k == row else t for k, t in enumerate(current)]

    def _returned(self, current: list[Track], taken: set[int], looks: "_Looks") -> list[Track]:
        """Those not yet believed who are somebody known; ``taken`` grows by the tracks that they continue."""
        rows = [k for k, t in enumerate(current) if t.track_id == UNCONFIRMED]
        columns = [
            k for k, t in enumerate(self._tracks) if t.track_id != UNCONFIRMED and k not in taken and t.looks
        ]
        if not rows or not columns:
            return current
        tracks = [self._tracks[k] for k in columns]
        unlike = np.array([[t.unlike(looks[k]) for t in tracks] for k in rows])
        apart, growth = _apart([current[k] for k in rows], tracks, -np.inf)
        same_place = (apart <= SAME_PLACE) & (growth <= SAME_LOG_SIZE)
        gap = [self._updated_s - t.seen_s for t in tracks]
        unlike = unlike / np.where(same_place, 1.0, OTHER_PLACE_FACTOR)
        unlike = unlike / np.interp(gap, LONG_AGO_S, LONG_AGO_FACTOR)
        good = (unlike <= [t.alike_until for t in tracks]) & self._clearest(unlike, same_place, tracks)
        out = list(current)
        for row, column in cheapest_pairs(unlike, good):
            out[rows[row]] = tracks[column].back(current[rows[row]])
            taken.add(columns[column])
        back = {t.track_id for t in out}
        for row, k in enumerate(rows):
            if out[k].track_id == UNCONFIRMED:
                out[k] = replace(out[k], maybe=self._maybe(out[k], tracks, unlike[row], back))
        return out

    def _clearest(self, unlike: np.ndarray, same_place: np.ndarray, tracks: list[Track]) -> np.ndarray:
        """(n, m) bool: nobody else in the row or the column looks nearly as much alike.

        Who comes back to the old place wins against those who look as much alike and were elsewhere.
        """
        out = np.zeros(unlike.shape, bool)
        for row, column in np.ndindex(unlike.shape):
            mine = tracks[column].track_id
            others = [
                c
                for c, t in enumerate(tracks)
                if c != column and (min(mine, t.track_id), max(mine, t.track_id)) not in self._suggestions
            ]
            elsewhere = same_place[row, column] & ~same_place
            rivals = unlike * np.where(elsewhere, ELSEWHERE, 1.0)
            nearest = rivals[row, others].min(initial=np.inf)
            nearest = min(nearest, np.delete(rivals[:, column], row).min(initial=np.inf))
            out[row, column] = nearest >= CLEARER * unlike[row, column]
        return out

    def _maybe(
        self, new: Track, tracks: list[Track], unlike: np.ndarray, back: set[int]
    ) -> tuple[Suggestion, ...]:
        """The known person who is most like a new face, if the evidence is fair."""
        best = int(unlike.argmin())
        if unlike[best] > FAIR_LOOK or tracks[best].track_id in back:
            return ()
        old = tracks[best]
        return (Suggestion(old.track_id, UNCONFIRMED, old.seen_s, new.seen_s),)

    def _believed(self, current: list[Track], faces: Faces, looks: "_Looks") -> list[Track]:
        """Those who are sure to be faces, and nobody known, get an id of their own."""
        here = {t.track_id for t in current}
        somebody_missing = any(t.track_id not in here and t.track_id != UNCONFIRMED for t in self._tracks)
        boxes = faces.detections.xyxy
        side = (boxes[:, 2:] - boxes[:, :2]).max(1, initial=0)
        tiny_score = np.where(side < TINY_PX[-1], np.interp(side, TINY_PX, TINY_SCORE), np.inf)
        over = (np.abs(faces.pose[:, 2]) > UPSIDE_DOWN_DEGREES) & (faces.presence >= SURE_PRESENCE)
        likely_score = np.where(over, min(UPSIDE_DOWN_SCORE, self.likely_score), self.likely_score)
        out = list(current)
        for k, track in enumerate(current):
            if track.track_id != UNCONFIRMED:
                continue
            sure = track.whole and track.score >= self.sure_score and faces.presence[k] >= SURE_PRESENCE
            sure = sure and (looks.stands_free(k) or not somebody_missing)
            often = track.hits >= CONFIRM_HITS
            age_s = self._updated_s - track.first_s
            fair = age_s >= FAIR_S and track.mean_score >= self.likely_score - FAIR_BELOW_LIKELY
            fair = fair and track.whole and faces.presence[k] >= FAIR_PRESENCE
            long = fair or (age_s >= CONFIRM_S and track.score >= likely_score[k])
            small = track.score >= tiny_score[k] + min(0.0, self.likely_score - TINY_SCORE[-1])
            if sure or (often and (small or long)):
                out[k] = self._named(track)
        return out

    def _named(self, track: Track) -> Track:
        """The track with the next id, and the suggestions that wait for it."""
        track_id = self._next_id
        self._next_id += 1
        for suggestion in track.maybe:
            self._suggestions[suggestion.first, track_id] = replace(suggestion, second=track_id)
        return replace(track, track_id=track_id, maybe=())

    def _looked_at(self, track: Track, row: int, looks: "_Looks") -> Track:
        """The track with a new look, if the last is old and the face stands free."""
        due = track.seen_s - track.looked_s >= LOOK_EVERY_S
        return track.remembering(looks[row]) if due and track.whole and looks.stands_free(row) else track

    def _withdraw(self, ids: np.ndarray) -> None:
        """Two who are in one picture are two."""
        if len(ids) > 1 and self._suggestions:
            here = set(ids.tolist())
            for pair in [p for p in self._suggestions if here.issuperset(p)]:
                del self._suggestions[pair]


class _Looks:
    """Looks of the faces of one frame, each worked out when it is asked for.

    Args:
        image: (H, W, 3) uint8.
        faces: n faces.
    """

    def __init__(self, image: np.ndarray, faces: Faces) -> None:
        self._image, self._boxes = image, faces.detections.xyxy
        self._known: dict[int, Look] = {}

    def __getitem__(self, row: int) -> Look:
        if row not in self._known:
            self._known[row] = look_at(self._image, self._boxes[row])
        return self._known[row]

    def stands_free(self, row: int) -> bool:
        """Whether no other face is so near that it belongs to the look."""
        center = (self._boxes[:, :2] + self._boxes[:, 2:]) / 2
        apart = np.abs(center - center[row]).max(1)
        near = apart < 1.3 * (self._boxes[row, 2:] - self._boxes[row, :2]).max()
        return int(near.sum()) == 1


def _apart(seen: list[Track], tracks: list[Track], timestamp_s: float) -> tuple[np.ndarray, np.ndarray]:
    """(n, m) distances from the predicted places in face sizes, and absolute log ratios of the sizes."""
    predicted = np.array([t.predicted(timestamp_s) for t in tracks])
    apart = np.linalg.norm(np.array([t.center for t in seen])[:, None] - predicted[None], axis=2)
    sizes, known = np.array([t.size for t in seen]), np.array([t.size for t in tracks])
    return apart / np.sqrt(sizes[:, None] * known), np.abs(np.log(sizes[:, None] / known))


def _sightings(faces: Faces, frame: Frame, shot: int) -> list[Track]:
    """Every face of a frame as a track of its own, at rest."""
    xyxy, unit = faces.detections.xyxy.astype(float), unit_px(frame)
    sides = np.clip(xyxy[:, 2:] - xyxy[:, :2], 1, None)
    inside = np.clip(xyxy, 0, [frame.width, frame.height] * 2)
    whole = (inside[:, 2:] - inside[:, :2]).prod(1) >= WHOLE_FROM * sides.prod(1)
    return [
        Track(
            center=(xyxy[k, :2] + xyxy[k, 2:]) / 2 / unit,
            size=float(np.sqrt(sides[k].prod())) / unit,
            velocity=np.zeros(2),
            seen_s=frame.timestamp_s,
            whole=bool(whole[k]),
            score=float(faces.detections.score[k]),
            mean_score=float(faces.detections.score[k]),
            first_s=frame.timestamp_s,
            shot=shot,
        )
        for k in range(len(faces))
    ]
