"""Plotly's code, fetched while somebody reads a page that leads to a chart: the first one comes sooner."""

from pathlib import Path

import streamlit as st

_STATIC = Path(st.__file__).parent / "static" / "static" / "js"
_CHUNK = "PlotlyChart.*.js"
_JS = """
export default function ({ data }) {
  const main = document.querySelector('script[type="module"][src*="/js/"]');
  if (!main || window.ferChartsAhead) return;
  window.ferChartsAhead = true;
  const idle = window.requestIdleCallback || ((run) => setTimeout(run, 1000));
  idle(() => import(new URL(data.file, main.src).href).catch(() => {}));
}
"""
_component = st.components.v2.component("charts_ahead", js=_JS)


def ask() -> None:
    """Let the browser fetch it once it has nothing else to do. Draws nothing; for the end of a page."""
    if file := plotly_file():
        _component(key="charts_ahead", data={"file": file}, height=1)


def plotly_file() -> str:
    """Name of Streamlit's own file with Plotly in it; empty where this version keeps it elsewhere."""
    return next((path.name for path in sorted(_STATIC.glob(_CHUNK))), "")
