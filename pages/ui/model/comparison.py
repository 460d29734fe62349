"""Compared: other networks, FER+'s view of the labels, and the lesson of the leak."""

import pandas as pd
import streamlit as st

from fer.charts.accuracy import Row, comparison_chart
from fer.evaluation.figures.leak_lesson import LESSON, LeakLesson, read_lesson
from fer.evaluation.figures.metrics_file import TEST_SPLIT, Estimate, FerPlusScores
from fer.evaluation.figures.networks import COMPARISON, Comparison, NetworkRow, accuracy_text, read_comparison
from fer.evaluation.figures.real_faces import REAL_FACES, read_real_faces
from fer.evaluation.figures.real_faces_table import HEADER as REAL_HEADER
from fer.evaluation.figures.real_faces_table import real_faces_rows
from fer.evaluation.figures.rivals import RIVALS
from fer.io.places import MODELS_DIR
from fer.text import MISSING, percent
from pages.ui.app.theme import chart, is_dark
from pages.ui.model.scores import metrics
from pages.ui.parts.class_table import interval
from pages.ui.work import model_files


def show() -> None:
    """The part of the page."""
    compared = model_files.read(read_comparison, MODELS_DIR / COMPARISON)
    _all_networks(compared)
    _real_photos()
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown("**A second view of the labels**")
        _ferplus()
    with right:
        st.markdown("**What a leak is worth**")
        lesson = model_files.read(read_lesson, MODELS_DIR / LESSON)
        if lesson:
            _leak(lesson)


def _all_networks(compared: Comparison | None) -> None:
    """Ours and others by accuracy, then what each costs and whose number it is."""
    st.markdown("**Accuracy on official test rows of FER2013**")
    chart(comparison_chart(_rows(compared), what="accuracy", dark=is_dark()), key="networks")
    st.caption("Bold: this project’s networks, with 95% intervals. Others as far as they can be compared.")
    if compared:
        st.dataframe(
            ours_table(compared),
            placeholder=MISSING,
            hide_index=True,
            key="networks_table",
            alt="Networks of this project",
        )
        st.caption(
            f"Latency of one face, median of {compared.rounds:,} on {compared.cpus} processors; the "
            "product adds detection and mesh."
        )
    with st.expander("Whose numbers the others are", icon=":material/menu_book:"):
        st.dataframe(
            rivals_table(),
            placeholder=MISSING,
            hide_index=True,
            key="rivals_table",
            alt="Figures of others with sources",
        )


def _real_photos() -> None:
    """Ours and others on photos of people, one run; nothing where nobody measured."""
    if not (MODELS_DIR / REAL_FACES).is_file():
        return
    figures = model_files.read(read_real_faces, MODELS_DIR / REAL_FACES)
    if figures is None:
        return
    st.markdown("**Real photos**")
    table = pd.DataFrame(real_faces_rows(figures), columns=["Product", *REAL_HEADER[1:]])
    st.dataframe(
        table,
        placeholder=MISSING,
        hide_index=True,
        key="real_photos",
        alt="This product and others on real photos",
    )
    st.caption(
        f"{figures.n:,} closely cut photos of people ({figures.data}), one run, each through a detector of "
        "its own. Nothing was trained or chosen on them. No face found counts as wrong. Disgust "
        f"({figures.ours.classes['disgust'].n}) and fear ({figures.ours.classes['fear'].n} photos) say "
        "little: “five expressions” leaves them out."
    )


def _rows(compared: Comparison | None) -> list[Row]:
    """The lines of the chart: the shipped network from its own figures, then the rest."""
    found = metrics()
    rows = []
    if found is not None and found.test is not None:
        rows.append(Row(f"{found.model} (shipped)", found.test.plain.accuracy, ours=True))
        rows.append(Row(f"{found.model}, mirror image too", found.test.flip.accuracy, ours=True))
    shipped = found.model if found is not None else ""
    for network in compared.networks if compared else ():
        if network.private_test is not None and network.scored != shipped:
            rows.append(Row(network.name, network.private_test, ours=True))
    for rival in RIVALS:
        if rival.comparable:
            name = rival.name if rival.rows == TEST_SPLIT else f"{rival.name}, {rival.rows}"
            rows.append(Row(name, Estimate(rival.accuracy, rival.accuracy, rival.accuracy)))
    return rows


def ours_table(compared: Comparison) -> pd.DataFrame:
    """Size, cost and accuracy of this project's networks."""
    return pd.DataFrame([_cells(network) for network in compared.networks])


def _cells(network: NetworkRow) -> dict[str, str]:
    times = {f"ms, {threads} thread": f"{ms:.2f}" for threads, ms in sorted(network.latency_ms.items())}
    return {
        "Network": network.name,
        "Parameters": f"{network.parameters:,}",
        "MMACs": f"{network.macs / 1e6:.0f}",
        **times,
        "PrivateTest": accuracy_text(network.private_test),
        "What it is": network.note,
    }


def rivals_table() -> pd.DataFrame:
    """Others' figures with rows, origin and source."""
    table = [
        {
            "Network": rival.name,
            "Accuracy": f"{rival.accuracy:.1%}",
            "Rows": rival.rows,
            "Whose number": rival.whose,
            "Comparable": "yes" if rival.comparable else "no",
            "Note": rival.note,
            "Source": rival.source,
        }
        for rival in RIVALS
    ]
    return pd.DataFrame(table)


def _ferplus() -> None:
    """The same answers against the majority of ten annotators."""
    found = metrics()
    if found is None or found.test is None:
        return
    view = found.test.ferplus
    if view is None:
        st.caption(":material/info: The network was not held against FER+.")
        return
    rows = [
        Row("network, FER2013’s label", found.test.plain.accuracy, ours=True),
        Row("network, FER+’s majority", view.plain.accuracy, ours=True),
        Row("FER2013’s label, FER+’s majority", view.label_agreement),
    ]
    chart(comparison_chart(rows, what="share that agrees", dark=is_dark()), key="ferplus")
    st.caption(ferplus_words(view))


def ferplus_words(view: FerPlusScores) -> str:
    """What FER+ says, in sentences."""
    left_out = view.n_unnamed + view.n_unknown + view.n_tied + view.n_contempt
    return (
        f"Ten people labelled each picture again (FER+). Their majority is FER2013’s own label for only "
        f"{percent(view.label_agreement.value)}; the network meets the majority in "
        f"{view.plain.accuracy.value:.1%} ({interval(view.plain.accuracy)}) of {view.plain.n:,} faces. "
        f"Left out: {left_out:,} without a majority for one of the seven expressions."
    )


def _leak(lesson: LeakLesson) -> None:
    """Both numbers, and why they differ."""
    ways = {"Copies first, then split": lesson.leaky, "Split first, then copies": lesson.honest}
    for column, (name, way) in zip(st.columns(2), ways.items(), strict=True):
        with column:
            st.metric(name, f"{way.accuracy_on_its_own_test:.1%}")
            st.caption(f"on faces it had never seen {way.accuracy_on_unseen_faces:.1%}")
    st.markdown(lesson.explanation)
