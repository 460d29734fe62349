"""Photos: every face with what it shows and how sure the answer is."""

import streamlit as st

from fer.sources.magic import READ_IMAGES
from pages.ui.app import job_progress, page_setup, session, uploads
from pages.ui.parts import settings
from pages.ui.parts.limits import REMINDER
from pages.ui.photos import report
from pages.ui.work import photos
from pages.ui.work.photos import PhotoUploads


def choose() -> None:
    """No photos yet: take some."""
    st.title("Photos", anchor=False)
    st.markdown(
        "One photo, many, or a zip file: every face with its expression and how sure the answer is. "
        f"Photos are {READ_IMAGES}."
    )
    given = uploads.take(
        "Drop photos or a zip file here",
        key="photos_upload",
        types=None,
        limit_mb=uploads.PHOTO_MB,
        many=True,
    )
    if given:
        session.keep(session.BATCH, PhotoUploads(tuple(given)))
        st.rerun()
    with st.popover("Settings", icon=":material/tune:", type="tertiary"):
        settings.analysis_form(label="Apply", video=False)
    st.caption(REMINDER)


def analyze(batch: PhotoUploads) -> None:
    """Photos are there: show what was read, or how far it is."""
    job = photos.photos_job(batch, settings.current())

    def leave() -> None:
        session.registry().forget_content(session.owner(), batch.sha256)
        session.release(session.BATCH)
        settings.forget_reading()
        report.forget_choice()

    if job.result is None:
        report.title_row(batch, leave, busy=not job.finished)
    if job_progress.wait_for(job, what="Reading the photos", describe=job_progress.of_photos):
        report.show(job.result, batch, leave)


with page_setup.page("Photos"):
    batch = session.kept(session.BATCH)
    if batch is None:
        choose()
    else:
        analyze(batch)
