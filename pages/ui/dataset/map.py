"""What the network makes of a data set: a map of its answers and the faces that it gets most wrong."""

import base64
import math
from pathlib import Path

import cv2
import streamlit as st

from fer.charts.dataset import map_chart
from fer.constants import EMOTIONS
from fer.dataset.faces import FaceDataset
from fer.dataset.feature_map import FeatureMap
from fer.text import percent
from pages.ui.app import job_progress, page_setup, session
from pages.ui.app.markdown import plain
from pages.ui.app.theme import chart, clicked, is_dark
from pages.ui.parts.bars import probability_bars
from pages.ui.parts.contact_sheet import sheet
from pages.ui.parts.face_source import network
from pages.ui.parts.thumbs import row_of_faces
from pages.ui.work import dataset
from pages.ui.work.dataset import DatasetFigures

HARDEST = 24
BOX = "dataset_map_box"
"""Key of the container in which map_faces.js looks for the chart."""

JPEG_QUALITY = 80
"""Of the sheet of faces: 2,000 of them take about 1.5 MB."""

_faces = st.components.v2.component(
    "map_faces", js=Path(__file__).with_name("map.js").read_text(encoding="utf-8")
)


def show(shown: DatasetFigures) -> None:
    """A button; once it was pressed the map and the hardest faces.

    Args:
        shown: The data set, with its rows.
    """
    if shown.view is None:
        return
    job = session.registry().find(session.owner(), dataset.map_key(shown.given))
    if job is None:
        ask = {"on_click": dataset.map_job, "args": (shown.given, shown.view)}
        st.button("Read the faces", icon=":material/neurology:", key="map_read", **ask)
        st.caption("Up to 2,000 faces, evenly over the rows: a few seconds.")
        return
    if job_progress.wait_for(job, what="Reading the faces", describe=dataset.describe):
        _map(job.result, shown.view.dataset)
        _hardest(job.result, shown.view.dataset)


@st.fragment
@page_setup.shows_errors
def _map(found: FeatureMap, data: FaceDataset) -> None:
    """The map; a face beside the pointer, and the chosen one with its answer beside the map."""
    left, right = st.columns([5, 2], gap="large")
    with left, st.container(key=BOX):
        point = clicked(map_chart(found, data, dark=is_dark()), key="dataset_map")
    _faces(key="map_faces", data=_sheet(found, data), height=1)
    with right:
        if point is None:
            st.caption(":material/touch_app: Point at a face to see it, click it for the network's answer.")
        else:
            _chosen(found, data, int(point[0]))
    st.caption(
        f"{len(found.places):,} faces, evenly over the rows: principal components of the seven logits "
        f"({percent(found.explained)} of their variance). Faces that it trained on look easier than new ones."
    )


def _sheet(found: FeatureMap, data: FaceDataset) -> dict:
    """All faces of the map as one picture, for map_faces.js."""
    columns = max(1, math.ceil(math.sqrt(len(found.places))))
    picture = sheet(data.images[found.places], columns=columns, zoom=1, gap_px=0)
    jpeg = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])[1].tobytes()
    url = f"data:image/jpeg;base64,{base64.b64encode(jpeg).decode()}"
    return {"sheet": url, "columns": columns, "side": data.images.shape[1]}


def _chosen(found: FeatureMap, data: FaceDataset, k: int) -> None:
    place = found.places[k]
    label = EMOTIONS[data.labels[place]]
    st.image(
        sheet([data.images[place]], columns=1, zoom=4),
        caption=f"Row {data.rows[place]} of {plain(str(data.usage[place]))}, labelled {label}",
        alt=f"The chosen face, labelled {label}",
    )
    unsure_below = network().head.unsure_below
    chart(probability_bars(found.probs[k], unsure_below, dark=is_dark()), key="map_bars")


def _hardest(found: FeatureMap, data: FaceDataset) -> None:
    st.markdown("**Hardest: least probability for their label**")
    number = {int(place): k for k, place in enumerate(found.places)}
    hardest = found.hardest(data.labels)[:HARDEST]
    words = []
    for place in hardest:
        probs = found.probs[number[int(place)]]
        answer = int(probs.argmax())
        words.append(
            f"{EMOTIONS[data.labels[place]]}, read as {EMOTIONS[answer]} {percent(float(probs[answer]))}"
        )
    row_of_faces(data.images[hardest], [plain(text) for text in words], words)
