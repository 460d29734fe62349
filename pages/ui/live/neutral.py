"""Capture neutral: the faces on camera lend their neutral values, so that the brows can be judged too."""

import streamlit as st

from fer.text import join
from pages.ui.app import page_setup
from pages.ui.live.room import Room
from pages.ui.parts import neutral_files

HELP = (
    "Everyone on camera looks straight ahead with a relaxed face for about two seconds. "
    "From then on Action Units are measured from that face; brows and lower face can be judged."
)


@st.fragment
@page_setup.shows_errors
def ask(room: Room) -> None:
    """The button, and neutral faces as files; nothing where Action Units are not measured."""
    if room.units is None:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        look = {"icon": ":material/sentiment_neutral:", "help": HELP, "key": "live_capture_neutral"}
        st.button("Capture neutral", on_click=_capture, args=(room,), **look)
        files(room)


def _capture(room: Room) -> None:
    """Begin with every face of this moment."""
    units, shot = room.units, room.look()
    if units is None or shot is None:
        return
    for face_id in shot.result.shown.faces.track_id.tolist():
        units.capture_neutral(face_id)


def progress(room: Room) -> None:
    """How far each capture is, and what keeps a frame from counting."""
    units, shot = room.units, room.look()
    if units is None or shot is None:
        return
    for face_id in shot.result.shown.faces.track_id.tolist():
        found = units.capture_progress(face_id)
        if found is not None:
            share, hint = found
            st.progress(share, text=f"Face {face_id}, neutral: {hint or 'hold still'}")


def files(room: Room) -> None:
    """Captured neutral faces to a file, and back into this session by face id."""
    units = room.units
    if units is None:
        return
    with st.popover("Neutral faces", icon=":material/folder_open:", type="tertiary"):
        neutral_files.save(units.baselines, key="live_neutral")
        loaded = neutral_files.load(key="live_neutral")
        if loaded:
            units.use_baselines(loaded)
            st.caption(f"In use for {join([f'face {face_id}' for face_id in loaded])}.")
