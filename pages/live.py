"""Live: a camera, what its faces show at this moment, and a recording if one is wanted."""

import streamlit as st

from pages.ui.app import page_setup
from pages.ui.live import actions, camera_permission, moment, neutral, rooms, single_photo, stream
from pages.ui.live.room import Phase, Room
from pages.ui.parts import consent
from pages.ui.parts.limits import REMINDER

PHOTO_ICON = ":material/photo_camera:"


def before(room: Room) -> None:
    """Nobody has agreed yet: the notice, and both ways in."""
    st.title("Live", anchor=False)
    st.markdown("See what a face shows, while it shows it.")
    agreed = consent.ask()

    def start() -> None:
        consent.agree()
        room.start(room.choice)

    def photo() -> None:
        consent.agree()
        single_photo.ask_for()

    with st.container(horizontal=True):
        camera = {"icon": ":material/videocam:", "type": "primary", "on_click": start}
        st.button("Start the camera", disabled=not agreed, **camera)
        st.button("Take a photo instead", icon=PHOTO_ICON, disabled=not agreed, on_click=photo)


def camera(room: Room) -> None:
    """The stream and what is read from it."""
    actions.open_recording()
    actions.controls(room)
    camera_permission.ask(room)
    with st.container():  # always there: the stream below keeps its place, and is not loaded anew
        if room.error is not None:
            page_setup.show_error(room.error)
    picture, numbers = st.columns([7, 5], gap="medium")
    with picture:
        stream.show(room)
        if (phase := room.phase) is Phase.LIVE:
            actions.bar(room)
        elif phase is Phase.READY:
            moment.off(room)
        else:
            moment.wait(room, phase)
    # Always there too: a recording's button would else stand twice for a moment when the camera stops.
    minute, recorded = st.container(), st.container()
    if phase is Phase.LIVE:
        with numbers:
            moment.faces(room, phase)
            neutral.ask(room)
        with minute:
            moment.last_minute(room, phase)
    with recorded:
        if phase is Phase.READY:
            actions.snapshot()
        actions.recordings(room)
    if phase is Phase.READY:
        with st.expander("Take a photo instead", icon=PHOTO_ICON, expanded=single_photo.is_wanted()):
            single_photo.take()
    st.caption(REMINDER)


with page_setup.page("Live"):
    room = rooms.my_room()
    if consent.given():
        camera(room)
    else:
        before(room)
