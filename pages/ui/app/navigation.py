"""The pages of the app and the way between them."""

from contextvars import ContextVar
from typing import NamedTuple

import streamlit as st
from streamlit.runtime.pages_manager import PagesManager

from pages.ui.app import visitor, warming


class AppPage(NamedTuple):
    """A page of the app.

    Args:
        path: Its file.
        title: Its name.
        icon: Its symbol.
    """

    path: str
    title: str
    icon: str


SESSIONS = "pages/sessions.py"
TOP = (
    AppPage("pages/home.py", "Home", ":material/home:"),
    AppPage("pages/live.py", "Live", ":material/videocam:"),
    AppPage("pages/video.py", "Video", ":material/movie:"),
    AppPage("pages/photos.py", "Photos", ":material/photo_library:"),
    AppPage(SESSIONS, "Sessions", ":material/inventory_2:"),
    AppPage("pages/inside.py", "Look inside", ":material/search_insights:"),
)
"""What most people come for, always in sight; the first one is at the bare address."""

INSIDE = (
    AppPage("pages/labels.py", "Labels", ":material/fact_check:"),
    AppPage("pages/action_units.py", "Action Units", ":material/face:"),
    AppPage("pages/model.py", "Model", ":material/neurology:"),
    AppPage("pages/dataset.py", "Dataset", ":material/dataset:"),
    AppPage("pages/labs.py", "Labs", ":material/science:"),
    AppPage("pages/prepare.py", "Prepare", ":material/dataset_linked:"),
)
"""How an answer comes about and how far to trust it: behind the last page on top, and beside each other."""

PAGES = (*TOP, *INSIDE)
ROW_PX = 44
"""Height of the row of neighbours: its links come after the words below it, and must not move them."""

_JS = """
export default function ({ data, parentElement }) {
  const row = (parentElement.host || parentElement).closest(".st-key-neighbours");
  const mark = () => {
    const here = row.querySelectorAll("a")[data.place];
    if (!here || here.hasAttribute("aria-current")) return;
    here.setAttribute("aria-current", "page");
    const [outer, inner] = [row.getBoundingClientRect(), here.getBoundingClientRect()];
    row.scrollLeft += inner.left + inner.width / 2 - outer.left - outer.width / 2;
  };
  mark();
  const watch = new MutationObserver(mark);  // links may come later, or anew
  watch.observe(row, { childList: true, subtree: true });
  return () => watch.disconnect();
}
"""
_in_sight = st.components.v2.component("neighbour_in_sight", js=_JS)
"""On a telephone the row is wider than the page, and where one is may stand outside it."""

_inside: ContextVar[bool] = ContextVar("inside_navigation", default=False)


def _declare() -> st.Page:
    """Tell Streamlit the pages, and run again if it did not know them.

    Until a process has seen `st.navigation` once, Streamlit takes pages/ for the navigation: a deep
    link runs its page without the entrypoint, and widgets lose what was put into them when the next
    run goes the right way.
    """
    unknown = PagesManager.uses_pages_directory
    pages = [
        st.Page(
            page.path,
            title=page.title,
            icon=page.icon,
            default=page is TOP[0],
            visibility="visible" if page in _shown() else "hidden",
        )
        for page in PAGES
    ]
    page = st.navigation(pages, position="top")
    if unknown:
        st.rerun()
    return page


def _shown() -> tuple[AppPage, ...]:
    """What stands on top: sessions only where they can be kept."""
    return TOP if visitor.keeps_sessions() else tuple(page for page in TOP if page.path != SESSIONS)


def run() -> None:
    """Draw the navigation and run the page that was asked for."""
    warming.put_aside()
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


def neighbours(title: str) -> None:
    """On a page of `INSIDE`: the way to the others; on any other page nothing.

    Args:
        title: Of the page.
    """
    if not any(page.title == title for page in INSIDE):
        return
    with st.container(
        horizontal=True, wrap=False, gap="small", height=ROW_PX, border=False, key="neighbours"
    ):
        row = (TOP[-1], *INSIDE)
        for page in row:
            st.page_link(page.path, label=page.title, icon=page.icon)
        place = next(k for k, page in enumerate(row) if page.title == title)
        _in_sight(key=f"neighbour_{place}", data={"place": place}, width=1, height=1)
