"""The video with boxes and words drawn into it, made when it is asked for; faces can be hidden in it."""

import io
from dataclasses import replace

import streamlit as st

from fer.draw.annotate import anonymize, draw
from fer.draw.video_writer import Mp4Encoder
from fer.errors import CancelledError, InputError
from fer.pipeline import analyze_video
from fer.records import Frame, Observations
from fer.settings import Settings
from fer.timeline.report import Report
from pages.ui.app import downloads, job_progress, session
from pages.ui.app.jobs import Job
from pages.ui.app.uploads import Upload
from pages.ui.work.analysis import components, job_key

ASKED = "marked_video"
"""Session key: content hash and mode of the marked video that was asked for."""
MODES = {"none": "shown", "blur": "blurred", "mesh": "as a mesh"}


def offer(report: Report, clip: Upload) -> None:
    """A way to ask for the marked video.

    Args:
        report: Of the clip, as it is read now.
        clip: The video.
    """
    with st.popover("Video with marks", icon=":material/movie_edit:"):
        mode = st.segmented_control(
            "Faces", list(MODES), default="none", required=True, format_func=MODES.get, key="marked_faces"
        )
        st.caption("Every frame is read again, so this takes longer than the analysis.")
        if st.button("Make it", key="marked_make"):
            st.session_state[ASKED] = (clip.sha256, mode, report.timeline.unsure_below)
            st.rerun()


def show(report: Report, clip: Upload) -> None:
    """The marked video that was asked for: how far it is, or its download."""
    asked = st.session_state.get(ASKED)
    if asked is None or asked[0] != clip.sha256:
        return
    job = copy_job(clip, report.settings.replace(unsure_below=asked[2]), asked[1])
    if job_progress.wait_for(job, what="Marking the video", describe=job_progress.of_video):
        st.download_button(
            f"Save the video, faces {MODES[asked[1]]}",
            job.result,
            file_name=f"{downloads.safe_stem(clip.name)}.mp4",
            mime="video/mp4",
            icon=":material/download:",
            key="marked_save",
            on_click="ignore",
        )


def copy_job(clip: Upload, settings: Settings, mode: str) -> Job:
    """The making of the marked video: found again, or put in the line.

    Args:
        clip: The video.
        settings: Those of the analysis; every frame is read whatever `fps` says.
        mode: ``"none"``, ``"blur"`` or ``"mesh"``.
    """
    settings = replace(settings, fps=None)

    def work(job: Job, tools: dict) -> bytes:
        file = io.BytesIO()
        encoder = Mp4Encoder(file)

        def write(frame: Frame, observations: Observations) -> None:
            hidden = anonymize(frame.image, observations, mode)
            marked = draw(hidden, observations)
            encoder.write(marked, frame.timestamp_s)

        try:
            report = analyze_video(
                clip.data,
                settings,
                on_progress=lambda progress: setattr(job, "progress", progress),
                on_frame=write,
                cancel=job.cancel,
                components=components(tools, settings),
            )
        finally:
            encoder.close()
        if job.cancel.is_set():
            raise CancelledError("The marked video was cancelled.")
        if not report.summary.frames:
            raise InputError("The video holds no frame that can be drawn on: choose another one.")
        return file.getvalue()

    kind = f"marked-{mode}-{settings.unsure_below}"
    return session.registry().submit(session.owner(), job_key(kind, clip.sha256, settings), work)
