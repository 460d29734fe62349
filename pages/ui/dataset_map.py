"""What the network makes of a data set: a map of its answers and the faces that it gets most wrong."""

import streamlit as st

from fer.constants import EMOTIONS
from fer.dataset_charts import map_chart
from fer.words import percent
from pages.ui import busy, dataset_work, session
from pages.ui.dataset_work import DatasetView, Given
from pages.ui.sheets import sheet
from pages.ui.theme import chart, is_dark

HARDEST, COLUMNS = 24, 12


def show(given: Given, view: DatasetView) -> None:
    """A button; once it was pressed the map and the hardest faces.

    Args:
        given: What was given.
        view: Its rows.
    """
    st.subheader("What the network makes of it", anchor=False)
    job = session.registry().find(session.owner(), dataset_work.map_key(given))
    if job is None:
        ask = {"on_click": dataset_work.map_job, "args": (given, view)}
        st.button("Read the faces", icon=":material/neurology:", key="map_read", **ask)
        return
    if not busy.settle(job, what="Reading the faces", describe=dataset_work.describe):
        return
    found, data = job.result, view.dataset
    chart(map_chart(found, data, dark=is_dark()), key="dataset_map")
    st.caption(
        f"{len(found.places):,} faces, evenly over the rows: principal components of the seven logits "
        f"({percent(found.explained)} of their variance). Faces that it trained on look easier than new ones."
    )
    st.markdown("**Hardest: least probability for their label**")
    hardest = found.hardest(data.labels)[:HARDEST]
    picture = sheet(data.images[hardest], columns=COLUMNS, background=30 if is_dark() else 255)
    st.image(picture, alt=f"The {len(hardest)} faces with the least probability for their label")
    words = ", ".join(f"{data.rows[k]} ({EMOTIONS[data.labels[k]]})" for k in hardest[:COLUMNS])
    st.caption(f"First row, with labels: {words}.")
