"""Training: the curves of every stage, and the architecture."""

import streamlit as st

from fer.charts.architecture import in_theme
from fer.charts.training import history_chart
from fer.evaluation.figures.history import HISTORY, Epoch, read_history
from fer.evaluation.figures.texts import DRAWING, read_text
from fer.io.places import MODELS_DIR
from fer.text import count, join, span
from pages.ui.app.theme import chart, is_dark
from pages.ui.work import model_files


def show() -> None:
    """The part of the page."""
    st.markdown("**How it was trained**")
    history = model_files.read(read_history, MODELS_DIR / HISTORY)
    if history:
        chart(history_chart(history, dark=is_dark()), key="history")
        st.caption(_facts(history))
        st.download_button(
            "History as CSV",
            lambda: (MODELS_DIR / HISTORY).read_bytes(),
            file_name=HISTORY,
            mime="text/csv",
            icon=":material/table:",
            key="history_csv",
            on_click="ignore",
        )
    st.markdown("**What it is made of**")
    drawing = model_files.read(read_text, MODELS_DIR / DRAWING)
    if drawing:
        st.image(
            in_theme(drawing, dark=is_dark()),
            alt="The layers from the 48 × 48 face to seven outputs",
        )


def _facts(history: list[Epoch]) -> str:
    """Stages, epochs and time in a sentence."""
    epochs: dict[str, int] = {}
    for epoch in history:
        epochs[epoch.stage] = epochs.get(epoch.stage, 0) + 1
    stages = join([f"{name}: {count(n, 'epoch')}" for name, n in epochs.items()])
    total = count(len(history), "epoch") if len(epochs) < 2 else stages
    peak = max(epoch.learning_rate for epoch in history)
    return (
        f"{total}, {span(sum(epoch.seconds for epoch in history))} in all; learning rate at most {peak:.3g}. "
        "The loss in training includes label smoothing and all heads. Every choice was made on PublicTest, "
        "whose rows were not trained on."
    )
