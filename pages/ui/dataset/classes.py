"""The classes of a data set: how many faces of each, their averages, their light, contrast and sharpness."""

import pandas as pd
import streamlit as st

from fer.charts.dataset import balance_chart, measure_chart
from fer.constants import DISPLAY_ORDER, EMOTIONS
from fer.dataset.statistics import ClassFaces, Statistics
from fer.text import MISSING, count, join, percent, verb
from pages.ui.app.markdown import plain
from pages.ui.app.theme import chart, is_dark
from pages.ui.parts.contact_sheet import sheet
from pages.ui.work.dataset import DatasetFigures


def show(shown: DatasetFigures) -> None:
    """The part of the page.

    Args:
        shown: The data set.
    """
    _rejected(shown.statistics)
    _classes(shown.statistics)
    _averages(shown.faces)
    _measures(shown.statistics)


def _rejected(s: Statistics) -> None:
    if s.n_rejected:
        said = f"{count(s.n_rejected, 'row')} could not be read"
        first = plain(s.rejected[0]) if s.rejected else ""
        why = verb(s.n_rejected, f" ({first})", f". The first one, {first}") if first else ""
        st.markdown(f":material/warning: {said}{why}.")


def _classes(s: Statistics) -> None:
    counts = {e: sum(split.classes[e] for split in s.splits.values()) for e in EMOTIONS}
    st.markdown(balance_sentence(counts))
    chart(balance_chart(s, dark=is_dark()), key="dataset_balance")
    table = pd.DataFrame(
        [[name_, split.n, *(split.classes[e] for e in DISPLAY_ORDER)] for name_, split in s.splits.items()],
        columns=["Split", "Faces", *DISPLAY_ORDER],
    )
    numbers = dict.fromkeys(table.columns[1:], st.column_config.NumberColumn(format="localized"))
    st.dataframe(
        table,
        placeholder=MISSING,
        hide_index=True,
        column_config=numbers,
        alt="Faces of each expression in every split",
    )


def balance_sentence(counts: dict[str, int]) -> str:
    """How far the classes are from being of one size.

    Args:
        counts: Faces of each expression.
    """
    most, least = max(counts, key=counts.get), min(counts, key=counts.get)
    n, ratio = sum(counts.values()), counts[most] / max(counts[least], 1)
    if counts[most] == counts[least]:
        return f"{n:,} faces, as many of each expression."
    there = [expression for expression in DISPLAY_ORDER if counts[expression]]
    if len(there) == 1:
        all_of_them = {1: "The only face is", 2: "Both faces are"}.get(n, f"All {n:,} faces are")
        return f"{all_of_them} {most}."
    if counts[most] == min(counts[expression] for expression in there):
        return f"{n:,} faces, as many of each: {join(there)}."
    beside = f", {ratio:.{0 if ratio >= 10 else 1}f} times as many as {least}"
    if ratio < 1.05:
        beside = f", hardly more than {least}"
    return f"{percent(counts[most] / n)} of {n:,} faces are {most}{beside * bool(counts[least])}."


def _averages(faces: ClassFaces) -> None:
    st.markdown("**Mean faces**")
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
            st.image(pair, width=100, caption=emotion, alt=f"Mean face of {emotion} above its spread")


def _measures(s: Statistics) -> None:
    st.markdown("**Light, contrast, sharpness**")
    for column, (title, measure) in zip(st.columns(len(s.measures)), s.measures.items(), strict=True):
        with column:
            st.markdown(f"**{title.capitalize()}**")
            chart(measure_chart(measure, dark=is_dark()), key=f"dataset_{title}")
