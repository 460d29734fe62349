"""Fixtures shared by all tests, and how the tests are spread over the processors."""

import gc
import os
from pathlib import Path

import numpy as np

# TensorFlow first and this one second ends the process (segmentation fault); the other order is safe.
import pylibsrtp  # noqa: F401
import pytest
import skimage.data
from xdist.scheduler import LoadScopeScheduling

from fer.dataset.readers.fer2013 import FaceDataset, read_dataset
from fer.sample import clip
from fer.sample.shipped import shipped_video
from fer.sources import decode_apart
from tests.helpers.places import ROOT, SHARED

MAX_WORKERS = 4
"""Each may hold TensorFlow and the app: a gigabyte."""

SHARING = ("tests/keras/", "tests/browser/")
"""Folders that are longest at it: they begin."""

OWN_SERVERS = tuple(f"tests/browser/test_{name}_browser.py" for name in ("live", "sessions", "visits"))
"""Files that share the least."""


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """A worker for each processor; none for a few files, which are done before workers have started."""
    chosen = config.option.file_or_dir
    if chosen and all(".py" in place for place in chosen):
        return 0
    return min(len(os.sched_getaffinity(0)), MAX_WORKERS)


def shared_with(test: str) -> str:
    """What the worker of this test (its node id) runs as well: its file, so that fixtures are made once, or
    its folder where that shares one browser or TensorFlow.
    """
    file = test.partition("::")[0]
    if file in OWN_SERVERS:
        return file
    return next((folder for folder in SHARING if file.startswith(folder)), file)


class ByFileOrFolder(LoadScopeScheduling):
    """Tests that share something go to one worker."""

    def _split_scope(self, nodeid: str) -> str:
        return shared_with(nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log) -> LoadScopeScheduling:
    """Which worker runs what."""
    return ByFileOrFolder(config, log)


def pytest_collection_finish() -> None:
    """What is imported by now stays: without it every collection of garbage takes a tenth of a second."""
    gc.collect()
    gc.freeze()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever lies in `tests/data` needs ../shared, in `tests/browser` a browser. The longest come first, so
    that none of them is left over at the end.
    """
    items.sort(key=lambda item: not item.nodeid.startswith(SHARING))
    for item in items:
        for kind in ("data", "browser"):
            if item.path.is_relative_to(ROOT / "tests" / kind):
                item.add_marker(kind)


@pytest.fixture(autouse=True)
def _decode_here():
    """A page that ran in this process leaves decoding to processes of their own: not for the next test."""
    yield
    decode_apart(False)


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
def fer2013_faces(fer2013: Path) -> FaceDataset:
    """FER2013, read once. No test changes it."""
    return read_dataset(fer2013 / "fer2013.csv.gz")


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
    return shipped_video()


@pytest.fixture(scope="session")
def short_clip() -> bytes:
    """The first two seconds of the sample, 30 frames."""
    return clip.sample_video(duration_s=2.0)
