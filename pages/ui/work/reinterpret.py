"""A kept timeline read anew: another smoothing or threshold of "unsure", without analysing again."""

from dataclasses import replace
from datetime import datetime

from fer.timeline.report import Report, make_report
from fer.timeline.timeline import Timeline, with_verdicts
from pages.ui.app import session


def reinterpret_once(report: Report, *, half_life_s: float, unsure_below: float) -> Report:
    """`reinterpret`, with the last answer kept for the session's next run."""
    asked = (half_life_s, unsure_below)
    kept = session.kept(session.READING)
    if kept is None or kept[0] is not report or kept[1] != asked:
        kept = (report, asked, reinterpret(report, half_life_s=half_life_s, unsure_below=unsure_below))
        session.keep(session.READING, kept)
    return kept[2]


def reinterpret(report: Report, *, half_life_s: float, unsure_below: float) -> Report:
    """The same measurements with another smoothing and another threshold.

    Args:
        report: As it was made; returned as it is where nothing changes.
        half_life_s: Half-life of the smoothing in seconds; 0 switches it off.
        unsure_below: A verdict whose highest probability is under this is "unsure".
    """
    timeline = report.timeline
    settings = timeline.settings.replace(half_life_s=half_life_s, unsure_below=unsure_below)
    if settings == timeline.settings:
        return report
    table = with_verdicts(timeline.table, settings, timeline.sets)
    timeline = replace(timeline, table=table, settings=settings)
    return with_timeline(report, timeline, unsure_below=unsure_below)


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
