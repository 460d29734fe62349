"""Capture neutral: the faces on camera lend their neutral values, so that the brows can be judged too."""

import streamlit as st

from pages.ui.live_room import Room

HELP = (
    "Everyone on camera looks straight ahead with a relaxed face for about two seconds. "
    "From then on Action Units are measured from that face; brows and lower face can be judged."
)


def capture(room: Room) -> None:
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
