"""Prepare: from photos in folders to a data set that a network can be trained on."""

import streamlit as st

from fer.dataset.prepare import BY, PrepareSettings
from pages.ui.app import job_progress, page_setup, session, uploads
from pages.ui.app.markdown import name
from pages.ui.app.uploads import Upload
from pages.ui.prepare import report, work

LAYOUT = """
anna/happy/1.jpg
anna/sad/2.jpg
ben/happy/clip.mp4
"""


def choose() -> None:
    """No zip yet: take one."""
    st.title("Prepare", anchor=False)
    st.markdown(
        "From photos and clips to a data set in FER2013's form: faces are found, cropped as the network sees "
        "them, filtered by quality, freed of duplicates and divided into splits."
    )
    given = uploads.take(
        "Drop a zip of labelled folders here", key="prepare_upload", types=["zip"], limit_mb=uploads.VIDEO_MB
    )
    if given:
        session.keep(session.RAW, given[0])
        st.rerun()
    st.caption("The folder is the label, the folder above it the person; nobody stands in two splits.")
    st.code(LAYOUT.strip(), language=None)
    st.caption("Use only pictures of people who agreed to it.")


def make(given: Upload) -> None:
    """A zip is there: show what was made of it, or how far that is."""

    def leave() -> None:
        session.registry().forget_content(session.owner(), given.sha256)
        session.release(session.RAW)

    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.markdown(f":material/folder_zip: {name(given.name)}", width="content")
        st.button("Another zip", icon=":material/upload:", type="tertiary", on_click=leave)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        split_by = st.segmented_control(
            "Keep together", BY, default=BY[0], required=True, key="prepare_by", width="content"
        )
        keep_poor = st.toggle("Keep small, blurred, dark and turned faces", key="prepare_poor")
    job = work.prepare_job(given, PrepareSettings(split_by, keep_poor=keep_poor))
    if job_progress.wait_for(job, what="Preparing the data", describe=work.describe):
        report.show(job.result)


with page_setup.page("Prepare"):
    given = session.kept(session.RAW)
    if given is None:
        choose()
    else:
        make(given)
