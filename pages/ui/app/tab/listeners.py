"""What every page adds to its tab once, for whoever goes by keyboard or has a narrow window."""

import streamlit as st

from pages.ui.app.tab import focus, menu, popovers, shortcuts

_ALL = "\n".join(f"({one.JS.strip()})();" for one in (focus, popovers, menu, shortcuts))
_component = st.components.v2.component("listeners", js=f"export default function () {{\n{_ALL}\n}}")


def begin() -> None:
    """Where a page ends. Draws nothing."""
    _component(key="listeners", height=1)
