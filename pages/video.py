"""Video: who showed what, when, for how long and how sure."""

import streamlit as st

from fer.sources.magic import READ_VIDEOS
from pages.ui.app import job_progress, page_setup, session, uploads, warming
from pages.ui.app.uploads import Upload
from pages.ui.parts import persons, sample_clip, settings
from pages.ui.parts.limits import REMINDER
from pages.ui.video import keeping, markers, people, player, queue_view, report
from pages.ui.work import video
from pages.ui.work.queue import is_zip
from pages.ui.work.recordings import Finished, Opened


def choose() -> None:
    """No clip yet: take one."""
    st.title("Video", anchor=False)
    st.markdown(
        "See who showed what, when, for how long and how sure the answer is. "
        f"Videos are {READ_VIDEOS}; animated pictures too."
    )
    limit = {"types": None, "limit_mb": uploads.VIDEO_MB, "many": True}
    given = uploads.take("Drop a video here, or several", key="clip_upload", **limit)
    if len(given) > 1 or (given and is_zip(given[0])):
        queue_view.begin(given)
        st.rerun()
    if given:
        session.keep(session.CLIP, given[0])
        st.rerun()
    with st.container(horizontal=True, vertical_alignment="center"):
        sample_clip.button(primary=False)
        with st.popover("Settings", icon=":material/tune:", type="tertiary"):
            settings.analysis_form(label="Apply")
    st.caption(REMINDER)
    warming.charts()


def analyze(clip: Upload) -> None:
    """A clip is there: show its analysis, or how far it is."""
    job = video.video_job(clip, settings.current())

    def leave() -> None:
        if job.result is not None:
            persons.forget(job.result.report)
            markers.forget(job.result.report)
        session.registry().forget_content(session.owner(), clip.sha256)
        leave_finished()

    if job.result is None:
        report.title_row(clip, leave, busy=not job.finished)
        warming.charts()
    if job_progress.wait_for(job, what="Reading the video", describe=job_progress.of_video):
        report.show(job.result, clip, leave)


def leave_finished() -> None:
    """Back to the empty page; the Live page keeps its recordings, the library what was kept."""
    people.forget()
    session.release(session.CLIP)
    session.release(session.SETTLED)
    settings.forget_reading()
    player.forget()


with page_setup.page("Video"):
    clip = session.kept(session.CLIP)
    if clip is None and queue_view.queue() is not None:
        queue_view.show()
    elif clip is None:
        choose()
    elif isinstance(clip, Finished):
        if isinstance(clip, Opened):
            keeping.settle(clip)
        report.show(clip.result, clip, leave_finished)
    else:
        analyze(clip)
# Only now: until here a late word of the Live page's stream could have led back to it.
session.release(session.OPENING)
