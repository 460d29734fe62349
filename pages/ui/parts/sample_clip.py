"""The built-in sample as an upload."""

from typing import Literal

import streamlit as st

from fer.sample.shipped import shipped_video
from pages.ui.app import session
from pages.ui.app.jobs import Job
from pages.ui.app.uploads import Upload

SAMPLE_NAME = "Built-in sample.mp4"
VIDEO_PAGE = "pages/video.py"


def sample_clip() -> Upload:
    """The sample video."""
    return Upload(SAMPLE_NAME, shipped_video())


def analyze_ahead() -> Job | None:
    """Have the sample analysed now, for the first visitor who asks for it; not where others wait."""
    # Imported here: the button stands on pages that load no model.
    from pages.ui.parts import settings
    from pages.ui.work import video

    return video.analyze_ahead(sample_clip(), settings.usual())


def button(*, primary: bool, width: Literal["content", "stretch"] = "content") -> None:
    """ "Try the sample": opens the video page with the sample being analysed."""
    if st.button(
        "Try the sample",
        icon=":material/play_arrow:",
        type="primary" if primary else "secondary",
        key="try_sample",
        width=width,
    ):
        session.keep(session.CLIP, sample_clip())
        st.switch_page(VIDEO_PAGE)
