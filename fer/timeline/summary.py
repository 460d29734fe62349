"""What a timeline says in numbers: shares of time, episodes, transitions, and what was left out."""

from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise

import numpy as np

from fer.constants import DISPLAY_ORDER, QUALITY_CODES, QUALITY_TEXT, UNSURE
from fer.errors import SettingsError
from fer.given import check_is
from fer.records import LOST
from fer.text import count, join, percent, span
from fer.timeline.timeline import NO_FACE, Timeline
from fer.verdict import BETWEEN, answer_words, is_named

STATES = (*DISPLAY_ORDER, UNSURE)
"""Everything a verdict can be, in the order of every table."""

PERSON_FROM_S, PERSON_SHARE = 1.0, 0.5
"""A face that was seen for less than both, the second a share of the whole, is no person but a passing
glimpse; so is one that could never be read."""

MIN_EPISODE_S = 0.3
"""A shorter stretch of one verdict is taken for noise and joins its neighbour."""


@dataclass(frozen=True)
class Episode:
    """A stretch of time with one verdict.

    Args:
        emotion: One of `STATES`.
        start_s: Time of its first frame.
        end_s: Where the time of its last frame ends.
        confidence: Time-weighted mean over its frames with that verdict, 0..1.
        plausible: Where it is unsure: the few expressions, ``sad|neutral``, that were plausible for most of
            it; empty where there are none.
    """

    emotion: str
    start_s: float
    end_s: float
    confidence: float
    plausible: str = ""

    @property
    def duration_s(self) -> float:
        """Its length in seconds."""
        return self.end_s - self.start_s

    @property
    def words(self) -> str:
        """What people read: the emotion, or "sad or neutral" in place of "unsure"."""
        return answer_words(self.emotion, self.plausible)


@dataclass(frozen=True, eq=False)
class FaceSummary:
    """One face; or, for photos, all faces together.

    Args:
        face_id: The face's id; None for photos, where ids mean nothing beyond one photo.
        first_s: Time of the first row with this face.
        last_s: Where the time of its last row ends.
        seen_s: Seconds in which the face was found (photos: number of faces).
        usable_s: Seconds in which it could be read (photos: number of faces).
        seen_rows: Rows with this face.
        usable_rows: Rows that enter the statistics.
        shares: State -> share of `usable_s`, 0..1; all NaN where nothing was usable.
        confidence: State -> time-weighted mean confidence; NaN where the state never occurs.
        episodes: In order of time; empty for photos.
        transitions: (8, 8) int, from `STATES` (rows) to `STATES` (columns), between adjacent episodes.
        left_out: Reason code -> rows.
        person: The name that the face was given; empty where none.
        color: Of the person, ``#rrggbb``; empty for photos.
        plausible: Few expressions between which the answer was unsure, ``sad|neutral`` -> share of
            `usable_s`, the largest first.
    """

    face_id: int | None
    first_s: float
    last_s: float
    seen_s: float
    usable_s: float
    seen_rows: int
    usable_rows: int
    shares: dict[str, float]
    confidence: dict[str, float]
    episodes: tuple[Episode, ...]
    transitions: np.ndarray
    left_out: dict[str, int] = field(default_factory=dict)
    person: str = ""
    color: str = ""
    plausible: dict[str, float] = field(default_factory=dict)

    @property
    def valid_share(self) -> float:
        """Share of the time seen in which the face could be read; NaN where it stands for no time."""
        return self.usable_s / self.seen_s if self.seen_s else float("nan")

    def is_person(self, whole_s: float) -> bool:
        """Whether it was seen long and well enough to be somebody.

        Args:
            whole_s: Seconds that were analysed.
        """
        return self.usable_rows > 0 and self.seen_s >= min(PERSON_FROM_S, PERSON_SHARE * whole_s) - 5e-7

    @property
    def name(self) -> str:
        """What people read."""
        return self.person or ("All faces" if self.face_id is None else f"Face {self.face_id}")

    @property
    def name_inside(self) -> str:
        """The same inside a sentence: "face 3", but a given name as it is."""
        return self.person or self.name.lower()

    @property
    def ranking(self) -> list[str]:
        """States that occur, the largest share first, "unsure" last."""
        seen = [s for s in STATES if self.shares[s] > 0]
        return sorted(seen, key=lambda s: (s == UNSURE, -self.shares[s]))

    @cached_property
    def longest(self) -> dict[str, Episode]:
        """State -> its longest episode, for the states that have one; the earlier of equals."""
        best: dict[str, Episode] = {}
        for episode in self.episodes:
            # Half a microsecond: the sums of equal steps differ in their last bits.
            if episode.duration_s > best.get(episode.emotion, episode).duration_s + 5e-7:
                best[episode.emotion] = episode
            best.setdefault(episode.emotion, episode)
        return {s: best[s] for s in STATES if s in best}


@dataclass(frozen=True, eq=False)
class Summary:
    """A whole timeline.

    Args:
        kind: ``"video"``, ``"photos"`` or ``"live"``.
        frames: Analysed frames outside of excluded stretches.
        frames_with_face: Those in which at least one face was found.
        start_s: Time of the first frame.
        end_s: Where the time of the last frame ends.
        analysed_s: Seconds that the frames stand for; pauses over 1 s do not count (photos: frames).
        valid_share: Share of `analysed_s` with at least one usable face; NaN without frames.
        faces: One a person by id; one for all faces of photos; empty where there is nobody.
        seen_briefly: Faces that were seen too briefly, or never well enough to be read.
        files: Files that were given; 0 where only the source was.
        files_lost: Those of which nothing was read.
        rows: Rows with a face.
        rows_left_out: Rows with a face that do not enter the statistics.
        left_out: Reason code -> frames (``"no_face"``) or rows; a row counts for each of its reasons.
        named: Photos: one for everybody who has a name, those with most faces first.
        excluded_s: Seconds that lie in excluded ranges: nothing else here counts them.
    """

    kind: str
    frames: int
    frames_with_face: int
    start_s: float
    end_s: float
    analysed_s: float
    valid_share: float
    faces: tuple[FaceSummary, ...]
    rows: int
    rows_left_out: int
    left_out: dict[str, int]
    seen_briefly: tuple[FaceSummary, ...] = ()
    files: int = 0
    files_lost: int = 0
    named: tuple[FaceSummary, ...] = ()
    excluded_s: float = 0.0

    @property
    def is_photos(self) -> bool:
        """True where shares are of faces, not of time."""
        return self.kind == "photos"

    @property
    def by_presence(self) -> list[FaceSummary]:
        """The faces, the longest usable first; where people read the same number, by id."""
        return sorted(self.faces, key=lambda f: (-round(f.usable_s, 1), -round(f.seen_s, 1), f.face_id or 0))

    @property
    def transitions(self) -> np.ndarray:
        """(8, 8) int, summed over the faces."""
        return sum((f.transitions for f in self.faces), np.zeros((len(STATES), len(STATES)), int))

    def excluded_text(self) -> str:
        """How much somebody has taken out by hand, as one sentence; empty where nothing was."""
        if not self.excluded_s:
            return ""
        whole_s = self.analysed_s + self.excluded_s
        return (
            f"Excluded by hand: {span(self.excluded_s)} of {span(whole_s)} "
            f"({percent(self.excluded_s / whole_s)}); no figure counts it."
        )

    def left_out_text(self) -> str:
        """What the statistics do not hold, and why, as one sentence."""
        lost = f"{self.files_lost:,} of the {self.files:,} files that were given" if self.files_lost else ""
        if not self.frames:
            nothing = "Everything was excluded." if self.excluded_s else "There was nothing to leave out."
            return f"Left out: {lost}." if lost else nothing
        if not self.left_out:
            whole = "every frame had a face and every face could be read."
            return f"Left out: {lost}. In what was read {whole}" if lost else f"Nothing was left out: {whole}"
        frame, face = ("photo", "face") if self.is_photos else ("frame", "face reading")
        parts = []
        if missing := self.left_out.get(NO_FACE):
            parts.append(f"{count(missing, frame)} of {self.frames:,} in which no face was found")
        if self.rows_left_out:
            reasons = [f"{QUALITY_TEXT[c]} {n:,}" for c, n in self.left_out.items() if c != NO_FACE]
            several = (
                "; a face may have several reasons" if sum_reasons(self.left_out) > self.rows_left_out else ""
            )
            parts.append(
                f"{count(self.rows_left_out, face)} of {self.rows:,} ({', '.join(reasons)}{several})"
            )
        if lost:
            parts.insert(0, lost)
        return f"Left out of the statistics: {join(parts)}."


def sum_reasons(left_out: dict[str, int]) -> int:
    """How many reasons were given for faces."""
    return sum(n for code, n in left_out.items() if code != NO_FACE)


def summarize(timeline: Timeline, *, min_episode_s: float = MIN_EPISODE_S) -> Summary:
    """Count what a timeline holds. Pass the smoothed one for calm episodes.

    Time is weighted: a frame stands for the time to the next (see `Timeline.frame_weights_s`). Shares come
    from single frames, so that no moment is lost in them. Episodes are runs of one verdict over a face's
    usable frames; they end at gaps of more than 1 s. Runs shorter than `min_episode_s` are noise: adjacent
    short runs are taken together until they last long enough, which is an episode named after its most
    frequent verdict; what stays short joins the episode before it (after it, at the start of a stretch). A
    short run that stands alone between gaps stays.

    Args:
        timeline: Of a video, a live session or photos.
        min_episode_s: Shortest episode in seconds.

    Raises:
        SettingsError: The shortest episode is negative or NaN.
        TypeError: It is no `Timeline`; says where one is.
    """
    check_is("summarize(timeline)", timeline, Timeline)
    if not min_episode_s >= 0:
        raise SettingsError(
            f"The shortest episode {min_episode_s!r} is out of range: give seconds from 0 on."
        )
    if timeline.is_photos:
        masks = [(None, timeline.has_face)] if timeline.has_face.any() else []
    else:
        masks = [(k, timeline.face_of_row == k) for k in timeline.face_ids]
    usable_frames = np.unique(timeline.frame_of_row[timeline.usable])
    weights = timeline.frame_weights_s
    total = float(weights.sum())
    face, counts = timeline.has_face, ~timeline.frame_excluded
    faces = [_summarize_face(timeline, k, np.flatnonzero(rows), min_episode_s) for k, rows in masks]
    people = [f for f in faces if timeline.is_photos or f.face_id in timeline.names or f.is_person(total)]
    return Summary(
        kind=timeline.source.kind,
        frames=int(counts.sum()),
        frames_with_face=int(counts[np.unique(timeline.frame_of_row[face])].sum()),
        start_s=timeline.start_s,
        end_s=timeline.end_s,
        analysed_s=total,
        valid_share=float(weights[usable_frames].sum()) / total if total else float("nan"),
        faces=tuple(people),
        seen_briefly=tuple(f for f in faces if f not in people),
        rows=int(face.sum()),
        rows_left_out=int((face & ~timeline.usable).sum()),
        left_out=_reasons(timeline.table["quality"][face | counts[timeline.frame_of_row]]),
        files=len(timeline.source.given),
        files_lost=sum(file.fate in LOST for file in timeline.source.given),
        named=_named(timeline, min_episode_s) if timeline.is_photos else (),
        excluded_s=0.0 if timeline.is_photos else timeline.left_out_s,
    )


def _named(timeline: Timeline, min_episode_s: float) -> tuple[FaceSummary, ...]:
    """Everybody who has a name in photos: people of one name are one person."""
    person = np.where(timeline.has_face, timeline.table["person"].to_numpy(object), "")
    found = [
        replace(_summarize_face(timeline, None, np.flatnonzero(person == name), min_episode_s), person=name)
        for name in dict.fromkeys(person)
        if name
    ]
    return tuple(sorted(found, key=lambda face: -face.seen_rows))


def _summarize_face(
    timeline: Timeline, face_id: int | None, rows: np.ndarray, min_episode_s: float
) -> FaceSummary:
    weight, table = timeline.weights_s[rows], timeline.table.iloc[rows]
    time_s = table["time_s"].to_numpy(np.float64)
    usable = timeline.usable[rows]
    runs = _Runs(
        time_s=time_s[usable],
        weight_s=weight[usable],
        state=np.array([STATES.index(name) for name in table["emotion"].to_numpy()[usable]], int),
        confidence=table["confidence"].to_numpy(np.float64)[usable],
        between=_between(table[usable]),
    )
    stretches = [] if timeline.is_photos else runs.episodes(timeline.gap_s, min_episode_s)
    shares, confidence = runs.shares()
    return FaceSummary(
        face_id=face_id,
        first_s=float(time_s.min()),
        last_s=float((time_s + weight).max()),
        seen_s=float(weight.sum()),
        usable_s=float(weight[usable].sum()),
        seen_rows=len(rows),
        usable_rows=int(usable.sum()),
        shares=shares,
        confidence=confidence,
        episodes=tuple(e for stretch in stretches for e in stretch),
        transitions=_transitions(stretches),
        left_out=_reasons(table["quality"]),
        person="" if face_id is None else timeline.names.get(face_id, ""),
        color="" if face_id is None else timeline.persons.color(face_id),
        plausible=runs.plausible(),
    )


def _between(table) -> np.ndarray:
    """(n,) str: the few expressions between which a row is unsure, in one order; empty for other rows."""
    unsure, found = (table["emotion"] == UNSURE).to_numpy(bool), np.full(len(table), "", object)
    texts = table["plausible"].to_numpy(object)[unsure]
    words = {text: _ordered(text) for text in set(texts)}
    found[unsure] = [words[text] for text in texts]
    return found


def _ordered(text: str) -> str:
    """``neutral|sad`` and ``sad|neutral`` are one; empty where the set is not to be named."""
    return BETWEEN.join(sorted(text.split(BETWEEN), key=DISPLAY_ORDER.index)) if is_named(text) else ""


def _weights(names: np.ndarray, weight: np.ndarray) -> dict[str, float]:
    """Sum of the weights of each name, the largest first; empty names are left out."""
    sums: dict[str, float] = {}
    named = names != ""
    for name, one in zip(names[named], weight[named].tolist(), strict=True):
        sums[name] = sums.get(name, 0.0) + one
    return dict(sorted(sums.items(), key=lambda item: -item[1]))


@dataclass(frozen=True, eq=False)
class _Runs:
    """A face's usable rows: time, weight, index into `STATES`, confidence, `_between`, each (n,)."""

    time_s: np.ndarray
    weight_s: np.ndarray
    state: np.ndarray
    confidence: np.ndarray
    between: np.ndarray

    def plausible(self) -> dict[str, float]:
        """Share of the weight in which the answer was unsure between the same few expressions."""
        total = self.weight_s.sum()
        sums = _weights(self.between, self.weight_s)
        return {name: float(one / total) for name, one in sums.items()} if total else {}

    def shares(self) -> tuple[dict[str, float], dict[str, float]]:
        """Share of the weight and mean confidence of each state."""
        weight = np.bincount(self.state, self.weight_s, len(STATES))
        sure = np.bincount(self.state, self.weight_s * self.confidence, len(STATES))
        total = weight.sum()
        nan = float("nan")
        shares = {s: float(w / total) if total else nan for s, w in zip(STATES, weight, strict=True)}
        means = {s: float(c / w) if w else nan for s, c, w in zip(STATES, sure, weight, strict=True)}
        return shares, means

    def episodes(self, gap_s: float, min_episode_s: float) -> list[list[Episode]]:
        """Episodes of each stretch without a gap."""
        if not len(self.time_s):
            return []
        gap = np.diff(self.time_s) > gap_s
        starts = np.flatnonzero(np.r_[True, gap | (np.diff(self.state) != 0)])
        bounds = list(pairwise([*starts.tolist(), len(self.time_s)]))
        stretches: list[list[tuple[int, int]]] = []
        for first, stop in bounds:
            if first == 0 or gap[first - 1]:
                stretches.append([])
            stretches[-1].append((first, stop))
        return [[self._episode(a, b) for a, b in self._calm(runs, min_episode_s)] for runs in stretches]

    def _calm(self, runs: list[tuple[int, int]], min_episode_s: float) -> list[tuple[int, int]]:
        """Row ranges of one stretch, with short runs joined to their neighbours."""
        grouped: list[tuple[int, int]] = []
        for run in runs:
            flicker = (
                grouped and self._is_short(grouped[-1], min_episode_s) and self._is_short(run, min_episode_s)
            )
            grouped[-1:] = [(grouped[-1][0], run[1])] if flicker else [*grouped[-1:], run]
        calm: list[tuple[int, int]] = []
        for run in grouped:
            short = self._is_short(run, min_episode_s) or (calm and self._is_short(calm[-1], min_episode_s))
            joins = calm and (short or self._name(calm[-1]) == self._name(run))
            calm[-1:] = [(calm[-1][0], run[1])] if joins else [*calm[-1:], run]
        return calm

    def _end(self, stop: int) -> float:
        return float(self.time_s[stop - 1] + self.weight_s[stop - 1])

    def _is_short(self, run: tuple[int, int], min_episode_s: float) -> bool:
        # Half a microsecond: three steps of 0.1 s are 0.3 s, whatever the last bits say.
        return self._end(run[1]) - self.time_s[run[0]] < min_episode_s - 5e-7

    def _name(self, run: tuple[int, int]) -> int:
        rows = slice(*run)
        # The tiny weight decides where two frames share one time stamp and the first stands for no time.
        return int(np.bincount(self.state[rows], self.weight_s[rows] + 1e-12, len(STATES)).argmax())

    def _episode(self, first: int, stop: int) -> Episode:
        name = self._name((first, stop))
        rows = np.arange(first, stop)[self.state[first:stop] == name]
        weight = self.weight_s[rows]
        confidence = np.average(self.confidence[rows], weights=weight if weight.sum() else None)
        leading, lead = next(iter(_weights(self.between[rows], weight).items()), ("", 0.0))
        mostly = leading if lead > weight.sum() / 2 else ""
        return Episode(STATES[name], float(self.time_s[first]), self._end(stop), float(confidence), mostly)


def _transitions(stretches: list[list[Episode]]) -> np.ndarray:
    counts = np.zeros((len(STATES), len(STATES)), int)
    for episodes in stretches:
        for before, after in pairwise(episodes):
            counts[STATES.index(before.emotion), STATES.index(after.emotion)] += 1
    return counts


def _reasons(quality) -> dict[str, int]:
    """How often each reason code occurs, in the order of `QUALITY_CODES`; codes joined by + count each."""
    counts = dict.fromkeys(QUALITY_CODES, 0)
    for codes, n in quality.value_counts().items():
        for code in str(codes).split("+"):
            if code in counts:
                counts[code] += int(n)
    return {code: n for code, n in counts.items() if n}
