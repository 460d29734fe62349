"""Fixtures shared by all tests."""

from pathlib import Path

import numpy as np

# TensorFlow first and this one second ends the process (segmentation fault); the other order is safe.
import pylibsrtp  # noqa: F401
import pytest
import skimage.data

from fer.sample import sample_video
from tests.helpers.places import SHARED


def _shared_folder(name: str) -> Path:
    folder = SHARED / name
    if not folder.is_dir():
        pytest.skip(f"needs ../shared/{name}, which is not here: research data does not go into the project")
    return folder


@pytest.fixture(scope="session")
def media() -> Path:
    """Folder of real clips and photos."""
    return _shared_folder("media")


@pytest.fixture(scope="session")
def fer2013() -> Path:
    """Folder of FER2013 and FER+."""
    return _shared_folder("fer2013")


@pytest.fixture(scope="session")
def detector_files() -> Path:
    """Folder of weights for the optional detectors."""
    return _shared_folder("detectors")


@pytest.fixture(scope="session")
def portrait() -> np.ndarray:
    """(512, 512, 3) uint8: a smiling portrait in the public domain that comes with scikit-image."""
    return skimage.data.astronaut()


@pytest.fixture(scope="session")
def sample_clip() -> bytes:
    """The built-in sample as an MP4."""
    return sample_video()


@pytest.fixture(scope="session")
def short_clip() -> bytes:
    """The first two seconds of the sample, 30 frames."""
    return sample_video(duration_s=2.0)
