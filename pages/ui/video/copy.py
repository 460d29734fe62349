"""The video with boxes and words drawn into it, made when it is asked for; faces can be hidden in it."""

import io
from dataclasses import dataclass

import streamlit as st
from pandas.util import hash_pandas_object

from fer.draw.video_copy import CopyFacts, write_copy
from fer.timeline.report import Report
from pages.ui.app import downloads, job_progress, session
from pages.ui.app.jobs import Job
from pages.ui.app.uploads import Upload
from pages.ui.work.analysis import job_key

ASKED = "marked_video"
"""Session key: the `Asked` of the copy that is shown."""

MODES = {"none": "shown", "blur": "blurred", "mesh": "as a mesh"}
ENDINGS = {"none": "marks", "blur": "blur", "mesh": "mesh"}
PROMISE = (
    "Faces are covered in every frame, and the finished video is read once more in case any was missed. "
    "That takes several times as long as the analysis. Covered is not anonymous: hair, clothes, a voice or "
    "the place can tell who somebody is."
)


@dataclass(frozen=True, eq=False)
class Asked:
    """A copy that was asked for.

    Args:
        content: Hash of the clip.
        mode: One of `MODES`.
        sound: Take the sound over.
        report: What the page showed then: its numbers and words go into the copy.
    """

    content: str
    mode: str
    sound: bool
    report: Report

    @property
    def file_name(self) -> str:
        """Different copies have different names."""
        silent = "" if self.sound else "-silent"
        return f"{downloads.safe_stem(self.report.timeline.source.name, ENDINGS[self.mode] + silent)}.mp4"

    @property
    def kind(self) -> str:
        """Tells copies of one clip apart: what is in them."""
        rows = hash_pandas_object(self.report.smoothed.table, index=False).sum()
        return f"copy-{self.mode}-{self.sound}-{rows}-{self.report.timeline.unsure_below}"


@dataclass(frozen=True, eq=False)
class Copy:
    """A finished copy.

    Args:
        data: MP4.
        facts: What was done to it.
    """

    data: bytes
    facts: CopyFacts


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
        sound = st.toggle("With its sound", value=True, key="marked_sound")
        st.caption(PROMISE if mode != "none" else "The numbers and words of this page go into every frame.")
        if st.button("Make it", key="marked_make"):
            st.session_state[ASKED] = Asked(clip.sha256, mode, sound, report)
            st.rerun()


def show(clip: Upload) -> None:
    """The marked video that was asked for: how far it is, or its download and what was done to it."""
    asked = st.session_state.get(ASKED)
    if not isinstance(asked, Asked) or asked.content != clip.sha256:
        return
    job = copy_job(clip, asked)
    if job_progress.wait_for(job, what="Making the video", describe=describe):
        st.download_button(
            f"Save the video, faces {MODES[asked.mode]}",
            job.result.data,
            file_name=asked.file_name,
            mime="video/mp4",
            icon=":material/download:",
            key="marked_save",
            on_click="ignore",
        )
        st.caption(" ".join(job.result.facts.sentences()))


def copy_job(clip: Upload, asked: Asked) -> Job:
    """The making of the copy: found again, or put in the line."""

    def work(job: Job, tools: dict) -> Copy:
        file = io.BytesIO()
        facts = write_copy(
            clip.data,
            file,
            asked.report,
            mode=asked.mode,
            sound=asked.sound,
            on_progress=lambda share, what: setattr(job, "progress", (share, what)),
            cancel=job.cancel,
        )
        return Copy(file.getvalue(), facts)

    key = job_key(asked.kind, clip.sha256, asked.report.settings)
    return session.registry().submit(session.owner(), key, work)


def describe(progress: tuple[float, str] | None) -> tuple[float, str]:
    """How far the copy is: a share in 0..1 and words."""
    return progress or (0.0, "Getting ready")
