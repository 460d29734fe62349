"""Many sessions side by side: a table of everybody in them, and conditions against each other."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

import pandas as pd

from fer.constants import EMOTIONS, UNSURE
from fer.findings.comparison import Comparison, compare_groups
from fer.io.spreadsheet import Sheet
from fer.library.records import PersonFigures

STATES = (*EMOTIONS, UNSURE)
MAX_COMPARED = 4
"""Of more conditions not every pair is compared: among many comparisons some differ by chance."""

TEXT_COLUMNS = frozenset({"session", "participant", "condition", "person"})
TABLE_COLUMNS = ("session", "participant", "condition", "person", "seen_s", "usable_s", *STATES)


@dataclass(frozen=True)
class Line:
    """One session, or one video of a queue, in such a table.

    Args:
        name: What people read.
        participant: Who took part; empty where nothing is said.
        condition: What it was recorded under; likewise.
        people: Who was in sight longest first.
    """

    name: str
    participant: str
    condition: str
    people: tuple[PersonFigures, ...]


@dataclass(frozen=True)
class GroupMean:
    """What one unit (a participant, or a session where nobody is named) showed under one condition.

    Args:
        condition: Its name.
        unit: Name of the participant, or of the session.
        sessions: How many sessions it is a mean of.
        shares: State -> mean share of the time, 0..1.
    """

    condition: str
    unit: str
    sessions: int
    shares: dict[str, float]


def table_over(lines: Iterable[Line]) -> pd.DataFrame:
    """`TABLE_COLUMNS`, a row for every person of every session; one of empty cells where nobody was found."""
    rows = [
        [line.name, line.participant, line.condition, p.name, p.seen_s, p.usable_s]
        + [p.shares.get(state, math.nan) for state in STATES]
        for line in lines
        for p in (line.people or (PersonFigures("", 0.0, 0.0),))
    ]
    return pd.DataFrame(rows, columns=list(TABLE_COLUMNS))


def sheet_over(lines: Iterable[Line]) -> Sheet:
    """The same table to be written, shares with four digits."""
    rows = [
        ["" if value != value else f"{value:.4f}" if isinstance(value, float) else value for value in row]
        for row in table_over(lines).itertuples(index=False, name=None)
    ]
    return Sheet(TABLE_COLUMNS, rows, TEXT_COLUMNS, "Sessions")


def group_means(lines: Iterable[Line]) -> list[GroupMean]:
    """One line a unit and condition, conditions in the order of the alphabet.

    Of each session the person who could be read longest counts: the one it is about. A participant with
    several sessions under a condition counts once, as their mean, however long they are.
    """
    found: dict[tuple[str, str], list[dict[str, float]]] = {}
    for line in lines:
        read = [person for person in line.people if person.shares]
        if line.condition and read:
            person = max(read, key=lambda p: p.usable_s)
            found.setdefault((line.condition, line.participant or line.name), []).append(person.shares)
    return [
        GroupMean(
            condition,
            unit,
            len(shares),
            {state: sum(s.get(state, 0.0) for s in shares) / len(shares) for state in STATES},
        )
        for (condition, unit), shares in sorted(found.items(), key=lambda item: item[0])
    ]


def compared(means: Sequence[GroupMean], states: Iterable[str] = EMOTIONS) -> list[Comparison]:
    """Every pair of conditions for each state; nothing where there are more than `MAX_COMPARED`."""
    conditions = list(dict.fromkeys(mean.condition for mean in means))
    if len(conditions) > MAX_COMPARED:
        return []
    values = {
        (condition, state): [mean.shares[state] for mean in means if mean.condition == condition]
        for condition in conditions
        for state in states
    }
    return [
        compare_groups(state, values[first, state], values[second, state], (first, second))
        for first, second in combinations(conditions, 2)
        for state in states
    ]
