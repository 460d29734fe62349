"""A job on its way: how far it is, how long it will take, a look at it, and a way out."""

from collections.abc import Callable

import streamlit as st

from fer.errors import InputError
from fer.pipeline import AnalysisProgress
from fer.text import clock, count, span
from pages.ui.app import page_setup, polling, session
from pages.ui.app.jobs import Job, JobState

POLL_EVERY_S = 0.3
ETA_AFTER_S = 1.0
"""An estimate from less than this is a guess."""


def wait_for(
    job: Job, *, what: str, describe: Callable[[AnalysisProgress | None], tuple[float, str]]
) -> bool:
    """Show the job unless it has finished well.

    Args:
        job: The job of this page.
        what: What is going on, as in "Reading the video".
        describe: `of_video` or `of_photos`.

    Returns:
        True when the job's result can be shown.
    """
    if job.state is JobState.DONE:
        return True
    if job.state is JobState.FAILED:
        page_setup.show_error(job.error)
        # A bad file stays bad.
        if not job.error.code.startswith(InputError.code):
            _again(job, "Try again")
    elif job.state is JobState.CANCELLED:
        st.markdown(":material/cancel: Cancelled before anything was read.")
        _again(job, "Analyse it after all")
    else:
        _watch(job, what, describe)
    return False


def _again(job: Job, label: str) -> None:
    if st.button(label, icon=":material/refresh:", key="job_again"):
        session.registry().forget(job.owner, job.key)
        st.rerun()


@polling.every(POLL_EVERY_S)
@page_setup.shows_errors
def _watch(job: Job, what: str, describe: Callable[[AnalysisProgress | None], tuple[float, str]]) -> None:
    """Redraw the progress until the job is finished; then the whole page, which stops the polling."""
    if job.finished:
        st.rerun()
    words, picture = st.columns([3, 2], gap="large", vertical_alignment="center")
    with picture:
        if job.preview:
            st.image(job.preview, width="stretch", alt="What is being read, its faces marked")
    with words:
        before = session.registry().before(job) if job.state is JobState.WAITING else 0
        if before:
            st.markdown(f"#### Waiting, {before} before you")
            st.progress(0.0)
        else:
            st.markdown(f"#### {what}")
            share, text = describe(job.progress)
            st.progress(share, text=text)
        if job.cancel.is_set():
            st.caption("Stopping after this frame.")
        elif st.button("Cancel", icon=":material/close:", key="job_cancel"):
            session.registry().cancel(job)
            st.rerun()


def of_video(progress: AnalysisProgress | None) -> tuple[float, str]:
    """How far a video is: a share in 0..1 and words."""
    if progress is None:
        return 0.0, "Getting ready"
    done = clock(progress.done_s)
    if progress.share is None:
        return 0.0, f"{done} read; the file does not say how long it is"
    return progress.share, f"{done} of {clock(progress.total_s)}{_left(progress)}"


def of_photos(progress: AnalysisProgress | None) -> tuple[float, str]:
    """How many photos are read: a share in 0..1 and words."""
    if progress is None:
        return 0.0, "Getting ready"
    total = int(progress.total_s or 0)
    return progress.share or 0.0, f"{progress.frames} of {count(total, 'photo')}{_left(progress)}"


def _left(progress: AnalysisProgress) -> str:
    if progress.eta_s is None or progress.elapsed_s < ETA_AFTER_S:
        return ""
    return f" · about {span(max(1, round(progress.eta_s)))} left".replace(".0 s", " s")
