"""Where labels come from: files that are labelled already, or faces that are tagged here."""

import streamlit as st

from fer.sources import content_kind
from pages.ui.app import session, uploads
from pages.ui.app.markdown import plain, shorten
from pages.ui.app.uploads import Upload
from pages.ui.labels.tagging import DEFAULT_MANY, HOW_MANY, MANY, title_of
from pages.ui.work.photos import PhotoUploads

LABELED_TYPES = ["zip", "csv", "jpg", "jpeg", "png", "webp", "bmp"]
LABELED_MB = 200
TAG_TYPES = [*uploads.VIDEO_TYPES, *uploads.PHOTO_TYPES]
FORMS = """
A **zip** with a folder for each expression, as `fer evaluate` reads it:

```
happy/anna.jpg
sad/ben.png
```

Or a **CSV** with the columns `file` and `label`, together with the pictures or a zip of them:

```
file,label
anna.jpg,happy
ben.png,sad
```

Labels are happy, surprise, neutral, sad, fear, disgust and angry. The pictures are cropped faces, one in
each, framed about as FER2013's: from the forehead to the chin.
"""


def choose() -> None:
    """Nothing is there yet: take labelled faces, or faces to label."""
    st.title("Labels of your own", anchor=False)
    st.markdown("How often does the network agree with people who label your material?")
    have, make = st.columns(2, gap="large")
    with have:
        st.markdown("#### :material/fact_check: I have labels")
        st.caption("Labelled faces, scored as `fer evaluate` scores them.")
        _take_labeled()
        with st.expander("What the files have to look like", icon=":material/help:"):
            st.markdown(FORMS)
    with make:
        st.markdown("#### :material/sell: I label faces now")
        st.caption("Faces from your video or photos, one after another, with the keys 1 to 7.")
        _take_faces()


def _take_labeled() -> None:
    given = uploads.take(
        "Drop a zip, or a CSV and its pictures, here",
        key="labelled_upload",
        types=LABELED_TYPES,
        limit_mb=LABELED_MB,
        many=True,
    )
    if given:
        session.keep(session.LABELED, PhotoUploads(tuple(given)))
        st.rerun()


def _take_faces() -> None:
    st.segmented_control(
        "Faces to label",
        HOW_MANY,
        default=DEFAULT_MANY,
        required=True,
        key=MANY,
        persist_state="session",
        help="Well spread over time and people. The more, the narrower the intervals.",
    )
    given = uploads.take(
        "Drop a video or photos here",
        key="tag_upload",
        types=TAG_TYPES,
        limit_mb=uploads.VIDEO_MB,
        many=True,
    )
    if given:
        _start(_source(given))
        st.rerun()
    for kept, icon in ((session.CLIP, ":material/movie:"), (session.BATCH, ":material/photo_library:")):
        source = session.kept(kept)
        if source is not None:
            label = plain(f"Faces of {shorten(title_of(source))}")
            st.button(label, icon=icon, key=f"tag_from_{kept}", on_click=_start, args=(source,))


def _source(given: list[Upload]) -> Upload | PhotoUploads:
    """One video, or photos; among several files a video is named as one that cannot be read."""
    [first, *more] = given
    is_video = bool(first.data) and content_kind(first.data) == "video"
    return first if is_video and not more else PhotoUploads(tuple(given))


def _start(source: Upload | PhotoUploads) -> None:
    session.keep(session.TAG_SOURCE, source)
