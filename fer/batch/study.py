"""A batch as a study: recordings beside what is known of them, conditions compared, reactions."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from fer.batch.manifest import DONE, Row
from fer.batch.participants import Participants
from fer.batch.store import Store
from fer.batch.work import dataset_name
from fer.export.parquet import from_parquet
from fer.findings.comparison import leading_face
from fer.findings.gathering import DEFAULT_MEASURES
from fer.findings.reaction import AFTER_S, BASELINE_S, Reaction, over_videos, reaction
from fer.io.spreadsheet import Sheet, number_cell
from fer.library.groups import Contrast, Line, compared, group_means
from fer.library.records import figures_of
from fer.text import count
from fer.timeline.markers import Marker, exclude
from fer.timeline.smooth import smooth
from fer.timeline.summary import summarize
from fer.timeline.timeline import Timeline

MAX_NAMED = 5

FINDING_COLUMNS = (
    *("finding", "condition", "measure", "first", "second", "mean_first", "mean_second"),
    *("difference", "low", "high", "units", "paired", "sentence"),
)
FINDING_TEXTS = frozenset({"finding", "condition", "measure", "first", "second", "paired", "sentence"})


@dataclass(frozen=True)
class StudyQuestions:
    """What is asked of a study.

    Args:
        by: Column of the participants' table that holds the condition; empty asks for no comparison.
        markers: Events and exclusions, the same for every recording.
        measures: Of reactions, see `fer.findings.series.MEASURES`.
        baseline_s: Window before an event, in seconds.
        after_s: Window after it, in seconds.
    """

    by: str = ""
    markers: tuple[Marker, ...] = ()
    measures: tuple[str, ...] = DEFAULT_MEASURES
    baseline_s: float = BASELINE_S
    after_s: float = AFTER_S


@dataclass(frozen=True, eq=False)
class Study:
    """What a batch says.

    Args:
        lines: One a recording.
        contrasts: Conditions against each other, by shares of the time.
        reactions: (condition, reaction over its recordings); the condition is empty where none was asked for.
        notes: What the user should know, one sentence each.
    """

    lines: tuple[Line, ...]
    contrasts: tuple[Contrast, ...] = ()
    reactions: tuple[tuple[str, Reaction], ...] = ()
    notes: tuple[str, ...] = ()


def study_of(
    rows: Sequence[Row],
    store: Store,
    participants: Participants | None,
    asked: StudyQuestions,
) -> Study:
    """Read the results of a batch one after the other, and ask.

    Args:
        rows: Its recordings.
        store: Where its results lie.
        participants: The study's table; None for none.
        asked: What is asked.

    Raises:
        InputError: A result cannot be read, or the table has no such column.
    """
    column = participants.check(asked.by) if participants is not None and asked.by else ""
    lines, unknown, reactions = [], [], {}
    done = [row for row in rows if row.state == DONE]
    for row in done:
        timeline = exclude(from_parquet(store.read(dataset_name(row.label))), asked.markers)
        said = participants.row_of(row.label) if participants is not None else None
        if participants is not None and said is None:
            unknown.append(row.label)
        line = _line(row.label, timeline, said or {}, participants, column)
        lines.append(line)
        for name, found in _reactions(timeline, asked):
            reactions.setdefault((line.condition if column else "", *name), []).append(found)
    over = [(key[0], over_videos(found)) for key, found in reactions.items() if key[0] or not column]
    contrasts = compared(group_means(lines)) if column else []
    return Study(
        tuple(lines), tuple(contrasts), tuple(over), tuple(_notes(rows, unknown, lines, asked, participants))
    )


def _line(
    label: str,
    timeline: Timeline,
    said: dict[str, str],
    participants: Participants | None,
    column: str,
) -> Line:
    """A recording with its people and what the table says of it."""
    summary = summarize(smooth(timeline, timeline.settings.half_life_s))
    people = figures_of(summary)
    if timeline.is_photos:  # they have no seconds
        people = tuple(replace(one, seen_s=math.nan, usable_s=math.nan) for one in people)
    who = said.get(participants.participant, "") if participants is not None else ""
    return Line(label, who, said.get(column, "") if column else "", people)


def _reactions(timeline: Timeline, asked: StudyQuestions):
    """((event, measure), reaction) of the person who was read longest."""
    events: dict[str, list[Marker]] = {}
    for marker in (*timeline.markers, *asked.markers):
        if marker.kind == "event":
            events.setdefault(marker.name, []).append(marker)
    if not events or timeline.is_photos or not (timeline.usable & (timeline.face_of_row >= 0)).any():
        return
    face = leading_face(timeline)
    windows = {"baseline_s": asked.baseline_s, "after_s": asked.after_s}
    for name, marked in events.items():
        for measure in asked.measures:
            yield (name, measure), reaction(timeline, face, measure, marked, **windows)


def _notes(
    rows: Sequence[Row],
    unknown: Sequence[str],
    lines: Sequence[Line],
    asked: StudyQuestions,
    participants: Participants | None,
) -> Iterator[str]:
    left = [row for row in rows if row.state != DONE]
    if left:
        yield f"Not done yet or failed, and not in the table: {count(len(left), 'recording')}."
    if unknown:
        what = f"{count(len(unknown), 'recording')} ({_named(unknown)})"
        yield f"Without one row of its own in the table: {what}."
    missing = participants.without_recording(row.label for row in rows) if participants is not None else []
    if missing:
        what = f"{count(len(missing), 'row')} ({_named(missing)})"
        yield f"In the table, and no recording is called so: {what}."
    if asked.by and unknown and len(unknown) < len(lines):
        yield "Recordings without a row stand in the results without a condition and are not compared."


def _named(names: Sequence[str]) -> str:
    return ", ".join(names[:MAX_NAMED]) + (", ..." if len(names) > MAX_NAMED else "")


def findings_sheet(study: Study) -> Sheet:
    """Comparisons of conditions and reactions, a line each; what does not apply is empty."""
    cells = [
        *(_of_contrast(one) for one in study.contrasts),
        *(_of_reaction(condition, one) for condition, one in study.reactions),
    ]
    return Sheet(FINDING_COLUMNS, cells, FINDING_TEXTS, "Findings")


def sentences(study: Study) -> list[str]:
    """Notes, then what can be told; how much was asked is counted."""
    told = [one.sentence for one in study.contrasts if one.interval.differs]
    told += [_placed(condition, one) for condition, one in study.reactions if one.differs]
    asked = len(study.contrasts) + len(study.reactions)
    known = sum(one.interval.known for one in study.contrasts)
    known += sum(one.can_tell for _, one in study.reactions)
    lines = [*study.notes, *told]
    if asked:
        lines.append(
            f"{count(asked, 'question')} asked, {known} with data enough for an interval, {len(told)} with a "
            "difference; where there is none at all, about one in twenty is said by mistake."
        )
    return lines


def _placed(condition: str, one: Reaction) -> str:
    return f"{condition}: {one.sentence}" if condition else one.sentence


def _of_contrast(one: Contrast) -> list[str]:
    numbers = (one.mean_first, one.mean_second, one.interval.value, one.interval.low, one.interval.high)
    sentence = one.sentence if one.interval.differs else ""
    paired = "yes" if one.paired else "no"
    return [
        *("conditions", "", one.state, one.first, one.second, *map(number_cell, numbers)),
        *(str(one.units), paired, sentence),
    ]


def _of_reaction(condition: str, one: Reaction) -> list[str]:
    numbers = (one.after, one.before, one.interval.value, one.interval.low, one.interval.high)
    return [
        *("reaction", condition, one.measure, f"after {one.event}", f"before {one.event}"),
        *(*map(number_cell, numbers), str(one.used), "", one.sentence),
    ]
