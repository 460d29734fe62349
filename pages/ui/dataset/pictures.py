"""The pictures of a data set: by split, expression and fault, a page at a time."""

import streamlit as st

from fer.constants import DISPLAY_ORDER, EMOTIONS
from fer.text import count
from pages.ui.app import page_setup
from pages.ui.app.markdown import name
from pages.ui.parts.thumbs import row_of_faces
from pages.ui.work.dataset import DatasetFigures

A_PAGE = 40


@st.fragment
@page_setup.shows_errors
def show(shown: DatasetFigures) -> None:
    """The part of the page.

    Args:
        shown: The data set, with its rows.
    """
    view = shown.view
    if view is None:
        return
    data = view.dataset
    with st.container(horizontal=True):
        split = st.selectbox("Split", ["all", *view.statistics.splits], key="pictures_split")
        emotion = st.selectbox("Expression", ["all", *DISPLAY_ORDER], key="pictures_emotion")
        fault = st.selectbox("Fault", ["any or none", *view.found], key="pictures_fault")
    chosen = view.found[fault].copy() if fault in view.found else data.labels >= 0
    if split != "all":
        chosen &= data.usage == split
    if emotion != "all":
        chosen &= data.labels == EMOTIONS.index(emotion)
    places = chosen.nonzero()[0]
    if not len(places):
        st.caption("No picture is of that kind.")
        return
    pages = -(-len(places) // A_PAGE)
    page = st.pagination(pages, key=f"pictures_page_{split}_{emotion}_{fault}") if pages > 1 else 1
    on_page = places[(page - 1) * A_PAGE : page * A_PAGE]
    labels = [EMOTIONS[label] for label in data.labels[on_page]]
    captions = [f"{label}  \nrow {row}" for label, row in zip(labels, data.rows[on_page], strict=True)]
    row_of_faces(data.images[on_page], captions, [f"A face labelled {label}" for label in labels])
    st.caption(f"{count(len(places), 'picture')} of {name(view.statistics.source)}.")
