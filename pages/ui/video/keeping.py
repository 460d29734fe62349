"""“Keep this”: the open session goes into the library, and a kept one comes back as it was."""

from contextlib import suppress

import streamlit as st

from fer.errors import FerError, MissingSessionError
from fer.library import About, Entry
from fer.library.library import Known
from fer.timeline.report import Report
from pages.ui.app import navigation, page_setup, session, visitor
from pages.ui.app.error_text import error_text_of
from pages.ui.app.markdown import plain, shorten
from pages.ui.app.uploads import MEGABYTE, Upload
from pages.ui.parts import persons, settings
from pages.ui.parts.kept import about
from pages.ui.video import markers, neutral_faces, queue_view
from pages.ui.work.library import kept_as, library, mine, note_kept, session_from
from pages.ui.work.recordings import Opened
from pages.ui.work.video import VideoResult

TROUBLE = "keeping_trouble"
"""Session key: why the session could not be kept."""
PICTURES, VIDEO = "keep_pictures", "keep_video"
WHERE = (
    "It is kept on the computer that runs this app, with names, marks and settings, until you delete it. "
    "Nobody but you finds it there."
)
TITLE_LENGTH = 40


def settle(clip: Opened) -> None:
    """Once after it was opened: people, marks, neutral faces and sliders as they were when it was kept."""
    if session.kept(session.SETTLED) is clip:
        return
    kept, analyzed = clip.kept, clip.result.report
    persons.restore(analyzed, kept.edits)
    neutral_faces.restore(persons.edited(analyzed), analyzed, kept.baselines, kept.baseline_words)
    markers.put(analyzed, kept.markers)
    st.session_state[settings.HALF_LIFE] = min(kept.half_life_s, settings.MAX_HALF_LIFE_S)
    st.session_state[settings.UNSURE_PERCENT] = min(round(kept.unsure_below * 100), 99)
    note_kept(analyzed, clip.entry)
    session.keep(session.SETTLED, clip)


def offer(shown: Report, result: VideoResult, clip: Upload) -> None:
    """Keep what is open; nothing where there is no library.

    Args:
        shown: As it is read now.
        result: As it was analysed.
        clip: The video.
    """
    if not visitor.keeps_sessions():
        return
    before = kept_as(result.report)
    label = "Kept" if before else "Keep this"
    icon = ":material/bookmark_added:" if before else ":material/bookmark_add:"
    with st.popover(label, icon=icon, type="tertiary" if before else "secondary", key="keep_popover"):
        page_setup.show_trouble(TROUBLE)
        try:
            known = library().known(mine())
        except FerError as problem:
            page_setup.show_error(error_text_of(problem))
            return
        if before:
            _kept(before)
        _form(shown, result, clip, before, known)


def _kept(before: Entry) -> None:
    title = plain(shorten(before.title, TITLE_LENGTH))
    st.markdown(f":material/check: Kept as **{title}**.")
    st.page_link(navigation.SESSIONS, label="All sessions", icon=":material/inventory_2:")


def _form(shown: Report, result: VideoResult, clip: Upload, before: Entry | None, known: Known) -> None:
    key = f"keep_{before.id if before else 'new'}"
    said = before.about if before else About.typed("", *queue_view.named(clip))
    about.show(said, known, key=key, placeholder=clip.name)
    if result.portraits:
        st.toggle("Small pictures of the people too", before.has_pictures if before else False, key=PICTURES)
    if clip.data:
        size = max(1, round(len(clip.data) / MEGABYTE))
        st.toggle(f"The video too ({size} MB)", before.has_video if before else False, key=VIDEO)
    st.caption(WHERE)
    given = (shown, result, clip, key)
    with st.container(horizontal=True):
        if before:
            again = {"type": "primary", "on_click": _keep, "args": (*given, before)}
            st.button("Keep the changes", key="keep_again", **again)
            st.button("Keep as another", key="keep_another", on_click=_keep, args=given)
        else:
            st.button("Keep", type="primary", key="keep_now", on_click=_keep, args=given)


def _keep(shown: Report, result: VideoResult, clip: Upload, key: str, replaced: Entry | None = None) -> None:
    analyzed = result.report
    baselines, words = neutral_faces.chosen_for(analyzed)
    try:
        kept = session_from(
            analyzed,
            shown,
            baselines=baselines,
            baseline_words=words,
            portraits=result.portraits if st.session_state.get(PICTURES) else (),
            video=clip.data if st.session_state.get(VIDEO) else b"",
        )
        entry = library().keep(mine(), kept, about.typed(key), report=shown)
        if replaced is not None:
            with suppress(MissingSessionError):  # another tab has deleted it meanwhile
                library().delete(mine(), [replaced.id])
    except FerError as error:
        st.session_state[TROUBLE] = error_text_of(error)
        return
    note_kept(analyzed, entry)
