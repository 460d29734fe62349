"""Compared: other networks on the same rows, FER+'s view of the labels, and the lesson of the leak."""

import streamlit as st

from fer.charts_accuracy import Row, comparison_chart
from fer.emotion import MODELS_DIR
from fer.evaluation.schema import FerPlusScores
from fer.model_files import LEAK_LESSON, LeakLesson, read_leak_lesson
from fer.words import percent
from pages.ui import model_files
from pages.ui.model_answer import interval, metrics
from pages.ui.theme import chart, is_dark


def show() -> None:
    """The part of the page."""
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown("**A second view of the labels**")
        _ferplus()
    with right:
        st.markdown("**Why others report 89.6%**")
        lesson = model_files.read(read_leak_lesson, MODELS_DIR / LEAK_LESSON)
        if lesson:
            _leak(lesson)


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
        Row("FER2013’s label", found.test.plain.accuracy, ours=True),
        Row("FER+’s majority", view.plain.accuracy, ours=True),
        Row("FER2013 against FER+", view.label_agreement),
    ]
    chart(comparison_chart(rows, what="share that agrees", dark=is_dark()), key="ferplus")
    st.caption(_ferplus_words(view))


def _ferplus_words(view: FerPlusScores) -> str:
    left_out = view.n_unnamed + view.n_unknown + view.n_tied + view.n_contempt
    return (
        f"Ten people labelled each picture again (FER+). Their majority is FER2013’s own label for only "
        f"{percent(view.label_agreement.value)}; the network meets the majority in "
        f"{view.plain.accuracy.value:.1%} ({interval(view.plain.accuracy)}) of {view.plain.n:,} faces. "
        f"Left out: {left_out:,} without a majority for one of the seven expressions."
    )


def _leak(lesson: LeakLesson) -> None:
    """Both numbers, and why they differ."""
    leaky, honest = lesson.leaky, lesson.honest
    one, two = st.columns(2)
    one.metric("Copies first, then split", f"{leaky.accuracy_on_its_own_test:.1%}")
    one.caption(f"on faces never seen {leaky.accuracy_on_unseen_faces:.1%}")
    two.metric("Split first, then copies", f"{honest.accuracy_on_its_own_test:.1%}")
    two.caption(f"on faces never seen {honest.accuracy_on_unseen_faces:.1%}")
    st.markdown(
        f"The same network, the same {lesson.photos:,} photos, the same {lesson.epochs} epochs. Where every "
        "photo is mirrored, brightened and sharpened before the split, "
        f"{percent(leaky.test_images_with_a_copy_in_training)} of the test pictures have a copy among those "
        "that are trained on: the test asks for memory. The first project’s 89.6% came about in this way. "
        "Faces that neither had seen show what each is worth."
    )
