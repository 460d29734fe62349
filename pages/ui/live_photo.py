"""Where no stream can be: a photo from the camera, read in the same way."""

import streamlit as st

from pages.ui import busy, guard, photo_work, settings_panel
from pages.ui.limits import NO_FACE_HINT
from pages.ui.live_faces import show
from pages.ui.photo_work import Batch
from pages.ui.theme import is_dark
from pages.ui.trouble import Trouble
from pages.ui.uploads import Upload

WANTED = "live_photo"
"""Session key: a photo instead of the stream."""
NAME = "Camera photo.jpg"


def want() -> None:
    """Show the photo camera at once."""
    st.session_state[WANTED] = True


def wanted() -> bool:
    """Whether it was asked for."""
    return st.session_state.get(WANTED, False)


def take() -> None:
    """The camera as a photo camera, and what the photo shows."""
    camera, answer = st.columns([7, 5], gap="medium")
    with camera:
        given = st.camera_input("Take a photo", key="live_camera_input", label_visibility="collapsed")
    if given is None:
        answer.caption("The photo is read like a frame of the stream. It stays in memory and is not stored.")
        return
    batch = Batch((Upload(NAME, given.getvalue()),))
    job = photo_work.photos_job(batch, settings_panel.current())
    with answer:
        if busy.settle(job, what="Reading the photo", describe=busy.of_photos):
            _answer(job.result)


def _answer(result: photo_work.PhotosResult) -> None:
    [one] = result.results
    if one.observations is None:
        guard.show(Trouble(one.error, one.error_code))
        return
    st.image(result.thumb(0, result.unsure_below), width="stretch", alt="The photo with its faces marked")
    if len(one.observations):
        show(one.observations, result.unsure_below, dark=is_dark())
    else:
        st.markdown("**No face was found**")
        st.caption(NO_FACE_HINT)
