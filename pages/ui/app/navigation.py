"""The pages of the app and the way between them."""

from contextvars import ContextVar

import streamlit as st
from streamlit.runtime.pages_manager import PagesManager

from pages.ui.app import warming

PAGES = (
    ("pages/home.py", "Home", ":material/home:"),
    ("pages/live.py", "Live", ":material/videocam:"),
    ("pages/video.py", "Video", ":material/movie:"),
    ("pages/photos.py", "Photos", ":material/photo_library:"),
    ("pages/sessions.py", "Sessions", ":material/inventory_2:"),
    ("pages/action_units.py", "Action Units", ":material/face:"),
    ("pages/labels.py", "Labels", ":material/fact_check:"),
    ("pages/model.py", "Model", ":material/neurology:"),
    ("pages/dataset.py", "Dataset", ":material/dataset:"),
    ("pages/labs.py", "Labs", ":material/science:"),
    ("pages/prepare.py", "Prepare", ":material/dataset_linked:"),
)

_inside: ContextVar[bool] = ContextVar("inside_navigation", default=False)


def _declare() -> st.Page:
    """Tell Streamlit the pages, and run again if it did not know them.

    Until a process has seen `st.navigation` once, Streamlit takes pages/ for the navigation: a deep
    link runs its page without the entrypoint, and widgets lose what was put into them when the next
    run goes the right way.
    """
    unknown = PagesManager.uses_pages_directory
    pages = [
        st.Page(path, title=title, icon=icon, default=index == 0)
        for index, (path, title, icon) in enumerate(PAGES)
    ]
    page = st.navigation(pages, position="top")
    if unknown:
        st.rerun()
    return page


def run() -> None:
    """Draw the navigation and run the page that was asked for."""
    page = _declare()
    token = _inside.set(True)
    try:
        page.run()
    finally:
        _inside.reset(token)
        warming.begin()


def ensure() -> None:
    """Draw the navigation if a page runs without the entrypoint."""
    if not _inside.get():
        _declare()
