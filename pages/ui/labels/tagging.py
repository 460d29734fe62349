"""Quick tagging: one face large, eight keys, what was tagged can be taken back."""

import math
from collections.abc import Callable

import streamlit as st

from fer.dataset.tagging import CANNOT_TELL, TAG_KEYS, Tagging, tags_sheet, tags_zip
from fer.evaluation.footage.census import census_of, with_states
from fer.evaluation.footage.picking import pick
from fer.text import clock, count, percent
from fer.verdict import verdicts
from pages.ui.app import downloads, job_progress, page_setup, session
from pages.ui.app.markdown import name, plain
from pages.ui.app.uploads import Upload
from pages.ui.labels.tagging_work import FacesToTag, gather_job
from pages.ui.parts import settings
from pages.ui.work.photos import PhotoUploads

FACE_PX = 320
HOW_MANY = (20, 50, 100, 200)
DEFAULT_MANY = 100
MANY, SHOW_ANSWER, STOPPED, NOTES = "tag_many", "tag_show_answer", "tag_stopped", "tag_notes"
"""Session keys: faces to tag, whether the network's answer is shown afterwards, whether tagging was ended,
and what was left out."""
LEAVING = "tag_leaving"
"""Session key: other faces are asked for."""

SHORTCUT_UNDO = "U"
NOTES_SHOWN = 3


def title_of(source: Upload | PhotoUploads) -> str:
    """What was given, in a word or two."""
    if isinstance(source, PhotoUploads):
        return count(len(source.uploads), "file") if len(source.uploads) > 1 else source.uploads[0].name
    return source.name


def leave() -> None:
    """Drop the faces and their tags."""
    source = session.kept(session.TAG_SOURCE)
    if source is not None:
        for kind in ("tag-video", "tag-photos"):
            session.registry().forget_content(session.owner(), f"{kind}:{source.sha256}")
    for kept in (session.TAG_SOURCE, session.TAGGING, session.TAG_REPORT):
        session.release(kept)
    st.session_state.pop(STOPPED, None)


def wait_for(source: Upload | PhotoUploads) -> Tagging | None:
    """The tagging of this source; while its faces are gathered, how far that is."""
    tagging = session.kept(session.TAGGING)
    if tagging is not None:
        return tagging
    job = gather_job(source, settings.current())
    describe = job_progress.of_photos if isinstance(source, PhotoUploads) else job_progress.of_video
    _title(source, "Another file")
    if not job_progress.wait_for(job, what="Looking for faces", describe=describe):
        return None
    many = st.session_state.get(MANY, DEFAULT_MANY)
    report = job.result.report
    taken = pick(with_states(job.result.samples, [report]), census_of([report]), many)
    session.keep(session.TAG_REPORT, report)
    session.keep(session.TAGGING, Tagging(taken))
    st.session_state[NOTES] = _notes(job.result)
    # Hundreds of pictures are not needed any more.
    session.registry().forget(job.owner, job.key)
    st.rerun()


def _notes(faces_to_tag: FacesToTag) -> list[str]:
    notes = list(faces_to_tag.notes[:NOTES_SHOWN])
    if len(faces_to_tag.notes) > NOTES_SHOWN:
        notes.append(f"{count(len(faces_to_tag.notes) - NOTES_SHOWN, 'more file')} could not be read.")
    if faces_to_tag.n_left_out:
        notes.append(f"Left out: {count(faces_to_tag.n_left_out, 'face')} too small, blurred or turned away.")
    return notes


def _title(source: Upload | PhotoUploads, label: str) -> None:
    icon = "photo_library" if isinstance(source, PhotoUploads) else "movie"
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.markdown(f":material/{icon}: {name(title_of(source))}", width="content")
        st.button(label, icon=":material/upload:", type="tertiary", on_click=_ask_to_leave, key="tag_leave")
    tagging: Tagging | None = session.kept(session.TAGGING)
    if st.session_state.pop(LEAVING, False) and tagging is not None:
        _leaving(len(tagging.tags))


def _ask_to_leave() -> None:
    tagging: Tagging | None = session.kept(session.TAGGING)
    if tagging is not None and tagging.tags:
        st.session_state[LEAVING] = True
    else:
        leave()


@st.dialog("Drop the tags?")
def _leaving(n_tags: int) -> None:
    """Ask once more: nobody tags a hundred faces twice."""
    st.markdown(
        f"{count(n_tags, 'tag')} would be gone. Save the table or the zip of the faces first: both stand "
        "above the evaluation."
    )
    with st.container(horizontal=True):
        drop = {"type": "primary", "icon": ":material/delete:", "on_click": leave}
        if st.button("Drop the tags", key="tag_leave_now", **drop):
            st.rerun()  # which closes the question
        if st.button("Keep them", key="tag_leave_not"):
            st.rerun()


def show(source: Upload | PhotoUploads, evaluate: Callable[[Tagging, str], None]) -> None:
    """Tag face after face; at the end, or when it is asked for, the evaluation.

    Args:
        source: Where the faces are from.
        evaluate: Draws the evaluation of what was tagged.
    """
    tagging = wait_for(source)
    if tagging is None:
        return
    _title(source, "Other faces")
    if not (tagging.done or st.session_state.get(STOPPED)):
        _tag()
        return
    _finished(source, tagging)
    evaluate(tagging, title_of(source))


@st.fragment
@page_setup.shows_errors
def _tag() -> None:
    """The face that is due, and the keys. A fragment: the next face is there at once."""
    tagging: Tagging = session.kept(session.TAGGING)
    if tagging is None or tagging.done or st.session_state.get(STOPPED):
        # The whole page: it has something else to show.
        st.rerun()
    sample, n = tagging.current, len(tagging.samples)
    st.progress(len(tagging.tags) / n, text=f"{len(tagging.tags)} of {n} tagged")
    picture, keys = st.columns([5, 6], gap="medium")
    with picture:
        st.image(sample.picture, width=FACE_PX, alt=f"Face {len(tagging.tags) + 1} of {n}, to be tagged")
        if math.isfinite(sample.time_s):
            st.caption(f"Face {sample.face_id} at {clock(sample.time_s, tenths=True)}")
    with keys:
        st.markdown("**What does this face show?**")
        _keys(tagging)
    _before(tagging)
    with st.popover("Options", icon=":material/tune:", type="tertiary"):
        st.toggle("Show the network's answer after each tag", key=SHOW_ANSWER, persist_state="session")
        st.caption("Without it you tag blind: what the network says cannot sway you.")
    for note in st.session_state.get(NOTES, ()):
        st.caption(f":material/info: {plain(note)}")


def _keys(tagging: Tagging) -> None:
    """A button for each tag with its key, then the ways back and out."""
    with st.container(key="tag_keys", gap="xxsmall"):
        for key, tag in TAG_KEYS.items():
            words = "cannot tell" if tag == CANNOT_TELL else tag
            st.button(
                words,
                key=f"tag_{key}",
                shortcut=key,
                width="stretch",
                type="tertiary" if tag == CANNOT_TELL else "secondary",
                on_click=_step,
                args=(tag,),
            )
    with st.container(horizontal=True):
        st.button(
            "Undo",
            key="tag_undo",
            shortcut=SHORTCUT_UNDO,
            icon=":material/undo:",
            type="tertiary",
            disabled=not tagging.tags,
            on_click=_undo,
        )
        st.button(
            "Stop and evaluate",
            key="tag_stop",
            icon=":material/flag:",
            type="tertiary",
            disabled=not tagging.n_named,
            on_click=_stop,
        )


def _step(tag: str) -> None:
    session.keep(session.TAGGING, session.kept(session.TAGGING).tag(tag))


def _stop() -> None:
    st.session_state[STOPPED] = True


def _undo() -> None:
    session.keep(session.TAGGING, session.kept(session.TAGGING).undo())


def _before(tagging: Tagging) -> None:
    """The last tag, and the network's answer to it where that is wanted."""
    if not tagging.tags:
        st.caption(":material/keyboard: Press 1 to 7, 0 if you cannot tell, U to take the last tag back.")
        return
    tag = tagging.tags[-1].replace("_", " ")
    words = f"Before: you said **{tag}**"
    if st.session_state.get(SHOW_ANSWER):
        [answer], [confidence] = verdicts(tagging.samples[len(tagging.tags) - 1].probs[None], 0.0)
        words += f", the network says **{answer}** ({percent(confidence)})"
    st.caption(words)


def _finished(source: Upload | PhotoUploads, tagging: Tagging) -> None:
    """What was tagged, what to keep, and the way back to the faces that are left."""
    unnamed = len(tagging.tags) - tagging.n_named
    told = f"; you could not tell {count(unnamed, 'face')}" if unnamed else ""
    st.caption(f"{len(tagging.tags)} of {count(len(tagging.samples), 'face')} tagged{told}.")
    stem = downloads.safe_stem(title_of(source))
    with st.container(horizontal=True):
        downloads.of_table(lambda: tags_sheet(tagging), f"{stem}-tags", key="tags", label="Tags as CSV")
        with st.popover("Faces as zip", icon=":material/folder_zip:"):
            st.caption(
                "The tagged faces as the network saw them, 48 × 48 pixels, in a folder for each expression: "
                "what `fer evaluate` and `fer train` read. It holds faces of people: keep it as carefully as "
                "the recording."
            )
            st.download_button(
                "Save the faces",
                lambda: tags_zip(tagging),
                file_name=f"{stem}-faces.zip",
                mime="application/zip",
                key="tags_zip",
                on_click="ignore",
            )
        if not tagging.done:
            st.button("Go on tagging", icon=":material/sell:", key="tag_on", on_click=_go_on)
        else:
            st.button("Undo the last", icon=":material/undo:", key="tag_undo_last", on_click=_undo)


def _go_on() -> None:
    st.session_state.pop(STOPPED, None)
