"""The video player, whatever the clip is: the clip itself, a copy that browsers play, or stills."""

from collections.abc import Sequence

import streamlit as st

from fer.draw.playable import played_as
from fer.draw.portraits import Portrait
from fer.records import SourceInfo
from fer.sources.magic import HEAD_BYTES
from fer.text import clock
from fer.timeline.summary import Summary
from pages.ui.app import page_setup, polling, session
from pages.ui.app.jobs import Job, JobState
from pages.ui.app.uploads import Upload
from pages.ui.parts import highlights
from pages.ui.video import player
from pages.ui.work.playable import playable_job
from pages.ui.work.recordings import Opened, Recording

A_COPY = ":material/movie: Not every browser plays this file: what plays here is a copy."
BEING_MADE = (
    ":material/videocam_off: Not every browser plays this file, so a copy for the player is being made. "
    "The reading is complete all the same."
)
NO_COPY = (
    ":material/videocam_off: Browsers do not play this file, and no copy could be made for the player. "
    "The reading is complete all the same; “Video with marks” makes a copy that plays."
)
NOT_KEPT = ":material/videocam_off: The video was not kept with this session."
POLL_EVERY_S = 0.8
STILLS, STILL_PX = 6, 120


def playing(clip: Upload, source: SourceInfo) -> tuple[bytes, str] | None:
    """What the player shows, and its media type; None where there is nothing, or not yet."""
    if not clip.data:
        return None
    if isinstance(clip, Recording):
        return clip.data, "video/mp4"
    if as_it_is := played_as(clip.data[:HEAD_BYTES], source):
        return clip.data, as_it_is
    job = playable_job(clip)
    return (job.result, "video/mp4") if job.state is JobState.DONE else None


def show(
    clip: Upload,
    source: SourceInfo,
    summary: Summary,
    portraits: Sequence[Portrait] = (),
    face_id: int | None = None,
) -> None:
    """The player; while its copy is made, how far that is; stills where there is none."""
    if not clip.data:
        if isinstance(clip, Opened):
            st.caption(NOT_KEPT)
        return
    found = playing(clip, source)
    if found is None:
        job = playable_job(clip)
        if job.finished:
            st.caption(NO_COPY)
            _stills(portraits)
        else:
            _making(job)
        return
    data, media_type = found
    captions = highlights.captions(summary, face_id)
    with st.container(key=player.PLAYER_BOX):
        st.video(
            data,
            media_type,
            subtitles={"Expressions": captions} if summary.faces else None,
            alt=f"The video {clip.name}",
        )
    if data is not clip.data:
        st.caption(A_COPY)


@polling.every(POLL_EVERY_S)
@page_setup.shows_errors
def _making(job: Job) -> None:
    """How far the copy is; then the whole page."""
    if job.finished:
        st.rerun()
    st.caption(BEING_MADE)
    waiting = job.state is JobState.WAITING
    st.progress(float(job.progress or 0.0), text="Waiting" if waiting else "Making a copy for the player")
    if st.button("Without a player", icon=":material/close:", type="tertiary", key="playable_cancel"):
        session.registry().cancel(job)
        st.rerun()


def _stills(portraits: Sequence[Portrait]) -> None:
    """A few views of the faces with their times."""
    shown = sorted(portraits, key=lambda one: one.time_s)
    shown = shown[:: max(1, -(-len(shown) // STILLS))]
    with st.container(horizontal=True):
        for one in shown:
            at = clock(one.time_s)
            st.image(one.jpeg, width=STILL_PX, caption=at, alt=f"Face {one.face_id} at {at}")
