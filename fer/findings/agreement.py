"""Our answers beside what people have coded: agreement by time and by event, beyond chance."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fer.constants import DISPLAY_ORDER, UNSURE
from fer.evaluation.agreement import class_kappa, cohens_kappa
from fer.findings.coding import Coded, Coding
from fer.text import count, percent, span
from fer.timeline.summary import Episode, summarize
from fer.timeline.timeline import Timeline

NONE = "none"
CODES = (*DISPLAY_ORDER, NONE)
"""What a moment can be: an expression, or none of those that the coder has looked for."""

MIN_OVERLAP = 0.5
"""Two episodes are one event where they share this much of the longer one."""

MIN_READ = 0.5
"""A coded episode counts where we could read at least this share of it."""


@dataclass(frozen=True, eq=False)
class CodingAgreement:
    """One person's answers against a human coding.

    Args:
        who: The person.
        program: Where the coding comes from.
        shared_s: Seconds that were coded with an expression and read with an answer.
        unsure_s: Seconds that were coded and read, but our answer was "unsure": they count for nothing else.
        confusion: (8, 8) seconds; rows what people coded, columns our answer, in the order of `CODES`.
        kappa_time: Cohen's kappa of these seconds; NaN where there are none.
        kappa_each: Expression -> kappa against all others, for those that either has used.
        coded: Coded episodes that could be read.
        ours: Our episodes in the time that was coded.
        matched: Coded episodes that one of ours overlaps enough, whatever it says.
        same: Those of them with the same expression.
        kappa_event: Kappa of the events, those that only one side has counted too; NaN without events.
    """

    who: str
    program: str
    shared_s: float
    unsure_s: float
    confusion: np.ndarray
    kappa_time: float
    kappa_each: dict[str, float]
    coded: int
    ours: int
    matched: int
    same: int
    kappa_event: float

    @property
    def agreeing(self) -> float:
        """Share of the shared seconds with the same expression; NaN where there are none."""
        return float(np.trace(self.confusion)) / self.shared_s if self.shared_s else float("nan")

    @property
    def sentence(self) -> str:
        """What the numbers carry, and no more."""
        name, theirs = self.who[0].upper() + self.who[1:], f"the {self.program} coding"
        if not self.shared_s:
            return f"{name} was not read where {theirs} names an expression: nothing to compare."
        return (
            f"{name} and {theirs} agree in {percent(self.agreeing)} of {span(self.shared_s)} "
            f"(kappa by time {self.kappa_time:.2f}); of {count(self.coded, 'coded episode')} {self.same} "
            f"were found with the same expression (kappa by event {self.kappa_event:.2f})."
            + (f" Another {span(self.unsure_s)} were unsure." if self.unsure_s else "")
        )


def agreement_with(
    smoothed: Timeline, face_id: int, coding: Coding, *, gaps_mean_none: bool | None = None
) -> CodingAgreement:
    """Agreement of one person's answers with a coding of that person.

    Labels that are no expression of ours are passed over (see `Coding.strange`). Where the coder never wrote
    "neutral", our neutral episodes are no events either.

    Args:
        smoothed: The timeline whose answers are compared.
        face_id: Whose.
        coding: Of one subject.
        gaps_mean_none: Time without an annotation means that none of the expressions that the coder has used
            was there; else it means nothing, and only what is coded is compared. None: the first for a
            coding of a single expression, the second for any other.

    References:
        Cohen 1960, A coefficient of agreement for nominal scales (by time).
        Holle & Rein 2015, EasyDIAg: a tool for easy determination of interrater agreement (by event).
    """
    coded = [one for one in coding.coded if one.emotion and one.end_s > one.start_s]
    used = {one.emotion for one in coded}
    closed = len(used) == 1 if gaps_mean_none is None else gaps_mean_none
    confusion, unsure_s = _by_time(smoothed, face_id, coded, used if closed else set())
    readable = [one for one in coded if _read_share(smoothed, face_id, one) >= MIN_READ]
    ours = [e for e in _own_episodes(smoothed, face_id) if not closed or e.emotion in used]
    ours = [e for e in ours if closed or _lies_within(e, coded)]
    ours = [e for e in ours if e.emotion != "neutral" or "neutral" in used]
    pairs = matches([(e.start_s, e.end_s) for e in readable], [(e.start_s, e.end_s) for e in ours])
    table = _event_table([e.emotion for e in readable], [e.emotion for e in ours], pairs)
    occurs = confusion.sum(0) + confusion.sum(1) > 0
    each = class_kappa(confusion)
    return CodingAgreement(
        who=smoothed.name(face_id, start=False),
        program=coding.program,
        shared_s=float(confusion.sum()),
        unsure_s=unsure_s,
        confusion=confusion,
        kappa_time=float(cohens_kappa(confusion)) if confusion.sum() else float("nan"),
        kappa_each={name: float(k) for name, k, there in zip(CODES, each, occurs, strict=True) if there},
        coded=len(readable),
        ours=len(ours),
        matched=len(pairs),
        same=int(np.trace(table[:-1, :-1])),
        kappa_event=event_kappa(table),
    )


def matches(
    first: Sequence[tuple[float, float]], second: Sequence[tuple[float, float]]
) -> list[tuple[int, int]]:
    """Pairs of stretches (start, end) that are one event: one partner each, the largest overlaps first."""
    found = []
    for i, (a, b) in enumerate(first):
        for j, (c, d) in enumerate(second):
            shared = min(b, d) - max(a, c)
            if shared > 0 and shared >= MIN_OVERLAP * max(b - a, d - c) - 1e-9:
                found.append((-shared, i, j))
    pairs, left, right = [], set(), set()
    for _, i, j in sorted(found):
        if i not in left and j not in right:
            pairs.append((i, j))
            left.add(i)
            right.add(j)
    return pairs


def event_kappa(table: np.ndarray, *, rounds: int = 200) -> float:
    """Kappa of events where nobody can count what neither side has seen.

    Args:
        table: (k + 1, k + 1) counts; the last row and column are events of one side only, and their corner
            is empty.
        rounds: Of the fit that says what chance gives (iterative proportional fitting).

    Returns:
        1 is perfect, 0 what chance gives; NaN without events.

    Reference:
        Holle & Rein 2015, The modified Cohen's kappa.
    """
    total = float(table.sum())
    if not total:
        return float("nan")
    chance = np.ones_like(table, np.float64)
    chance[-1, -1] = 0.0
    for _ in range(rounds):
        for axis in (1, 0):
            now = chance.sum(axis=axis, keepdims=True)
            wanted = table.sum(axis=axis, keepdims=True)
            chance = chance * np.divide(wanted, now, out=np.zeros_like(now), where=now > 0)
    observed, expected = float(np.trace(table)) / total, float(np.trace(chance)) / total
    return (observed - expected) / (1 - expected) if expected < 1 - 1e-9 else 0.0


def _by_time(
    smoothed: Timeline, face_id: int, coded: Sequence[Coded], closed: set[str]
) -> tuple[np.ndarray, float]:
    """(8, 8) seconds, and the seconds of "unsure".

    Args:
        smoothed: See `agreement_with`.
        face_id: Whose.
        coded: With an expression and a length.
        closed: The expressions that a gap denies; empty where gaps mean nothing.
    """
    rows = smoothed.usable & (smoothed.face_of_row == face_id)
    time_s = smoothed.table["time_s"].to_numpy(np.float64)[rows]
    weight, answers = smoothed.weights_s[rows], smoothed.table["emotion"].to_numpy(object)[rows]
    theirs = np.full(len(time_s), NONE if closed else "", object)
    for one in coded:
        theirs[(time_s >= one.start_s) & (time_s < one.end_s)] = one.emotion
    ours = np.array([NONE if closed and a not in closed else a for a in answers], object)
    sure = answers != UNSURE
    confusion = np.zeros((len(CODES), len(CODES)))
    for i, human in enumerate(CODES):
        for j, answer in enumerate(CODES):
            confusion[i, j] = weight[sure & (theirs == human) & (ours == answer)].sum()
    return confusion, float(weight[(theirs != "") & ~sure].sum())


def _read_share(smoothed: Timeline, face_id: int, one: Coded) -> float:
    """How much of a coded episode we could read."""
    rows = smoothed.usable & (smoothed.face_of_row == face_id)
    time_s = smoothed.table["time_s"].to_numpy(np.float64)
    rows &= (time_s >= one.start_s) & (time_s < one.end_s)
    return float(smoothed.weights_s[rows].sum()) / (one.end_s - one.start_s)


def _own_episodes(smoothed: Timeline, face_id: int) -> list[Episode]:
    """Our episodes with an answer."""
    summary = summarize(smoothed)
    faces = [f for f in (*summary.faces, *summary.seen_briefly) if f.face_id == face_id]
    return [episode for face in faces for episode in face.episodes if episode.emotion != UNSURE]


def _lies_within(episode: Episode, coded: Sequence[Coded]) -> bool:
    """Whether most of it lies between the first annotation and the last."""
    start_s = min((one.start_s for one in coded), default=np.inf)
    end_s = max((one.end_s for one in coded), default=-np.inf)
    return min(episode.end_s, end_s) - max(episode.start_s, start_s) >= MIN_OVERLAP * episode.duration_s


def _event_table(theirs: list[str], ours: list[str], pairs: list[tuple[int, int]]) -> np.ndarray:
    """(8, 8) counts: rows what people coded, columns ours, the last of each for nothing."""
    nothing = len(DISPLAY_ORDER)
    table = np.zeros((nothing + 1,) * 2)
    left, right = {i for i, _ in pairs}, {j for _, j in pairs}
    for i, j in pairs:
        table[DISPLAY_ORDER.index(theirs[i]), DISPLAY_ORDER.index(ours[j])] += 1
    for i in set(range(len(theirs))) - left:
        table[DISPLAY_ORDER.index(theirs[i]), nothing] += 1
    for j in set(range(len(ours))) - right:
        table[nothing, DISPLAY_ORDER.index(ours[j])] += 1
    return table
