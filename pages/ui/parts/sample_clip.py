"""The built-in sample as an upload."""

from typing import Literal

import streamlit as st

from pages.ui.app import session
from pages.ui.app.uploads import Upload

SAMPLE_NAME = "Built-in sample.mp4"
VIDEO_PAGE = "pages/video.py"


@st.cache_resource(show_spinner=False)
def sample_clip() -> Upload:
    """The sample video, made once in this process."""
    # Imported here: the button stands on pages that need no video library.
    from fer.sample import sample_video

    return Upload(SAMPLE_NAME, sample_video())


def button(*, primary: bool, width: Literal["content", "stretch"] = "content") -> None:
    """ "Try the sample": opens the video page with the sample being analysed."""
    if st.button(
        "Try the sample",
        icon=":material/play_arrow:",
        type="primary" if primary else "secondary",
        key="try_sample",
        width=width,
    ):
        with st.spinner("Making the sample"):
            session.keep(session.CLIP, sample_clip())
        st.switch_page(VIDEO_PAGE)
