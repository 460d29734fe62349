"""Action Units: what moves in a face, which muscle does it, and how well it can be seen."""

import streamlit as st

from pages.ui import guard, unit_face, unit_lesson
from pages.ui.limits import REMINDER

with guard.page("Action Units"):
    st.title("Action Units", anchor=False)
    st.markdown("The movements that facial expressions are made of, one by one, on a drawing and on a face.")
    code = unit_lesson.choose()
    unit_lesson.show(code)
    st.subheader("On a face", anchor=False)
    unit_face.show(code)
    st.caption(REMINDER)
