"""Several videos: how far each is, and all of them in one table once they are read."""

from collections.abc import Sequence

import streamlit as st

from fer.errors import FerError, InputError
from fer.library import About
from fer.library.groups import Line
from fer.library.naming import EXAMPLE, MAX_PATTERN, Naming
from fer.library.records import PersonFigures, figures_of
from fer.sources.account import fates_text, reasons
from fer.text import count, span
from fer.timeline.markers import Marker
from fer.timeline.report import Report
from pages.ui.app import navigation, page_setup, polling, session, uploads, visitor
from pages.ui.app.error_text import error_text_of
from pages.ui.app.jobs import JobState
from pages.ui.app.markdown import name, plain
from pages.ui.app.uploads import Upload
from pages.ui.parts import persons, settings
from pages.ui.parts.kept import side_by_side
from pages.ui.parts.limits import REMINDER
from pages.ui.video import markers, neutral_faces
from pages.ui.work.library import kept_as, library, mine, note_kept, session_from
from pages.ui.work.queue import Item, VideoQueue, make_queue
from pages.ui.work.recordings import Queued
from pages.ui.work.reinterpret import reinterpret

POLL_EVERY_S = 0.8
PATTERN, TROUBLE = "queue_pattern", "queue_trouble"
"""Session keys: how names are read; what went wrong with keeping."""
MOST_NAMED = 100
"""Files of a zip file that are no videos are named up to so many."""
ICONS = {
    JobState.WAITING: ":material/schedule:",
    JobState.RUNNING: ":material/play_circle:",
    JobState.DONE: ":material/check_circle:",
    JobState.FAILED: ":material/error:",
    JobState.CANCELLED: ":material/cancel:",
}
ABOUT = (
    "They are read one after the other, also while this page is left or the tab is closed; the address "
    "brings you back. Nothing is stored unless you keep it."
)


def queue() -> VideoQueue | None:
    """The visit's queue; None where there is none."""
    return session.kept(session.QUEUE)


def begin(clips: Sequence[Upload]) -> None:
    """Put videos into the queue; make one where there is none."""
    found = queue() or make_queue(session.registry(), session.owner(), session.QUEUE)
    with st.spinner("Taking the videos"):
        found.add(clips, settings.current())


def show() -> None:
    """The page while there is a queue."""
    found = queue()
    assert found is not None
    done = [item for item in found.items if item.result is not None]
    unkept = [item for item in done if item.result is not None and kept_as(item.result.report) is None]
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.title("Several videos", anchor=False, width="content")
        with st.container(horizontal=True, width="content"):
            _more(found)
            _closing(found, len(unkept))
    for note in found.notes:
        st.caption(f":material/info: {plain(note)}")
    if found.lost:
        with st.expander(f"Beside the videos: {fates_text(found.lost)}", icon=":material/info:"):
            for line in reasons(found.lost, most=MOST_NAMED):
                st.caption(plain(line))
    naming = _naming(found)
    _list(found, naming, len(done))
    if done:
        _together(done, unkept, naming)
    st.caption(f"{ABOUT} {REMINDER}")


def _more(found: VideoQueue) -> None:
    with st.popover("Add videos", icon=":material/add:", type="tertiary", key="queue_add"):
        limit = {"types": None, "limit_mb": uploads.VIDEO_MB, "many": True}
        given = uploads.take("Drop videos, or a zip file with folders", key="queue_upload", **limit)
        if given:
            begin(given)
            st.rerun()


def _closing(found: VideoQueue, lost: int) -> None:
    """It asks first where anything would be lost."""
    unread = sum(item.state in (JobState.WAITING, JobState.RUNNING) for item in found.items)
    look = {"icon": ":material/close:", "key": "queue_close", "on_click": _close}
    if not unread + lost:
        st.button("Close all", type="tertiary", **look)
        return
    with st.popover("Close all", icon=":material/close:", type="tertiary", key="queue_closing"):
        said = [f"{count(lost, 'video')} read and not kept"] * bool(lost)
        said += [f"{count(unread, 'video')} still to be read"] * bool(unread)
        st.markdown(f"{', '.join(said)}: closing drops them here. Your files stay as they are.")
        st.button("Close them", **look)


def _close() -> None:
    found = queue()
    if found is not None:
        found.close()
    session.release(session.QUEUE)
    session.release(session.QUEUE_FIGURES)


def _naming(found: VideoQueue) -> Naming:
    """How participant and condition are read from names."""
    typed = st.text_input(
        "Participant and condition from the names",
        key=PATTERN,
        max_chars=MAX_PATTERN,
        persist_state="session",
        placeholder=f"{EXAMPLE} or {{condition}}/{{participant}}",
        help="{participant} and {condition} stand where they are in a name, * for anything. With a slash, "
        "the folder counts too (in a zip file). The ending of the file is left out.",
    )
    try:
        naming = Naming((typed or "").strip())
    except InputError as error:
        page_setup.show_error(error_text_of(error))
        return Naming()
    if naming.pattern:
        fit = sum(any(naming.of(item.clip.name)) for item in found.items)
        st.caption(f"{fit} of {count(len(found.items), 'name')} fit the pattern.")
    return naming


def named(clip: Upload) -> tuple[str, str]:
    """Participant and condition of a video of the queue, as the pattern reads its name; else both empty."""
    if not isinstance(clip, Queued):
        return "", ""
    try:
        return Naming((st.session_state.get(PATTERN) or "").strip()).of(clip.name)
    except InputError:
        return "", ""  # the queue's page says what is wrong with it


def _list(found: VideoQueue, naming: Naming, done: int) -> None:
    """The videos with their progress; it draws itself anew while something is read."""
    every = POLL_EVERY_S if found.busy else None
    polling.every(every)(_rows)(found, naming, done, found.busy)


@page_setup.shows_errors
def _rows(found: VideoQueue, naming: Naming, done: int, busy: bool) -> None:
    counts = found.counts()
    opened = session.kept(session.CLIP) is not None
    if opened or counts[JobState.DONE] != done or found.busy != busy:
        st.rerun()  # another page; the table below, and the pace of this list
    with st.container(horizontal=True, vertical_alignment="center"):
        ended = (JobState.DONE, JobState.FAILED, JobState.CANCELLED)
        share = sum(1.0 if item.state in ended else item.share for item in found.items)
        share /= max(1, len(found.items))
        st.progress(min(share, 1.0), text=_words(found, counts))
        if found.paused:
            st.button(
                "Go on", icon=":material/play_arrow:", key="queue_go_on", on_click=found.go_on, type="primary"
            )
        elif counts[JobState.WAITING]:
            st.button("Pause", icon=":material/pause:", key="queue_pause", on_click=found.pause)
    with st.container(border=True, gap="xsmall"):
        for item in found.items:
            _row(found, item, naming)


def _words(found: VideoQueue, counts: dict[JobState, int]) -> str:
    said = [f"{counts[JobState.DONE]} of {count(len(found.items), 'video')} read"]
    said += [f"{counts[JobState.FAILED]} failed"] if counts[JobState.FAILED] else []
    if found.paused and counts[JobState.RUNNING]:
        said.append("pauses after this one")
    elif found.paused:
        said.append("paused")
    elif found.busy and (left := found.left_s) is not None:
        said.append(f"about {span(max(1, round(left)))} left".replace(".0 s", " s"))
    return " · ".join(said)


def _row(found: VideoQueue, item: Item, naming: Naming) -> None:
    key = f"queue_{item.number}"
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        with st.container(horizontal=True, vertical_alignment="center", width="content", gap="small"):
            st.markdown(f"{ICONS[item.state]} {name(item.clip.name)}", width="content")
            for word in naming.of(item.clip.name):
                if word:
                    st.badge(plain(word), color="gray", width="content")
            if item.state is JobState.RUNNING:
                st.markdown(f"{item.share:.0%}", width="content")
            elif item.state in (JobState.CANCELLED, JobState.WAITING):
                st.caption(str(item.state), width="content")
            else:
                st.empty()  # the word that stood here is gone at once, not when the page is drawn
        with st.container(horizontal=True, width="content", gap="small"):
            _buttons(found, item, key)
    if item.error is not None and item.state is JobState.FAILED:
        st.caption(f"{plain(item.error.text)} `{item.error.code}`")


def _buttons(found: VideoQueue, item: Item, key: str) -> None:
    look = {"type": "tertiary", "args": (item,)}
    if item.state is JobState.DONE:
        st.button("Open", icon=":material/open_in_new:", key=f"{key}_open", on_click=_open, **look)
    if item.state in (JobState.WAITING, JobState.RUNNING):
        st.button("Cancel", icon=":material/close:", key=f"{key}_cancel", on_click=found.cancel, **look)
    bad = item.error is not None and item.error.code.startswith(InputError.code)  # a bad file stays bad
    if item.state in (JobState.FAILED, JobState.CANCELLED) and item.clip.data and not bad:
        st.button("Try again", icon=":material/refresh:", key=f"{key}_again", on_click=found.retry, **look)
    if item.state not in (JobState.WAITING, JobState.RUNNING):
        st.button("Remove", icon=":material/delete:", key=f"{key}_remove", on_click=found.remove, **look)


def _open(item: Item) -> None:
    clip, result = item.clip, item.result
    assert result is not None
    session.keep(session.CLIP, Queued(clip.name, clip.data, sha256=clip.sha256, result=result))


def _together(done: Sequence[Item], unkept: Sequence[Item], naming: Naming) -> None:
    """Everybody in all videos that are read."""
    lines = [_line(item, naming) for item in done]
    _keep_all(unkept, len(done) - len(unkept), naming)
    st.subheader("Conditions", anchor=False)
    side_by_side.groups(lines, key="queue_groups")
    st.subheader("Everybody", anchor=False)
    side_by_side.table(lines, key="queue_table", stem="videos")


def _line(item: Item, naming: Naming) -> Line:
    return Line(item.clip.name, *naming.of(item.clip.name), _figures(item))


def _figures(item: Item) -> tuple[PersonFigures, ...]:
    """What the video's own page says of everybody; counted anew only where something was changed there."""
    asked = _reading(item)
    found = dict(session.kept(session.QUEUE_FIGURES) or {})
    if item.number not in found or found[item.number][0] != asked:
        found[item.number] = (asked, figures_of(_as_shown(item).summary))
        session.keep(session.QUEUE_FIGURES, found)
    return found[item.number][1]


def _reading(item: Item) -> tuple[Report, tuple[float, float], tuple[Marker, ...]]:
    """How a video is read now: with its people put right, the sliders, and its markers."""
    assert item.result is not None
    analyzed = item.result.report
    sliders = settings.reading(analyzed.timeline.unsure_below)
    return persons.edited(analyzed), sliders, markers.of(analyzed)


def _as_shown(item: Item) -> Report:
    """A video as its own page shows it."""
    edited, (half_life_s, unsure_below), marked = _reading(item)
    exclusions = [m for m in marked if m.kind == "exclusion"]
    read = reinterpret(edited, half_life_s=half_life_s, unsure_below=unsure_below, exclusions=exclusions)
    return read.marked(marked) if read.timeline.markers != marked else read


def _keep_all(rest: Sequence[Item], kept: int, naming: Naming) -> None:
    if not visitor.keeps_sessions():
        return
    page_setup.show_trouble(TROUBLE)
    with st.container(horizontal=True, vertical_alignment="center"):
        if rest:
            st.button(
                f"Keep {count(len(rest), 'session')}",
                icon=":material/bookmark_add:",
                key="queue_keep",
                on_click=_keep,
                args=(rest, naming),
                help="Timelines with names and marks, participant and condition as they are read from the "
                "names of the files; neither pictures nor videos.",
            )
        if kept:
            st.page_link(navigation.SESSIONS, label=f"{kept} kept", icon=":material/inventory_2:")


def _keep(items: Sequence[Item], naming: Naming) -> None:
    for item in items:
        assert item.result is not None
        analyzed = item.result.report
        shown = _as_shown(item)
        baselines, words = neutral_faces.chosen_for(analyzed)
        participant, condition = naming.of(item.clip.name)
        try:
            kept = session_from(analyzed, shown, baselines=baselines, baseline_words=words)
            about = About.typed("", participant, condition)
            note_kept(analyzed, library().keep(mine(), kept, about, report=shown))
        except FerError as error:
            st.session_state[TROUBLE] = error_text_of(error)
            return
