"""Look inside: how an answer comes about, and how far to trust it. The way to the pages that show it."""

import streamlit as st

from pages.ui.app import navigation, page_setup

ABOUT = {
    "Labels": "Check it on your own material: label some faces, and see how often it agrees with you.",
    "Action Units": "The movements that expressions are made of, one by one, on a drawing and on a face.",
    "Model": "How often the network is right, how sure its percentages are, how it was made, where it looks.",
    "Dataset": "The faces that it learned from, with their repeats, leaks and disputed labels; or your own.",
    "Labs": "Make a face harder to read, step by step, and see where the answer changes.",
    "Prepare": "From photos in folders to a data set that a network can be trained on.",
}
COLUMNS = 2

with page_setup.page("Look inside"):
    st.title("Look inside", anchor=False)
    st.markdown("How an answer comes about, and how far to trust it.")
    for k in range(0, len(navigation.INSIDE), COLUMNS):
        row = navigation.INSIDE[k : k + COLUMNS]
        for page, column in zip(row, st.columns(COLUMNS, gap="small"), strict=False):
            with column, st.container(gap="xxsmall"):
                st.page_link(page.path, label=f"**{page.title}**", icon=page.icon)
                st.caption(ABOUT[page.title])
