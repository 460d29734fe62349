"""A real face beside the lesson: the built-in sample, a photo, or the camera; its mesh and its units."""

import streamlit as st

from fer.draw.drawn_face import marked_face
from fer.errors import InputError
from fer.pipeline import Analyzer
from fer.records import Frame, Observations
from fer.sample.clip import sample_frames
from fer.settings import Settings
from fer.sources import read_image
from pages.ui.app import page_setup, session, uploads
from pages.ui.app.error_text import error_text_of
from pages.ui.app.theme import is_dark
from pages.ui.parts import consent, unit_bars
from pages.ui.parts.limits import NO_FACE_HINT

SOURCES = {"sample": "Built-in sample", "photo": "A photo", "camera": "Camera"}
KEPT = "unit_photo"


def show(code: str) -> None:
    """Where the face comes from, and what is read from it.

    Args:
        code: The unit whose points are marked.

    Raises:
        ModelError: A model cannot be used.
    """
    source = st.segmented_control(
        "Face", list(SOURCES), default="sample", required=True, format_func=SOURCES.get, key="unit_source",
        label_visibility="collapsed",
    )  # fmt: skip
    try:
        found = _sample() if source == "sample" else _given(source)
    except InputError as error:
        page_setup.show_error(error_text_of(error))
        return
    if found is None:
        return
    frame, seen = found
    if not len(seen):
        st.markdown("**No face was found**")
        st.caption(NO_FACE_HINT)
        return
    sizes = seen.faces.detections.xyxy[:, 2] - seen.faces.detections.xyxy[:, 0]
    row = int(sizes.argmax())
    picture, numbers = st.columns([4, 6], gap="large")
    with picture:
        marked = marked_face(frame.image, seen.faces.landmarks[row], code)
        st.image(marked, width="stretch", alt="The face with its mesh; the unit's points are marked")
        others = f" The largest of {len(seen)} faces is shown." if len(seen) > 1 else ""
        st.caption(f"Marked: the points that this unit is measured at.{others}")
    with numbers:
        words, confidence = seen.verdicts
        sure = None if words[row] == "unsure" else float(confidence[row])
        unit_bars.show(seen.action_units, row, sure, dark=is_dark())


@st.cache_resource(show_spinner=False)
def _sample() -> tuple[Frame, Observations]:
    return read(next(sample_frames()))


def read(frame: Frame) -> tuple[Frame, Observations]:
    """A picture with what is read from it."""
    return frame, Analyzer(Settings(), still=True).analyze(frame)


def _given(source: str) -> tuple[Frame, Observations] | None:
    """What the user gave; None while nothing is there."""
    if source == "photo":
        files = uploads.take(
            "Drop a photo here", key="unit_upload", types=uploads.PHOTO_TYPES[:-1], limit_mb=uploads.PHOTO_MB
        )
        if files:
            session.keep(KEPT, read(read_image(files[0].data, name=files[0].name).frame))
        return session.kept(KEPT)
    if not consent.given():
        agreed = consent.ask()
        st.button("Use the camera", disabled=not agreed, on_click=consent.agree)
        return None
    picture = st.camera_input("Take a photo", key="unit_camera", label_visibility="collapsed")
    if picture is None:
        return None
    return read(read_image(picture.getvalue(), name="Camera photo.jpg").frame)
