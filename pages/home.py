"""Home: what it does, one real answer to look at, and what it must not be used for."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.ui.app import page_setup
from pages.ui.parts import limits, sample_clip

HOW = (
    (":material/videocam:", "A camera", "what faces show at this moment; recorded only if you ask."),
    (":material/movie:", "A video", "who showed what, when, for how long, and how sure."),
    (
        ":material/photo_library:",
        "Photos",
        "every face with its probabilities; a whole folder at once.",
    ),
    (":material/description:", "To keep", "CSV, JSON, and a report in one file that opens anywhere."),
)
LIMITS = (
    (":material/psychology_alt:", "Expression, not feelings", limits.MEANING),
    (":material/block:", "Not for judging people", f"{limits.FORBIDDEN} {limits.INFORM}"),
    (":material/lock:", "Stays here", limits.PRIVACY),
)


def opening() -> None:
    """What it is, and the way in."""
    st.title("What faces show, second by second", anchor=False)
    st.markdown("Every face in a video or photo, its expression frame by frame, and how sure each answer is.")
    # Columns of a given width: the buttons come after the words, and must not move them.
    first, second = st.columns(2, gap="small")
    with first:
        sample_clip.button(primary=True, width="stretch")
        if st.button("Open a video", icon=":material/movie:", width="stretch"):
            st.switch_page("pages/video.py")
    with second:
        if st.button("Use the camera", icon=":material/videocam:", width="stretch"):
            st.switch_page("pages/live.py")
        if st.button("Open photos", icon=":material/photo_library:", width="stretch"):
            st.switch_page("pages/photos.py")
    for icon, name, text in HOW:
        st.markdown(f"{icon} **{name}**: {text}")


def small_print() -> None:
    """What an answer is worth and what it must not be used for."""
    for column, (icon, name, text) in zip(st.columns(len(LIMITS), gap="large"), LIMITS, strict=True):
        with column:
            st.markdown(f"{icon} **{name}**")
            st.caption(text)


def show_sample_frame(picture: DeltaGenerator, numbers: DeltaGenerator) -> None:
    """A real answer beside the words."""
    # Imported here, once the words are on their way: models and tables take a second to load.
    from pages.ui.home import sample_frame

    sample_frame.show(picture, numbers)


with page_setup.page("Home"):
    words, picture, numbers = st.columns([11, 9, 7], gap="medium")
    with words:
        opening()
    show_sample_frame(picture, numbers)
    st.space("medium")
    small_print()
