"""One mean against another: segments, persons, videos, groups; with effect size, interval and a sentence."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from fer.constants import UNSURE
from fer.errors import InputError
from fer.findings.blocks import MIN_EFFECTIVE, MIN_UNITS, Channel, Interval, interval_of
from fer.findings.series import VALENCE, Series, largest_change, series_of
from fer.text import MISSING, count, signed, span
from fer.timeline.markers import Marker
from fer.timeline.timeline import Timeline

ComparisonKind = Literal["segments", "persons", "videos", "groups"]


@dataclass(frozen=True)
class Comparison:
    """Two means and what lies between them.

    Args:
        kind: What was compared.
        measure: One of `fer.findings.series.MEASURES`.
        first: Name of the first side.
        second: Name of the second side.
        mean_first: Mean of the measure there; NaN where nothing was read.
        mean_second: Likewise.
        interval: Of the first mean minus the second.
        effect: The difference in standard deviations: of the readings (Cohen's d); between groups of videos
            of the videos' means (Hedges' g). NaN where nothing varies.
        extent_first: Seconds that were read; number of videos for groups.
        extent_second: Likewise.
        who: Whose expressions they are, where it is one person's.
    """

    kind: ComparisonKind
    measure: str
    first: str
    second: str
    mean_first: float
    mean_second: float
    interval: Interval
    effect: float
    extent_first: float
    extent_second: float
    who: str = ""

    @property
    def sentence(self) -> str:
        """What the numbers carry, and no more."""
        what = measure_words(self.measure) + (f" of {self.who}" if self.who else "")
        sides = f"{self.first} {number(self.mean_first, self.measure)}, " + (
            f"{self.second} {number(self.mean_second, self.measure)}"
        )
        if not (self.extent_first and self.extent_second):
            empty = self.second if self.extent_first else self.first
            return f"Nothing can be said about {what}: nothing was read in {empty}."
        if not self.interval.known:
            return f"Too few data to compare {what} ({sides}): {self._lack()}."
        if not self.interval.differs:
            difference = points(self.interval, self.measure)
            return f"No difference can be told in {what}: {sides}, a difference of {difference}."
        lies = "higher" if self.interval.value > 0 else "lower"  # the sign is the table's
        difference = points(self.interval, self.measure)
        figures = f"{sides}, a difference of {difference}, effect size {signed(self.effect, 2)}"
        return f"{what[0].upper()}{what[1:]} is {lies} in {self.first} than in {self.second}: {figures}."

    def _lack(self) -> str:
        if self.kind == "groups":
            return f"an interval needs at least {MIN_UNITS} videos in each group"
        seconds = span(min(self.extent_first, self.extent_second))
        return lack(self.interval, f"the {seconds} that were read")


def measure_words(measure: str) -> str:
    """What a measure is called in a sentence."""
    if measure == VALENCE:
        return "valence (an unvalidated index)"
    return 'the share of "unsure"' if measure == UNSURE else f"the probability of {measure}"


def number(value: float, measure: str) -> str:
    """A mean as people read it: percent, or valence with its sign."""
    if not np.isfinite(value):
        return MISSING
    return signed(value, 2) if measure == VALENCE else f"{100 * value:.1f}%"


def points(interval: Interval, measure: str) -> str:
    """A difference with its interval, in percentage points or in steps of valence."""
    low, high = (_change(end, measure) for end in (interval.low, interval.high))
    return f"{change(interval.value, measure)} (95% interval {low} to {high})"


def change(value: float, measure: str) -> str:
    """A difference as people read it: percentage points, or steps of valence."""
    if not np.isfinite(value):
        return MISSING
    return _change(value, measure) + ("" if measure == VALENCE else " points")


def _change(value: float, measure: str) -> str:
    return signed(value, 2) if measure == VALENCE else signed(100 * value, 1)


def lack(interval: Interval, what: str) -> str:
    """Why there is no interval."""
    if not np.isfinite(interval.effective):
        return f"nothing varies in {what}"
    n = round(interval.effective)
    worth = f"about {count(n, 'independent reading')}" if n > 0 else "less than one independent reading"
    alike = f"neighbouring readings are so alike that {what} are worth {worth}"
    return f"{alike}, and {MIN_EFFECTIVE:.0f} are needed"


def compare_segments(
    timeline: Timeline, face_id: int, measure: str, first: Sequence[Marker], second: Sequence[Marker]
) -> Comparison:
    """One person in one set of ranges against the same person in another.

    Args:
        timeline: Unsmoothed.
        face_id: Whose.
        measure: One of `fer.findings.series.MEASURES`.
        first: Ranges, taken together; their first name is the side's name.
        second: Likewise.

    Raises:
        InputError: A side has no range, or see `series_of`.
    """
    if not (first and second):
        raise InputError("Two sides are compared: give each at least one range.")
    whole = series_of(timeline, face_id, measure)
    sides = [whole.within(ranges) for ranges in (first, second)]
    names = (first[0].name, second[0].name)
    return _of_series("segments", measure, names, sides, who=timeline.name(face_id, start=False))


def compare_persons(timeline: Timeline, first: int, second: int, measure: str) -> Comparison:
    """Two people of one recording, over whatever time each was read.

    Blocks of time are drawn for both at once: what happens to both at the same time cancels.

    Args:
        timeline: Of a video or a live session, unsmoothed.
        first: Face id of one of them, see `Timeline.face_ids`.
        second: Of the other one.
        measure: One of `fer.findings.series.MEASURES`.

    Returns:
        The difference of their means with its interval; unknown where too little was read of one of them.

    Raises:
        InputError: The measure is unknown, or they are photos.
    """
    sides = [series_of(timeline, face, measure) for face in (first, second)]
    names = (timeline.name(first, start=False), timeline.name(second, start=False))
    return _of_series("persons", measure, names, sides, together=True)


def compare_videos(
    first: Timeline, second: Timeline, measure: str, faces: tuple[int, int] | None = None
) -> Comparison:
    """A person of one recording against a person of another (or the same one).

    Args:
        first: A recording.
        second: Another one.
        measure: One of `fer.findings.series.MEASURES`.
        faces: Whose, of each; None takes the face that was read longest.

    Raises:
        InputError: A recording holds no face that was read, or see `series_of`.
    """
    chosen = faces or (leading_face(first), leading_face(second))
    sides = [series_of(t, face, measure) for t, face in zip((first, second), chosen, strict=True)]
    names = tuple(
        f"{t.name(k, start=False)} of {t.source.name}" for t, k in zip((first, second), chosen, strict=True)
    )
    return _of_series("videos", measure, names, sides)


def compare_groups(
    measure: str, first: Sequence[float], second: Sequence[float], names: tuple[str, str]
) -> Comparison:
    """Videos of one condition against videos of another; a video counts once, however long it is.

    Args:
        measure: What the means are of.
        first: Mean of the measure in each video (see `mean_of_video`); NaN ones are passed over.
        second: Likewise.
        names: Of the groups.
    """
    sides = [np.asarray(values, np.float64) for values in (first, second)]
    sides = [values[np.isfinite(values)] for values in sides]
    groups = [[Channel(values, sign)] for values, sign in zip(sides, (1.0, -1.0), strict=True)]
    means = [float(values.mean()) if len(values) else float("nan") for values in sides]
    interval = interval_of(groups, independent=True, most=largest_change(measure))
    return Comparison(
        kind="groups",
        measure=measure,
        first=names[0],
        second=names[1],
        mean_first=means[0],
        mean_second=means[1],
        interval=interval,
        effect=_standardized(sides[0], sides[1]) * _small_sample(len(sides[0]) + len(sides[1])),
        extent_first=float(len(sides[0])),
        extent_second=float(len(sides[1])),
    )


def mean_of_video(timeline: Timeline, measure: str, faces: Iterable[int] | None = None) -> float:
    """The mean of a measure over the people of a video, each counted once; NaN where nobody was read.

    Args:
        timeline: Unsmoothed.
        measure: One of `fer.findings.series.MEASURES`.
        faces: Whose; None takes the face that was read longest.
    """
    if faces is None:
        faces = [leading_face(timeline)] if timeline.usable.any() else []
    means = [series_of(timeline, face, measure).mean for face in faces]
    return float(np.nanmean(means)) if np.isfinite(means).any() else float("nan")


def leading_face(timeline: Timeline) -> int:
    """The face that was read longest.

    Raises:
        InputError: None was read.
    """
    rows = timeline.usable & (timeline.face_of_row >= 0)
    if not rows.any():
        raise InputError(f"No face could be read in {timeline.source.name}: there is nothing to compare.")
    ids, where = np.unique(timeline.face_of_row[rows], return_inverse=True)
    return int(ids[np.bincount(where, timeline.weights_s[rows] + 1e-12).argmax()])


def _of_series(
    kind: ComparisonKind,
    measure: str,
    names: Sequence[str],
    sides: Sequence[Series],
    *,
    together: bool = False,
    who: str = "",
) -> Comparison:
    channels = [Channel(side.values, sign) for side, sign in zip(sides, (1.0, -1.0), strict=True)]
    drawn = [channels] if together else [[channel] for channel in channels]
    interval = interval_of(drawn, most=largest_change(measure))
    return Comparison(
        kind=kind,
        measure=measure,
        first=names[0],
        second=names[1],
        mean_first=sides[0].mean,
        mean_second=sides[1].mean,
        interval=interval,
        effect=_standardized(*(side.values[np.isfinite(side.values)] for side in sides)),
        extent_first=sides[0].read_s,
        extent_second=sides[1].read_s,
        who=who,
    )


def _standardized(first: np.ndarray, second: np.ndarray) -> float:
    """Cohen's d with the pooled standard deviation; NaN where nothing varies."""
    freedom = len(first) + len(second) - 2
    if freedom < 1 or not (len(first) and len(second)):
        return float("nan")
    squares = sum(((side - side.mean()) ** 2).sum() for side in (first, second))
    pooled = float(np.sqrt(squares / freedom))
    return float(first.mean() - second.mean()) / pooled if pooled > 1e-12 else float("nan")


def _small_sample(n: int) -> float:
    """Hedges' correction of Cohen's d for few units."""
    return 1 - 3 / (4 * n - 9) if n > 2 else float("nan")
