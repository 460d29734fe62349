"""What stands around every page: the same configuration on every way in, and no traceback on a page."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, wraps
from typing import ParamSpec

import streamlit as st
from PIL import Image, ImageDraw
from streamlit import runtime

from fer.io.guesses import told_guesses
from fer.sources import decode_apart
from pages.ui.app import callbacks, navigation, polling, session, uploads, visitor
from pages.ui.app.error_text import ErrorText, error_text_of
from pages.ui.app.markdown import plain
from pages.ui.app.tab import connection, listeners

P = ParamSpec("P")
APP_NAME = "Facial expressions"
ICON_PX = 64
TEAL, PAPER = "#1F5F73", "#FDFDFB"
ARRIVED, FIRST_LOOK_S = "arrived", 0.15
"""Session key: the browser knows the page's width. Until then it holds a narrow empty page; what comes in the
same moment as the width would jump sideways."""
STYLE = """<style>
[data-testid="stCaptionContainer"] { opacity: 0.8; }
[data-testid="stBaseButton-primary"]:enabled { background-color: #24697F; border-color: #24697F; }
[data-testid="stBaseButton-primary"]:enabled:hover { background-color: #1B5263; border-color: #1B5263; }
[data-testid="stPopover"] button[aria-expanded="true"] { color: inherit; }
[data-testid="stMain"] { scroll-padding: 5rem 0 3rem; }
@media (max-width: 640px) { .st-key-tag_keys { display: grid; grid-template-columns: 1fr 1fr; } }
[data-testid="stVideo"] { max-height: max(15rem, calc(100vh - 9rem)); }
[data-testid="stTopNavLink"]:focus-visible, [data-testid="stSidebarNavLink"]:focus-visible,
[data-testid="stElementToolbar"] button:focus-visible { outline: 2px solid; outline-offset: -2px; }
[data-testid="stTab"]:focus-visible { box-shadow: none; outline: 2px solid; outline-offset: -2px; }
@media (hover: none) {
  [data-testid="stDataFrame"]:not(:hover, :focus-within) [data-testid="stElementToolbar"] {
    opacity: 0; pointer-events: none;
  }
}
</style>"""
"""Everybody can read 4.5 to 1: Streamlit writes small words at 4.1, and in the dark theme white words on a
color that is light enough to be words elsewhere, and the button of an open popover in a dim one. Whoever goes
by keyboard sees where they are: what gets the focus comes out from under the head of the page, links of the
navigation have a ring, and that of a tab is whole. In a low window, as at twice the size, a video and its
buttons are in sight at once, and on a telephone a face and all its tags. On a touch screen the tools of a
table would lie over the words above it: they come once the table is touched. Nothing here may move anything:
it comes after the first words."""


def configure(title: str = "") -> None:
    """Set the page up. May be called more than once in a run.

    Args:
        title: The page's name, for the browser's tab.
    """
    name = f"{title} · {APP_NAME}" if title else APP_NAME
    st.set_page_config(page_title=name, page_icon=_icon(), layout="wide")
    if runtime.exists() and not st.session_state.get(ARRIVED):
        st.session_state[ARRIVED] = True
        time.sleep(FIRST_LOOK_S)


@cache
def _icon() -> Image.Image:
    """A face that shows nothing, drawn here: an icon by name would be fetched from a font server."""
    scale = 4
    side = ICON_PX * scale
    picture = Image.new("RGBA", (side, side), (0, 0, 0, 0))
    pen = ImageDraw.Draw(picture)
    pen.ellipse((0, 0, side - 1, side - 1), fill=TEAL)
    for x in (0.34, 0.66):
        pen.ellipse([side * v for v in (x - 0.07, 0.33, x + 0.07, 0.47)], fill=PAPER)
    pen.rounded_rectangle([side * v for v in (0.28, 0.64, 0.72, 0.72)], radius=side * 0.04, fill=PAPER)
    return picture.resize((ICON_PX, ICON_PX), Image.Resampling.LANCZOS)


@contextmanager
def page(title: str) -> Iterator[None]:
    """Everything that a page does happens inside this.

    Args:
        title: The page's name.
    """
    configure(title)
    navigation.ensure()
    st.html(STYLE)
    uploads.keep_in_memory()
    callbacks.lose_none()
    decode_apart()
    if visitor.ask_to_log_in():
        st.stop()
    session.begin(title)
    connection.note()
    navigation.neighbours(title)
    try:
        with polling.page_drawn():
            yield
        visitor.remember()
        connection.watch()
        listeners.begin()
    except Exception as error:
        show_error(error_text_of(error))
    finally:
        session.remember()


def shows_errors(function: Callable[P, None]) -> Callable[P, None]:
    """For a fragment's function: it runs again without its page, so it needs a guard of its own."""

    @wraps(function)
    def guarded(*args: P.args, **more: P.kwargs) -> None:
        try:
            function(*args, **more)
        except Exception as error:
            show_error(error_text_of(error))

    return guarded


def show_error(error: ErrorText) -> None:
    """One calm sentence, its code small below it."""
    with st.container(border=True):
        st.markdown(f":material/error: {plain(error.text)}")
        st.caption(f"Code: {plain(error.code)}")


@contextmanager
def shows_guesses() -> Iterator[None]:
    """What had to be guessed of the files that are read in here is said beside the page."""
    with told_guesses() as guesses:
        yield
    for guess in guesses:
        st.toast(plain(guess), icon=":material/info:", duration="long")


def show_trouble(key: str) -> None:
    """Once: the error that a callback has left under a session key; nothing where it left none."""
    error = st.session_state.pop(key, None)
    if error is not None:
        show_error(error)
