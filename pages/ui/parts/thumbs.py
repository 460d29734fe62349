"""Small faces for tables and captions."""

import base64
from collections.abc import Sequence

import cv2
import numpy as np
import streamlit as st

FACE_PX = 96
"""Width of a face that stands alone on a page."""

ROW_PX = 72
"""Height of a table's row that shows a face."""


def data_url(face: np.ndarray) -> str:
    """A face (H, W) uint8 as a data URL: nothing is stored on the server."""
    png = cv2.imencode(".png", face)[1].tobytes()
    return f"data:image/png;base64,{base64.b64encode(png).decode()}"


def row_of_faces(images: Sequence[np.ndarray], captions: Sequence[str], alt: Sequence[str]) -> None:
    """Faces side by side, each with words below it.

    Args:
        images: (48, 48) uint8 each.
        captions: One each, plain text made harmless for Markdown.
        alt: One each, for those who do not see the picture.
    """
    side = (2 * FACE_PX, 2 * FACE_PX)
    with st.container(horizontal=True):
        for face, caption, words in zip(images, captions, alt, strict=True):
            large = cv2.resize(face, side, interpolation=cv2.INTER_CUBIC)
            st.image(large, width=FACE_PX, caption=caption, alt=words)
