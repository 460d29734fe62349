"""A data set on the page: classes, averages, leaks, spreads, labels, and its pictures if they are there."""

import pandas as pd
import streamlit as st

from fer.constants import DISPLAY_ORDER, EMOTIONS
from fer.dataset.cleaning import FAULTS
from fer.dataset.statistics import ClassFaces, Statistics
from fer.dataset_charts import agreement_chart, balance_chart, entropy_chart, measure_chart
from fer.words import count, percent
from pages.ui import guard
from pages.ui.dataset_work import DatasetView
from pages.ui.plain import name, plain
from pages.ui.sheets import sheet
from pages.ui.theme import chart, is_dark

A_PAGE, COLUMNS = 48, 12
LEAK = (
    "A network that has seen a picture in training can remember it, and its score on that picture says "
    "nothing about new faces. So a score is honest only on pictures that stand in no other split; `fer "
    "evaluate` prints both."
)
NEARLY = "Nearly: the same photo after a change of brightness, contrast, JPEG quality, or a shift by a pixel."


def show(statistics: Statistics, faces: ClassFaces, view: DatasetView | None) -> None:
    """Everything about a data set.

    Args:
        statistics: Its figures.
        faces: Its averages.
        view: Its rows; None where only the shipped figures are there.
    """
    _rejected(statistics)
    _classes(statistics)
    _averages(faces)
    _leaks(statistics)
    _measures(statistics)
    if statistics.votes:
        _votes(statistics)
    if view is not None:
        _pictures(view)


def _rejected(s: Statistics) -> None:
    if s.n_rejected:
        first = plain(s.rejected[0]) if s.rejected else ""
        st.markdown(f":material/warning: {s.n_rejected:,} rows could not be read. The first one, {first}.")


def _classes(s: Statistics) -> None:
    st.subheader("Classes", anchor=False)
    counts = {e: sum(split.classes[e] for split in s.splits.values()) for e in EMOTIONS}
    most, least = max(counts, key=counts.get), min(counts, key=counts.get)
    times = f", {counts[most] / counts[least]:.0f} times as many as {least}" if counts[least] else ""
    st.markdown(f"{percent(counts[most] / max(s.n_rows, 1))} of {s.n_rows:,} faces are {most}{times}.")
    chart(balance_chart(s, dark=is_dark()), key="dataset_balance")
    table = pd.DataFrame(
        [[name_, split.n, *(split.classes[e] for e in DISPLAY_ORDER)] for name_, split in s.splits.items()],
        columns=["Split", "Faces", *DISPLAY_ORDER],
    )
    numbers = dict.fromkeys(table.columns[1:], st.column_config.NumberColumn(format="localized"))
    st.dataframe(table, hide_index=True, column_config=numbers, alt="Faces of each expression in every split")


def _averages(faces: ClassFaces) -> None:
    st.subheader("Mean faces", anchor=False)
    st.caption("The average over all faces of an expression, and how far single faces differ from it.")
    shown = [name_ for name_ in DISPLAY_ORDER if faces.n[EMOTIONS.index(name_)]]
    with st.container(horizontal=True):
        for emotion in shown:
            k = EMOTIONS.index(emotion)
            spread = (faces.spread[k] * (255 / max(float(faces.spread.max()), 1.0))).astype("uint8")
            pair = sheet(
                [faces.mean[k].astype("uint8"), spread],
                columns=1,
                zoom=3,
                background=30 if is_dark() else 255,
            )
            st.image(pair, width=116, caption=emotion, alt=f"Mean face of {emotion} above its spread")


def _leaks(s: Statistics) -> None:
    st.subheader("Repeats and leaks", anchor=False)
    for shared in s.repeats.across:
        split, other = plain(shared.split), plain(shared.other)
        st.markdown(f"**{shared.n:,}** pictures of {split} stand pixel for pixel in {other} too.")
    if not s.repeats.across:
        st.markdown("No picture stands in more than one split.")
    for split, n in s.repeats.within.items():
        if n:
            same, groups = s.repeats.same_label[split], s.repeats.conflict_groups[split]
            more = f"; {count(groups, 'picture')} with more than one label" if groups else ""
            st.markdown(
                f"**{n:,}** of {plain(split)} repeat an earlier one, {same:,} with the same label{more}."
            )
    st.caption(LEAK)
    rows = [[f"{fault}: {FAULTS[fault]}", *counts.values()] for fault, counts in s.faults.items()]
    st.dataframe(
        pd.DataFrame(rows, columns=["Pictures that …", *s.splits]),
        hide_index=True,
        column_config={"Pictures that …": st.column_config.TextColumn(width="large")},
        alt="Faults and how many rows of each split have them",
    )
    st.caption(f"{NEARLY} The first word is what `fer train --drop` takes.")


def _measures(s: Statistics) -> None:
    st.subheader("Light, contrast, sharpness", anchor=False)
    for column, (title, measure) in zip(st.columns(len(s.measures)), s.measures.items(), strict=True):
        with column:
            st.markdown(f"**{title.capitalize()}**")
            chart(measure_chart(measure, dark=is_dark()), key=f"dataset_{title}")


def _votes(s: Statistics) -> None:
    v = s.votes
    st.subheader("A second opinion on the labels", anchor=False)
    st.markdown(
        f"FER+ asked ten people about every face. Their majority agrees with the label on "
        f"**{percent(v.agreement)}** of {v.n_compared:,} faces."
    )
    left, right = st.columns(2)
    with left:
        st.markdown("**Agrees with the label**")
        chart(agreement_chart(v, dark=is_dark()), key="dataset_agreement")
    with right:
        st.markdown("**How far the ten disagree**")
        chart(entropy_chart(v, dark=is_dark()), key="dataset_entropy")
    st.caption(
        f"Left out: {v.n_tied:,} ties, {v.n_contempt:,} contempt, {v.n_unknown:,} that most could not tell, "
        f"{v.n_unnamed + v.n_no_face:,} without votes or without a face."
    )


@st.fragment
@guard.calm
def _pictures(view: DatasetView) -> None:
    """The pictures themselves: by split, expression and fault, a page at a time."""
    st.subheader("Pictures", anchor=False)
    data = view.dataset
    with st.container(horizontal=True):
        split = st.selectbox("Split", ["all", *view.statistics.splits], key="pictures_split")
        emotion = st.selectbox("Expression", ["all", *DISPLAY_ORDER], key="pictures_emotion")
        fault = st.selectbox("Fault", ["any or none", *view.found], key="pictures_fault")
    chosen = view.found[fault].copy() if fault in view.found else data.labels >= 0
    if split != "all":
        chosen &= data.usage == split
    if emotion != "all":
        chosen &= data.labels == EMOTIONS.index(emotion)
    places = chosen.nonzero()[0]
    if not len(places):
        st.caption("No picture is of that kind.")
        return
    pages = -(-len(places) // A_PAGE)
    page = st.pagination(pages, key=f"pictures_page_{split}_{emotion}_{fault}") if pages > 1 else 1
    shown = places[(page - 1) * A_PAGE : page * A_PAGE]
    picture = sheet(data.images[shown], columns=COLUMNS, background=30 if is_dark() else 255)
    st.image(picture, alt=f"{len(shown)} faces: {split}, {emotion}, {fault}")
    rows = ", ".join(str(row) for row in data.rows[shown[:COLUMNS]])
    st.caption(f"{len(places):,} pictures of {name(view.statistics.source)}. First row: {rows}.")
