"""A tab whose theme has become another, light or dark, while it was open.

Streamlit (1.67) draws its own parts anew and leaves the rest: charts that were drawn for light paper could
not be read on dark. So the tab asks for its page.
"""

import streamlit as st

_JS = """
export default function ({ setStateValue }) {
  window.ferSchemeIs = (dark) => setStateValue("dark", dark);
  const app = document.querySelector('[data-testid="stApp"]');
  if (window.ferSchemeWatched || !app) return;
  window.ferSchemeWatched = true;
  const isDark = () => {
    const [red, green, blue] = getComputedStyle(app).backgroundColor.match(/[0-9.]+/g).map(Number);
    return red + green + blue < 384;
  };
  let before = isDark();
  new MutationObserver(() => {
    const now = isDark();
    if (now !== before) window.ferSchemeIs(now);
    before = now;
  }).observe(app, { attributes: true, attributeFilter: ["class"] });
}
"""
_component = st.components.v2.component("scheme", js=_JS)


def watch() -> None:
    """Where a page ends. Draws nothing."""
    _component(key="scheme", on_dark_change=lambda: None, height=1)
