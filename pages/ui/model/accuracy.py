"""Right and wrong: the confusion matrix, faces of a clicked cell, the figures of every expression."""

import numpy as np
import streamlit as st

from fer.charts.accuracy import classes_chart, confusion_chart
from fer.emotion.heads import LABELS
from pages.ui.app.theme import chart, clicked, is_dark
from pages.ui.model.scores import shown_head, test_scores
from pages.ui.parts import class_table, examples


def show() -> None:
    """The part of the page."""
    scores = test_scores()
    if scores is None:
        return
    left, right = st.columns([6, 5], gap="large")
    with left:
        st.markdown("**What labels are read as**")
        figure = confusion_chart(np.array(scores.confusion.counts), dark=is_dark())
        cell = clicked(figure, key="confusion")
        by_label = shown_head() == LABELS
        more = ":material/touch_app: Click a cell to see faces of it." if by_label else ""
        st.caption(f"Each row adds up to 100%. {more}")
    with right:
        st.markdown("**F1 of every expression**")
        chart(classes_chart(scores.classes, dark=is_dark()), key="classes")
        st.caption("The line is the 95% interval: few faces, wide line.")
    if cell and by_label:
        examples.show(*cell, labelled=np.array(scores.confusion.counts).sum(1).tolist())
    class_table.show(scores.classes, key="class_table")
