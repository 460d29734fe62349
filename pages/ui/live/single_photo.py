"""Where no stream can be: a photo from the camera, read in the same way."""

import streamlit as st

from pages.ui.app import job_progress, page_setup
from pages.ui.app.error_text import ErrorText
from pages.ui.app.theme import is_dark
from pages.ui.app.uploads import Upload
from pages.ui.live.face_cards import show
from pages.ui.parts import settings
from pages.ui.parts.limits import NO_FACE_HINT
from pages.ui.work import photos
from pages.ui.work.photos import PhotoUploads

WANTED = "live_photo"
"""Session key: a photo instead of the stream."""
NAME = "Camera photo.jpg"


def ask_for() -> None:
    """Show the photo camera at once."""
    st.session_state[WANTED] = True


def is_wanted() -> bool:
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
    batch = PhotoUploads((Upload(NAME, given.getvalue()),))
    job = photos.photos_job(batch, settings.current())
    with answer:
        if job_progress.wait_for(job, what="Reading the photo", describe=job_progress.of_photos):
            _answer(job.result)


def _answer(result: photos.PhotosResult) -> None:
    [one] = result.results
    if one.observations is None:
        page_setup.show_error(ErrorText(one.error, one.error_code))
        return
    st.image(result.thumb(0), width="stretch", alt="The photo with its faces marked")
    if len(one.observations):
        show(one.observations, {}, dark=is_dark())
    else:
        st.markdown("**No face was found**")
        st.caption(NO_FACE_HINT)
