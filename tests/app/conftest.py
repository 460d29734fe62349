"""What the pages are given, once for all tests of the app."""

import gc
import sys

import pytest

from fer.sample.clip import sample_frames
from pages.ui.work.analysis import jpeg


@pytest.fixture(scope="session")
def photo() -> bytes:
    """A frame of the sample as a JPEG: a smile."""
    return jpeg(next(sample_frames()).image)


@pytest.fixture(scope="module", autouse=True)
def keras_is_not_garbage() -> None:
    """Where Keras is loaded, Streamlit collects garbage after every run: a quarter of a second in the many
    objects of TensorFlow. The app itself never loads it; in these tests another test may have done so.
    """
    if "keras" in sys.modules:
        gc.collect()
        gc.freeze()
