"""Before there is data: the shipped figures, and a place for a data set."""

import streamlit as st

from fer.dataset.shipped import read_faces, read_statistics
from fer.errors import DatasetError
from pages.ui.app import page_setup, session, uploads
from pages.ui.app.error_text import error_text_of
from pages.ui.app.markdown import name
from pages.ui.work import dataset
from pages.ui.work.dataset import DatasetFigures, DatasetSource


def choose() -> DatasetFigures:
    """Takes a data set.

    Returns:
        The shipped figures, for as long as there is none.

    Raises:
        ModelError: The shipped figures are missing or damaged.
    """
    st.title("Dataset", anchor=False)
    st.markdown(
        "What the network learned from: FER2013, faces from a web search. Its pictures may not be passed on, "
        "so these are figures and averages; give the file to see the faces and what the network says to them."
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
                session.keep(session.DATA, DatasetSource.of_files(given))
                st.rerun()
            except DatasetError as error:
                page_setup.show_error(error_text_of(error))
        local = dataset.local_data()
        if local:
            keep = {"on_click": session.keep, "args": (session.DATA, local)}
            st.button(f"Read {local.label}", icon=":material/dataset:", key="data_local", **keep)
    statistics = read_statistics()
    st.caption(f"Figures of {name(statistics.source)}, written by `python -m fer dataset`.")
    return DatasetFigures(statistics, read_faces())
