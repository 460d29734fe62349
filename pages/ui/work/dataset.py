"""Reading a data set as one job: rows, faults and figures, with progress; FER+'s votes and two looks more."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from fer.dataset.cleaning import find_faults, near_pictures
from fer.dataset.face_check import NO_FACE_BELOW, face_presence
from fer.dataset.faces import FaceDataset
from fer.dataset.feature_map import FeatureMap, feature_map
from fer.dataset.ferplus import VoteFigures, vote_figures, votes_of
from fer.dataset.groups import CopyGroup, copy_groups
from fer.dataset.hashes import source_sha256
from fer.dataset.readers.fer2013 import is_ferplus, read_dataset, read_vote_counts
from fer.dataset.statistics import QUICK_FAULTS, ClassFaces, Statistics, class_faces, compute_statistics
from fer.emotion.network import EmotionNetwork
from fer.errors import CancelledError, DatasetError
from fer.text import percent
from pages.ui.app import session
from pages.ui.app.jobs import Job
from pages.ui.app.uploads import Upload

LOCAL_DATA = "FER_DATASET"
"""Environment variable: path of a data set that whoever runs the app lets everybody read."""

LOCAL_VOTES = "ferplus.csv"
"""FER+'s votes beside that data set are read too."""

_READ, _COMPARED, _SEARCHED = 0.5, 0.7, 0.8
"""Share of the time after which the rows are read, near duplicates and the other faults found."""


@dataclass(frozen=True, eq=False)
class DatasetSource:
    """A data set that a session looks at.

    Args:
        label: What it is called.
        content: A file's bytes, or a path on this machine.
        sha256: What makes it the same.
        votes: FER+'s votes for its rows in the same form; None without.
    """

    label: str
    content: bytes | Path
    sha256: str
    votes: bytes | Path | None = None

    @classmethod
    def uploaded(cls, upload: Upload) -> "DatasetSource":
        """What a user uploaded."""
        return cls(upload.name, upload.data, upload.sha256)

    @classmethod
    def of_files(cls, uploads: Sequence[Upload]) -> "DatasetSource":
        """A data set and, beside it, FER+'s votes.

        Raises:
            DatasetError: There is more than one data set among the files, or none.
        """
        votes = [upload for upload in uploads if is_ferplus(upload.data)]
        data = [upload for upload in uploads if upload not in votes]
        if len(data) != 1 or len(votes) > 1:
            raise DatasetError(
                "Give one data set, and FER+'s votes (ferplus.csv) beside it if you have them."
            )
        return replace(cls.uploaded(data[0]), votes=votes[0].data if votes else None)


@dataclass(frozen=True, eq=False)
class DatasetView:
    """A data set that was read.

    Args:
        dataset: Its rows.
        statistics: Its figures.
        faces: Its averages.
        found: Fault -> (n,) bool.
        groups: Pictures that are the same or nearly so.
    """

    dataset: FaceDataset
    statistics: Statistics
    faces: ClassFaces
    found: dict[str, np.ndarray]
    groups: tuple[CopyGroup, ...]


@dataclass(frozen=True, eq=False)
class Votes:
    """FER+ for the rows of a data set.

    Args:
        figures: Over all rows.
        counts: (n, 10) votes over `ALL_VOTE_COLUMNS`.
    """

    figures: VoteFigures
    counts: np.ndarray


@dataclass(frozen=True, eq=False)
class DatasetFigures:
    """What the page shows: shipped figures, or a data set that was read.

    Args:
        statistics: The figures.
        faces: The averages.
        given: What was given; None where only the shipped figures are there.
        view: Its rows; None likewise.
    """

    statistics: Statistics
    faces: ClassFaces
    given: DatasetSource | None = None
    view: DatasetView | None = None


def local_data() -> DatasetSource | None:
    """The data set that the operator named, if it is there."""
    path = Path(os.environ.get(LOCAL_DATA, ""))
    if not path.name or not path.exists():
        return None
    votes = path.with_name(LOCAL_VOTES)
    key = f"local-{path.stat().st_mtime_ns}"
    return DatasetSource(path.name, path, key, votes if votes.is_file() else None)


def dataset_job(given: DatasetSource) -> Job:
    """The reading of this data set: found again, or put in the line."""

    def work(job: Job, tools: dict) -> DatasetView:
        def step(share: float, what: str) -> None:
            job.progress = (share, what)
            if job.cancel.is_set():
                raise CancelledError("The reading was cancelled.")

        def rows(share: float) -> None:
            step(share * _READ, f"Reading the rows, {percent(share)}")

        dataset = read_dataset(given.content, name=given.label, on_progress=rows)
        step(_READ, "Looking for near duplicates")
        near = near_pictures(dataset)
        step(_COMPARED, "Looking for repeats and other faults")
        found = find_faults(dataset, QUICK_FAULTS, near=near)
        step(_SEARCHED, "Measuring the pictures")
        statistics = compute_statistics(
            dataset, source=given.label, source_sha256=source_sha256(given.content), found=found
        )
        step(0.95, "Averaging the faces")
        faces, groups = class_faces(dataset), copy_groups(dataset, near)
        return DatasetView(dataset, statistics, faces, found, groups)

    return session.registry().submit(session.owner(), f"dataset:{given.sha256}", work)


def votes_job(given: DatasetSource, view: DatasetView) -> Job:
    """FER+ held against the labels: found again, or put in the line."""

    def work(job: Job, tools: dict) -> Votes:
        counts = read_vote_counts(given.votes)
        return Votes(vote_figures(view.dataset, counts), votes_of(view.dataset, counts))

    return session.registry().submit(session.owner(), votes_key(given), work)


def votes_key(given: DatasetSource) -> str:
    """Key of the job."""
    return f"votes:{given.sha256}"


def describe(progress: tuple[float, str] | None) -> tuple[float, str]:
    """How far the reading is: a share in 0..1 and words."""
    return progress or (0.0, "Getting ready")


def map_job(given: DatasetSource, view: DatasetView) -> Job:
    """The network's answers to this data set: found again, or put in the line."""

    def work(job: Job, tools: dict) -> FeatureMap:
        def step(share: float) -> None:
            job.progress = (share, "Reading the faces")

        return feature_map(EmotionNetwork(), view.dataset, on_progress=step, cancel=job.cancel)

    return session.registry().submit(session.owner(), map_key(given), work)


def map_key(given: DatasetSource) -> str:
    """Key of the job."""
    return f"map:{given.sha256}"


def mesh_job(given: DatasetSource, view: DatasetView) -> Job:
    """Pictures that the face mesh finds no face in, the least sure first: found again, or put in the line."""

    def work(job: Job, tools: dict) -> np.ndarray:
        def step(share: float) -> None:
            job.progress = (share, f"{share * len(view.dataset):,.0f} of {len(view.dataset):,} pictures")
            if job.cancel.is_set():
                raise CancelledError("The search was cancelled.")

        presence = face_presence(view.dataset.images, on_progress=step)
        places = np.flatnonzero(presence < NO_FACE_BELOW)
        return places[np.argsort(presence[places], kind="stable")]

    return session.registry().submit(session.owner(), mesh_key(given), work)


def mesh_key(given: DatasetSource) -> str:
    """Key of the job."""
    return f"mesh:{given.sha256}"
