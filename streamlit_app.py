"""The app: page configuration and navigation. Everything else lives in pages/ and fer/."""

import streamlit as st

from pages.ui.guard import configure

PAGES = (
    ("pages/home.py", "Home", ":material/home:"),
    ("pages/video.py", "Video", ":material/movie:"),
    ("pages/images.py", "Photos", ":material/photo_library:"),
)

configure()
st.navigation(
    [
        st.Page(path, title=title, icon=icon, default=index == 0)
        for index, (path, title, icon) in enumerate(PAGES)
    ],
    position="top",
).run()
