"""What a kept session is, what is said about it, and how it stands in the list."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from fer.action_units.baseline import Baseline
from fer.draw.portraits import Portrait
from fer.errors import InputError
from fer.timeline.markers import Marker
from fer.timeline.persons import Edit, tidy_name
from fer.timeline.summary import Summary
from fer.timeline.timeline import Timeline

MAX_TITLE, MAX_WORD, MAX_TAGS = 200, 80, 20


@dataclass(frozen=True)
class About:
    """What a person says about a session.

    Args:
        title: What it is called; empty takes the source's name.
        participant: Who took part; empty where nothing is said.
        condition: What it was recorded under; empty where nothing is said.
        tags: Words to find it by, each once, in the order of the alphabet.

    Raises:
        InputError: Something is too long, or holds invisible characters.
    """

    title: str = ""
    participant: str = ""
    condition: str = ""
    tags: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        words = {"The participant": self.participant, "The condition": self.condition}
        words |= {"A tag": max(self.tags, key=len, default="")}
        for what, text in words.items():
            if len(text) > MAX_WORD:
                raise InputError(f"{what} has at most {MAX_WORD} characters: give a shorter one.")
        if len(self.title) > MAX_TITLE:
            raise InputError(f"A title has at most {MAX_TITLE} characters: give a shorter one.")
        if len(self.tags) > MAX_TAGS:
            raise InputError(f"More than {MAX_TAGS} tags are too many: leave some out.")
        if any(text != tidy_name(text) for text in (self.title, *words.values(), *self.tags)):
            raise InputError("A word holds line breaks or invisible characters: type it anew.")

    @classmethod
    def typed(
        cls, title: str = "", participant: str = "", condition: str = "", tags: Iterable[str] = ()
    ) -> "About":
        """The same from what somebody typed: tidied, tags once each.

        Raises:
            InputError: Something is too long.
        """
        tidy = sorted({tidy_name(tag) for tag in tags} - {""}, key=str.casefold)
        return cls(tidy_name(title), tidy_name(participant), tidy_name(condition), tuple(tidy))


@dataclass(frozen=True)
class PersonFigures:
    """One person's figures, as the list keeps them: enough for a table over many sessions.

    Args:
        name: The given name, else "Face 3".
        seen_s: Seconds in sight.
        usable_s: Seconds in which the face could be read.
        shares: State -> share of `usable_s`, 0..1; empty where nothing was read.
    """

    name: str
    seen_s: float
    usable_s: float
    shares: dict[str, float] = field(default_factory=dict)


def figures_of(summary: Summary) -> tuple[PersonFigures, ...]:
    """The figures of everybody in a summary, who was in sight longest first."""
    return tuple(
        PersonFigures(
            face.name,
            float(face.seen_s),
            float(face.usable_s),
            {state: float(share) for state, share in face.shares.items() if math.isfinite(share)},
        )
        for face in summary.by_presence
    )


@dataclass(frozen=True)
class Entry:
    """A line of the list.

    Args:
        id: Of the session; nobody can guess it.
        about: What is said about it.
        source_name: Of what was analysed.
        kind: ``"video"`` or ``"live"``.
        duration_s: How long it is, in seconds.
        kept_utc: When it was kept, ISO 8601.
        people: Figures of everybody in it.
        size_bytes: Of its files together.
        has_video: The video was kept too.
        has_pictures: Views of the faces were kept too.
    """

    id: str
    about: About
    source_name: str
    kind: str
    duration_s: float
    kept_utc: str
    people: tuple[PersonFigures, ...]
    size_bytes: int
    has_video: bool
    has_pictures: bool

    @property
    def title(self) -> str:
        """What people read."""
        return self.about.title or self.source_name


@dataclass(frozen=True, eq=False)
class KeptSession:
    """Everything that a session consists of.

    Args:
        timeline: As analysed, before any step; of a video or a live session.
        model: What made it; see `fer.timeline.report.make_report`.
        created_utc: When it was analysed, ISO 8601.
        edits: The steps by which people were named and put right.
        markers: Events, ranges and exclusions.
        half_life_s: Of the smoothing it is read with, in seconds.
        unsure_below: The threshold it is read with, 0..1.
        baselines: Neutral faces that were chosen, by face id.
        baseline_words: Where each comes from.
        portraits: Views of the faces; empty unless they were asked for.
        video: The video's bytes; empty unless they were asked for.
    """

    timeline: Timeline
    model: dict
    created_utc: str
    edits: tuple[Edit, ...] = ()
    markers: tuple[Marker, ...] = ()
    half_life_s: float = 0.25
    unsure_below: float = 0.0
    baselines: Mapping[int, Baseline] = field(default_factory=dict)
    baseline_words: Mapping[int, str] = field(default_factory=dict)
    portraits: tuple[Portrait, ...] = ()
    video: bytes = b""

    def __post_init__(self) -> None:
        if self.timeline.is_photos:
            raise InputError("Photos have no time and cannot be kept as a session: keep their table instead.")
        if self.timeline.persons.edits:
            raise ValueError("KeptSession.timeline: wanted the timeline before the first step")
