"""The fast path: what needs Keras, a browser or a started app lies in `tests/keras`, `browser` or `app`."""

import sys
from collections.abc import Iterator

import pytest

SLOW_TO_START = ("keras", "tensorflow", "playwright", "streamlit.testing", "streamlit.web.bootstrap")


@pytest.fixture(autouse=True)
def nothing_slow_is_started(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Importing any of them fails in these tests, even where another test has imported it before."""
    for name in SLOW_TO_START:
        monkeypatch.setitem(sys.modules, name, None)
    yield
