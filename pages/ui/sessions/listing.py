"""The list of kept sessions: search, choose, open, change, hand on, delete."""

from datetime import datetime
from zoneinfo import ZoneInfo

import streamlit as st

from fer.errors import FerError, InputError
from fer.library import Entry
from fer.library.library import Known
from fer.text import clock, count, percent
from pages.ui.app import downloads, page_setup, session, uploads, visitor, warming
from pages.ui.app.error_text import error_text_of
from pages.ui.app.markdown import plain, shorten
from pages.ui.app.uploads import MEGABYTE
from pages.ui.parts.kept import about
from pages.ui.sessions import comparison
from pages.ui.work.library import forget_kept, library, mine, open_session
from pages.ui.work.recordings import Opened

VIDEO_PAGE = "pages/video.py"
SHOWN = 25
"""Sessions on one page of the list."""
IMPORT_MB = 320
TITLE_LENGTH = 60
SEARCH, PAGE = "sessions_search", "sessions_page"
OPENING, DELETING, TROUBLE = "sessions_opening", "sessions_deleting", "sessions_trouble"
"""Session keys: the session to open; those to delete, if it is meant; what went wrong."""
KEY_GIVEN, KEY_WRONG = "key_given", "key_wrong"
FILTERS = {"tag": "Tag", "participant": "Participant", "condition": "Condition"}
CHOSEN = "session_chosen_"
"""Key of each box, before the session's id."""
EMPTY = (
    "Nothing is kept yet. Open a video or a recording, press **Keep this** beside its name, and it stands "
    "here: the timeline, names, marks and settings; pictures and the video only if you say so."
)
NOT_FOUND = "No session is like that: search for less, or set the filters back to “any”."
OFF = (
    "Sessions are not kept here: whoever runs this app has switched the library off (FER_LIBRARY). "
    "Everything else works, and each result can be saved as a file."
)


def switched_off() -> None:
    """Where there is no library."""
    st.title("Sessions", anchor=False)
    st.markdown(OFF)


def show() -> None:
    """The list."""
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.title("Sessions", anchor=False, width="content")
        _who()
    page_setup.show_trouble(TROUBLE)
    if (asked := st.session_state.pop(OPENING, None)) is not None:
        _open(asked)
    everything = library().entries(mine())
    asked = st.session_state.pop(DELETING, ())
    if doomed := [entry for entry in everything if entry.id in asked]:
        _delete(doomed)
    if not everything:
        st.markdown(EMPTY)
        _import()
        return
    known = Known.of(everything)
    narrowed = _asked(known)
    found = library().entries(mine(), **narrowed) if any(narrowed.values()) else everything
    chosen = [entry for entry in found if st.session_state.get(CHOSEN + entry.id)]
    _bar(found, chosen, len(everything))
    pages = -(-len(found) // SHOWN)
    page = min(st.session_state.get(PAGE, 1), max(pages, 1))
    for entry in found[(page - 1) * SHOWN : page * SHOWN]:
        _row(entry, known)
    if not found:
        st.markdown(NOT_FOUND)
    if pages > 1:
        st.pagination(pages, key=PAGE)
    _import()
    warming.charts()


def _who() -> None:
    """Whose sessions these are."""
    if visitor.login_is_on():
        with st.popover(plain(visitor.person_name()), icon=":material/person:", type="tertiary"):
            st.caption("These sessions belong to you and are seen by nobody else here.")
            st.button("Log out", icon=":material/logout:", key="log_out", on_click=st.logout)
        return
    with st.popover("Whose?", icon=":material/key:", type="tertiary"):
        st.markdown(
            "Sessions belong to this browser: it holds a key in a cookie, and nobody without that key sees "
            "them. Save the key before you clear cookies, or to open your sessions in another browser."
        )
        own = visitor.browser_key()  # not when the file is made: that is outside the visit, see downloads
        st.download_button(
            "Save the key",
            lambda: own,
            file_name="sessions-key.txt",
            mime="text/plain",
            icon=":material/download:",
            key="key_save",
            on_click="ignore",
        )
        st.text_input("A key from another browser", type="password", key=KEY_GIVEN, on_change=_use_key)
        if (wrong := st.session_state.pop(KEY_WRONG, None)) is not None:
            st.caption(
                ":material/error: This is no key." if wrong else ":material/check: That key is used now."
            )


def _use_key() -> None:
    st.session_state[KEY_WRONG] = not visitor.use_key(st.session_state[KEY_GIVEN])
    st.session_state[KEY_GIVEN] = ""


def _asked(known: Known) -> dict[str, str]:
    """Search and filters; a filter is there once there is something to choose."""
    options = {"tag": known.tags, "participant": known.participants, "condition": known.conditions}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        asked = {
            "search": st.text_input(
                "Search",
                key=SEARCH,
                placeholder="Title, name of a person, tag …",
                icon=":material/search:",
                width=320,
            )
        }
        for name, words in options.items():
            if words:
                chosen = st.selectbox(
                    FILTERS[name], words, None, key=f"sessions_{name}", placeholder="any", width=160
                )
                asked[name] = chosen or ""
    return asked


def _bar(found: list[Entry], chosen: list[Entry], everything: int) -> None:
    """What can be done with several at once."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(_how_many(len(chosen), len(found), everything), width="content")
        if found:
            label = "Choose none" if chosen else "Choose all"
            more = {"type": "tertiary", "on_click": _choose, "args": (found, not chosen)}
            st.button(label, key="sessions_all", **more)
        if not chosen:
            return
        ids = [entry.id for entry in chosen]
        st.button(
            "Compare",
            icon=":material/compare_arrows:",
            key="sessions_compare",
            on_click=comparison.ask,
            args=(ids,),
        )
        _export(ids, "sessions", key="sessions_export", label="Export")
        more = {"icon": ":material/delete:", "on_click": _ask_to_delete, "args": (ids,)}
        st.button("Delete", key="sessions_delete", **more)


def _how_many(chosen: int, found: int, everything: int) -> str:
    """Example: "2 chosen of 5 found, 14 sessions in all"."""
    in_all = count(everything, "session")
    if found == everything:
        return f"{chosen} of {in_all} chosen" if chosen else in_all
    return f"{chosen} chosen of {found} found, {in_all} in all" if chosen else f"{found} of {in_all} found"


def _choose(entries: list[Entry], value: bool) -> None:
    for entry in entries:
        st.session_state[CHOSEN + entry.id] = value


def _row(entry: Entry, known: Known) -> None:
    title = plain(shorten(entry.title, TITLE_LENGTH))
    with st.container(border=True, key=f"session_{entry.id}", gap="xsmall"):
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            with st.container(horizontal=True, vertical_alignment="center", width="content"):
                label = f"Choose {entry.title}"
                look = {"label_visibility": "collapsed", "persist_state": "session"}
                st.checkbox(label, key=CHOSEN + entry.id, **look)
                st.markdown(f"**{title}**", width="content")
                for word in (entry.about.participant, entry.about.condition):
                    if word:
                        st.badge(plain(word), color="gray", width="content")
                for tag in entry.about.tags:
                    st.badge(plain(tag), icon=":material/sell:", color="gray", width="content")
            with st.container(horizontal=True, width="content"):
                st.button(
                    "Open",
                    icon=":material/open_in_new:",
                    key=f"session_open_{entry.id}",
                    on_click=_ask_to_open,
                    args=(entry.id,),
                )
                _more(entry, known)
        st.caption(_facts(entry))


def _more(entry: Entry, known: Known) -> None:
    with st.popover("More", icon=":material/more_horiz:", key=f"session_more_{entry.id}"):
        key = f"session_{entry.id}_{hash(entry.about)}"
        about.show(entry.about, known, key=key, placeholder=entry.source_name)
        more = {"type": "primary", "on_click": _change, "args": (entry.id, key)}
        st.button("Change", key=f"session_change_{entry.id}", **more)
        with st.container(horizontal=True):
            _export([entry.id], entry.title, key=f"session_export_{entry.id}", label="Export")
            more = {"icon": ":material/delete:", "on_click": _ask_to_delete, "args": ([entry.id],)}
            st.button("Delete", key=f"session_delete_{entry.id}", **more)


def _facts(entry: Entry) -> str:
    """One line on what is in it."""
    people = [
        f"{plain(shorten(person.name, 24))}"
        + (
            f" {max(person.shares, key=lambda state: person.shares[state])} "
            f"{percent(max(person.shares.values()))}"
            if person.shares
            else ""
        )
        for person in entry.people[:3]
    ]
    more = len(entry.people) - len(people)
    parts = [clock(entry.duration_s), ", ".join(people) or "nobody found"]
    parts += [f"{more} more"] if more > 0 else []
    parts += [f"kept {_when(entry.kept_utc)}"]
    parts += ["with its video"] if entry.has_video else []
    parts += ["with pictures"] if entry.has_pictures else []
    return " · ".join([*parts, _size(entry.size_bytes)])


def _when(kept_utc: str) -> str:
    """The moment in the reader's own time."""
    return f"{datetime.fromisoformat(kept_utc).astimezone(_zone()):%d %b %Y, %H:%M}".lstrip("0")


def _zone() -> ZoneInfo:
    try:
        return ZoneInfo(st.context.timezone or "UTC")
    except (KeyError, ValueError):
        return ZoneInfo("UTC")


def _size(size: int) -> str:
    return f"{size / MEGABYTE:.1f}\u00a0MB" if size >= MEGABYTE / 10 else f"{max(1, size // 1024)}\u00a0KB"


def _ask_to_open(session_id: str) -> None:
    st.session_state[OPENING] = session_id


def _open(session_id: str) -> None:
    try:
        with st.spinner("Opening the session"):
            open_session(session_id)
    except FerError as error:
        page_setup.show_error(error_text_of(error))
        return
    st.switch_page(VIDEO_PAGE)


def _change(session_id: str, key: str) -> None:
    try:
        library().describe(mine(), session_id, about.typed(key))
    except FerError as error:
        st.session_state[TROUBLE] = error_text_of(error)


def _export(session_ids: list[str], name: str, *, key: str, label: str) -> None:
    kept, owner = library(), mine()
    st.download_button(
        label,
        lambda: kept.export(owner, session_ids),
        file_name=f"{downloads.stem_of_title(name, 'session' if len(session_ids) == 1 else 'kept')}.zip",
        mime="application/zip",
        icon=":material/download:",
        key=key,
        on_click="ignore",
        help="Everything that is kept of it, in one file that can be imported here or elsewhere.",
    )


def _ask_to_delete(session_ids: list[str]) -> None:
    st.session_state[DELETING] = session_ids


@st.dialog("Delete for good?")
def _delete(entries: list[Entry]) -> None:
    """Ask once more: nothing brings them back."""
    names = [f"**{plain(shorten(entry.title, TITLE_LENGTH))}**" for entry in entries[:5]]
    more = len(entries) - len(names)
    st.markdown("- " + "\n- ".join([*names, *([f"and {more} more"] if more else [])]))
    st.markdown("Their files are removed and cannot be brought back.")
    with st.container(horizontal=True):
        more = {"type": "primary", "icon": ":material/delete:", "on_click": _delete_now, "args": (entries,)}
        if st.button("Delete for good", key="sessions_delete_now", **more):
            st.rerun()  # which closes the question
        if st.button("Keep them" if len(entries) > 1 else "Keep it", key="sessions_delete_not"):
            st.rerun()


def _delete_now(entries: list[Entry]) -> None:
    try:
        library().delete(mine(), [entry.id for entry in entries])
    except FerError as error:
        st.session_state[TROUBLE] = error_text_of(error)
    gone = {entry.id for entry in entries}
    clip = session.kept(session.CLIP)
    forget_kept(gone)
    if isinstance(clip, Opened) and clip.entry.id in gone:  # deleted means that it is not open either
        for name in (session.CLIP, session.SETTLED, session.READING):
            session.release(name)


def _import() -> None:
    with st.expander("Import a session", icon=":material/upload:"):
        given = uploads.take(
            "Drop a file that “Export” has made", key="sessions_import", types=["zip"], limit_mb=IMPORT_MB
        )
        if not given:
            return
        try:
            with st.spinner("Reading the file"):
                library().take_in(mine(), given[0].data)
        except InputError as error:
            page_setup.show_error(error_text_of(error))
            return
        st.rerun()
