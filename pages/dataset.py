"""Dataset: what the network learned from, or a data set of the user's own."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.ui.app import job_progress, page_setup, session
from pages.ui.app.markdown import name
from pages.ui.dataset import classes, copies, map, pictures, start, votes
from pages.ui.work import dataset
from pages.ui.work.dataset import DatasetFigures, DatasetSource

PARTS = {"Classes": classes.show, "Repeats and leaks": copies.show, "Labels": votes.show}
PARTS_OF_DATA = {"Pictures": pictures.show, "What the network says": map.show}  # empty without data


def read(given: DatasetSource, head: DeltaGenerator, parts: DeltaGenerator) -> None:
    """A data set is there: show it, or how far its reading is."""
    job = dataset.dataset_job(given)

    def leave() -> None:
        session.registry().forget_content(session.owner(), given.sha256)
        session.release(session.DATA)

    with head, st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.markdown(f":material/dataset: {name(given.label)}", width="content")
        st.button("Other data", icon=":material/upload:", type="tertiary", on_click=leave)
    with parts:
        if job_progress.wait_for(job, what="Reading the data", describe=dataset.describe):
            show(DatasetFigures(job.result.statistics, job.result.faces, given, job.result))


def show(shown: DatasetFigures) -> None:
    """All parts that there is something in; only the open one is drawn."""
    parts = PARTS if shown.view is None else PARTS | PARTS_OF_DATA
    for tab, draw in zip(st.tabs(list(parts), key="part", bind="query-params"), parts.values(), strict=True):
        if tab.open:
            with tab:
                draw(shown)


with page_setup.page("Dataset"):
    # What was drawn before stays until this is: the parts keep their place, or they would stand there twice.
    head, parts = st.container(), st.container()
    given = session.kept(session.DATA)
    if given is None:
        with head:
            shipped = start.choose()
        with parts:
            show(shipped)
    else:
        read(given, head, parts)
