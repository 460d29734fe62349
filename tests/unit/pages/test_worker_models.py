"""Models that somebody has loaded already are handed on, once and only for the same settings."""

import pytest

from fer.settings import Settings
from pages.ui.work import analysis

USUAL = Settings()


@pytest.fixture(autouse=True)
def loaded(monkeypatch):
    """What was loaded, in order."""
    asked = []

    def load(settings, *, still):
        asked.append((settings.detector, still))
        return f"models {len(asked)}"

    monkeypatch.setattr(analysis, "load_components", load)
    monkeypatch.setattr(analysis, "_left", {})
    return asked


def test_a_worker_takes_what_was_left_and_nobody_else_does(loaded):
    analysis.leave(USUAL, "left")
    first, second = {}, {}
    assert analysis.components(first, USUAL.replace(fps=5.0)) == "left"
    assert analysis.components(second, USUAL) == "models 1"
    assert analysis.components(first, USUAL) == "left"
    assert len(loaded) == 1


def test_other_settings_and_photos_load_their_own(loaded):
    analysis.leave(USUAL, "left")
    tools = {}
    assert analysis.components(tools, USUAL, still=True) == "models 1"
    assert analysis.components(tools, USUAL.replace(detector="blazeface")) == "models 2"
    assert analysis.components(tools, USUAL) == "left"
    assert loaded == [(USUAL.detector, True), ("blazeface", False)]
