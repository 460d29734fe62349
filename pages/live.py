"""Live: a camera, what its faces show at this moment, and a recording if one is wanted."""

import streamlit as st

from pages.ui import (
    guard,
    live_actions,
    live_camera,
    live_consent,
    live_neutral,
    live_now,
    live_photo,
    live_rooms,
    live_stream,
)
from pages.ui.limits import REMINDER
from pages.ui.live_room import Phase, Room

PHOTO_ICON = ":material/photo_camera:"


def before(room: Room) -> None:
    """Nobody has agreed yet: the notice, and both ways in."""
    st.title("Live", anchor=False)
    st.markdown("See what a face shows, while it shows it.")
    agreed = live_consent.ask()

    def start() -> None:
        live_consent.agree()
        room.start(room.choice)

    def photo() -> None:
        live_consent.agree()
        live_photo.want()

    with st.container(horizontal=True):
        camera = {"icon": ":material/videocam:", "type": "primary", "on_click": start}
        st.button("Start the camera", disabled=not agreed, **camera)
        st.button("Take a photo instead", icon=PHOTO_ICON, disabled=not agreed, on_click=photo)


def camera(room: Room) -> None:
    """The stream and what is read from it."""
    live_actions.go_where_asked()
    live_actions.controls(room)
    live_camera.ask(room)
    with st.container():  # always there: the stream below keeps its place, and is not loaded anew
        if room.trouble is not None:
            guard.show(room.trouble)
    picture, numbers = st.columns([7, 5], gap="medium")
    with picture:
        live_stream.show(room)
        if (phase := room.phase) is Phase.LIVE:
            live_actions.bar(room)
        elif phase is Phase.READY:
            live_now.off()
        else:
            live_now.wait(room, phase)
    if phase is Phase.LIVE:
        with numbers:
            live_now.faces(room, phase)
            live_neutral.ask(room)
        live_now.last_minute(room, phase)
    live_actions.recordings(room)
    if phase is Phase.READY:
        with st.expander("Take a photo instead", icon=PHOTO_ICON, expanded=live_photo.wanted()):
            live_photo.take()
    st.caption(REMINDER)


with guard.page("Live"):
    room = live_rooms.my_room()
    if live_consent.given():
        camera(room)
    else:
        before(room)
