"""Action Units: what moves in a face, which muscle does it, and how well it can be seen."""

import streamlit as st

from pages.ui.action_units import face, lesson
from pages.ui.app import page_setup
from pages.ui.parts.limits import REMINDER

with page_setup.page("Action Units"):
    st.title("Action Units", anchor=False)
    st.markdown("The movements that facial expressions are made of, one by one, on a drawing and on a face.")
    code = lesson.choose()
    lesson.show(code)
    st.subheader("On a face", anchor=False)
    face.show(code)
    st.caption(REMINDER)
