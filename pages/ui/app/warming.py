"""What visitors would wait for is loaded in the background.

A fresh server does it once it has drawn its first page, a browser while somebody reads a page that leads to a
chart.
"""

import gc
import importlib
import logging
import threading
import time
from pathlib import Path

import streamlit as st

from fer.sources import have_one_ready
from pages.ui.app import session

MODULES = ("pages.ui.work.video", "pages.ui.video.report", "pages.ui.work.photos")
SAMPLE = "pages.ui.parts.sample_clip"
WAIT_S = 1.0
_put_aside, _begun = threading.Lock(), threading.Lock()
_SCRIPTS = Path(st.__file__).parent / "static" / "static" / "js"
_PLOTLY = "PlotlyChart.*.js"
_JS = """
export default function ({ data }) {
  const main = document.querySelector('script[type="module"][src*="/js/"]');
  if (!main || window.ferPlotly) return;
  window.ferPlotly = true;
  const idle = window.requestIdleCallback || ((run) => setTimeout(run, 1000));
  idle(() => import(new URL(data.file, main.src).href).catch(() => {}));
}
"""
_component = st.components.v2.component("plotly_ahead", js=_JS)


def put_aside() -> None:
    """Before this process's first page is drawn: take what is there, Streamlit above all, out of the
    collector's rounds.

    Streamlit starts one after each run of a page and of a fragment, and the modules' objects alone make it
    long enough to be felt.
    """
    if _put_aside.acquire(blocking=False):
        gc.freeze()


def begin() -> None:
    """Load once in this process, in a thread of its own. Whatever fails is said by the page that needs it."""
    if _begun.acquire(blocking=False):
        threading.Thread(target=_warm, name="fer-warming", daemon=True).start()


def _warm() -> None:
    try:
        with session.registry().at_work():
            have_one_ready()
            settle(waits=False)  # the page that was drawn has loaded most modules
            importlib.import_module(SAMPLE).analyze_ahead()
            for name in MODULES:
                if not session.registry().ended:
                    importlib.import_module(name)
            settle()
    except Exception:
        logging.getLogger(__name__).warning("Warming up failed", exc_info=True)


def settle(*, waits: bool = True) -> None:
    """Take what was loaded out of the collector's rounds, once nobody is live and nothing is being analysed:
    what is there then is never collected, and pictures must be.

    Args:
        waits: False does nothing if that is not so now.
    """
    while session.registry().anybody_keeps(session.ROOM) or session.registry().is_busy():
        if not waits or session.registry().ended:
            return
        time.sleep(WAIT_S)
    gc.collect()
    gc.freeze()


def charts() -> None:
    """Let the browser fetch Plotly once it has nothing else to do: the first chart comes a second sooner.

    Draws nothing; to be called at the end of a page.
    """
    if file := plotly_file():
        _component(key="plotly_ahead", data={"file": file}, height=1)


def plotly_file() -> str:
    """Name of Streamlit's own file with Plotly in it; empty where this version keeps it elsewhere."""
    return next((path.name for path in sorted(_SCRIPTS.glob(_PLOTLY))), "")
