"""All findings of one or several recordings at once: everything that the markers and the people allow."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from itertools import combinations

import numpy as np

from fer.constants import EMOTIONS
from fer.errors import InputError
from fer.findings.agreement import CodingAgreement, agreement_with
from fer.findings.coding import Coding
from fer.findings.comparison import (
    Comparison,
    compare_groups,
    compare_persons,
    compare_segments,
    compare_videos,
    leading_face,
    mean_of_video,
)
from fer.findings.peaks import Peak, peaks
from fer.findings.reaction import AFTER_S, BASELINE_S, Reaction, over_videos, reaction
from fer.findings.series import VALENCE
from fer.findings.synchrony import Synchrony, synchrony
from fer.timeline.markers import Marker, exclude, fit_text, in_order
from fer.timeline.smooth import smooth
from fer.timeline.summary import Summary, summarize
from fer.timeline.timeline import Timeline

DEFAULT_MEASURES = (*EMOTIONS, VALENCE)
KINDS = ("reactions", "segments", "persons", "synchrony", "videos", "agreement")
"""What can be asked; `peaks` are always told."""
MAX_PAIRED = 4
"""Of more ranges, people or videos only a pair that was asked for is compared."""

MAX_NAMED = 8
"""Names in an error."""


@dataclass(frozen=True)
class Questions:
    """What is asked.

    Args:
        markers: Events, ranges and exclusions for every recording, beside those that it carries.
        measures: See `fer.findings.series.MEASURES`.
        person: Name or number of the one person that is asked about; empty for everybody.
        pair: Two names of ranges, of people or of recordings that are compared; empty for all.
        groups: Name of a group -> pattern of its recordings' names (``*`` stands for anything).
        baseline_s: Window before an event, in seconds.
        after_s: Window after it, in seconds.
        coding: What people have coded in the only recording; None for nothing.
        coded_person: The coding's subject; empty where it has one.
        halves: Compare the first half of each recording with its second.
        kinds: Which of `KINDS` are asked.
    """

    markers: tuple[Marker, ...] = ()
    measures: tuple[str, ...] = DEFAULT_MEASURES
    person: str = ""
    pair: tuple[str, ...] = ()
    groups: dict[str, str] = field(default_factory=dict)
    baseline_s: float = BASELINE_S
    after_s: float = AFTER_S
    coding: Coding | None = None
    coded_person: str = ""
    halves: bool = False
    kinds: frozenset[str] = frozenset(KINDS)


@dataclass(frozen=True, eq=False)
class Findings:
    """What was found.

    Args:
        sources: Name of each recording.
        peaks: (source, peak) of each moment.
        reactions: (source, reaction); the source is empty for one over all recordings.
        comparisons: (source, comparison); the source is empty between recordings.
        synchronies: (source, synchrony).
        agreements: (source, agreement).
        notes: What the user should know, one sentence each.
    """

    sources: tuple[str, ...]
    peaks: tuple[tuple[str, Peak], ...] = ()
    reactions: tuple[tuple[str, Reaction], ...] = ()
    comparisons: tuple[tuple[str, Comparison], ...] = ()
    synchronies: tuple[tuple[str, Synchrony], ...] = ()
    agreements: tuple[tuple[str, CodingAgreement], ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def tested(self) -> int:
        """Findings that could be told, one way or the other."""
        return (
            sum(r.can_tell for _, r in self.reactions)
            + sum(c.interval.known for _, c in self.comparisons)
            + sum(bool(np.isfinite(s.chance)) for _, s in self.synchronies)
        )

    @property
    def told(self) -> int:
        """Those of them that tell a difference."""
        return (
            sum(r.differs for _, r in self.reactions)
            + sum(c.interval.differs for _, c in self.comparisons)
            + sum(s.differs for _, s in self.synchronies)
        )


@dataclass(frozen=True, eq=False)
class _Recording:
    """One timeline without what is excluded, its people, and how it is called."""

    name: str
    timeline: Timeline
    smoothed: Timeline
    summary: Summary
    people: tuple[int, ...]
    markers: tuple[Marker, ...]


def gather(timelines: Sequence[Timeline], asked: Questions) -> Findings:
    """Everything that can be asked of the recordings.

    Reactions to every event of the markers, comparisons of ranges and of people with synchrony, comparisons
    of recordings, of groups, and agreement with a coding; where there are more than `MAX_PAIRED` of a kind,
    only the pair that was asked for.

    Args:
        timelines: Unsmoothed, of videos or live sessions.
        asked: What is asked.

    Raises:
        InputError: A name is unknown, a recording is made of photos, or nothing was given.
    """
    if not timelines:
        raise InputError("Nothing was given to find something in: name a report or a video.")
    recordings = [_recording(timeline, asked) for timeline in timelines]
    _check_person(recordings, asked.person)
    pair = _Pair(asked.pair)
    found = Findings(
        sources=tuple(r.name for r in recordings),
        peaks=tuple(
            (r.name, p) for r in recordings for p in peaks(r.smoothed, r.summary) if p.face_id in r.people
        ),
        reactions=(*_reactions(recordings, asked),) if "reactions" in asked.kinds else (),
        comparisons=tuple(
            comparison
            for kind, compare in (("segments", _segments), ("persons", _persons), ("videos", _videos))
            if kind in asked.kinds
            for comparison in compare(recordings, asked, pair)
        ),
        synchronies=(*_synchronies(recordings, asked),) if "synchrony" in asked.kinds else (),
        agreements=_agreements(recordings, asked) if "agreement" in asked.kinds else (),
        notes=(*_notes(recordings, asked),),
    )
    if missing := pair.unseen:
        raise InputError(f"There is no range, person or recording called {missing!r}: check the name.")
    return found


def _check_person(recordings: Sequence[_Recording], person: str) -> None:
    """Somebody who is in none of the recordings was misspelt, or was named elsewhere."""
    if not person or any(r.people for r in recordings):
        return
    known = dict.fromkeys(r.timeline.name(face) for r in recordings for face in r.timeline.face_ids)
    there = ", ".join([*known][:MAX_NAMED])
    cure = f"choose one of {there}, or name people on the Video page" if there else "no face was read at all"
    raise InputError(f"There is no person called {person!r}: {cure}.")


@dataclass
class _Pair:
    """The two names that were asked for, and whether something had them."""

    names: tuple[str, ...]

    def __post_init__(self) -> None:
        self._seen: set[str] = set()
        if len(self.names) not in (0, 2):
            raise InputError("A comparison takes two names.")

    def of(self, known: Sequence[str]) -> list[tuple[int, int]]:
        """Positions of the pairs to compare."""
        self._seen |= set(known) & set(self.names)
        if self.names:
            both = all(name in known for name in self.names)
            return [(known.index(self.names[0]), known.index(self.names[1]))] if both else []
        return list(combinations(range(len(known)), 2)) if len(known) <= MAX_PAIRED else []

    @property
    def unseen(self) -> str:
        """A name that nothing had; empty where all were found."""
        return next((name for name in self.names if name not in self._seen), "")


def _recording(timeline: Timeline, asked: Questions) -> _Recording:
    if timeline.is_photos:
        raise InputError(f"{timeline.source.name} is made of photos, which have no time: give videos.")
    markers = in_order({*timeline.markers, *asked.markers})
    timeline = exclude(timeline, asked.markers)
    smoothed = smooth(timeline, timeline.settings.half_life_s)
    summary = summarize(smoothed)
    people = tuple(f.face_id for f in summary.by_presence if f.face_id is not None)
    if asked.person:
        words = asked.person.casefold()
        people = tuple(k for k in people if words in (str(k), timeline.name(k).casefold()))
    return _Recording(timeline.source.name, timeline, smoothed, summary, people, markers)


def _by_name(markers: Sequence[Marker], kind: str) -> dict[str, list[Marker]]:
    """Name -> its markers of one kind, in the order of time."""
    found: dict[str, list[Marker]] = {}
    for marker in markers:
        if marker.kind == kind:
            found.setdefault(marker.name, []).append(marker)
    return found


def _reactions(recordings: list[_Recording], asked: Questions):
    """Of every person to every event; over all recordings too, where there are several."""
    windows = {"baseline_s": asked.baseline_s, "after_s": asked.after_s}
    events_of = [_by_name(r.markers, "event") for r in recordings]
    for name in dict.fromkeys(name for events in events_of for name in events):
        for measure in asked.measures:
            of_leading = []
            for r, events in zip(recordings, events_of, strict=True):
                for face in r.people if name in events else ():
                    found = reaction(r.timeline, face, measure, events[name], **windows)
                    of_leading += [found] if face == r.people[0] else []
                    yield r.name, found
            if len(recordings) > 1 and of_leading:
                yield "", over_videos(of_leading)


def _segments(recordings: list[_Recording], asked: Questions, pair: _Pair):
    """Ranges of one name against ranges of another, and halves."""
    for r in recordings:
        ranges = list(_by_name(r.markers, "range").values())
        sides = [(ranges[i], ranges[j]) for i, j in pair.of([markers[0].name for markers in ranges])]
        for first, second in [*sides, *([halves(r.timeline)] if asked.halves and r.people else [])]:
            for face in r.people:
                for measure in asked.measures:
                    yield r.name, compare_segments(r.timeline, face, measure, first, second)


def halves(timeline: Timeline) -> tuple[list[Marker], list[Marker]]:
    """The two halves of a recording in which somebody was read."""
    start_s, end_s = timeline.start_s, timeline.end_s
    middle_s = (start_s + end_s) / 2
    return [Marker("the first half", start_s, middle_s)], [Marker("the second half", middle_s, end_s)]


def _persons(recordings: list[_Recording], asked: Questions, pair: _Pair):
    """Two people of a recording."""
    for r in recordings:
        for i, j in pair.of([r.timeline.name(face) for face in r.people]):
            for measure in asked.measures:
                yield r.name, compare_persons(r.timeline, r.people[i], r.people[j], measure)


def _synchronies(recordings: list[_Recording], asked: Questions):
    for r in recordings:
        for i, j in _Pair(asked.pair).of([r.timeline.name(face) for face in r.people]):
            for measure in asked.measures:
                yield r.name, synchrony(r.timeline, r.people[i], r.people[j], measure)


def _videos(recordings: list[_Recording], asked: Questions, pair: _Pair):
    """Two recordings, or two groups of them."""
    names = [r.name for r in recordings]
    if asked.groups:
        yield from _groups(recordings, asked)
        return
    for i, j in pair.of(names):
        first, second = recordings[i], recordings[j]
        if first.people and second.people:
            for measure in asked.measures:
                faces = (first.people[0], second.people[0])
                yield "", compare_videos(first.timeline, second.timeline, measure, faces)


def _groups(recordings: list[_Recording], asked: Questions):
    members = {
        name: [r for r in recordings if fnmatchcase(r.name, pattern)]
        for name, pattern in asked.groups.items()
    }
    for name, found in members.items():
        if not found:
            names = ", ".join(r.name for r in recordings[:MAX_NAMED])
            raise InputError(
                f"No recording belongs to the group {name!r}: check its pattern. They are called {names}."
            )
    for first, second in combinations(members, 2):
        for measure in asked.measures:
            sides = [
                [mean_of_video(r.timeline, measure, r.people[:1]) for r in members[name] if r.people]
                for name in (first, second)
            ]
            yield "", compare_groups(measure, sides[0], sides[1], (first, second))


def _agreements(recordings: list[_Recording], asked: Questions) -> tuple[tuple[str, CodingAgreement], ...]:
    if asked.coding is None:
        return ()
    if len(recordings) > 1:
        raise InputError("A coding belongs to one recording: give that only.")
    (r,) = recordings
    subjects = asked.coding.subjects
    if asked.coded_person and asked.coded_person not in subjects:
        raise InputError(
            f"The coding knows nobody called {asked.coded_person!r}; it has: {', '.join(subjects)}."
        )
    by_name = {r.timeline.name(face).casefold(): face for face in r.people}
    pairs = []
    for subject in [asked.coded_person] if asked.coded_person else subjects:
        alone = len(subjects) == 1 or bool(asked.coded_person)
        face = by_name.get(subject.casefold(), leading_face(r.timeline) if alone else None)
        pairs += [(face, asked.coding.of(subject))] if face is not None else []
    if not pairs:
        names = ", ".join(subjects[:5])
        raise InputError(f"No person is called as in the coding ({names}): say which one it is about.")
    return tuple((r.name, agreement_with(r.smoothed, face, coding)) for face, coding in pairs)


def _notes(recordings: list[_Recording], asked: Questions):
    for r in recordings:
        if text := fit_text(r.timeline, r.markers):
            yield text
        if excluded := r.summary.excluded_text():
            yield f"{r.name}: {excluded}"
        if asked.person and not r.people:
            yield f"Nobody in {r.name} is called {asked.person}."
    if asked.coding and asked.coding.strange:
        strange = ", ".join(asked.coding.strange[:5])
        yield f"Labels of the coding that are no expression of ours were passed over: {strange}."
