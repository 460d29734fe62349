"""What a visitor does while the camera is live: mark a moment, keep a picture, record."""

import io
from collections.abc import Callable

import streamlit as st
from PIL import Image

from fer.errors import InputError
from fer.live import LiveSnapshot, Overlay
from fer.live.records import NEVER_S
from fer.text import clock, count
from fer.timeline.persons import MAX_NAME, tidy_name
from pages.ui.app import page_setup, session
from pages.ui.app.error_text import error_text_of
from pages.ui.app.markdown import plain
from pages.ui.live.room import Choice, Phase, Room
from pages.ui.work.recordings import Recording

VIDEO_PAGE = "pages/video.py"
LABEL, HIDE = "live_label", "live_hide"
BOXES, BARS, MIRROR, CHARTS_ONLY = "live_boxes", "live_bars", "live_mirror", "live_charts_only"
DEFAULTS = {BOXES: True, BARS: False, MIRROR: True, CHARTS_ONLY: False}
"""Switches of the settings, by their session keys."""
MARK_KEY, RANGE_KEY, SNAPSHOT_KEY = "m", "g", "s"
HIDING = {
    "": "The timeline only",
    "blur": "Timeline and video, faces blurred",
    "mesh": "Timeline and video, faces as a mesh",
}
MARKERS_SHOWN = 4
NAMED = 6
"""Faces in sight that can be named at once."""
NAME_ERROR = "live_name_error"
"""Session key: why a name was not taken."""
RECORDING_SHOWN = "live_recording_shown"
"""Session key: whether the buttons that stand there are those of a recording."""
LABEL_PX = 200


def controls(room: Room) -> None:
    """Title, Start or Stop, settings."""
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.title("Live", anchor=False, width="content")
        with st.container(horizontal=True, width="content"):
            with st.popover("Settings", icon=":material/tune:", type="tertiary"):
                options(room)
            if room.phase is Phase.READY:
                look = {"icon": ":material/videocam:", "type": "primary"}
                st.button("Start", key="live_start", on_click=_start, args=(room,), **look)
            else:
                st.button("Stop", icon=":material/stop:", type="primary", key="live_stop", on_click=room.stop)


@st.fragment
@page_setup.shows_errors
def bar(room: Room) -> None:
    """Mark, snapshot and record."""
    live = room.session
    if live is None:
        return
    shot = live.snapshot()
    recording = shot.recording_s != NEVER_S
    if st.session_state.get(RECORDING_SHOWN) and not recording:
        st.session_state[RECORDING_SHOWN] = False
        st.rerun()  # the recording has its place outside this fragment
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.text_input(
            "Label of the next marker",
            key=LABEL,
            max_chars=80,
            placeholder="Label of the next marker",
            label_visibility="collapsed",
            width=LABEL_PX,
        )
        _button("Mark", ":material/bookmark_add:", _mark, room, shortcut=MARK_KEY)
        _range(room, shot)
        _names(room, shot)
        _button("Snapshot", ":material/photo_camera:", _take, room, shortcut=SNAPSHOT_KEY)
        if recording:
            _button("Stop recording", ":material/stop_circle:", Room.stop_recording, room, type="primary")
        else:
            _button("Record", ":material/radio_button_checked:", _record, room)
    st.session_state[RECORDING_SHOWN] = recording
    if shot.markers:
        last = shot.markers[-MARKERS_SHOWN:]
        st.caption(":material/bookmark: " + " · ".join(f"{clock(m.start_s)} {plain(m.name)}" for m in last))
    snapshot()


def _names(room: Room, shot: LiveSnapshot) -> None:
    """Who the faces in sight are; a name stays in the recording."""
    look = {"icon": ":material/badge:", "key": "live_names", "on_change": "rerun"}  # who is in sight by now
    with st.popover("Names", **look):
        ids = sorted(k for k in shot.result.observations.faces.track_id.tolist() if k > 0)
        for face_id in ids[:NAMED]:
            key = f"live_name_{face_id}"
            label, more = f"Face {face_id}", {"on_change": _name, "args": (room, face_id, key)}
            st.text_input(label, shot.names.get(face_id, ""), max_chars=MAX_NAME, key=key, **more)
        page_setup.show_trouble(NAME_ERROR)
        st.caption("Enter keeps a name; it stays in recordings." if ids else "Nobody is in sight.")


def _name(room: Room, face_id: int, key: str) -> None:
    live = room.session
    if live is None:
        return
    try:
        live.name_face(face_id, tidy_name(st.session_state[key] or ""))
    except InputError as error:
        st.session_state[NAME_ERROR] = error_text_of(error)


def _button(label: str, icon: str, action: Callable[[Room], None], room: Room, **more) -> None:
    st.button(
        label, icon=icon, key=f"live_{label.lower().replace(' ', '_')}", on_click=action, args=(room,), **more
    )


def _mark(room: Room) -> None:
    if live := room.session:
        label = st.session_state.get(LABEL, "").strip()
        live.mark(label or f"Marker {len(live.snapshot().markers) + 1}")


def _range(room: Room, shot: LiveSnapshot) -> None:
    """Begin or end a range: two presses of one button."""
    begun = shot.range_since_s != NEVER_S
    st.button(
        f"End the range of {clock(shot.range_since_s)}" if begun else "Range",
        icon=":material/bookmark_added:" if begun else ":material/width:",
        key="live_range",
        shortcut=RANGE_KEY,
        on_click=_mark_range,
        args=(room,),
        help="The first press begins a range with the label, the second ends it.",
    )


def _mark_range(room: Room) -> None:
    if live := room.session:
        live.mark_range(st.session_state.get(LABEL, "").strip())


def _record(room: Room) -> None:
    room.start_recording(st.session_state.get(HIDE) or "")


def _take(room: Room) -> None:
    """Keep the next picture, in memory only; where none comes, the last one goes."""
    processor = room.processor
    picture = processor.snapshot() if processor else None
    if picture is None:
        session.release(session.SNAPSHOT)
        return
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "PNG")
    session.keep(session.SNAPSHOT, file.getvalue())


def snapshot() -> None:
    """The last snapshot, with its download; nothing where there is none."""
    png = session.kept(session.SNAPSHOT)
    if png is None:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.image(png, width=160, alt="The snapshot")
        st.download_button(
            "Save the snapshot",
            png,
            file_name="snapshot.png",
            mime="image/png",
            icon=":material/download:",
            key="live_snapshot_save",
            on_click="ignore",
        )


def recordings(room: Room) -> None:
    """What was recorded, and the way to its report."""
    for number, recording in enumerate(room.recordings):
        report = recording.result.report
        faces = count(len(report.summary.faces), "face")
        video = ", with video" if recording.data else ""
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(
                f":material/timeline: **{plain(recording.name.removesuffix('.mp4'))}** · "
                f"{clock(recording.length_s)} · {faces}{video}",
                width="content",
            )
            st.button(
                "Open on the Video page",
                icon=":material/open_in_new:",
                key=f"live_open_{number}",
                on_click=_open,
                args=(recording,),
            )


def _open(recording: Recording) -> None:
    session.keep(session.CLIP, recording)
    session.keep(session.OPENING, True)


def open_recording() -> None:
    """On to the Video page, where a recording was opened. To be called before the stream is shown: that one
    may start the script again at any time, and a button's press is forgotten with the run that it began."""
    if session.kept(session.OPENING):
        st.switch_page(VIDEO_PAGE)


def options(room: Room) -> None:
    """What the picture shows; applied at once, but for "Charts only", which needs a new start."""
    for key, label in ((BOXES, "Boxes and words"), (BARS, "Bars beside each face"), (MIRROR, "Mirror")):
        st.toggle(label, value=DEFAULTS[key], key=key, persist_state="session")
    st.toggle(
        "Charts only",
        value=DEFAULTS[CHARTS_ONLY],
        key=CHARTS_ONLY,
        persist_state="session",
        disabled=room.wants_stream,
        help="The picture is read but not sent back: about half the work for the computer. "
        "Stop the camera to change this.",
    )
    st.selectbox(
        "A recording keeps",
        list(HIDING),
        format_func=HIDING.get,
        key=HIDE,
        persist_state="session",
        help="A video is kept in memory only, its faces hidden before it is made.",
    )
    st.caption("The symbol of a camera below the picture chooses another camera.")
    room.show(_chosen().overlay)


def _chosen() -> Choice:
    """What the switches say at this moment."""
    on = {key: st.session_state.get(key, default) for key, default in DEFAULTS.items()}
    overlay = Overlay(boxes=on[BOXES], bars=on[BARS], mirror=on[MIRROR])
    return Choice(overlay, charts_only=on[CHARTS_ONLY])


def _start(room: Room) -> None:
    """Read the switches only now: one may have been turned after the button was drawn."""
    room.start(_chosen())
