"""Dataset: what the network learned from, or a data set of the user's own."""

import streamlit as st

from fer.dataset.shipped import read_faces, read_statistics
from pages.ui import busy, dataset_map, dataset_report, dataset_work, guard, session, uploads
from pages.ui.dataset_work import Given
from pages.ui.plain import name


def choose() -> None:
    """The shipped figures, and a place for data."""
    st.title("Dataset", anchor=False)
    st.markdown(
        "What the network learned from: FER2013, faces from a web search. Its pictures may not be passed on, "
        "so these are figures and averages; give the file to see the faces."
    )
    with st.expander("Look at the pictures, or at your own data", icon=":material/upload:"):
        given = uploads.take(
            "Drop fer2013.csv, train.csv or icml_face_data.csv (also .gz or .zip), or a zip of folders here",
            key="data_upload",
            types=uploads.DATA_TYPES,
            limit_mb=uploads.DATA_MB,
        )
        if given:
            session.keep(session.DATA, Given.uploaded(given[0]))
            st.rerun()
        local = dataset_work.local_data()
        if local:
            keep = {"on_click": session.keep, "args": (session.DATA, local)}
            st.button(f"Read {local.label}", icon=":material/dataset:", key="data_local", **keep)
    statistics = read_statistics()
    st.caption(f"Figures of {name(statistics.source)}, written by `python -m fer dataset`.")
    dataset_report.show(statistics, read_faces(), None)


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
        dataset_report.show(job.result.statistics, job.result.faces, job.result)
        dataset_map.show(given, job.result)


with guard.page("Dataset"):
    given = session.kept(session.DATA)
    if given is None:
        choose()
    else:
        read(given)
