"""What the pages are given, once for all tests of the app."""

import pytest

from fer.sample import sample_frames
from pages.ui.app import warming
from pages.ui.work.analysis import jpeg


@pytest.fixture(scope="session")
def photo() -> bytes:
    """A frame of the sample as a JPEG: a smile."""
    return jpeg(next(sample_frames()).image)


@pytest.fixture(autouse=True)
def _cold(monkeypatch):
    """Nothing is loaded behind the tests' backs."""
    monkeypatch.setattr(warming, "begin", lambda: None)
