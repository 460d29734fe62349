"""Model: how good the network is, how sure its percentages are, how it was made, and where it looks."""

import streamlit as st

from pages.ui.app import guard
from pages.ui.model import answer, card, compared, explain, made, right, sure

# Key of the tabs, and their name in the page's address.
PART = "part"

PARTS = {
    "Right and wrong": right.show,
    "How sure": sure.show,
    "Training": made.show,
    "Compared": compared.show,
    "Explain a face": explain.show,
    "Model card": card.show,
}

with guard.page("Model"):
    st.title("The network", anchor=False)
    answer.show()
    for tab, draw in zip(st.tabs(list(PARTS), key=PART, bind="query-params"), PARTS.values(), strict=True):
        # Only the open part is drawn: the page is there at once.
        if tab.open:
            with tab:
                draw()
