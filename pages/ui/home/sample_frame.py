"""One real answer to look at: a frame of the built-in sample, read by the installed model."""

from dataclasses import dataclass

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from fer.draw.annotate import draw
from fer.errors import FerError
from fer.pipeline import Analyzer
from fer.sample.shipped import shipped_video
from fer.settings import Settings
from fer.sources.video import VideoSource
from fer.text import clock
from pages.ui.app import page_setup
from pages.ui.app.error_text import error_text_of
from pages.ui.app.theme import chart, is_dark
from pages.ui.parts.bars import probability_bars
from pages.ui.work.analysis import jpeg, leave

WIDTH = 640
FPS, TELLING_S = 5.0, 0.4
"""Frames a second that are read up to one in the sample's first smile, before its blink."""


@dataclass(frozen=True, eq=False)
class SampleFrame:
    """What was read.

    Args:
        picture: JPEG of the frame, its face marked.
        probs: (7,) of its face; None if none was found.
        unsure_below: The model's threshold.
        time_s: When in the sample.
    """

    picture: bytes
    probs: np.ndarray | None
    unsure_below: float
    time_s: float


@st.cache_resource(show_spinner=False)
def sample_frame() -> SampleFrame:
    """Read once in this process. An error is not kept: it is tried again on the next visit.

    Raises:
        ModelError: A model cannot be used.
    """
    settings = Settings()
    analyzer = Analyzer(settings)
    with VideoSource(shipped_video(), fps=FPS) as video:
        for frame in video:
            seen = analyzer.analyze(frame)
            if frame.timestamp_s >= TELLING_S:
                break
    leave(settings, analyzer.components)
    picture = jpeg(draw(frame.image, seen), width=WIDTH)
    probs = seen.probs[0] if len(seen) else None
    return SampleFrame(picture, probs, analyzer.unsure_below, frame.timestamp_s)


def show(picture: DeltaGenerator, numbers: DeltaGenerator) -> None:
    """The picture with its probabilities; where a model is missing, how to mend that.

    Args:
        picture: Where the picture goes.
        numbers: Where the bars go.
    """
    try:
        found = sample_frame()
    except FerError as error:
        with picture:
            page_setup.show_error(error_text_of(error))
        return
    with picture:
        st.image(found.picture, width="stretch", alt="A frame of the built-in sample, its face marked")
    with numbers:
        if found.probs is not None:
            chart(probability_bars(found.probs, found.unsure_below, dark=is_dark()), key="specimen_bars")
        when = clock(found.time_s, tenths=True)
        st.caption(f"Read just now by the installed model: the built-in sample at {when}.")
