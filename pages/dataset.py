"""Dataset: what the network learned from, or a data set of the user's own."""

import streamlit as st

from pages.ui import (
    busy,
    dataset_copies,
    dataset_labels,
    dataset_map,
    dataset_pictures,
    dataset_report,
    dataset_start,
    dataset_work,
    guard,
    session,
)
from pages.ui.dataset_work import Given, Shown
from pages.ui.plain import name

PARTS = {
    "Classes": dataset_report.show,
    "Repeats and leaks": dataset_copies.show,
    "Labels": dataset_labels.show,
    "Pictures": dataset_pictures.show,
    "What the network says": dataset_map.show,
}


def read(given: Given) -> None:
    """A data set is there: show it, or how far its reading is."""
    job = dataset_work.dataset_job(given)

    def leave() -> None:
        session.registry().forget_content(session.owner(), given.sha256)
        session.release(session.DATA)

    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.markdown(f":material/dataset: {name(given.label)}", width="content")
        st.button("Other data", icon=":material/upload:", type="tertiary", on_click=leave)
    if busy.settle(job, what="Reading the data", describe=dataset_work.describe):
        show(Shown(job.result.statistics, job.result.faces, given, job.result))


def show(shown: Shown) -> None:
    """All parts; only the open one is drawn."""
    for tab, draw in zip(st.tabs(list(PARTS), key="part", bind="query-params"), PARTS.values(), strict=True):
        if tab.open:
            with tab:
                draw(shown)


with guard.page("Dataset"):
    given = session.kept(session.DATA)
    if given is None:
        show(dataset_start.choose())
    else:
        read(given)
