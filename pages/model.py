"""Model: how good the network is, how sure its percentages are, how it was made, and where it looks."""

import streamlit as st

from pages.ui.app import page_setup
from pages.ui.model import accuracy, calibration, card, comparison, explain, scores, training

# Key of the tabs, and their name in the page's address.
PART = "part"

PARTS = {
    "Right and wrong": accuracy.show,
    "How sure": calibration.show,
    "Training": training.show,
    "Compared": comparison.show,
    "Explain a face": explain.show,
    "Model card": card.show,
}

with page_setup.page("Model"):
    st.title("The network", anchor=False)
    scores.show()
    for tab, draw in zip(st.tabs(list(PARTS), key=PART, bind="query-params"), PARTS.values(), strict=True):
        # Only the open part is drawn: the page is there at once.
        if tab.open:
            with tab:
                draw()
