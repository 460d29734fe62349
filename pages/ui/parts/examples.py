"""Faces of a cell of the confusion matrix, where the user has the data: the app does not hold FER2013."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from fer.constants import EMOTIONS
from fer.dataset.readers.fer2013 import read_dataset
from fer.emotion.heads import LABELS
from fer.errors import CancelledError
from fer.evaluation.figures.metrics_file import TEST_SPLIT
from fer.evaluation.own_labels import OwnLabels, own_labels
from fer.pipeline import AnalysisProgress
from fer.text import count, percent
from pages.ui.app import job_progress, session, uploads
from pages.ui.app.jobs import Job
from pages.ui.app.markdown import name
from pages.ui.parts.thumbs import row_of_faces
from pages.ui.work.analysis import network
from pages.ui.work.dataset import LOCAL_DATA, DatasetSource, local_data

SHOWN = 24


def show(label: str, answer: str, labelled: Sequence[int]) -> None:
    """Faces of the cell; without the data, or with other data, how to get to see them.

    Args:
        label: What people said.
        answer: What the network said.
        labelled: How many faces of each expression, in the order of `EMOTIONS`, the figures are of.
    """
    title = f"**Labelled {label}, read as {answer}**"
    source = _source()
    if source is None:
        _ask(title)
        return
    job = answered_job(source)
    if job_progress.wait_for(job, what="Reading FER2013", describe=_describe):
        found: OwnLabels = job.result
        if np.bincount(found.faces.labels, minlength=len(EMOTIONS)).tolist() != list(labelled):
            _ask(title, f"{name(source.label)} holds other faces than those of these figures. ")
            return
        rows = found.cell(label, answer)
        faces(title, found.faces.images[rows], found.probs[rows].max(1))


def _ask(title: str, why: str = "") -> None:
    """How to get to see faces of a cell."""
    st.markdown(title)
    st.caption(
        f"{why}To see the faces of this cell, give FER2013 (CSV, .gz or .zip): it stays in memory. Who runs "
        f"the app can name it once in the environment variable {LOCAL_DATA}."
    )
    given = uploads.take(
        "Drop FER2013 here", key="examples_upload", types=uploads.DATA_TYPES, limit_mb=uploads.DATA_MB
    )
    if given:
        session.keep(session.DATA, DatasetSource.uploaded(given[0]))
        st.rerun()


def _source() -> DatasetSource | None:
    """Where the data is: given by the user, here or on the Dataset page, or named by the server."""
    return session.kept(session.DATA) or local_data()


def answered_job(given: DatasetSource) -> Job:
    """The answers on `TEST_SPLIT`: found again, or put in the line."""

    def work(job: Job, tools: dict) -> OwnLabels:
        def told(done: int, total: int) -> None:
            if job.cancel.is_set():
                raise CancelledError("Reading FER2013 was cancelled.")
            job.progress = AnalysisProgress(done, total, done, 0.0)

        rows = read_dataset(given.content, name=given.label).split(TEST_SPLIT)
        return own_labels(rows, network(tools, answer=LABELS), on_faces=told)

    return session.registry().submit(session.owner(), f"examples:{given.sha256}", work)


def _describe(progress: AnalysisProgress | None) -> tuple[float, str]:
    if progress is None:
        return 0.0, "Reading the file"
    return progress.share or 0.0, f"{progress.frames:,} of {count(int(progress.total_s or 0), 'face')} read"


def faces(title: str, images: np.ndarray, confidence: np.ndarray) -> None:
    """Faces side by side, each with the confidence of its answer.

    Args:
        title: What they have in common, Markdown.
        images: (n, 48, 48) uint8, the surest first.
        confidence: (n,) 0..1.
    """
    few = f", the {SHOWN} surest answers" if len(images) > SHOWN else ""
    st.markdown(f"{title}: {count(len(images), 'face')}{few}")
    if len(images):
        shares = [percent(float(share)) for share in confidence[:SHOWN]]
        row_of_faces(images[:SHOWN], shares, [f"{title.strip('*')}, {share} sure" for share in shares])
