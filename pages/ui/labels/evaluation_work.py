"""The network against the user's own labels, as a job."""

from collections.abc import Callable

import numpy as np

from fer.constants import EMOTIONS
from fer.dataset.faces import FaceDataset
from fer.dataset.readers.labeled import read_labeled_files
from fer.dataset.tagging import Tagging
from fer.errors import CancelledError
from fer.evaluation.own_labels import OwnLabels, own_labels
from fer.pipeline import AnalysisProgress
from pages.ui.app import session
from pages.ui.app.jobs import Job
from pages.ui.work.analysis import network
from pages.ui.work.photos import PhotoUploads


def files_job(batch: PhotoUploads) -> Job:
    """The evaluation of labelled files: found again, or put in the line."""

    def load(told: Callable[[int, int], None]) -> FaceDataset:
        files = [(upload.name, upload.data) for upload in batch.uploads]
        return read_labeled_files(files, on_picture=told)

    return _submit(f"labelled:{batch.sha256}", load)


def tags_job(tagging: Tagging) -> Job:
    """The evaluation of faces that were tagged: found again, or put in the line."""
    named = tagging.named()
    content = hash(tuple((sample.crop.tobytes(), tag) for sample, tag in named))
    return _submit(f"tagged:{content}", lambda told: tagged_faces(tagging))


def tagged_faces(tagging: Tagging) -> FaceDataset:
    """The named faces of a tagging as a data set."""
    named = tagging.named()
    n = len(named)
    return FaceDataset(
        images=np.stack([sample.crop for sample, _ in named]) if n else np.zeros((0, 48, 48), np.uint8),
        labels=np.array([EMOTIONS.index(tag) for _, tag in named], np.int64),
        usage=np.full(n, "tagged"),
        rows=np.arange(n),
        names=np.array([sample.title for sample, _ in named], object),
    )


def _submit(key: str, load: Callable[[Callable[[int, int], None]], FaceDataset]) -> Job:
    def work(job: Job, tools: dict) -> OwnLabels:
        def told(done: int, total: int) -> None:
            if job.cancel.is_set():
                raise CancelledError("The evaluation was cancelled.")
            job.progress = AnalysisProgress(done, total, done, 0.0)

        faces = load(told)
        return own_labels(faces, network(tools), on_faces=told)

    return session.registry().submit(session.owner(), key, work)
