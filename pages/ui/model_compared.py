"""Compared: other networks on the same rows, FER+'s view of the labels, and the lesson of the leak."""

import streamlit as st


def show() -> None:
    """The part of the page."""
    st.caption("later")
