"""A kept timeline read anew: another smoothing, threshold or exclusion, without analysing again."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from fer.timeline.markers import Marker, exclude
from fer.timeline.report import Report, make_report
from fer.timeline.timeline import Timeline, with_verdicts
from pages.ui.app import session


@dataclass(frozen=True, eq=False)
class _Reading:
    """The last answer.

    Args:
        report: What was read.
        asked: Half-life, threshold, exclusions.
        read: The report read in that way.
        shown: The same with its markers.
    """

    report: Report
    asked: tuple
    read: Report
    shown: Report


def reinterpret_once(
    report: Report, *, half_life_s: float, unsure_below: float, markers: Sequence[Marker] = ()
) -> Report:
    """`reinterpret`, with the last answer kept for the session's next run; nothing is counted anew for a
    marker that excludes nothing.

    Args:
        report: As it was made.
        half_life_s: See `reinterpret`.
        unsure_below: See `reinterpret`.
        markers: All of them.
    """
    asked = (half_life_s, unsure_below, tuple(m for m in markers if m.kind == "exclusion"))
    kept: _Reading | None = session.kept(session.READING)
    if kept is None or kept.report is not report or kept.asked != asked:
        read = reinterpret(report, half_life_s=half_life_s, unsure_below=unsure_below, exclusions=asked[2])
        kept = _Reading(report, asked, read, _marked(read, markers))
        session.keep(session.READING, kept)
    elif kept.shown.timeline.markers != tuple(markers):
        kept = replace(kept, shown=_marked(kept.read, markers))
        session.keep(session.READING, kept)
    return kept.shown


def reinterpret(
    report: Report, *, half_life_s: float, unsure_below: float, exclusions: Sequence[Marker] = ()
) -> Report:
    """The same measurements with another smoothing, another threshold, and without some ranges.

    Args:
        report: As it was made; returned as it is where nothing changes.
        half_life_s: Half-life of the smoothing in seconds; 0 switches it off.
        unsure_below: A verdict whose highest probability is under this is "unsure".
        exclusions: Ranges that count for nothing.
    """
    timeline = report.timeline
    settings = timeline.settings.replace(half_life_s=half_life_s, unsure_below=unsure_below)
    if settings == timeline.settings and not exclusions:
        return report
    if settings != timeline.settings:
        table = with_verdicts(timeline.table, settings, timeline.sets)
        timeline = replace(timeline, table=table, settings=settings)
    return with_timeline(report, exclude(timeline, exclusions), unsure_below=unsure_below)


def with_timeline(report: Report, timeline: Timeline, **model: float) -> Report:
    """A report of the same analysis with another view of its timeline.

    Args:
        report: As it was made.
        timeline: What it is to show.
        model: What else changes of `Provenance.model`.
    """
    made = report.provenance
    created = datetime.fromisoformat(made.created_utc)
    return make_report(timeline, model=made.model | model, created_at=created)


def _marked(report: Report, markers: Sequence[Marker]) -> Report:
    """The report with its markers; what they exclude is left out already."""
    return report if report.timeline.markers == tuple(markers) else report.marked(markers)
