"""Model: how good the network is, how sure its percentages are, how it was made, and where it looks."""

import streamlit as st

from pages.ui import (
    explain,
    guard,
    model_answer,
    model_card,
    model_compared,
    model_made,
    model_right,
    model_sure,
)

# Key of the tabs, and their name in the page's address.
PART = "part"

PARTS = {
    "Right and wrong": model_right.show,
    "How sure": model_sure.show,
    "Training": model_made.show,
    "Compared": model_compared.show,
    "Explain a face": explain.show,
    "Model card": model_card.show,
}

with guard.page("Model"):
    st.title("The network", anchor=False)
    model_answer.show()
    for tab, draw in zip(st.tabs(list(PARTS), key=PART, bind="query-params"), PARTS.values(), strict=True):
        # Only the open part is drawn: the page is there at once.
        if tab.open:
            with tab:
                draw()
