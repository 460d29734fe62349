"""Finished photos: one of them large, all of them small, and a row for every face and every bad file."""

from collections.abc import Callable

import pandas as pd
import streamlit as st

from fer.constants import QUALITY_TEXT
from fer.headline import headlines
from fer.photos import PhotoResult
from fer.verdict import verdicts
from fer.words import count, join, percent
from pages.ui import downloads, settings_panel
from pages.ui.bars import probability_bars
from pages.ui.limits import REMINDER
from pages.ui.photo_work import Batch, PhotosResult
from pages.ui.plain import name, plain, shorten
from pages.ui.reading import as_asked
from pages.ui.theme import chart, is_dark

CHOSEN = "photo_chosen"
"""Session key: place of the photo that is shown large."""
A_PAGE = 12
COLUMNS = 4
WORDS_NAMED = 4
PILLS = 12
"""More faces than this are chosen from a list."""
NO_FACE_HINT = "A face has to be at least about 28 pixels wide and turned roughly towards the camera."


def forget_choice() -> None:
    """Nothing is chosen any more."""
    st.session_state.pop(CHOSEN, None)


def title_row(batch: Batch, leave: Callable[[], None], default_unsure: float | None = None) -> float | None:
    """What was given, its settings, and the way to other photos.

    Args:
        batch: What is shown.
        leave: Drops the photos.
        default_unsure: The model's threshold; None while nothing is measured yet.

    Returns:
        The threshold as the slider stands, or None without a default.
    """
    chosen = None
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        first = name(batch.uploads[0].name)
        label = first if len(batch.uploads) == 1 else count(len(batch.uploads), "file")
        st.markdown(f":material/photo_library: {label}", width="content")
        with st.container(horizontal=True, width="content"):
            if default_unsure is not None:
                with st.popover("Settings", icon=":material/tune:", type="tertiary"):
                    _, chosen = settings_panel.reading_sliders(default_unsure, video=False)
                    settings_panel.analysis_form(label="Analyse again", video=False)
            st.button("Other photos", icon=":material/upload:", type="tertiary", on_click=leave)
    return chosen


def show(result: PhotosResult, batch: Batch, leave: Callable[[], None]) -> None:
    """The whole result.

    Args:
        result: What the job returned.
        batch: What was given.
        leave: Drops the photos.
    """
    unsure_below = title_row(batch, leave, result.unsure_below)
    half_life_s = result.report.settings.half_life_s
    report = as_asked(result.report, half_life_s=half_life_s, unsure_below=unsure_below)
    readable = [place for place, one in enumerate(result.results) if one.observations is not None]
    failed = [one for one in result.results if one.observations is None]
    if readable:
        first, *more = headlines(report.summary)
        st.subheader(first, anchor=False)
        for sentence in more:
            st.markdown(sentence)
    else:
        st.subheader("None of the files could be read.", anchor=False)
    for one in failed[:WORDS_NAMED]:
        st.markdown(f":material/error: **{name(one.name)}** {plain(one.error)} `{one.error_code}`")
    if len(failed) > WORDS_NAMED:
        st.caption(f"{count(len(failed) - WORDS_NAMED, 'more file')} could not be read; see the table.")
    if readable:
        _one(result, _chosen(readable), unsure_below)
        if len(readable) > 1:
            _gallery(result, readable, unsure_below)
    _table(result, unsure_below)
    st.caption(REMINDER)
    if readable:
        with st.container(horizontal=True):
            downloads.of_report(report, batch.uploads[0].name, key="photos")


def _chosen(readable: list[int]) -> int:
    """The photo that is shown large: what was clicked, else the first."""
    chosen = st.session_state.get(CHOSEN)
    return chosen if chosen in readable else readable[0]


def _choose(place: int) -> None:
    st.session_state[CHOSEN] = place


def _one(result: PhotosResult, place: int, unsure_below: float) -> None:
    """One photo large, and the numbers of its faces."""
    one = result.results[place]
    picture, numbers = st.columns([7, 5], gap="medium")
    with picture:
        st.image(
            result.picture(place, unsure_below),
            width="stretch",
            caption=name(one.name),
            alt=f"{shorten(one.name)} with its faces marked",
        )
    with numbers:
        for note in one.notes:
            st.caption(f":material/info: {plain(note)}")
        if len(one.observations):
            _one_face(one, place, unsure_below)
        else:
            st.markdown("**No face was found.**")
            st.caption(NO_FACE_HINT)
        st.download_button(
            "Photo with marks",
            lambda: result.picture(place, unsure_below, width=None),
            file_name=f"{downloads.safe_stem(one.name)}.jpg",
            mime="image/jpeg",
            icon=":material/image:",
            key="photo_marked",
            on_click="ignore",
        )


@st.fragment
def _one_face(one: PhotoResult, place: int, unsure_below: float) -> None:
    """The probabilities of one face of the photo; pills choose which."""
    words, confidence = verdicts(one.observations.probs, unsure_below)
    ids = [int(k) for k in one.observations.faces.track_id]
    row = 0
    if len(ids) > 1:
        names = [f"{face_id} {word}" for face_id, word in zip(ids, words, strict=True)]
        row = _pick(names, key=f"photo_face_{place}")
    sure = f", {percent(confidence[row])} sure" if words[row] != "unsure" else ""
    st.markdown(f"**Face {ids[row]}: {words[row]}**{sure}")
    chart(probability_bars(one.observations.probs[row], unsure_below, dark=is_dark()), key="photo_bars")
    st.caption(f"Quality: {quality_words(one.observations.quality[row])}")


def _pick(names: list[str], *, key: str) -> int:
    """Place of the chosen face: pills for a few, a list for many."""
    faces = range(len(names))
    if len(names) > PILLS:
        return st.selectbox("Face", faces, format_func=names.__getitem__, key=key)
    return st.pills(
        "Face",
        faces,
        default=0,
        required=True,
        format_func=names.__getitem__,
        label_visibility="collapsed",
        key=key,
    )


def _gallery(result: PhotosResult, readable: list[int], unsure_below: float) -> None:
    """All readable photos, a page at a time; a click shows one large."""
    pages = -(-len(readable) // A_PAGE)
    page = st.pagination(pages, key="photo_page") if pages > 1 else 1
    shown = readable[(page - 1) * A_PAGE : page * A_PAGE]
    for first in range(0, len(shown), COLUMNS):
        columns = st.columns(COLUMNS, gap="small")
        for column, place in zip(columns, shown[first : first + COLUMNS], strict=False):
            with column:
                _small(result, place, unsure_below)


def _small(result: PhotosResult, place: int, unsure_below: float) -> None:
    one = result.results[place]
    st.image(result.thumb(place, unsure_below), width="stretch", alt=f"{shorten(one.name)}, faces marked")
    st.button(
        shorten(one.name, 24),
        key=f"photo_{place}",
        type="tertiary",
        icon=":material/zoom_in:",
        help=f"Show {name(one.name)} large",
        on_click=_choose,
        args=(place,),
    )
    st.caption(in_words(one, unsure_below))


def in_words(one: PhotoResult, unsure_below: float) -> str:
    """What a photo shows: "2 faces: happy, unsure"."""
    words, _ = verdicts(one.observations.probs, unsure_below)
    if not words:
        return "no face found"
    few = words[:WORDS_NAMED] + (["…"] if len(words) > WORDS_NAMED else [])
    return f"{count(len(words), 'face')}: {', '.join(few)}"


def quality_words(code: str) -> str:
    """Reason codes as people read them."""
    return join([QUALITY_TEXT.get(part, part) for part in code.split("+")])


def _table(result: PhotosResult, unsure_below: float) -> None:
    """A row for every face, for every photo without one, and for every bad file."""
    st.dataframe(
        rows(result.results, unsure_below),
        hide_index=True,
        column_config={
            "Confidence": st.column_config.ProgressColumn(format="%d%%", min_value=0, max_value=100),
            "Remark": st.column_config.TextColumn(width="large"),
        },
        alt="Every face with expression, confidence and quality; bad files with the reason",
    )


def rows(results: tuple[PhotoResult, ...], unsure_below: float) -> pd.DataFrame:
    """The table of all faces.

    Args:
        results: Of all files.
        unsure_below: Threshold of "unsure".
    """
    table = []
    for one in results:
        if one.observations is None:
            table.append((one.name, None, None, None, f"{one.error} [{one.error_code}]"))
            continue
        words, confidence = verdicts(one.observations.probs, unsure_below)
        if not words:
            table.append((one.name, None, None, None, " · ".join(["no face found", *one.notes])))
        for k, word in enumerate(words):
            remark = " · ".join([quality_words(one.observations.quality[k]), *one.notes])
            face_id = int(one.observations.faces.track_id[k])
            table.append((one.name, face_id, word, round(100 * float(confidence[k])), remark))
    table = pd.DataFrame(table, columns=["Photo", "Face", "Expression", "Confidence", "Remark"])
    return table.astype({"Face": "Int64", "Confidence": "float64"})
