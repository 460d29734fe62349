"""What changes after an event: a window after it against a window before it, for one event or many."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fer.errors import InputError
from fer.findings.blocks import MIN_UNITS, Channel, Interval, interval_of
from fer.findings.comparison import measure_words, number, points
from fer.findings.series import Series, largest_change, series_of
from fer.text import count, percent, signed
from fer.timeline.markers import Marker
from fer.timeline.timeline import Timeline

BASELINE_S, AFTER_S = 2.0, 3.0
MAX_WINDOW_S = 3600.0

MIN_READ = 0.5
"""An event counts where at least this share of both windows was read."""

MIN_WINDOWS = 20
"""A recording must be this many times longer than both windows, or other moments say nothing."""

RARE = 0.05


@dataclass(frozen=True)
class Reaction:
    """The change after one stimulus.

    Args:
        measure: One of `fer.findings.series.MEASURES`.
        event: Name of the stimulus.
        who: Whose reaction.
        shown: Times that it is marked.
        used: Times of which both windows were read.
        before: Mean over the baseline windows of the events used; NaN where there is none.
        after: Mean over the windows after them.
        interval: Of after minus before; known from `MIN_UNITS` events on.
        effect: The change in standard deviations of the readings in the windows; NaN where nothing varies.
        chance: Share of all moments of the recording, the events' own counted, after which the measure
            changes at least as much: a p-value by circular shifts. NaN where the recording is too short.
        overlapping: Events whose windows reach into those of another one.
    """

    measure: str
    event: str
    who: str
    shown: int
    used: int
    before: float
    after: float
    interval: Interval
    effect: float
    chance: float
    overlapping: int = 0

    @property
    def can_tell(self) -> bool:
        """There are data enough to tell a reaction from none."""
        return self.interval.known or bool(np.isfinite(self.chance))

    @property
    def differs(self) -> bool:
        """A reaction can be told: by the interval, for fewer events by the other moments."""
        return self.interval.differs if self.interval.known else self.chance <= RARE

    @property
    def sentence(self) -> str:
        """What the numbers carry, and no more."""
        what, times = f"{measure_words(self.measure)} of {self.who}", count(self.shown, "time")
        if not self.used:
            return f"Nothing can be said about {what} after {self.event}: its windows were not read."
        used = times if self.used == self.shown else f"{self.used} of {times}"
        change = (
            f"from {number(self.before, self.measure)} before to {number(self.after, self.measure)} after "
            f"{self.event} ({used})"
        )
        if self.differs:
            verb = "rises" if self.interval.value > 0 else "falls"
            text = f"{what[0].upper()}{what[1:]} {verb} {change}{self._support()}."
        elif self.can_tell:
            text = f"No reaction can be told in {what}: {change}{self._support()}."
        else:
            text = (
                f"Too few data to tell a reaction in {what}: {change}; an interval needs {MIN_UNITS} events; "
                f"to compare with other moments, a recording {MIN_WINDOWS} times as long as both windows."
            )
        return text + (f" Windows of {count(self.overlapping, 'event')} overlap." if self.overlapping else "")

    def _support(self) -> str:
        parts = [f"a change of {points(self.interval, self.measure)}"] if self.interval.known else []
        if self.interval.differs:
            parts.append(f"effect size {signed(self.effect, 2)}")
        if np.isfinite(self.chance):
            parts.append(f"as large a change follows {percent(self.chance)} of all moments")
        return "".join(f"; {part}" for part in parts)


def reaction(
    timeline: Timeline,
    face_id: int,
    measure: str,
    events: Sequence[Marker],
    *,
    baseline_s: float = BASELINE_S,
    after_s: float = AFTER_S,
) -> Reaction:
    """The change of a measure after the events of one name.

    Args:
        timeline: Unsmoothed.
        face_id: Whose reaction.
        measure: One of `fer.findings.series.MEASURES`.
        events: Markers; of a range its start counts.
        baseline_s: Length of the window before the event, in seconds.
        after_s: Length of the window from the event on, in seconds.

    Raises:
        InputError: There is no event, a window has no length, or see `series_of`.
    """
    if not events:
        raise InputError("A reaction needs an event: mark one.")
    series = series_of(timeline, face_id, measure)
    starts_s = [marker.start_s for marker in events]
    names = (measure, events[0].name, timeline.name(face_id, start=False))
    return change_after(series, starts_s, names, baseline_s=baseline_s, after_s=after_s)


def change_after(
    series: Series,
    starts_s: Sequence[float],
    names: tuple[str, str, str],
    *,
    baseline_s: float = BASELINE_S,
    after_s: float = AFTER_S,
) -> Reaction:
    """The same for a series.

    Args:
        series: Any measure over time.
        starts_s: When the events begin, in seconds.
        names: Of the measure, of the event, of the person.
        baseline_s: See `reaction`.
        after_s: See `reaction`.

    Raises:
        InputError: A window has no length.
    """
    if not all(0 < s <= MAX_WINDOW_S for s in (baseline_s, after_s)):
        raise InputError(f"A window lasts more than 0 and at most {MAX_WINDOW_S:.0f} seconds.")
    windows = _Windows.over(series, baseline_s, after_s)
    times = np.sort(np.asarray(starts_s, np.float64))
    at = np.rint((times - series.start_s) / series.step_s).astype(np.int64)
    before, after = windows.at(at)
    used = np.isfinite(before) & np.isfinite(after)
    change = (after - before)[used]
    mean = float(change.mean()) if len(change) else float("nan")
    spread = windows.spread(at[used])
    return Reaction(
        *names,
        shown=len(times),
        used=int(used.sum()),
        before=float(before[used].mean()) if len(change) else float("nan"),
        after=float(after[used].mean()) if len(change) else float("nan"),
        interval=interval_of([[Channel(change)]], independent=True, most=largest_change(names[0])),
        effect=mean / spread if spread > 1e-12 else float("nan"),
        chance=windows.chance(at[used]),
        overlapping=int((np.diff(times) < baseline_s + after_s).sum()),
    )


def over_videos(reactions: Sequence[Reaction]) -> Reaction:
    """The reaction of several recordings to one stimulus: each recording counts once.

    Args:
        reactions: One a recording, of one measure and event. The effect size is the mean change in standard
            deviations of the recordings' changes.

    Raises:
        InputError: There is none.
    """
    if not reactions:
        raise InputError("A reaction needs a recording: give one.")
    used = [one for one in reactions if one.used]
    before, after = (np.array([getattr(one, side) for one in used]) for side in ("before", "after"))
    change = after - before
    spread = float(change.std(ddof=1)) if len(change) > 1 else float("nan")
    mean = float(change.mean()) if len(change) else float("nan")
    measure = reactions[0].measure
    return Reaction(
        measure=measure,
        event=reactions[0].event,
        who=f"{len(reactions)} recordings",
        shown=len(reactions),
        used=len(used),
        before=float(before.mean()) if len(change) else float("nan"),
        after=float(after.mean()) if len(change) else float("nan"),
        interval=interval_of([[Channel(change)]], independent=True, most=largest_change(measure)),
        effect=mean / spread if spread > 1e-12 else float("nan"),
        chance=float("nan"),
    )


@dataclass(frozen=True, eq=False)
class _Windows:
    """The windows before and after every step of a series.

    Args:
        values: (n,) the series.
        before: (n,) mean of the steps before each; NaN where too little was read.
        after: (n,) mean from each on.
        widths: Steps of both windows.
    """

    values: np.ndarray
    before: np.ndarray
    after: np.ndarray
    widths: tuple[int, int]

    @classmethod
    def over(cls, series: Series, baseline_s: float, after_s: float) -> "_Windows":
        """Means of all windows at once."""
        widths = tuple(max(1, round(s / series.step_s)) for s in (baseline_s, after_s))
        before = _means(series.values, -widths[0], 0)
        return cls(series.values, before, _means(series.values, 0, widths[1]), (widths[0], widths[1]))

    def at(self, steps: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(e,) and (e,) the means around steps; NaN beyond the ends."""
        there = (steps >= 0) & (steps < len(self.values))
        inside = np.where(there, steps, 0)
        if not len(self.values):
            return np.full(len(steps), np.nan), np.full(len(steps), np.nan)
        return np.where(there, self.before[inside], np.nan), np.where(there, self.after[inside], np.nan)

    def spread(self, steps: np.ndarray) -> float:
        """Standard deviation of the readings within the windows, each window's mean taken out."""
        around = [self.values[max(k - self.widths[0], 0) : k] for k in steps]
        around += [self.values[k : k + self.widths[1]] for k in steps]
        read = [part[np.isfinite(part)] for part in around]
        parts = [part - part.mean() for part in read if len(part)]
        freedom = sum(len(part) - 1 for part in parts)
        return (
            float(np.sqrt(sum((part**2).sum() for part in parts) / freedom)) if freedom > 0 else float("nan")
        )

    def chance(self, steps: np.ndarray) -> float:
        """Share of circular shifts of all events after which the mean change is as large."""
        n, width = len(self.values), sum(self.widths)
        change = self.after - self.before
        if not len(steps) or np.isfinite(change).sum() < MIN_WINDOWS * width:
            return float("nan")
        # An event's own shift is among them: no share is 0, and under no reaction every rank is as likely.
        total, seen = np.zeros(n), np.zeros(n)
        known = np.where(np.isfinite(change), change, 0.0)
        for k in steps:
            total += np.roll(known, -k)
            seen += np.roll(np.isfinite(change), -k)
        means = np.abs(np.divide(total, seen, out=np.zeros(n), where=seen > 0))
        fair = seen >= len(steps) / 2
        return float((means[fair] >= means[0] - 1e-12).mean())


def _means(values: np.ndarray, first: int, stop: int) -> np.ndarray:
    """(n,) mean of ``values[k + first : k + stop]`` for every k; NaN where less than `MIN_READ` was read."""
    n = len(values)
    read = np.isfinite(values)
    total = np.concatenate([[0.0], np.cumsum(np.where(read, values, 0.0))])
    seen = np.concatenate([[0], np.cumsum(read)])
    low, high = (np.clip(np.arange(n) + offset, 0, n) for offset in (first, stop))
    counted = seen[high] - seen[low]
    enough = counted >= max(1, MIN_READ * (stop - first))
    return np.divide(total[high] - total[low], counted, out=np.full(n, np.nan), where=enough)
