"""The model card as it stands in models/, to read and to keep."""

import re

import streamlit as st

from fer.evaluation.figures.texts import CARD, read_text
from fer.io.places import MODELS_DIR
from pages.ui.work import model_files

_FENCE = re.compile(r"^```\w*\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def show() -> None:
    """The part of the page."""
    text = model_files.read(read_text, MODELS_DIR / CARD)
    if text is None:
        return
    st.download_button(
        "Save the card",
        text.encode(),
        file_name=CARD,
        mime="text/markdown",
        icon=":material/download:",
        key="card_save",
        on_click="ignore",
    )
    with st.container(width=820):
        # Code is wrapped: what scrolls sideways cannot be read with the keyboard.
        for k, part in enumerate(_FENCE.split(text)):
            if k % 2:
                st.code(part.strip(), language="bash", wrap_lines=True)
            elif part.strip():
                st.markdown(part)
