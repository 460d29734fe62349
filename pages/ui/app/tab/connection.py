"""A tab that has to ask for its page: it lost its server and has found one again, or its theme is another.

Streamlit (1.67) leaves such a tab as it was. A server that was started anew knows nothing of what stands in
it, and whatever is pressed in a fragment is lost without a word: the page says what has happened. And charts
that were drawn for light paper could not be read on dark.
"""

import streamlit as st

from pages.ui.app import visitor

SESSIONS = "pages/sessions.py"
KNOWN, STARTED_ANEW = "connection_known", "started_anew"
"""Session keys: a page of this session was drawn to its end; the tab is older than the server."""
TEXT = ":material/restart_alt: The app was started anew. What was open here and not kept is gone."
_JS = """
export default function ({ setStateValue }) {
  window.ferConnectedAgain = () => setStateValue("again", Date.now());
  const app = document.querySelector('[data-testid="stApp"]');
  const name = "data-test-connection-state";
  if (window.ferConnectionWatched || !app?.hasAttribute(name)) return;
  window.ferConnectionWatched = true;
  const isDark = () => {
    const [red, green, blue] = getComputedStyle(app).backgroundColor.match(/[0-9.]+/g).map(Number);
    return red + green + blue < 384;
  };
  let [lost, dark] = [false, isDark()];
  new MutationObserver(() => {
    const connected = app.getAttribute(name) === "CONNECTED";
    const isNow = isDark();
    if (connected && (lost || isNow !== dark)) window.ferConnectedAgain();
    [lost, dark] = [!connected, isNow];
  }).observe(app, { attributes: true, attributeFilter: [name, "class"] });
}
"""
_component = st.components.v2.component("connection", js=_JS)


def note() -> None:
    """Once, where a page begins: the tab is older than the server."""
    if st.session_state.pop(STARTED_ANEW, False):
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            st.markdown(TEXT, width="content")
            if visitor.keeps_sessions():
                st.page_link(SESSIONS, label="What you kept", icon=":material/inventory_2:")


def watch() -> None:
    """Where a page ends: let the tab look after its connection. Draws nothing else."""
    told = _component(key="connection", default={"again": 0}, on_again_change=lambda: None, height=1)
    known = st.session_state.get(KNOWN, False)
    st.session_state[KNOWN] = True
    if told.again and not known:
        st.session_state[STARTED_ANEW] = True
        st.rerun()
