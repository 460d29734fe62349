"""Streamlit keeps Plotly in a file of its own, whose name changes with its version."""

from pages.ui.app import charts_ahead


def test_the_installed_streamlit_has_that_file():
    assert charts_ahead.plotly_file().endswith(".js")


def test_another_layout_of_streamlit_is_no_error(tmp_path, monkeypatch):
    monkeypatch.setattr(charts_ahead, "_STATIC", tmp_path)
    assert charts_ahead.plotly_file() == ""
    charts_ahead.ask()
