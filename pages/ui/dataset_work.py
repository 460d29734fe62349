"""Reading a data set as one job: rows, faults and figures, with progress."""

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from fer.dataset.cleaning import find_faults
from fer.dataset.faces import FaceDataset
from fer.dataset.feature_map import FeatureMap, feature_map
from fer.dataset.fer2013 import read_dataset
from fer.dataset.splits import source_sha256
from fer.dataset.statistics import QUICK_FAULTS, ClassFaces, Statistics, class_faces, compute_statistics
from fer.emotion import EmotionNetwork
from fer.errors import CancelledError
from pages.ui import session
from pages.ui.jobs import Job
from pages.ui.uploads import Upload

LOCAL_DATA = "FER_DATASET"
"""Environment variable: path of a data set that whoever runs the app lets everybody read."""

_READ, _SEARCHED = 0.5, 0.75
"""Share of the time after which the rows are read and the faults found."""


@dataclass(frozen=True, eq=False)
class Given:
    """A data set that a session looks at.

    Args:
        label: What it is called.
        content: A file's bytes, or a path on this machine.
        sha256: What makes it the same.
    """

    label: str
    content: bytes | Path
    sha256: str

    @classmethod
    def uploaded(cls, upload: Upload) -> "Given":
        """What a user uploaded."""
        return cls(upload.name, upload.data, upload.sha256)


@dataclass(frozen=True, eq=False)
class DatasetView:
    """A data set that was read.

    Args:
        dataset: Its rows.
        statistics: Its figures.
        faces: Its averages.
        found: Fault -> (n,) bool.
    """

    dataset: FaceDataset
    statistics: Statistics
    faces: ClassFaces
    found: dict[str, np.ndarray]


def local_data() -> Given | None:
    """The data set that the operator named, if it is there."""
    path = Path(os.environ.get(LOCAL_DATA, ""))
    if not path.name or not path.exists():
        return None
    return Given(path.name, path, f"local-{path.stat().st_mtime_ns}")


def dataset_job(given: Given) -> Job:
    """The reading of this data set: found again, or put in the line."""

    def work(job: Job, tools: dict) -> DatasetView:
        def step(share: float, what: str) -> None:
            job.progress = (share, what)
            if job.cancel.is_set():
                raise CancelledError("The reading was cancelled.")

        step(0.02, "Reading the rows")
        dataset = read_dataset(given.content, name=given.label)
        step(_READ, "Looking for repeats and other faults")
        found = find_faults(dataset, QUICK_FAULTS)
        step(_SEARCHED, "Measuring the pictures")
        statistics = compute_statistics(
            dataset, source=given.label, source_sha256=source_sha256(given.content), found=found
        )
        step(0.95, "Averaging the faces")
        return DatasetView(dataset, statistics, class_faces(dataset), found)

    return session.registry().submit(session.owner(), f"dataset:{given.sha256}", work)


def describe(progress: tuple[float, str] | None) -> tuple[float, str]:
    """How far the reading is: a share in 0..1 and words."""
    return progress or (0.0, "Getting ready")


def map_job(given: Given, view: DatasetView) -> Job:
    """The network's answers to this data set: found again, or put in the line."""

    def work(job: Job, tools: dict) -> FeatureMap:
        def step(share: float) -> None:
            job.progress = (share, "Reading the faces")

        return feature_map(EmotionNetwork(), view.dataset, on_progress=step, cancel=job.cancel)

    return session.registry().submit(session.owner(), map_key(given), work)


def map_key(given: Given) -> str:
    """Key of the job."""
    return f"map:{given.sha256}"
