"""The library of this process, and what of it belongs to the visitor."""

from collections.abc import Collection

import streamlit as st

from fer.errors import FerError, MissingSessionError
from fer.library import Entry, KeptSession, Library, places
from fer.timeline.report import Report
from pages.ui.app import session, visitor
from pages.ui.work.recordings import opened

NOTED = 200
"""Reports of which a visit remembers how they were kept: all of a queue."""


@st.cache_resource(show_spinner=False)
def library() -> Library:
    """Where sessions are kept; nothing is made before one is."""
    return Library(places.data_folder(), places.database_url())


def mine() -> str:
    """Whom the visitor's sessions belong to."""
    return visitor.owner()


def open_session(session_id: str) -> None:
    """Lay a kept session on the Video page.

    Raises:
        LibraryError: It is not there.
        InputError: Its files are damaged.
    """
    entry, kept = library().entry(mine(), session_id), library().open(mine(), session_id)
    session.keep(session.CLIP, opened(entry, kept))


def kept_as(analyzed: Report) -> Entry | None:
    """How a report of this visit was kept last; None where it was not, or was deleted since.

    Args:
        analyzed: As it was analysed.
    """
    last = next((entry for report, entry in _noted() if report is analyzed), None)
    if last is None:
        return None
    try:
        return library().entry(mine(), last.id)
    except MissingSessionError:
        forget_kept({last.id})
        return None
    except FerError:
        return last  # whoever keeps it again is told why that does not work


def note_kept(analyzed: Report, entry: Entry) -> None:
    """Remember how a report was kept."""
    others = (pair for pair in _noted() if pair[0] is not analyzed)
    session.keep(session.KEPT_AS, ((analyzed, entry), *others)[:NOTED])


def forget_kept(ids: Collection[str]) -> None:
    """Some sessions are kept no longer."""
    session.keep(session.KEPT_AS, tuple(pair for pair in _noted() if pair[1].id not in ids))


def _noted() -> tuple[tuple[Report, Entry], ...]:
    return session.kept(session.KEPT_AS) or ()


def session_from(
    analyzed: Report, shown: Report, *, baselines, baseline_words, portraits=(), video: bytes = b""
) -> KeptSession:
    """What of an open report is kept.

    Args:
        analyzed: As it was analysed.
        shown: As it is read now: its steps, markers and settings go along.
        baselines: Neutral faces that were chosen.
        baseline_words: Where each comes from.
        portraits: Views of the faces, if they were asked for.
        video: The clip, if it was asked for.
    """
    made = analyzed.provenance
    timeline = analyzed.timeline.persons.analyzed or analyzed.timeline  # names may have been given while live
    return KeptSession(
        timeline=timeline,
        model=made.model,
        created_utc=made.created_utc.replace("Z", "+00:00"),
        edits=shown.timeline.persons.edits,
        markers=shown.timeline.markers,
        half_life_s=shown.settings.half_life_s,
        unsure_below=shown.timeline.unsure_below,
        baselines=baselines,
        baseline_words=baseline_words,
        portraits=tuple(portraits),
        video=video,
    )
