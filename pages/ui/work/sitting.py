"""The recordings of this sitting: timelines alone, so that a later one can be compared with earlier ones."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from fer.errors import FerError
from fer.library.content import report_of
from fer.timeline.report import Report
from fer.timeline.timeline import Timeline
from pages.ui.app import session, visitor
from pages.ui.parts import persons
from pages.ui.work.library import library, mine

RECORDINGS = 24
"""More are not remembered: numbers only, but an hour holds about 15 MB of them."""
LISTED = 200


@dataclass(frozen=True, eq=False)
class Remembered:
    """A recording.

    Args:
        key: Tells it from others.
        label: What people read.
        open: Gives its timeline, without what is excluded.
    """

    key: str
    label: str
    open: Callable[[], Timeline]


def remember(shown: Report) -> None:
    """Keep the timeline of what is shown, in place of an earlier state of it."""
    timeline, key = shown.timeline, _key(shown)
    if (before := _kept()) and before[0].key == key and before[0].open() is timeline:
        return
    mine_now = Remembered(key, timeline.source.name, lambda: timeline)
    others = tuple(one for one in before if one.key != key)
    session.keep(session.SITTING, (mine_now, *others)[:RECORDINGS])


def forget() -> None:
    """Let go of all of them."""
    session.release(session.SITTING)


def others(shown: Report) -> list[Remembered]:
    """Earlier recordings of this sitting, those that the queue has read, then those of the library.

    Args:
        shown: What is open; it is not among them.
    """
    key = _key(shown)
    seen = {one.key: one for one in (*_kept(), *_of_queue())[::-1] if one.key != key}
    return _told_apart([*list(seen.values())[::-1], *_of_library()])


def _key(report: Report) -> str:
    source = report.timeline.source
    return f"{source.sha256}/{source.name}/{report.provenance.created_utc if not source.sha256 else ''}"


def _kept() -> tuple[Remembered, ...]:
    return session.kept(session.SITTING) or ()


def _of_queue() -> list[Remembered]:
    queue = session.kept(session.QUEUE)
    done = [item.result.report for item in (queue.items if queue else ()) if item.result is not None]

    def opener(report: Report) -> Callable[[], Timeline]:
        return lambda: persons.edited(report).timeline

    return [Remembered(_key(r), r.timeline.source.name, opener(r)) for r in done]


def _of_library() -> list[Remembered]:
    if not visitor.keeps_sessions():
        return []
    try:
        entries = library().entries(mine())[:LISTED]
    except FerError:
        return []  # the Sessions page says why

    def opener(session_id: str) -> Callable[[], Timeline]:
        return lambda: report_of(library().open(mine(), session_id)).timeline

    return [Remembered(f"kept/{e.id}", f"{e.title} (kept)", opener(e.id)) for e in entries]


def _told_apart(found: list[Remembered]) -> list[Remembered]:
    """Equal labels get a number."""
    seen: dict[str, int] = {}
    told = []
    for one in found:
        seen[one.label] = number = seen.get(one.label, 0) + 1
        told.append(one if number == 1 else replace(one, label=f"{one.label} ({number})"))
    return told
