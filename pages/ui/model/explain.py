"""Explain a face: of the sample, of a photo, or of the camera."""

import streamlit as st

from fer.constants import EMOTIONS
from fer.text import percent
from pages.ui.app import job_progress, session, uploads
from pages.ui.app.markdown import name
from pages.ui.app.uploads import Upload
from pages.ui.parts import explanation, settings
from pages.ui.work import explain
from pages.ui.work.explain import Face

SAMPLE, PHOTO, CAMERA = "Sample", "Photo", "Camera"
SOURCES = {SAMPLE: ":material/person:", PHOTO: ":material/upload:", CAMERA: ":material/photo_camera:"}
TYPES = [kind for kind in uploads.PHOTO_TYPES if kind != "zip"]
FACE_PX = 96


def show() -> None:
    """The part of the page."""
    st.markdown("**Where does the network look?**")
    photo = session.kept(session.EXPLAINED)
    if photo is None:
        _choose()
        return
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.markdown(f":material/image: {name(photo.name)}", width="content")
        st.button(
            "Another face", icon=":material/upload:", type="tertiary", on_click=leave, key="explain_leave"
        )
    job = explain.faces_job(photo, settings.current())
    if job_progress.wait_for(job, what="Looking for faces", describe=job_progress.of_photos):
        _explain(job.result)


def leave() -> None:
    """Drop the photo and what was made of it."""
    photo = session.kept(session.EXPLAINED)
    if photo is not None:
        session.registry().forget_content(session.owner(), f"faces:{photo.sha256}")
    session.release(session.EXPLAINED)


def _choose() -> None:
    """A photo with a face: the sample, a file, or the camera."""
    source = st.segmented_control(
        "Face",
        list(SOURCES),
        default=SAMPLE,
        required=True,
        format_func=lambda name: f"{SOURCES[name]} {name}",
        key="explain_source",
        label_visibility="collapsed",
    )
    photo = None
    if source == SAMPLE:
        st.caption("A frame of the built-in sample with two people.")
        st.button(
            "Take the sample", key="explain_sample", icon=":material/play_arrow:", on_click=_take_sample
        )
    elif source == PHOTO:
        given = uploads.take(
            "Drop a photo here", key="explain_upload", types=TYPES, limit_mb=uploads.PHOTO_MB
        )
        photo = given[0] if given else None
    else:
        taken = st.camera_input("Take a picture", key="explain_camera", width=480)
        photo = Upload("Camera.jpg", taken.getvalue()) if taken else None
    if photo is not None:
        session.keep(session.EXPLAINED, photo)
        st.rerun()


def _take_sample() -> None:
    session.keep(session.EXPLAINED, explain.sample_photo())


def _explain(faces: tuple[Face, ...]) -> None:
    """Choose a face of several, then its explanation."""
    row = 0
    if len(faces) > 1:
        with st.container(horizontal=True):
            for k, face in enumerate(faces):
                st.image(face.picture, width=FACE_PX, caption=f"{k + 1}", alt=f"Face {k + 1}: {_word(face)}")
        row = st.pills(
            "Face",
            range(len(faces)),
            default=0,
            required=True,
            format_func=lambda k: f"{k + 1} {_word(faces[k])}",
            key="explain_face",
            label_visibility="collapsed",
        )
    explanation.show(faces[row].crop, key="explain")


def _word(face: Face) -> str:
    return f"{EMOTIONS[int(face.probs.argmax())]} {percent(float(face.probs.max()))}"
