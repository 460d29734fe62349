"""Labs: break an answer, and see what training does to a face."""

import streamlit as st

from pages.ui.app import page_setup
from pages.ui.labs import augmentation, break_it
from pages.ui.parts import face_source

with page_setup.page("Labs"):
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.title("Labs", anchor=False, width="content")
        slot = st.container(width="content")
    with slot:
        face = face_source.current()
    lab = st.segmented_control(
        "Lab", ["Break it", "Augmentation"], default="Break it", required=True, label_visibility="collapsed"
    )
    st.caption(f"A face of {face.label}, as the network sees it: 48 x 48 gray pixels.")
    if lab == "Break it":
        break_it.show(face)
    else:
        augmentation.show(face)
