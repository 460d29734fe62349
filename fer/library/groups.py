"""Many sessions side by side: a table of everybody in them, and conditions against each other."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd

from fer.constants import EMOTIONS, UNSURE
from fer.findings.blocks import MIN_UNITS, Channel, Interval, interval_of
from fer.findings.comparison import number, points
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
    seen: Counter[str] = Counter()
    for line in lines:
        read = [person for person in line.people if person.shares]
        if line.condition and read:
            person = max(read, key=lambda p: p.usable_s)
            unit = line.participant or _of_its_own(line.name, seen)
            found.setdefault((line.condition, unit), []).append(person.shares)
    return [
        GroupMean(
            condition,
            unit,
            len(shares),
            {state: sum(s.get(state, 0.0) for s in shares) / len(shares) for state in STATES},
        )
        for (condition, unit), shares in sorted(found.items(), key=lambda item: item[0])
    ]


def _of_its_own(name: str, seen: Counter[str]) -> str:
    """A session's name with a number where another before it is called the same: they are two, not one."""
    seen[name] += 1
    return name if seen[name] == 1 else f"{name} ({seen[name]})"


@dataclass(frozen=True)
class Contrast:
    """A share of the time under one condition against the same under another.

    Args:
        state: The expression.
        first: Name of a condition.
        second: Of the other.
        mean_first: Mean share there, 0..1.
        mean_second: Likewise.
        interval: Of the first mean minus the second.
        units: How many participants (or sessions) it rests on.
        paired: The same participants stand under both: each is compared with themselves.
    """

    state: str
    first: str
    second: str
    mean_first: float
    mean_second: float
    interval: Interval
    units: int
    paired: bool

    @property
    def sentence(self) -> str:
        """What the numbers carry, and no more."""
        amount = "more" if self.interval.value > 0 else "less"  # the sign is the table's
        first, second = (number(mean, self.state) for mean in (self.mean_first, self.mean_second))
        how = f"{self.units} participants under both" if self.paired else f"{self.units} in all"
        return (
            f"Read as {self.state} for {amount} of the time under {self.first} ({first}) than under "
            f"{self.second} ({second}): a difference of {points(self.interval, self.state)}, {how}."
        )


def compared(means: Sequence[GroupMean], states: Iterable[str] = EMOTIONS) -> list[Contrast]:
    """Every pair of conditions for each state; nothing where there are more than `MAX_COMPARED`.

    Where `fer.findings.blocks.MIN_UNITS` participants or more stand under both conditions, only these count,
    each compared with themselves; else the two groups are compared as they are.
    """
    conditions = list(dict.fromkeys(mean.condition for mean in means))
    if len(conditions) > MAX_COMPARED:
        return []
    found = []
    for first, second in combinations(conditions, 2):
        sides = [{mean.unit: mean for mean in means if mean.condition == name} for name in (first, second)]
        both = sorted(set(sides[0]) & set(sides[1]))
        paired = len(both) >= MIN_UNITS
        chosen = [[side[unit] for unit in (both if paired else side)] for side in sides]
        found += [_contrast(state, (first, second), chosen, paired) for state in states]
    return found


def _contrast(
    state: str, names: tuple[str, str], sides: Sequence[Sequence[GroupMean]], paired: bool
) -> Contrast:
    first, second = (np.array([mean.shares[state] for mean in side]) for side in sides)
    channels = [[Channel(first - second)]] if paired else [[Channel(first)], [Channel(second, -1.0)]]
    units = len(first) if paired else len(first) + len(second)
    return Contrast(
        state,
        *names,
        float(first.mean()),
        float(second.mean()),
        interval_of(channels, independent=True),
        units,
        paired,
    )
