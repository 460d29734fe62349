"""Dataset: what the network learned from, or a data set of the user's own."""

import streamlit as st

from fer.dataset.shipped import read_faces, read_statistics
from fer.errors import DatasetError
from pages.ui import (
    busy,
    dataset_copies,
    dataset_labels,
    dataset_map,
    dataset_pictures,
    dataset_report,
    dataset_work,
    guard,
    session,
    uploads,
)
from pages.ui.dataset_work import Given, Shown
from pages.ui.plain import name
from pages.ui.trouble import trouble_from

PARTS = {
    "Classes": dataset_report.show,
    "Repeats and leaks": dataset_copies.show,
    "Labels": dataset_labels.show,
    "Pictures": dataset_pictures.show,
    "What the network says": dataset_map.show,
}


def choose() -> None:
    """The shipped figures, and a place for data."""
    st.title("Dataset", anchor=False)
    st.markdown(
        "What the network learned from: FER2013, faces from a web search. Its pictures may not be passed on, "
        "so these are figures and averages; give the file to see the faces."
    )
    with st.expander("Look at the pictures, or at your own data", icon=":material/upload:"):
        given = uploads.take(
            "Drop fer2013.csv, train.csv or icml_face_data.csv (also .gz or .zip), or a zip of folders here; "
            "FER+'s ferplus.csv beside it, if you have it",
            key="data_upload",
            types=uploads.DATA_TYPES,
            limit_mb=uploads.DATA_MB,
            many=True,
        )
        if given:
            try:
                session.keep(session.DATA, Given.of_files(given))
                st.rerun()
            except DatasetError as error:
                guard.show(trouble_from(error))
        local = dataset_work.local_data()
        if local:
            keep = {"on_click": session.keep, "args": (session.DATA, local)}
            st.button(f"Read {local.label}", icon=":material/dataset:", key="data_local", **keep)
    statistics = read_statistics()
    st.caption(f"Figures of {name(statistics.source)}, written by `python -m fer dataset`.")
    show(Shown(statistics, read_faces()))


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
        choose()
    else:
        read(given)
