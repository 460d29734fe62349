"""Tests on research data and real clips: ../shared, and skipped with a reason where it is missing."""

import pytest

from fer.pipeline import load_components
from fer.settings import Settings


@pytest.fixture(scope="session")
def still_components():
    """What reads photos, loaded once."""
    return load_components(Settings(), still=True)
