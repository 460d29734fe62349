"""The face that the labs work on: the built-in portrait, or one from a photo of the user's."""

import threading
from dataclasses import dataclass

import numpy as np
import streamlit as st

from fer.emotion.network import EmotionNetwork, softmax
from fer.errors import InputError
from fer.faces.crop import crop_faces
from fer.pipeline import Components, load_components
from fer.records import Frame
from fer.sample.clip import sample_frames
from fer.settings import Settings
from fer.sources import read_image
from pages.ui.app import page_setup, session, uploads
from pages.ui.app.error_text import error_text_of
from pages.ui.app.markdown import plain
from pages.ui.app.uploads import Upload


@dataclass(frozen=True, eq=False)
class LabFace:
    """A face as the network sees it.

    Args:
        label: Where it comes from.
        crop: (48, 48) uint8 gray.
    """

    label: str
    crop: np.ndarray


class LabNetwork:
    """The installed network, shared by all sessions' scripts: one call at a time.

    Raises:
        ModelError: It cannot be used.
    """

    def __init__(self) -> None:
        self._network = EmotionNetwork()
        self._lock = threading.Lock()
        self.manifest, self.sha256 = self._network.manifest, self._network.sha256
        self.head = self._network.head

    def __call__(self, crops: np.ndarray) -> np.ndarray:
        """Calibrated probabilities (n, 7) of crops (n, 48, 48) uint8."""
        with self._lock:
            return self._network(crops)

    def heads(self, crops: np.ndarray) -> dict[str, np.ndarray]:
        """Head -> calibrated probabilities (n, 7) of crops (n, 48, 48) uint8; the one that answers first."""
        with self._lock:
            logits = self._network.head_logits(crops)
        order = sorted(logits, key=lambda head: head != self.head.answer)
        return {head: softmax(self.manifest.head(head).scaling(logits[head])) for head in order}


@st.cache_resource(show_spinner=False)
def network() -> LabNetwork:
    """The installed network for the labs."""
    return LabNetwork()


def current() -> LabFace:
    """The chosen face; above it the place where another one is given.

    Raises:
        ModelError: A model cannot be used.
    """
    with st.popover("Another face", icon=":material/face:", type="tertiary"):
        given = uploads.take(
            "Drop a photo here", key="lab_upload", types=uploads.PHOTO_TYPES[:-1], limit_mb=uploads.PHOTO_MB
        )
        refused = _take(given[0]) if given else None
        if session.kept(session.LAB_FACE) is not None:
            st.button("Built-in face", key="lab_reset", on_click=session.release, args=(session.LAB_FACE,))
    if refused is not None:
        page_setup.show_error(error_text_of(refused))
    return session.kept(session.LAB_FACE) or _sample_face()


def _take(photo: Upload) -> InputError | None:
    """Keep the face of a photo; what is wrong with it where there is none."""
    try:
        session.keep(session.LAB_FACE, face_of(read_image(photo.data, name=photo.name).frame))
    except InputError as error:
        return error
    return None


@st.cache_resource(show_spinner=False)
def _sample_face() -> LabFace:
    return face_of(next(sample_frames()), label="the built-in sample")


def face_of(frame: Frame, *, label: str | None = None) -> LabFace:
    """The largest face of a picture.

    Raises:
        InputError: There is none.
        ModelError: A model cannot be used.
    """
    models: Components = load_components(Settings(), still=True)
    found = models.detector.detect(frame.image)
    if not len(found):
        raise InputError("No face was found in this photo: give one with a face turned to the camera.")
    faces = models.mesh.faces(frame.image, found)
    sides = found.xyxy[:, 2:] - found.xyxy[:, :2]
    crop = crop_faces(frame.image, faces, models.emotion.manifest.crop)[int(sides.prod(1).argmax())]
    return LabFace(label or plain(frame.source), crop)
