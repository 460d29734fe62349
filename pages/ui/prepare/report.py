"""A data set that was made, on the page: what is in it, what was left out, its faces, the file."""

import streamlit as st

from fer.charts.dataset import balance_chart
from fer.constants import DISPLAY_ORDER, EMOTIONS
from fer.dataset.prepare import Prepared, fer2013_csv, sentences
from fer.dataset.statistics import compute_statistics
from fer.text import count
from pages.ui.app.markdown import plain
from pages.ui.app.theme import chart, is_dark
from pages.ui.parts.contact_sheet import sheet

SHOWN, SHOWN_REASONS = 12, 5


def show(made: Prepared) -> None:
    """The whole result.

    Args:
        made: What the job returned.
    """
    data = made.dataset
    first, *others = sentences(made)
    st.subheader(first.rstrip("."), anchor=False)
    for sentence in others:
        st.caption(sentence)
    for reason in data.rejected[:SHOWN_REASONS]:
        st.markdown(f":material/error: {plain(reason)}")
    if data.n_rejected > SHOWN_REASONS:
        st.caption(f"{count(data.n_rejected - SHOWN_REASONS, 'more file')} gave no face.")
    st.download_button(
        "Data set",
        lambda: fer2013_csv(data).encode(),
        file_name="prepared.csv",
        mime="text/csv",
        icon=":material/download:",
        key="prepared_csv",
        on_click="ignore",
    )
    st.caption("`python -m fer train --data prepared.csv` reads this file.")
    chart(balance_chart(compute_statistics(data, found={}), dark=is_dark()), key="prepared_balance")
    for emotion in DISPLAY_ORDER:
        images = data.images[data.labels == EMOTIONS.index(emotion)][:SHOWN]
        if len(images):
            st.markdown(f"**{emotion}**")
            picture = sheet(images, columns=len(images), background=30 if is_dark() else 255)
            st.image(picture, alt=f"{count(len(images), 'face')} labelled {emotion}")
